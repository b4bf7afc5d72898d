//! Readings: values that a sensor may or may not give.
//!
//! A reading that is missing, of another type or out of its bounds is absent;
//! it never spoils its neighbours, and it is never zero. Fields that this
//! version does not know are skipped. The macros here write that rule once, and
//! give every field an integer key for the controller's stored records.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{RangeInclusive, RangeToInclusive};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A value that can be read from any JSON without ever failing.
pub trait Reading: Sized {
    /// What the value looks like to serde; `None` when the JSON does not fit.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error>;
}

/// What a value must satisfy to be believed.
pub trait Bound<T> {
    /// Whether `value` is inside; a list may be shortened to fit.
    fn admits(&self, value: &mut T) -> bool;
}

impl<T: PartialOrd> Bound<T> for RangeInclusive<T> {
    fn admits(&self, value: &mut T) -> bool {
        self.contains(value)
    }
}

impl Bound<String> for RangeToInclusive<usize> {
    fn admits(&self, value: &mut String) -> bool {
        value.chars().count() <= self.end && !value.chars().any(char::is_control)
    }
}

impl<T> Bound<Vec<T>> for RangeToInclusive<usize> {
    fn admits(&self, value: &mut Vec<T>) -> bool {
        value.truncate(self.end);
        true
    }
}

/// Deserializes one [`Reading`] inside a map or a list.
#[derive(Debug)]
pub struct Seed<T>(PhantomData<T>);

impl<T> Default for Seed<T> {
    fn default() -> Self {
        Seed(PhantomData)
    }
}

impl<'de, T: Reading> DeserializeSeed<'de> for Seed<T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        T::read(deserializer)
    }
}

/// Accepts any JSON value and keeps only the kind it was made for.
struct Loose<T, F>(F, PhantomData<T>);

/// Reads the name of a field as its number, without keeping the text.
#[derive(Debug)]
pub struct Key<F>(pub F);

impl<'de, F: Fn(&str) -> Option<u32>> DeserializeSeed<'de> for Key<F> {
    type Value = Option<u32>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<F: Fn(&str) -> Option<u32>> Visitor<'_> for Key<F> {
    type Value = Option<u32>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok((self.0)(name))
    }
}

/// A JSON scalar, as far as readings care.
enum Scalar<'a> {
    Bool(bool),
    Int(i128),
    Text(&'a str),
}

impl<'de, T, F: Fn(Scalar<'_>) -> Option<T>> Visitor<'de> for Loose<T, F> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_bool<E>(self, v: bool) -> Result<Self::Value, E> {
        Ok((self.0)(Scalar::Bool(v)))
    }

    fn visit_i64<E>(self, v: i64) -> Result<Self::Value, E> {
        Ok((self.0)(Scalar::Int(v.into())))
    }

    fn visit_u64<E>(self, v: u64) -> Result<Self::Value, E> {
        Ok((self.0)(Scalar::Int(v.into())))
    }

    fn visit_f64<E>(self, v: f64) -> Result<Self::Value, E> {
        // JSON has one kind of number: 12.0 is the integer 12.
        let whole = v.fract() == 0.0 && v.abs() < 9.0e15;
        Ok(whole
            .then_some(v as i128)
            .and_then(|v| (self.0)(Scalar::Int(v))))
    }

    fn visit_str<E>(self, v: &str) -> Result<Self::Value, E> {
        Ok((self.0)(Scalar::Text(v)))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

macro_rules! integer_readings {
    ($($int:ty),*) => {$(
        impl Reading for $int {
            fn read<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Self>, D::Error> {
                d.deserialize_any(Loose(
                    |scalar: Scalar<'_>| match scalar {
                        Scalar::Int(v) => <$int>::try_from(v).ok(),
                        _ => None,
                    },
                    PhantomData,
                ))
            }
        }
    )*};
}
integer_readings!(u8, i8, u16, i16, u32, i32, u64, i64);

impl Reading for bool {
    fn read<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Self>, D::Error> {
        let keep = |scalar: Scalar<'_>| match scalar {
            Scalar::Bool(v) => Some(v),
            _ => None,
        };
        d.deserialize_any(Loose(keep, PhantomData))
    }
}

impl Reading for String {
    fn read<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Self>, D::Error> {
        read_word(d, |text| Some(text.to_owned()))
    }
}

/// Reads a string and keeps it if `parse` knows it.
pub fn read_word<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, D::Error> {
    let keep = |scalar: Scalar<'_>| match scalar {
        Scalar::Text(text) => parse(text),
        _ => None,
    };
    deserializer.deserialize_any(Loose(keep, PhantomData))
}

impl<T: Reading> Reading for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Self>, D::Error> {
        d.deserialize_any(List(PhantomData))
    }
}

/// Keeps the elements that fit; anything but a list is absent.
struct List<T>(PhantomData<T>);

