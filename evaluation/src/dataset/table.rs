//! Rows and tables: declared once, they can be written, read and described.

use super::column::{Cell, Kind};

/// A column as the documents describe it.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
    pub description: &'static str,
    /// Identifier, French, English; empty if any value may stand there.
    pub words: Vec<(&'static str, &'static str, &'static str)>,
}

impl Field {
    /// The unit that the name of the column says.
    pub fn unit(&self) -> Option<&'static str> {
        let units = [
            ("_minutes", "min"),
            ("_hours", "h"),
            ("_months", "month"),
            ("_days", "d"),
            ("_cents", "0.01 EUR"),
            ("_g", "g"),
            ("_m2", "m2"),
        ];
        let found = units.iter().find(|(end, _)| self.name.ends_with(end));
        found.map(|(_, unit)| *unit)
    }
}

/// A row that knows its columns.
pub trait Row: Sized + Ord {
    const TABLE: &'static str;
    const ABOUT: &'static str;
    /// The columns that tell rows apart; empty if equal rows may occur.
    const KEY: &'static [&'static str];
    fn fields() -> Vec<Field>;
    fn cells(&self) -> Vec<Cell<'_>>;
    /// The name of the column that cannot be read, if one cannot.
    fn parse(record: &csv::StringRecord) -> Result<Self, &'static str>;
}

/// A table that can be written and described, whatever its rows are.
pub trait Table {
    fn name(&self) -> &'static str;
    fn about(&self) -> &'static str;
    fn key(&self) -> &'static [&'static str];
    fn fields(&self) -> Vec<Field>;
    fn rows(&self) -> usize;
    fn cells(&self, row: usize) -> Vec<Cell<'_>>;
}

/// A table that is read from a file.
pub trait TableMut: Table {
    /// Adds a row as it stands in a file; the name of the column that cannot be read, if one cannot.
    fn push(&mut self, record: &csv::StringRecord) -> Result<(), &'static str>;
    /// The one order of the rows: two datasets with the same rows have the same bytes.
    fn sort(&mut self);
}

impl<R: Row> Table for Vec<R> {
    fn name(&self) -> &'static str {
        R::TABLE
    }
    fn about(&self) -> &'static str {
        R::ABOUT
    }
    fn key(&self) -> &'static [&'static str] {
        R::KEY
    }
    fn fields(&self) -> Vec<Field> {
        R::fields()
    }
    fn rows(&self) -> usize {
        self.len()
    }
    fn cells(&self, row: usize) -> Vec<Cell<'_>> {
        self[row].cells()
    }
}

impl<R: Row> TableMut for Vec<R> {
    fn push(&mut self, record: &csv::StringRecord) -> Result<(), &'static str> {
        self.push(R::parse(record)?);
        Ok(())
    }
    fn sort(&mut self) {
        self.as_mut_slice().sort();
    }
}

/// Declares rows: the table, its key, and each column with its type and what it means.
macro_rules! table {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident in $table:literal key [$($key:literal),*] {
            $( $field:ident: $type:ty, $about:literal; )*
        }
        about $text:literal;
    )*) => {$(
        $(#[$meta])*
        #[doc = $text]
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name { $( #[doc = $about] pub $field: $type, )* }

        impl $crate::dataset::Row for $name {
            const TABLE: &'static str = $table;
            const ABOUT: &'static str = $text;
            const KEY: &'static [&'static str] = &[$($key),*];
            fn fields() -> Vec<$crate::dataset::Field> {
                use $crate::dataset::Column;
                vec![$($crate::dataset::Field {
                    name: stringify!($field),
                    kind: <$type as Column>::KIND,
                    required: <$type as Column>::REQUIRED,
                    description: $about,
                    words: <$type as Column>::words(),
                }),*]
            }
            fn cells(&self) -> Vec<$crate::dataset::Cell<'_>> {
                use $crate::dataset::Column;
                vec![$(self.$field.cell()),*]
            }
            fn parse(record: &csv::StringRecord) -> Result<Self, &'static str> {
                use $crate::dataset::Column;
                let mut cells = record.iter();
                Ok($name { $(
                    $field: cells
                        .next()
                        .and_then(<$type as Column>::parse)
                        .ok_or(stringify!($field))?,
                )* })
            }
        }
    )*};
}
pub(crate) use table;
