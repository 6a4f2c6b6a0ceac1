//! `average`: the exact sum over the number of values; null without any.

use super::sum::Totalled;

/// Mean over a window.
pub(crate) type Average = Totalled<true>;