impl<'de, T: Reading> Visitor<'de> for List<T> {
    type Value = Option<Vec<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = seq.next_element_seed(Seed::<T>::default())? {
            list.extend(element);
        }
        Ok(Some(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

/// Declares structs whose every field is a reading.
///
/// `KEY name: Type in BOUND;` where KEY is the field's integer in stored records
/// (never used again for another field) and BOUND is a range for numbers
/// (`0..=100`) or a greatest length (`..=64`) for text and lists.
#[macro_export]
macro_rules! readings {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident {
            $( $(#[$fmeta:meta])* $key:literal $field:ident : $ty:ty $(, in $bound:expr)? ; )*
        }
    )*) => {$(
        $(#[$meta])*
        #[derive(
            Clone, Debug, Default, PartialEq, Eq,
            ::serde::Serialize, ::minicbor::Encode, ::minicbor::Decode,
        )]
        #[cfg_attr(feature = "openapi", derive(::utoipa::ToSchema))]
        #[cbor(map)]
        pub struct $name {
            $(
                $(#[$fmeta])*
                #[n($key)]
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $field: Option<$ty>,
            )*
        }

        impl $crate::reading::Reading for $name {
            fn read<'de, D: ::serde::Deserializer<'de>>(d: D) -> Result<Option<Self>, D::Error> {
                struct Fields;

                impl<'de> ::serde::de::Visitor<'de> for Fields {
                    type Value = Option<$name>;

                    fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                        f.write_str("any JSON value")
                    }

                    fn visit_map<A: ::serde::de::MapAccess<'de>>(
                        self,
                        mut map: A,
                    ) -> Result<Self::Value, A::Error> {
                        let mut out = $name::default();
                        let number = |name: &str| match name {
                            $(stringify!($field) => Some($key),)*
                            _ => None,
                        };
                        while let Some(key) = map.next_key_seed($crate::reading::Key(number))? {
                            match key {
                                $(Some($key) => {
                                    let read: Option<$ty> =
                                        map.next_value_seed($crate::reading::Seed::default())?;
                                    out.$field = $crate::admitted!(read $(, $bound)?);
                                })*
                                _ => {
                                    map.next_value::<::serde::de::IgnoredAny>()?;
                                }
                            }
                        }
                        Ok(Some(out))
                    }

                    fn visit_seq<A: ::serde::de::SeqAccess<'de>>(
                        self,
                        mut seq: A,
                    ) -> Result<Self::Value, A::Error> {
                        while seq.next_element::<::serde::de::IgnoredAny>()?.is_some() {}
                        Ok(None)
                    }

                    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> { Ok(None) }
                    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> { Ok(None) }
                    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> { Ok(None) }
                    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> { Ok(None) }
                    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> { Ok(None) }
                    fn visit_unit<E>(self) -> Result<Self::Value, E> { Ok(None) }
                }

                d.deserialize_any(Fields)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                <Self as $crate::reading::Reading>::read(d)?
                    .ok_or_else(|| ::serde::de::Error::custom("expected a JSON object"))
            }
        }
    )*};
}

/// Keeps a value only if its bound, when it has one, admits it.
#[doc(hidden)]
#[macro_export]
macro_rules! admitted {
    ($read:expr) => {
        $read
    };
    ($read:expr, $bound:expr) => {
        $read.and_then(|mut value| {
            $crate::reading::Bound::admits(&$bound, &mut value).then_some(value)
        })
    };
}

/// Declares closed lists of words: an unknown word is an absent reading.
#[macro_export]
macro_rules! words {
    ($(
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$vmeta:meta])* $key:literal $variant:ident = $word:literal ),* $(,)?
        }
    )*) => {$(
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            ::serde::Serialize, ::minicbor::Encode, ::minicbor::Decode,
        )]
        #[cbor(index_only)]
        pub enum $name {
            $( $(#[$vmeta])* #[n($key)] #[serde(rename = $word)] $variant, )*
        }

        impl $name {
            /// Every value, in the order of the documents.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The word as it is written on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }

            /// Every word, in the order of the documents.
            pub fn words() -> Vec<&'static str> {
                Self::ALL.iter().map(|value| value.as_str()).collect()
            }

            /// The value of a word of the wire.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some($name::$variant),)* _ => None }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl $crate::reading::Reading for $name {
            fn read<'de, D: ::serde::Deserializer<'de>>(d: D) -> Result<Option<Self>, D::Error> {
                $crate::reading::read_word(d, $name::from_word)
            }
        }

        // By hand: the derive does not see a word that comes through a macro, and
        // would list the names of the variants instead.
        #[cfg(feature = "openapi")]
        impl ::utoipa::PartialSchema for $name {
            fn schema() -> ::utoipa::openapi::RefOr<::utoipa::openapi::schema::Schema> {
                let words = $name::ALL.iter().map(|value| value.as_str());
                ::utoipa::openapi::ObjectBuilder::new()
                    .schema_type(::utoipa::openapi::schema::Type::String)
                    .enum_values(Some(words))
                    .into()
            }
        }

        #[cfg(feature = "openapi")]
        impl ::utoipa::ToSchema for $name {}

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                <Self as $crate::reading::Reading>::read(d)?
                    .ok_or_else(|| ::serde::de::Error::custom("unknown word"))
            }
        }
    )*};
}
