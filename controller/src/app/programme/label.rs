//! The label that is stuck on a PC.

use std::sync::Arc;

use declic_common::programme::{Noun, Pc};
use qrcode::QrCode;
use qrcode::render::svg;

use super::register::{blocking, existing, seen};
use super::{By, RegisterError};
use crate::app::App;

/// Side of a label, in pixels; it is drawn in lines, and may be printed at any size.
const LABEL_PX: u32 = 240;

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

/// A QR code of a short text.
fn drawn(text: &str) -> String {
    let code = QrCode::new(text.as_bytes()).expect("32 characters fit any QR code");
    code.render::<svg::Color<'_>>()
        .min_dimensions(LABEL_PX, LABEL_PX)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_drawn_in_lines_and_says_the_number_alone() {
        let svg = drawn("BDX-001");
        assert!(svg.contains("<svg") && svg.contains("<path"), "{svg}");
        assert_ne!(svg, drawn("BDX-002"));
    }
}
