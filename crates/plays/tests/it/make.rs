//! Plays and runs for tests.

use std::collections::BTreeMap;

use mainstay_model::play::effect::{Effect, Email};
use mainstay_model::play::{Audience, Body, Condition, ConditionScope, Moment, Per, Play, Purpose, Recipient, Reentry, Step, Trigger};
use mainstay_model::workspace::Calendar;
use mainstay_model::{Day, Timestamp, Zone};
use mainstay_plays::{Opening, Run, Subject};

/// A condition named `name`; its number is its place in the list.
pub(crate) fn condition(name: &str) -> Condition {
    Condition { written: name.into(), sql: name.into(), scope: ConditionScope::Run, reads: Vec::new() }
}

pub(crate) fn email() -> Effect {
    Effect::Email(Email {
        to: Recipient::Customer(Audience::Champion),
        template: "hello".into(),
        category: None,
        from: None,
        transactional: false,
        stale_after: None,
    })
}

pub(crate) fn plain(name: &str, at: &str, effects: Vec<Effect>) -> Step {
    Step { name: name.into(), at: moment(at), when: None, unless: None, within: None, repeat: None, effects, body: Body::Plain }
}

pub(crate) fn moment(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

pub(crate) fn play(steps: Vec<Step>) -> Play {
    Play {
        name: "p".into(),
        label: "P".into(),
        description: String::new(),
        purpose: Purpose::Internal,
        per: Per::Account,
        trigger: Trigger::ByHand,
        qualify: None,
        reentry: Reentry::AfterExit,
        holdout: 0.0,
        pilot: None,
        priority: 50,
        excludes: Vec::new(),
        silences_below: None,
        backfill: false,
        goals: Vec::new(),
        exits: Vec::new(),
        steps,
        conditions: ["a", "b", "c"].map(condition).to_vec(),
        baselines: Vec::new(),
        version: "1".into(),
    }
}

pub(crate) fn berlin() -> Zone {
    Zone::named("Europe/Berlin").unwrap()
}

/// A civil time of Berlin.
pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse_for_person(text, &berlin()).unwrap()
}

pub(crate) fn run(play: &Play, started_at: Timestamp, date: Option<Day>, held_out: bool) -> Run {
    Run::open(
        play,
        Opening {
            subject: Subject { account: "acme".into(), record: None },
            at: started_at,
            zone: berlin(),
            play_hour_minute: 9 * 60,
            date,
            held_out,
            baseline: BTreeMap::new(),
            trigger: BTreeMap::new(),
            previous_band: None,
            previous_score: None,
        },
    )
}

pub(crate) fn calendar() -> Calendar {
    Calendar { holidays: vec![Day::parse("2026-04-06").unwrap()], ..Calendar::default() }
}
