//! How scenarios came out, for people.

use std::collections::BTreeMap;
use std::fmt::Write;

use mainstay_app::scenarios::TestedScenario;
use serde::Serialize;

/// What all scenarios came to.
#[derive(Serialize)]
pub(crate) struct Tally<'a> {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    /// Plays that no scenario tests.
    pub(crate) untested: Vec<&'a str>,
    #[serde(skip)]
    plays: BTreeMap<&'a str, (usize, usize)>,
}

impl<'a> Tally<'a> {
    pub(crate) fn of(tested: &'a [TestedScenario], untested: Vec<&'a str>) -> Self {
        let mut plays: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for one in tested {
            let (passed, all) = plays.entry(&one.play).or_default();
            *passed += usize::from(one.passed);
            *all += 1;
        }
        let passed = tested.iter().filter(|one| one.passed).count();
        Self { passed, failed: tested.len() - passed, untested, plays }
    }
}

/// A scenario that failed: what was expected beside what the play did, then why steps did not happen.
pub(crate) fn failure(tested: &TestedScenario) -> String {
    let mut text = format!("FAILED  {}: {}\n", tested.play, tested.name);
    // Writing to a text does not fail.
    if !tested.place.is_empty() {
        let _ = writeln!(text, "        {}", tested.place);
    }
    if let Some(error) = &tested.error {
        let _ = writeln!(text, "        {error}");
    }
    text.push_str(&tested.difference());
    text.push('\n');
    text
}

/// One line for each play, then the sum.
pub(crate) fn tally(tally: &Tally<'_>) -> String {
    let width = tally.plays.keys().map(|play| play.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (play, (passed, all)) in &tally.plays {
        let word = if passed == all { "ok" } else { "FAILED" };
        let _ = writeln!(text, "{play:width$}  {passed:>3} of {all:<3}  {word}");
    }
    for play in &tally.untested {
        let _ = writeln!(text, "{play:width$}  no scenario");
    }
    let _ = writeln!(text, "{} scenarios: {} passed, {} failed", tally.passed + tally.failed, tally.passed, tally.failed);
    text
}
