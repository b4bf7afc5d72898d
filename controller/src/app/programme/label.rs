//! The label that is stuck on a PC.

use std::fmt::Write;
use std::sync::Arc;

use declic_common::programme::{Noun, Pc};
use qrcode::{Color, QrCode};

use super::register::{blocking, existing, seen};
use super::{By, RegisterError};
use crate::app::App;

/// Side of a label, in pixels; it is drawn in lines, and may be printed at any size.
const LABEL_PX: u32 = 240;
/// Light squares that a reader needs round a code.
const QUIET: usize = 4;

/// The label of a PC as an SVG: its inventory number and nothing else, because a label is read
/// by whoever sees the PC.
pub async fn label(
    app: &Arc<App>,
    programme: &str,
    pc: &str,
    by: &By,
) -> Result<String, RegisterError> {
    let (app, programme, pc, by) = (
        Arc::clone(app),
        programme.to_owned(),
        pc.to_owned(),
        by.clone(),
    );
    blocking(move || {
        let store = app.store.as_ref();
        seen(store, &programme, &by)?;
        existing(store, Pc::SHEET, &programme, &pc, &by)?;
        Ok(drawn(&pc))
    })
    .await
}

/// A QR code of a short text. Dark squares that touch in a row are one stroke: thirty labels on a
/// page weigh no more than a picture.
fn drawn(text: &str) -> String {
    let code = QrCode::new(text.as_bytes()).expect("32 characters fit any QR code");
    let width = code.width();
    let colors = code.to_colors();
    let mut path = String::new();
    for (y, row) in colors.chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run[0] == Color::Dark {
                let (at, n) = (x + QUIET, run.len());
                let _ = write!(path, "M{at} {}h{n}v1h-{n}z", y + QUIET);
            }
            x += run.len();
        }
    }
    let side = width + 2 * QUIET;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{LABEL_PX}\" height=\"{LABEL_PX}\" \
         viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" \
         d=\"M0 0h{side}v{side}H0z\"/><path d=\"{path}\"/></svg>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which squares a drawing says are dark, line by line.
    fn dark(svg: &str, side: usize) -> Vec<Vec<bool>> {
        let mut squares = vec![vec![false; side]; side];
        let (_, strokes) = svg.rsplit_once(" d=\"").unwrap();
        for stroke in strokes.split('M').skip(1) {
            let (x, rest) = stroke.split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let (n, _) = rest.split_once('v').unwrap();
            let [x, y, n] = [x, y, n].map(|text| text.parse::<usize>().unwrap());
            squares[y][x..x + n].fill(true);
        }
        squares
    }

    #[test]
    fn a_label_is_drawn_square_by_square_and_weighs_little() {
        let svg = drawn("BDX-001");
        let code = QrCode::new(b"BDX-001").unwrap();
        let side = code.width() + 2 * QUIET;
        let squares = dark(&svg, side);
        for y in 0..code.width() {
            for x in 0..code.width() {
                let is_dark = code[(x, y)] == Color::Dark;
                assert_eq!(squares[y + QUIET][x + QUIET], is_dark, "{x} {y}");
            }
        }
        assert!(squares[0].iter().all(|square| !square), "a light rim");
        assert!(svg.len() < 2_700, "{} bytes", svg.len());
    }
}
