//! What a noun looks like to whoever must read any of them: store, CSV, command line, pages.

use std::fmt::Debug;

use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Longest code, in characters.
pub const CODE_CHARS: usize = 32;

/// A noun of a programme.
pub trait Noun: Serialize + DeserializeOwned + Clone + Debug + Send + Sync + 'static {
    const SHEET: &'static Sheet;

    /// What no single field can tell: whether they fit together, and, when there was a record
    /// before, whether this one may come after it.
    fn judge(&self, before: Option<&Self>) -> Vec<BadField>;
}

/// The table of a noun.
#[derive(Clone, Copy, Debug)]
pub struct Sheet {
    pub word: &'static str,
    /// As addresses write it.
    pub plural: &'static str,
    /// Names the noun in keys of the store; never given to another noun.
    pub number: u8,
    /// What people read above a list of them.
    pub fr: &'static str,
    pub en: &'static str,
    /// What numbered codes begin with; empty where people choose the code.
    pub prefix: &'static str,
    /// Its code means one thing in all programmes of a controller, because devices carry it
    /// without their programme.
    pub alone: bool,
    /// Fields that lead to the site it belongs to, the first that is filled in; none for what
    /// belongs to the programme as a whole.
    pub via: &'static [&'static str],
    pub fields: &'static [Field],
    /// [`Noun::judge`], for whoever has only JSON.
    pub judge: Judge,
}

/// Judges a record, beside the one before it.
pub type Judge = fn(&Map<String, Value>, Option<&Map<String, Value>>) -> Vec<BadField>;

/// One field of a noun.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub name: &'static str,
    pub form: Form,
    pub needed: bool,
    pub sealed: Option<Sealed>,
    /// What people read beside it.
    pub fr: &'static str,
    pub en: &'static str,
}

/// Why a field is sealed, which says who may read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sealed {
    /// Name, phone, mail, address: each display is told in the audit.
    Contact,
    FirstName,
    /// What somebody wrote freely.
    Words,
}

/// What a field may hold.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// Of this record: letters, digits and dashes.
    Code,
    /// One line, of at most so many characters.
    Text(usize),
    /// Several lines, of at most so many characters.
    Words(usize),
    /// A whole number between two, both included.
    Number(i64, i64),
    Flag,
    Day,
    /// One of a list.
    Word(fn() -> Vec<&'static str>),
    /// The code of another noun's record, by the noun's word.
    Names(&'static str),
    /// So many lines at most, each of one line.
    Texts(usize),
    /// Rows of their own shape, written as JSON; the function tells what is wrong with them.
    Rows(fn(&Value) -> Result<(), String>),
}

/// What is wrong with one field, and what to do, in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BadField {
    pub field: String,
    pub fr: String,
    pub en: String,
}

impl BadField {
    pub fn new(field: &str, fr: impl Into<String>, en: impl Into<String>) -> Self {
        BadField {
            field: field.to_owned(),
            fr: fr.into(),
            en: en.into(),
        }
    }
}

impl Field {
    pub const fn new(name: &'static str, form: Form, fr: &'static str, en: &'static str) -> Self {
        Field {
            name,
            form,
            needed: false,
            sealed: None,
            fr,
            en,
        }
    }

    /// Nothing is kept without it.
    pub const fn needed(mut self) -> Self {
        self.needed = true;
        self
    }

    pub const fn contact(mut self) -> Self {
        self.sealed = Some(Sealed::Contact);
        self
    }

    pub const fn first_name(mut self) -> Self {
        self.sealed = Some(Sealed::FirstName);
        self
    }

    pub const fn words(mut self) -> Self {
        self.sealed = Some(Sealed::Words);
        self
    }
}

