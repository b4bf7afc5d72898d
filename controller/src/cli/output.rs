//! Text for terminals, files and other programs.
//!
//! What a device or a person wrote never reaches a terminal raw: a control
//! character could rewrite the screen. Nor does it reach a spreadsheet as a formula.

use std::fmt::Write as _;
use std::io::{self, ErrorKind, Write};

use clap::ValueEnum;
use serde_json::Value;

/// How a list or a document is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    #[default]
    Table,
    Json,
    Csv,
}

/// What a command has to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// The result, for pipes and files.
    pub(crate) out: String,
    /// Words round it, for the person alone.
    pub(crate) aside: String,
    /// The command worked, and its answer is no.
    pub(crate) no: bool,
}

impl Said {
    pub(crate) fn out(out: impl Into<String>) -> Self {
        Said {
            out: out.into(),
            ..Said::default()
        }
    }

    /// Writes it all. A reader that has gone away, as `head` does, is no failure.
    pub(crate) fn print(&self, mut out: impl Write, mut aside: impl Write) -> io::Result<()> {
        write_whole(&mut aside, &self.aside)?;
        write_whole(&mut out, &self.out)
    }
}

fn write_whole(to: &mut impl Write, text: &str) -> io::Result<()> {
    match to.write_all(text.as_bytes()).and_then(|()| to.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Replaces what could command a terminal or turn the direction of a line.
pub(crate) fn clean(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            // A text of several lines stays on its own one.
            '\n' | '\t' => ' ',
            letter if is_harmful(letter) => '\u{fffd}',
            letter => letter,
        })
        .collect()
}

fn is_harmful(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// JSON for programs, and harmless on a terminal.
pub(crate) fn json(value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).expect("a value has a JSON form");
    let mut safe = String::with_capacity(text.len() + 1);
    for letter in text.chars() {
        // Raw ones are only ever inside strings, where an escape means the same.
        if is_harmful(letter) && letter != '\n' {
            let _ = write!(safe, "\\u{:04x}", letter as u32);
        } else {
            safe.push(letter);
        }
    }
    safe.push('\n');
    safe
}

/// Items as CSV (RFC 4180), one column per dotted path.
pub(crate) fn csv(items: &[Value], columns: &[&str]) -> String {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::Any(b'\n'))
        .from_writer(Vec::new());
    let rows = items
        .iter()
        .map(|item| columns.iter().map(|path| cell(item, path)).collect());
    let head: Vec<String> = columns.iter().map(|path| (*path).to_owned()).collect();
    for row in std::iter::once(head).chain(rows) {
        writer
            .write_record(row)
            .expect("writing to memory does not fail");
    }
    let bytes = writer
        .into_inner()
        .expect("writing to memory does not fail");
    String::from_utf8(bytes).expect("made of text")
}

fn cell(item: &Value, path: &str) -> String {
    let pointer = format!("/{}", path.replace('.', "/"));
    match item.pointer(&pointer) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => {
            let text = clean(text);
            // A spreadsheet would run it.
            if text.starts_with(['=', '+', '-', '@']) {
                format!("'{text}")
            } else {
                text
            }
        }
        Some(other) => other.to_string(),
    }
}

/// Columns as wide as their widest cell, two spaces apart.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let head: Vec<String> = head.iter().map(|title| (*title).to_owned()).collect();
    let rows: Vec<Vec<String>> = std::iter::once(&head)
        .chain(rows)
        .map(|row| row.iter().map(|cell| clean(cell)).collect())
        .collect();
    let mut widths = vec![0; head.len()];
    for row in &rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = (*widest).max(width(cell));
        }
    }
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, widest) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.push_str(&" ".repeat(widest - width(cell) + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Names and what they are, in two columns; an empty name continues the line above.
pub(crate) fn sheet(lines: &[(&str, String)]) -> String {
    let widest = lines.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
    let mut text = String::new();
    for (name, value) in lines {
        let gap = " ".repeat(widest - width(name) + 2);
        let line = format!("{name}{gap}{}", clean(value));
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Columns of a terminal that a text takes: nothing for what joins the letter
/// before it, two for East Asian letters and pictures (Unicode annex 11).
fn width(text: &str) -> usize {
    text.chars()
        .map(|letter| match letter as u32 {
            0x300..=0x36f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
            0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff => 2,
            0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1faff => 2,
            0x20000..=0x3fffd => 2,
            _ => 1,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_that_a_device_wrote_commands_a_terminal() {
        let evil = "\u{1b}[2J\u{9b}31mred\u{7}\u{7f}\u{202e}live\r\n";
        let shown = [
            table(&["a"], &[vec![evil.to_owned()]]),
            sheet(&[("a", evil.to_owned())]),
            csv(&[json!({"a": evil})], &["a"]),
            json(&json!({"a": evil})),
        ];
        for text in shown {
            let harmful = text.chars().find(|c| is_harmful(*c) && *c != '\n');
            assert_eq!(harmful, None, "{text:?}");
        }
        let back: Value = serde_json::from_str(&json(&json!({"a": evil}))).unwrap();
        assert_eq!(
            back,
            json!({"a": evil}),
            "programs still read what was written"
        );
    }

    #[test]
    fn a_reader_that_went_away_is_no_failure_and_a_full_disk_is() {
        struct Ends(ErrorKind);
        impl Write for Ends {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(self.0.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let said = Said::out("a list");
        assert!(said.print(Ends(ErrorKind::BrokenPipe), io::sink()).is_ok());
        assert!(
            said.print(Ends(ErrorKind::StorageFull), io::sink())
                .is_err()
        );
    }

    #[test]
    fn no_cell_is_a_formula() {
        let items = [json!({"a": "=1+1", "b": {"c": -61}, "d": "say \"hi\", all", "e": null})];
        assert_eq!(
            csv(&items, &["a", "b.c", "d", "e", "f"]),
            "a,b.c,d,e,f\n'=1+1,-61,\"say \"\"hi\"\", all\",,\n"
        );
        for sign in ["+1", "-1", "@x", "=x", "\t=x", "\r=x"] {
            let text = csv(&[json!({ "a": sign })], &["a"]);
            let cell = text.lines().nth(1).unwrap();
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
                "{cell:?}"
            );
        }
    }

    #[test]
    fn columns_stand_straight_whatever_the_letters() {
        let rows = [
            vec!["é".to_owned(), "x".to_owned()],
            vec!["e\u{301}".to_owned(), "x".to_owned()],
            vec!["日本".to_owned(), "x".to_owned()],
        ];
        assert_eq!(
            table(&["abcd", "n"], &rows),
            "abcd  n\né     x\ne\u{301}     x\n日本  x\n"
        );
    }
}
