//! `cargo xtask picture`: draws `docs/pictures/terminal.txt`, a session as it was
//! captured, as the picture beside it.

use std::fmt::Write;
use std::fs;

use anyhow::Context;

use crate::run::{root, say};

const SIZE: usize = 14;
const LINE: usize = 20;
/// Width of a letter of most monospaced fonts, in thousandths of its size.
const LETTER: usize = 602;
const MARGIN: usize = 20;

/// Writes the picture anew.
pub(crate) fn draw() -> anyhow::Result<()> {
    let folder = root().join("docs/pictures");
    let session = fs::read_to_string(folder.join("terminal.txt"))
        .context("failed to read the session to draw")?;
    fs::write(folder.join("terminal.svg"), svg(&session)).context("failed to write the picture")?;
    say("docs/pictures/terminal.svg is drawn; look at it before it is committed");
    Ok(())
}

fn svg(session: &str) -> String {
    let lines: Vec<&str> = session.lines().collect();
    let columns = lines.iter().map(|line| line.chars().count()).max();
    let width = columns.unwrap_or(0) * SIZE * LETTER / 1000 + 2 * MARGIN;
    let height = lines.len() * LINE + 2 * MARGIN;
    let mut text = String::new();
    for (n, line) in lines.iter().enumerate() {
        let kind = if line.starts_with("$ ") {
            " class=\"typed\""
        } else {
            ""
        };
        let y = MARGIN + SIZE + n * LINE;
        let line = escape(line);
        let _ = writeln!(text, "  <text x=\"{MARGIN}\" y=\"{y}\"{kind}>{line}</text>");
    }
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-labelledby="title desc">
<title id="title">A terminal session with Déclic</title>
<desc id="desc">The first command names the five homes of a demonstration that need somebody, why, and what to bring. The second one lists PCs, most of them quiet. The third one shows all about one PC: where it is, whether it is with us, its tickets, its last fourteen days and its last report.</desc>
<style>
  text {{ font: {SIZE}px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #e6e6e6; white-space: pre; }}
  .typed {{ fill: #7ee0a1; font-weight: bold; }}
</style>
<rect width="100%" height="100%" rx="8" fill="#17202a"/>
<g xml:space="preserve">
{text}</g>
</svg>
"##
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_wrote_is_text_in_the_picture() {
        let drawn = svg("$ a | b\n<script>&");
        assert!(drawn.contains(">$ a | b</text>"));
        assert!(drawn.contains(">&lt;script&gt;&amp;</text>"));
    }
}