impl Sheet {
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The fields that are kept sealed.
    pub fn sealed(&self) -> impl Iterator<Item = &'static Field> + use<> {
        self.fields.iter().filter(|field| field.sealed.is_some())
    }

    /// Fields that name a record of another noun, with that noun's word.
    pub fn references(&self) -> impl Iterator<Item = (&'static Field, &'static str)> + use<> {
        self.fields.iter().filter_map(|field| match field.form {
            Form::Names(noun) => Some((field, noun)),
            _ => None,
        })
    }

    /// What somebody gave, without what is empty; or everything that is wrong with it, field
    /// by field. An empty code is no fault where the controller numbers.
    pub fn admit(&self, given: Value) -> Result<Map<String, Value>, Vec<BadField>> {
        let Value::Object(given) = given else {
            return Err(vec![BadField::new(
                "",
                "un objet JSON est attendu",
                "a JSON object is expected",
            )]);
        };
        let mut kept = Map::new();
        let mut bad = Vec::new();
        for (name, value) in given {
            let Some(field) = self.field(&name) else {
                bad.push(self.unknown(&name));
                continue;
            };
            match field.form.admit(value) {
                Ok(Value::Null) => {}
                Ok(value) => {
                    kept.insert(name, value);
                }
                Err((fr, en)) => bad.push(BadField::new(&name, fr, en)),
            }
        }
        for field in self.fields.iter().filter(|field| field.needed) {
            let told = bad.iter().any(|bad| bad.field == field.name);
            let numbered = field.name == "code" && !self.prefix.is_empty();
            if !kept.contains_key(field.name) && !told && !numbered {
                bad.push(BadField::new(
                    field.name,
                    "manque ; le remplir",
                    "is missing; fill it in",
                ));
            }
        }
        match bad.is_empty() {
            true => Ok(kept),
            false => Err(bad),
        }
    }

    /// What is wrong with a name that is no field of this noun.
    pub fn unknown(&self, name: &str) -> BadField {
        let names: Vec<_> = self.fields.iter().map(|field| field.name).collect();
        let names = names.join(", ");
        BadField::new(
            name,
            format!("n’est pas un champ ; les champs sont : {names}"),
            format!("is no field; the fields are: {names}"),
        )
    }
}

/// Whether this can be the code of a record.
pub fn is_code(code: &str) -> bool {
    (1..=CODE_CHARS).contains(&code.len())
        && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// What is wrong with a value, in French and in English.
type Fault = (String, String);

fn fault<T>(fr: impl Into<String>, en: impl Into<String>) -> Result<T, Fault> {
    Err((fr.into(), en.into()))
}

impl Form {
    /// The value as it is kept, null if it is empty; or what is wrong with it.
    fn admit(self, value: Value) -> Result<Value, Fault> {
        let value = match value {
            Value::String(text) => Value::String(text.trim().to_owned()),
            other => other,
        };
        let empty = match &value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            _ => false,
        };
        if empty {
            return Ok(Value::Null);
        }
        match self {
            Form::Code | Form::Names(_) => match value.as_str() {
                Some(code) if is_code(code) => Ok(value),
                _ => fault(
                    format!(
                        "n’est pas un code : 1 à {CODE_CHARS} lettres sans accent, chiffres et tirets"
                    ),
                    format!("is no code: 1 to {CODE_CHARS} plain letters, digits and dashes"),
                ),
            },
            Form::Text(max) => text(value, max, false),
            Form::Words(max) => text(value, max, true),
            Form::Number(min, max) => match value.as_i64() {
                Some(n) if (min..=max).contains(&n) => Ok(value),
                _ => fault(
                    format!("doit être un nombre entier de {min} à {max}"),
                    format!("must be a whole number from {min} to {max}"),
                ),
            },
            Form::Flag => match value.is_boolean() {
                true => Ok(value),
                false => fault("doit être oui ou non", "must be true or false"),
            },
            Form::Day => match value.as_str().and_then(|text| text.parse::<Date>().ok()) {
                Some(day) if (1900..2200).contains(&day.year()) => {
                    Ok(Value::String(day.to_string()))
                }
                _ => fault(
                    "n’est pas une date : l’écrire 2010-04-01",
                    "is no date: write it 2010-04-01",
                ),
            },
            Form::Word(words) => {
                let words = words();
                match value.as_str() {
                    Some(word) if words.contains(&word) => Ok(value),
                    _ => {
                        let words = words.join(", ");
                        fault(
                            format!("doit être l’un de ces mots : {words}"),
                            format!("must be one of these words: {words}"),
                        )
                    }
                }
            }
            Form::Texts(most) => match &value {
                Value::Array(items)
                    if items.len() <= most
                        && items.iter().all(|item| {
                            item.as_str().is_some_and(|text| {
                                !text.trim().is_empty()
                                    && text.chars().count() <= 120
                                    && !text.chars().any(char::is_control)
                            })
                        }) =>
                {
                    Ok(value)
                }
                _ => fault(
                    format!("doit être une liste d’au plus {most} textes de 1 à 120 caractères"),
                    format!("must be a list of at most {most} texts of 1 to 120 characters"),
                ),
            },
            Form::Rows(judge) => match judge(&value) {
                Ok(()) => Ok(value),
                Err(why) => fault(
                    format!("n’est pas la liste attendue ({why}) ; voir docs/programme.md"),
                    format!("is not the list that is expected ({why}); see docs/programme.md"),
                ),
            },
        }
    }
}

