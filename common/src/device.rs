//! Names of devices: who is who, without saying who lives there.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

const LETTERS: usize = 12;
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// The name was not one that a controller gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a device is named d- and 12 letters of a-z or 2-7, for example d-abcdefghijkl")]
pub struct BadDeviceId;

/// The installation was not one that an agent makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an installation is 12 letters of a-z or 2-7")]
pub struct BadInstallId;

/// A device as the controller names it: `d-` and 12 letters of base32 (RFC 4648,
/// lower case). Sixty random bits; nothing in it tells the home or the machine.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceId(u64);

/// One life of an agent's state: made at random when there is no state, so that
/// numbers given after a loss never meet numbers given before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstallId(u64);

fn letters(bits: u64) -> [u8; LETTERS] {
    std::array::from_fn(|i| ALPHABET[(bits >> (5 * (LETTERS - 1 - i))) as usize & 31])
}

fn bits(text: &[u8]) -> Option<u64> {
    (text.len() == LETTERS).then_some(())?;
    text.iter().try_fold(0u64, |bits, byte| {
        let value = ALPHABET.iter().position(|letter| letter == byte)?;
        Some(bits << 5 | value as u64)
    })
}

macro_rules! name {
    ($name:ident, $error:ident, $prefix:literal) => {
        impl $name {
            /// The name made of these random bits (the lowest 60 are used).
            pub const fn from_bits(bits: u64) -> Self {
                Self(bits & ((1 << 60) - 1))
            }

            /// The 60 bits, for keys of the store.
            pub fn to_bits(self) -> u64 {
                self.0
            }
        }

        impl FromStr for $name {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, $error> {
                let letters = text.strip_prefix($prefix).ok_or($error)?;
                bits(letters.as_bytes()).map(Self).ok_or($error)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let letters = letters(self.0);
                f.write_str($prefix)?;
                f.write_str(std::str::from_utf8(&letters).map_err(|_| fmt::Error)?)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.u64(self.0)?.ok()
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(
                d: &mut minicbor::Decoder<'b>,
                _: &mut C,
            ) -> Result<Self, minicbor::decode::Error> {
                Ok(Self::from_bits(d.u64()?))
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                String::schema()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    };
}
name!(DeviceId, BadDeviceId, "d-");
name!(InstallId, BadInstallId, "");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_name_survives_its_text() {
        for bits in [0, 1, (1 << 60) - 1, 0x0123_4567_89ab_cdef] {
            let id = DeviceId::from_bits(bits);
            assert_eq!(id.to_string().parse(), Ok(id));
            assert_eq!(id.to_string().len(), 14);
        }
        assert_eq!(DeviceId::from_bits(0).to_string(), "d-aaaaaaaaaaaa");
    }

    #[test]
    fn a_name_that_no_controller_gives_is_refused() {
        for text in [
            "",
            "d-",
            "d-ABCDEFGHIJKL",
            "d-abcdefghijk",
            "d-abcdefghijk1",
            "d-abcdefghijklm",
            "abcdefghijkl",
            "d-+/#abcdefghi",
        ] {
            assert_eq!(text.parse::<DeviceId>(), Err(BadDeviceId), "{text}");
        }
    }
}
