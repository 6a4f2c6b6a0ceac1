//! Whom an action reaches: roles of the company, and people at the customer.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Whom an action reaches.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// A role of the company, by its name in `roles`.
    Role(String),
    /// People at the customer.
    Customer(Audience),
}

/// People at the customer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// The champion.
    Champion,
    /// The sponsor.
    Sponsor,
    /// The administrators.
    Admins,
    /// Everybody who uses the product.
    Users,
    /// The user or person whose run it is.
    Subject,
    /// Who sent the event or answer that began the run.
    Respondent,
    /// The champion who left.
    FormerChampion,
    /// All known contacts but the champion.
    Contacts,
}

impl Audience {
    /// Every audience with the words it is written with; the first of several is the canonical one.
    pub const WORDS: &'static [(&'static str, Self)] = &[
        ("champion", Self::Champion),
        ("sponsor", Self::Sponsor),
        ("admins", Self::Admins),
        ("users", Self::Users),
        ("user", Self::Subject),
        ("person", Self::Subject),
        ("respondent", Self::Respondent),
        ("former_champion", Self::FormerChampion),
        ("contacts", Self::Contacts),
    ];

    /// The audience of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, audience)| *audience)
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Role(name) => f.write_str(name),
            Self::Customer(audience) => {
                let word = Audience::WORDS.iter().find(|(_, known)| known == audience);
                f.write_str(word.map_or("", |(word, _)| word))
            }
        }
    }
}
