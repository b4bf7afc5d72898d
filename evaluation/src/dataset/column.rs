//! One value of a row: how it is written, read and described.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The types of Table Schema that rows use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    #[serde(rename = "string")]
    Text,
    Integer,
    Number,
    Date,
    Boolean,
}

/// A value on its way into a file. `Empty` is unknown, or not applicable; never zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    Empty,
    Text(&'a str),
    Integer(i64),
    Number(f64),
    Date(Date),
    Boolean(bool),
}

impl std::fmt::Display for Cell<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Cell::Empty => Ok(()),
            Cell::Text(text) => f.write_str(text),
            Cell::Integer(number) => number.fmt(f),
            Cell::Number(number) => number.fmt(f),
            Cell::Date(date) => date.fmt(f),
            Cell::Boolean(yes) => f.write_str(if *yes { "true" } else { "false" }),
        }
    }
}

/// A type that can stand in a column.
pub trait Column: Sized {
    const KIND: Kind;
    const REQUIRED: bool = true;
    /// The only values that may stand there, with their French and English; empty if any may.
    fn words() -> Vec<(&'static str, &'static str, &'static str)> {
        Vec::new()
    }
    fn cell(&self) -> Cell<'_>;
    /// `None` if the text is no such value.
    fn parse(text: &str) -> Option<Self>;
}

impl<T: Column> Column for Option<T> {
    const KIND: Kind = T::KIND;
    const REQUIRED: bool = false;
    fn words() -> Vec<(&'static str, &'static str, &'static str)> {
        T::words()
    }
    fn cell(&self) -> Cell<'_> {
        self.as_ref().map_or(Cell::Empty, Column::cell)
    }
    fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            Some(None)
        } else {
            T::parse(text).map(Some)
        }
    }
}

impl Column for String {
    const KIND: Kind = Kind::Text;
    fn cell(&self) -> Cell<'_> {
        Cell::Text(self)
    }
    fn parse(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| text.to_owned())
    }
}

impl Column for Date {
    const KIND: Kind = Kind::Date;
    fn cell(&self) -> Cell<'_> {
        Cell::Date(*self)
    }
    // Only the canonical form: a second spelling of a day would change bytes, not meaning.
    fn parse(text: &str) -> Option<Self> {
        text.parse()
            .ok()
            .filter(|date: &Date| date.to_string() == text)
    }
}

impl Column for bool {
    const KIND: Kind = Kind::Boolean;
    fn cell(&self) -> Cell<'_> {
        Cell::Boolean(*self)
    }
    fn parse(text: &str) -> Option<Self> {
        match text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }
}

macro_rules! integers {
    ($($int:ty),*) => {$(
        impl Column for $int {
            const KIND: Kind = Kind::Integer;
            fn cell(&self) -> Cell<'_> {
                Cell::Integer(i64::from(*self))
            }
            fn parse(text: &str) -> Option<Self> {
                text.parse().ok()
            }
        }
    )*};
}
integers!(u8, u16, u32, i64);

/// A pseudonym: 12 characters, the same for the same thing under the same key of an evaluation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Key([u8; 12]);

impl Key {
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0)
            .expect("a key is made of lower-case letters, digits and dashes")
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl Column for Key {
    const KIND: Kind = Kind::Text;
    fn cell(&self) -> Cell<'_> {
        Cell::Text(self.as_str())
    }
    fn parse(text: &str) -> Option<Self> {
        let plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
        let bytes: [u8; 12] = text.as_bytes().try_into().ok()?;
        bytes.iter().all(plain).then_some(Key(bytes))
    }
}

impl TryFrom<String> for Key {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Key::parse(&text).ok_or("a pseudonym has 12 lower-case letters, digits or dashes")
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        key.as_str().to_owned()
    }
}

/// Millionths of a degree: the place of a public workshop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MicroDegrees(pub i32);

impl Column for MicroDegrees {
    const KIND: Kind = Kind::Number;
    fn cell(&self) -> Cell<'_> {
        Cell::Number(f64::from(self.0) / 1e6)
    }
    fn parse(text: &str) -> Option<Self> {
        let degrees: f64 = text.parse().ok()?;
        (degrees.abs() <= 180.0).then(|| MicroDegrees((degrees * 1e6).round() as i32))
    }
}
