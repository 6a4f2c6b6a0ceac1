//! Plays and runs whose every text is what a sample says.

use std::collections::BTreeMap;

use mainstay_app::play_book::*;
use mainstay_app::plays::{Entrant, EntrantAnswer, Today};
use mainstay_app::scenarios::TestedScenario;

use super::now;

/// A play with everything in it, `count` times.
pub(in crate::console) fn play_detail(text: &str, count: usize) -> PlayDetail {
    let some = |_: usize| text.to_owned();
    let step = |number: usize| StepView {
        name: format!("{text} {number}"),
        at: text.to_owned(),
        hangs_on: vec![text.to_owned()],
        does: vec![text.to_owned(), "task csm".to_owned()],
        waiting: 3,
        done: 12,
        skipped: 2,
        failed: 1,
        superseded: 4,
    };
    let goal = GoalView { name: text.to_owned(), when: text.to_owned(), reached: 4, of: 12, held_out_reached: 1, held_out_of: 5 };
    let kinds = ["begun", "done", "skipped", "given_up", "act"];
    let log = |kind: &&str| LogLine {
        at: now(),
        kind: (*kind).to_owned(),
        account_id: text.to_owned(),
        run: text.to_owned(),
        what: text.to_owned(),
        why: text.to_owned(),
    };
    PlayDetail {
        summary: summary(text, count > 0),
        per: "subscription".to_owned(),
        qualify: text.to_owned(),
        exits: (0..count.min(3)).map(some).map(|text| (text.clone(), text)).collect(),
        steps: (0..count).map(step).collect(),
        goals: if count > 0 { vec![goal] } else { Vec::new() },
        runs: (0..count).map(|number| run_line(&format!("{text}{number}"), text)).collect(),
        refused: refusals(text, count),
        messages: ["email", text].iter().take(count).map(|channel| sent(channel)).collect(),
        log: if count > 0 { kinds.iter().map(log).collect() } else { Vec::new() },
        path: if count > 0 { "plays/all.yaml".to_owned() } else { String::new() },
        text: if count > 0 { format!("plays:\n  x: {text}\n") } else { String::new() },
        counts_of_latest: count > 100,
    }
}

/// Refused once each but the first, which was refused often.
pub(in crate::console) fn refusals(text: &str, count: usize) -> Vec<RefusalLine> {
    let refusal = |number: usize| RefusalLine {
        play: text.to_owned(),
        account_id: text.to_owned(),
        subject: if number == 0 { text.to_owned() } else { format!("{text} {number}") },
        at: now(),
        reason: "not_qualified".to_owned(),
        why: text.to_owned(),
        times: if number == 0 { 1_200 } else { 1 },
    };
    (0..count.min(25)).map(refusal).collect()
}

fn sent(channel: &str) -> MessagesSent {
    MessagesSent { channel: channel.to_owned(), sent: 40, opened: 21, clicked: 8, replied: 3, bounced: 0 }
}

pub(in crate::console) fn summary(text: &str, in_force: bool) -> PlaySummary {
    PlaySummary {
        name: text.to_owned(),
        label: text.to_owned(),
        description: text.to_owned(),
        purpose: "churn_prevention".to_owned(),
        trigger: text.to_owned(),
        version: "3f2a91c07b1d".to_owned(),
        in_force,
        holdout: 0.1,
        begun: 40,
        waiting: 12,
        paused: 1,
        held_out: 5,
        behind: u64::from(in_force) * 3,
        ended: vec![EndedRuns { outcome: text.to_owned(), runs: 23 }],
        dead_letters: 2,
        last_begun: in_force.then(now),
    }
}

pub(in crate::console) fn run_line(id: &str, text: &str) -> RunLine {
    RunLine {
        id: id.to_owned(),
        play: text.to_owned(),
        version: "3f2a91c07b1d".to_owned(),
        account_id: text.to_owned(),
        subject: format!("{text} line"),
        status: "running".to_owned(),
        outcome: None,
        held_out: false,
        trigger_at: now(),
        started_at: now(),
        due_at: Some(now()),
        ended_at: None,
        next_step: Some(text.to_owned()),
    }
}

