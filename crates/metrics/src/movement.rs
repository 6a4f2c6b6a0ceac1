//! How somebody who pays, paid, or will pay moved between two days.

use mainstay_model::Fraction;
use serde::{Deserialize, Serialize};

/// What became of an account (at the grain asked for) between the opening and the closing of a period.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Movement {
    /// Pays now, and never did before.
    New,
    /// Pays now, did not at the opening, but did at some time before it.
    Reactivation,
    /// Pays more.
    Expansion,
    /// Pays less, but pays.
    Contraction,
    /// Paid, and does not any more.
    Churn,
    /// Pays the same.
    Unchanged,
    /// Paid neither at the opening nor at the closing.
    None,
}

impl Movement {
    /// The movement from `opening` to `closing` MRR; `paid_before` is asked only where it decides.
    #[must_use]
    pub fn of(opening: Fraction, closing: Fraction, paid_before: impl FnOnce() -> bool) -> Self {
        match (opening > Fraction::ZERO, closing > Fraction::ZERO) {
            (false, false) => Self::None,
            (false, true) if paid_before() => Self::Reactivation,
            (false, true) => Self::New,
            (true, false) => Self::Churn,
            (true, true) if closing > opening => Self::Expansion,
            (true, true) if closing < opening => Self::Contraction,
            (true, true) => Self::Unchanged,
        }
    }

    /// The word in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Reactivation => "reactivation",
            Self::Expansion => "expansion",
            Self::Contraction => "contraction",
            Self::Churn => "churn",
            Self::Unchanged => "unchanged",
            Self::None => "none",
        }
    }

    /// Whether revenue came or went.
    #[must_use]
    pub const fn moved(self) -> bool {
        !matches!(self, Self::Unchanged | Self::None)
    }
}
