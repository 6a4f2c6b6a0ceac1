//! Why steps of a simulated run did not happen, in words.

use mainstay_model::play::{ConditionId, Play};
use serde::Serialize;

use crate::compare::label_of;
use crate::run::Skip;
use crate::simulate::Simulated;
use crate::{Run, StepOutcome};

/// A step that did not happen.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SkippedStep {
    /// The step's name.
    pub step: String,
    /// When that was decided, as scenarios write moments.
    pub at: String,
    /// Why, in words.
    pub why: String,
}

/// The steps of a simulated run that did not happen, in order.
#[must_use]
pub fn skipped(play: &Play, simulated: &Simulated) -> Vec<SkippedStep> {
    let Some(run) = &simulated.run else { return Vec::new() };
    let found = simulated.decided.iter().filter_map(|decided| {
        let why = match &decided.outcome {
            StepOutcome::Done => return None,
            StepOutcome::Skipped(skip) => why(play, &decided.step, *skip),
            StepOutcome::Failed(reason) => format!("it failed: {reason}"),
            StepOutcome::Superseded => format!("the run had ended: {}", run.outcome.as_deref().unwrap_or("none")),
        };
        Some(SkippedStep { step: decided.step.clone(), at: at(decided.at, run), why })
    });
    found.collect()
}

fn at(instant: mainstay_model::Timestamp, run: &Run) -> String {
    label_of(instant, run, &[]).to_string()
}

fn why(play: &Play, step: &str, skip: Skip) -> String {
    let step = play.step(step).map(|(_, step)| step);
    let written = |id: Option<ConditionId>| id.and_then(|id| play.condition(id)).map_or("", |condition| condition.written.as_str());
    match skip {
        Skip::When => format!("not true: {}", written(step.and_then(|step| step.when))),
        Skip::Unless => format!("true: {}", written(step.and_then(|step| step.unless))),
        other => other.why().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_a_word_and_a_sentence_of_its_own() {
        for skip in Skip::ALL {
            assert_eq!(Skip::of_word(skip.word()), Some(skip));
            assert_eq!(Skip::ALL.iter().filter(|other| other.why() == skip.why()).count(), 1, "{skip:?}");
        }
        assert_eq!(Skip::of_word("asleep"), None);
    }
}
