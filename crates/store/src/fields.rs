//! Reading a row's columns into our types, with one error for what is not as we wrote it.

use mainstay_model::Timestamp;
use sqlx::Row as _;

use crate::dialect::Row;
use crate::error::{Attempt, Result, StoreError};

/// A row being read for one purpose.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    row: &'a Row,
    attempted: &'static str,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(row: &'a Row, attempted: &'static str) -> Self {
        Self { row, attempted }
    }

    pub(crate) fn text(&self, name: &str) -> Result<String> {
        self.row.try_get(name).attempt(self.attempted)
    }

    pub(crate) fn text_if_any(&self, name: &str) -> Result<Option<String>> {
        self.row.try_get(name).attempt(self.attempted)
    }

    pub(crate) fn number(&self, name: &str) -> Result<i64> {
        self.row.try_get(name).attempt(self.attempted)
    }

    pub(crate) fn count(&self, name: &str) -> Result<u64> {
        Ok(self.number(name)?.max(0).cast_unsigned())
    }

    pub(crate) fn yes(&self, name: &str) -> Result<bool> {
        Ok(self.number(name)? != 0)
    }

    pub(crate) fn at(&self, name: &str) -> Result<Timestamp> {
        Ok(Timestamp(self.number(name)?))
    }

    pub(crate) fn at_if_any(&self, name: &str) -> Result<Option<Timestamp>> {
        Ok(self.row.try_get::<Option<i64>, _>(name).attempt(self.attempted)?.map(Timestamp))
    }

    /// A column that holds one of the words of a closed list.
    pub(crate) fn word<T: Word>(&self, name: &str) -> Result<T> {
        let value = self.text(name)?;
        T::parse(&value).ok_or(StoreError::Foreign { what: T::WHAT, value })
    }
}

/// Reads all rows in the same way.
pub(crate) fn read_all<T>(rows: &[Row], attempted: &'static str, read: impl Fn(Fields<'_>) -> Result<T>) -> Result<Vec<T>> {
    rows.iter().map(|row| read(Fields::new(row, attempted))).collect()
}

/// A closed list of words.
pub(crate) trait Word: Sized {
    /// What the words are about, for the error.
    const WHAT: &'static str;
    fn parse(word: &str) -> Option<Self>;
}

/// Declares an enum whose variants are stored, shown and serialized as one word each.
macro_rules! words {
    ($(#[$about:meta])* $name:ident, $what:literal, { $($(#[$says:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$says])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// All of them, in the order in which they are declared.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word that stands for it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The one that a word stands for.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }

        impl crate::fields::Word for $name {
            const WHAT: &'static str = $what;
            fn parse(word: &str) -> Option<Self> {
                Self::parse(word)
            }
        }
    };
}
pub(crate) use words;
