//! Candidates for whom no run starts: why, in words, and what is kept of that.

use hashbrown::HashSet;
use mainstay_model::Timestamp;
use mainstay_model::play::{Play, Reentry};
use mainstay_plays::{Refusal, Subject};
use mainstay_store::{PlayRefusal, PlayRun};

use super::begin::Candidate;

/// Why no run starts, in words that complete a sentence.
pub(crate) fn refusal_words(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotInPilot => "it is not in the play's pilot".to_owned(),
        Refusal::Excluded { by } => format!("the play {by}, which is under way for it, excludes this one"),
        Refusal::AlreadyRunning => "a run of it is under way".to_owned(),
        Refusal::AlreadyRan => "it had its only run".to_owned(),
        Refusal::TooSoon { until } => format!("it may enter again on {}", until.to_string().get(..10).unwrap_or_default()),
        Refusal::NotQualified => "it does not qualify".to_owned(),
    }
}

/// What is kept of refused candidates. One whose run began at the very trigger instant was admitted, and is only heard again after a crash:
/// nothing is kept of it. Where runs go side by side by a value of the trigger what is kept is the account's, since such values come without end.
pub(super) fn kept(refused: &[(Candidate, Refusal)], runs: &[PlayRun], now: Timestamp) -> Vec<PlayRefusal> {
    if refused.is_empty() {
        return Vec::new();
    }
    let admitted: HashSet<(&str, &str, &str, Timestamp)> =
        runs.iter().map(|run| (run.play.as_str(), run.account_id.as_str(), run.subject.as_str(), run.trigger_at)).collect();
    let row = |(candidate, refusal): &(Candidate, Refusal)| {
        let play: &Play = &candidate.play.play;
        let Subject { account, record } = &candidate.subject;
        let subject = record.as_ref().unwrap_or(account);
        let again = admitted.contains(&(play.name.as_str(), account.as_str(), subject.as_str(), candidate.at));
        (!again).then(|| PlayRefusal {
            play: play.name.clone(),
            account_id: account.clone(),
            subject: if is_by_trigger(play) { account.clone() } else { subject.clone() },
            at: now,
            reason: refusal.word().to_owned(),
            detail: refusal.detail(),
            times: 1,
        })
    };
    refused.iter().filter_map(row).collect()
}

/// Whether what tells the runs of an account apart is a value of the trigger.
fn is_by_trigger(play: &Play) -> bool {
    matches!(&play.reentry, Reentry::Parallel(key) if key.starts_with("trigger."))
}
