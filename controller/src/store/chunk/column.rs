//! The body of one column: whole numbers, in the smallest of three forms.

use pco::standalone::{simple_compress, simple_decompress_into};
use pco::{ChunkConfig, DeltaSpec, ModeSpec};

use super::ChunkError;
use super::bytes::{Input, fold, put};

/// First value and a step that never changes: what stands still, or counts.
const LINE: u8 = 0;
/// First value, then each step to the next.
const STEPS: u8 = 1;
/// The least value and a common divisor, then the rest by `pco`.
const PACKED_32: u8 = 2;
const PACKED_64: u8 = 3;

/// Up to so many values, the head of `pco` is worth more than what it saves.
const STEPS_MAX: usize = 48;

/// Writes values, of which there is at least one.
pub(super) fn encode(values: &[i64]) -> Vec<u8> {
    let mut body = Vec::new();
    let first = values[0];
    let step = values.get(1).map_or(0, |second| second.wrapping_sub(first));
    if values.windows(2).all(|w| w[1].wrapping_sub(w[0]) == step) {
        body.push(LINE);
        put(&mut body, fold(first));
        put(&mut body, fold(step));
        return body;
    }
    let least = *values.iter().min().expect("there is one");
    let above = |value: &i64| value.wrapping_sub(least) as u64;
    let divisor = values.iter().map(above).fold(0, gcd);
    if values.len() <= STEPS_MAX {
        body.push(STEPS);
        put(&mut body, divisor);
        put(&mut body, fold(first));
        for pair in values.windows(2) {
            // Two values between which there is no whole step: far apart, and rare.
            let step = i128::from(pair[1]) - i128::from(pair[0]);
            let step = step / i128::from(divisor);
            match i64::try_from(step) {
                Ok(step) => put(&mut body, fold(step)),
                Err(_) => return packed(values, least, divisor),
            }
        }
        return body;
    }
    packed(values, least, divisor)
}

fn packed(values: &[i64], least: i64, divisor: u64) -> Vec<u8> {
    let parts: Vec<u64> = values
        .iter()
        .map(|value| value.wrapping_sub(least) as u64 / divisor)
        .collect();
    let small: Option<Vec<u32>> = parts.iter().map(|part| u32::try_from(*part).ok()).collect();
    let config = ChunkConfig::default()
        // The divisor is taken out already.
        .with_mode_spec(ModeSpec::Classic)
        .with_delta_spec(DeltaSpec::Auto);
    let mut body = vec![match small {
        Some(_) => PACKED_32,
        None => PACKED_64,
    }];
    put(&mut body, fold(least));
    put(&mut body, divisor);
    let packed = match small {
        Some(small) => simple_compress(&small, &config),
        None => simple_compress(&parts, &config),
    };
    body.extend(packed.expect("a fixed and valid configuration"));
    body
}

/// Reads `count` values; the bytes must hold exactly so many.
pub(super) fn decode(body: &[u8], count: usize) -> Result<Vec<i64>, ChunkError> {
    let mut input = Input(body);
    match input.byte()? {
        LINE => {
            let (first, step) = (input.signed()?, input.signed()?);
            end(&input)?;
            let at = |n: usize| first.wrapping_add(step.wrapping_mul(n as i64));
            Ok((0..count).map(at).collect())
        }
        STEPS => {
            let divisor = input.number()?;
            let mut value = input.signed()?;
            let mut values = Vec::with_capacity(count);
            values.push(value);
            for _ in 1..count {
                let step = input.signed()?.wrapping_mul(divisor as i64);
                value = value.wrapping_add(step);
                values.push(value);
            }
            end(&input)?;
            match values.len() == count {
                true => Ok(values),
                false => Err(ChunkError::Damaged("a column without a value")),
            }
        }
        PACKED_32 => unpack::<u32>(input, count),
        PACKED_64 => unpack::<u64>(input, count),
        _ => Err(ChunkError::Damaged("a column of an unknown form")),
    }
}

fn unpack<T>(mut input: Input<'_>, count: usize) -> Result<Vec<i64>, ChunkError>
where
    T: pco::data_types::Number + Default + Into<u64>,
{
    let (least, divisor) = (input.signed()?, input.number()?);
    let mut parts = vec![T::default(); count];
    let progress = simple_decompress_into(input.0, &mut parts)
        .map_err(|_| ChunkError::Damaged("a column cannot be unpacked"))?;
    if !progress.finished || progress.n_processed != count {
        return Err(ChunkError::Damaged("a column has another length"));
    }
    let value = |part: T| least.wrapping_add(part.into().wrapping_mul(divisor) as i64);
    Ok(parts.into_iter().map(value).collect())
}

fn end(input: &Input<'_>) -> Result<(), ChunkError> {
    match input.0.is_empty() {
        true => Ok(()),
        false => Err(ChunkError::Damaged("a column is too long")),
    }
}

/// With zero it gives the other.
pub(super) fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
