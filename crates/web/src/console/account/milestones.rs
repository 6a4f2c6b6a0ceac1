//! How far an account's onboarding has come: each milestone, when it was reached and how long it took.

use mainstay_app::lifecycle::OnboardingBoard;

use crate::console::onboarding::{Step, steps_of};
use crate::console::words::{Locale, day_words, plural};

/// The onboarding of an account.
#[derive(Clone, Debug)]
pub struct Milestones {
    /// The day it came into the stage.
    pub since: String,
    /// For how long it has been there.
    pub days: String,
    /// Whether it is stuck.
    pub stalled: bool,
    /// Days from becoming a customer to first value; empty where that is not known.
    pub value: String,
    /// The milestones in order.
    pub steps: Vec<Step>,
}

impl Milestones {
    /// Reads a board with one account; nothing where nobody is on it.
    #[must_use]
    pub fn new(board: &OnboardingBoard, locale: Locale) -> Option<Self> {
        let account = board.accounts.first()?;
        Some(Self {
            since: day_words(account.since),
            days: plural(usize::try_from(account.days).unwrap_or(0), "day", "days"),
            stalled: account.stalled,
            value: account.days_to_value.map_or_else(String::new, |days| format!("{} days", locale.number(days, 1))),
            steps: steps_of(account, &board.milestones),
        })
    }
}