fn text(value: Value, max: usize, lines: bool) -> Result<Value, Fault> {
    let fits = |text: &str| {
        text.chars().count() <= max
            && !text
                .chars()
                .any(|c| c.is_control() && !(lines && matches!(c, '\n' | '\r' | '\t')))
    };
    match value.as_str() {
        Some(text) if fits(text) => Ok(value),
        _ => fault(
            format!("doit être un texte d’au plus {max} caractères"),
            format!("must be a text of at most {max} characters"),
        ),
    }
}

/// Whether a field is left out of JSON.
pub trait Blank {
    fn is_blank(&self) -> bool;
}

impl<T> Blank for Option<T> {
    fn is_blank(&self) -> bool {
        self.is_none()
    }
}

impl<T> Blank for Vec<T> {
    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

impl Blank for String {
    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

impl Blank for bool {
    fn is_blank(&self) -> bool {
        false
    }
}

/// Declares a noun: its struct and its sheet from one list of fields.
///
/// After the type of a field come its form, its French and English names, and what else is
/// true of it (`needed`, `contact`, `first_name`, `words`). Every field may be missing in JSON:
/// what is needed is asked for by the sheet, which tells all that is wrong at once.
#[macro_export]
macro_rules! noun {
    (
        $(#[$meta:meta])*
        pub struct $name:ident = $number:literal $word:literal $plural:literal,
        $fr:literal, $en:literal, prefix $prefix:literal, alone $alone:literal,
        via [$($via:literal),*] {
            $(
                $(#[$fmeta:meta])*
                $field:ident : $ty:ty = $form:expr, $ffr:literal, $fen:literal $(, $flag:ident)* ;
            )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, ::serde::Serialize, ::serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(::utoipa::ToSchema))]
        pub struct $name {
            $(
                $(#[$fmeta])*
                #[serde(default, skip_serializing_if = "crate::programme::sheet::Blank::is_blank")]
                pub $field: $ty,
            )*
        }

        impl $name {
            const FIELDS: &'static [$crate::programme::Field] = &[
                $(
                    $crate::programme::Field::new(stringify!($field), $form, $ffr, $fen)
                        $(.$flag())*,
                )*
            ];
            const TABLE: $crate::programme::Sheet = $crate::programme::Sheet {
                word: $word,
                plural: $plural,
                number: $number,
                fr: $fr,
                en: $en,
                prefix: $prefix,
                alone: $alone,
                via: &[$($via),*],
                fields: $name::FIELDS,
                judge: |now, before| $crate::programme::sheet::judged::<$name>(now, before),
            };
        }
    };
}

/// [`Noun::judge`] on JSON that the sheet has admitted.
pub fn judged<N: Noun>(
    now: &Map<String, Value>,
    before: Option<&Map<String, Value>>,
) -> Vec<BadField> {
    let read = |map: &Map<String, Value>| serde_json::from_value::<N>(Value::Object(map.clone()));
    match read(now) {
        // A record of before that this version cannot read is no reason to keep it for ever.
        Ok(now) => now.judge(before.and_then(|before| read(before).ok()).as_ref()),
        Err(error) => vec![BadField::new("", error.to_string(), error.to_string())],
    }
}
