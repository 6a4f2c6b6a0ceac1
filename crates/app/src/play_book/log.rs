//! The log of a play or a run: what began, what was decided and why, what was held back, what was given up, what people did.

use mainstay_model::Timestamp;
use mainstay_plays::run::Skip;
use mainstay_store::{Intervention, MessageVerdict, OutboxEntry, PlayRun, PlayStep, RunStatus};
use serde::{Deserialize, Serialize};

/// One line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LogLine {
    /// When.
    pub at: Timestamp,
    /// What kind of thing: `begun`, `held_out`, `ended`, `done`, `skipped`, `failed`, `superseded`, `delayed`, `suppressed`, `given_up`, `act`.
    pub kind: String,
    /// The account.
    pub account_id: String,
    /// The run.
    pub run: String,
    /// What it is about.
    pub what: String,
    /// Why; empty where there is nothing to say.
    pub why: String,
}

/// Lines of everything that is known, the newest first, at most so many.
pub(super) fn lines(
    runs: &[PlayRun],
    steps: &[(String, PlayStep)],
    verdicts: &[MessageVerdict],
    dead: &[OutboxEntry],
    acts: &[Intervention],
    limit: usize,
) -> Vec<LogLine> {
    let mut lines: Vec<LogLine> = Vec::new();
    for run in runs {
        lines.push(begun(run));
        lines.extend(run.ended_at.map(|at| ended(run, at)));
    }
    lines.extend(steps.iter().filter_map(|(account, step)| decided(account, step)));
    lines.extend(verdicts.iter().map(held));
    lines.extend(dead.iter().map(given_up));
    lines.extend(acts.iter().map(act));
    lines.sort_by(|a, b| (b.at, &a.run, &a.kind, &a.what).cmp(&(a.at, &b.run, &b.kind, &b.what)));
    lines.truncate(limit);
    lines
}

fn begun(run: &PlayRun) -> LogLine {
    let by = serde_json::from_str::<serde_json::Value>(&run.trigger_values).ok();
    let by = by.as_ref().and_then(|values| values.get("by")).and_then(|by| by.as_str()).map(|by| format!("started by {by}"));
    LogLine {
        at: run.started_at,
        kind: if run.held_out { "held_out" } else { "begun" }.to_owned(),
        account_id: run.account_id.clone(),
        run: run.id.clone(),
        what: if run.held_out { "begun without actions, to compare with" } else { "begun" }.to_owned(),
        why: by.unwrap_or_default(),
    }
}

fn ended(run: &PlayRun, at: Timestamp) -> LogLine {
    let why = if run.status == RunStatus::Stopped { "stopped" } else { "" };
    LogLine {
        at,
        kind: "ended".to_owned(),
        account_id: run.account_id.clone(),
        run: run.id.clone(),
        what: run.outcome.as_ref().map_or_else(|| "ended: its steps were through".to_owned(), |outcome| format!("ended: {outcome}")),
        why: if run.outcome.as_deref() == Some(why) { String::new() } else { why.to_owned() },
    }
}

fn decided(account: &str, step: &PlayStep) -> Option<LogLine> {
    Some(LogLine {
        at: step.decided_at?,
        kind: step.outcome.as_str().to_owned(),
        account_id: account.to_owned(),
        run: step.run_id.clone(),
        what: step.step.clone(),
        why: step.reason.as_deref().map(skip_words).unwrap_or_default(),
    })
}

fn held(verdict: &MessageVerdict) -> LogLine {
    let until = verdict.until_at.map(|until| format!(", until {until}")).unwrap_or_default();
    LogLine {
        at: verdict.at,
        kind: verdict.verdict.as_str().to_owned(),
        account_id: verdict.account_id.clone(),
        run: verdict.run_id.clone().unwrap_or_default(),
        what: format!("message of {}", verdict.step.as_deref().unwrap_or("the run")),
        why: format!("{}{until}", verdict.reason),
    }
}

fn given_up(entry: &OutboxEntry) -> LogLine {
    LogLine {
        at: entry.next_at.max(entry.created_at),
        kind: "given_up".to_owned(),
        account_id: entry.account_id.clone(),
        run: entry.run_id.clone().unwrap_or_default(),
        what: format!("{} of {}", entry.channel, entry.step.as_deref().unwrap_or("the run")),
        why: entry.last_error.clone().unwrap_or_default(),
    }
}

fn act(line: &Intervention) -> LogLine {
    LogLine {
        at: line.at,
        kind: "act".to_owned(),
        account_id: line.account_id.clone(),
        run: line.run_id.clone().unwrap_or_default(),
        what: line.what.clone(),
        why: format!("by {}", line.who),
    }
}

/// Why a step was left out or failed, as a sentence's end: what is no word of the machine is said already.
pub(super) fn skip_words(word: &str) -> String {
    Skip::of_word(word).map_or_else(|| word.to_owned(), |skip| skip.why().to_owned())
}