pub(in crate::console) fn run_detail(text: &str, behind: bool) -> RunDetail {
    let effect = EffectLine {
        key: format!("{text}/call/0"),
        what: text.to_owned(),
        status: "dead".to_owned(),
        at: Some(now()),
        why: text.to_owned(),
    };
    let step = |state: &str| RunStep {
        name: format!("{text} {state}"),
        state: state.to_owned(),
        due_at: Some(now()),
        decided_at: None,
        why: text.to_owned(),
        effects: vec![effect.clone()],
    };
    RunDetail {
        line: run_line(text, text),
        label: text.to_owned(),
        behind,
        steps: ["done", "skipped", "waiting", "pending"].into_iter().map(step).collect(),
        goals: vec![(text.to_owned(), Some(now())), ("other".to_owned(), None)],
        trigger: BTreeMap::from([("by".to_owned(), text.into())]),
        baseline: BTreeMap::from([("arr".to_owned(), 12_000.into())]),
        log: play_detail(text, 1).log,
    }
}

pub(in crate::console) fn letters(text: &str, count: usize) -> Vec<Letter> {
    let letter = |number: usize| Letter {
        key: format!("{text}/{number}"),
        run: Some(text.to_owned()),
        step: Some(text.to_owned()),
        account_id: text.to_owned(),
        channel: "email".to_owned(),
        status: "dead".to_owned(),
        attempts: 9,
        next_at: now(),
        why: text.to_owned(),
        created_at: now(),
        sent_at: None,
    };
    (0..count).map(letter).collect()
}

pub(in crate::console) fn today(text: &str, count: usize) -> Today {
    let answers = [EntrantAnswer::Starts, EntrantAnswer::HeldOut, EntrantAnswer::Refused];
    let entrant = |number: usize| Entrant {
        account_id: text.to_owned(),
        name: text.to_owned(),
        record: Some(text.to_owned()),
        at: now(),
        answer: answers[number % 3],
        why: text.to_owned(),
    };
    Today { means: text.to_owned(), candidates: count * 2, entrants: (0..count.min(100)).map(entrant).collect() }
}

/// Scenarios of which the first of three passed, the second differs, and the third says nothing.
fn scenarios(text: &str, count: usize) -> Vec<TestedScenario> {
    let differs =
        format!("           expected             actual\n  ! day 2  {text}  -\n    day 2: the step `{text}` did not happen: {text}\n");
    let scenario = |number: usize| TestedScenario {
        name: format!("{text} {number}"),
        play: text.to_owned(),
        place: format!("scenarios/all.yaml:{}", number + 2),
        passed: number.is_multiple_of(3),
        lines: Vec::new(),
        table: if number % 3 == 2 { String::new() } else { differs.clone() },
        why_not: None,
        skipped: Vec::new(),
        missed: Vec::new(),
        error: (number % 3 == 2).then(|| text.to_owned()),
    };
    (0..count).map(scenario).collect()
}

/// A preview of a play with so many scenarios.
pub(in crate::console) fn preview(text: &str, right: bool, count: usize) -> PlayPreview {
    let flaw = PlayProblem { line: 2, column: 6, length: 4, error: !right, message: text.to_owned(), hint: text.to_owned() };
    let detail = play_detail(text, 2);
    PlayPreview {
        path: "plays/all.yaml".to_owned(),
        problems: vec![flaw],
        right,
        steps: if right { detail.steps } else { Vec::new() },
        today: if right { today(text, 3) } else { Today::default() },
        scenarios: if right { scenarios(text, count.min(50)) } else { Vec::new() },
        scenarios_left_out: if right { count.saturating_sub(50) } else { 0 },
    }
}
