//! What holds for every play and every sequence of inputs.

use std::collections::{BTreeMap, BTreeSet};

use mainstay_model::Timestamp;
use mainstay_model::play::effect::Effect;
use mainstay_model::play::step::{Awaited, Branch, Repeat};
use mainstay_model::play::{Body, ConditionId, Exit, ExitOn, Goal, Length, Play, Reentry, Step};
use mainstay_plays::admit::{Candidate, Earlier};
use mainstay_plays::edge::Edge;
use mainstay_plays::windows::BusinessTime;
use mainstay_plays::{Admission, Input, Response, Run, Subject, admit, is_held_out, run_id, step};
use proptest::prelude::*;

use crate::make::{at, berlin, calendar, email, plain, play, run};

fn offsets() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("immediately".to_owned()),
        (1_u32..200).prop_map(|n| format!("hour {n}")),
        (1_u32..30).prop_map(|n| format!("day {n}")),
        (1_u32..4).prop_map(|n| format!("month {n}")),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let one = (offsets(), 0_u8..5, proptest::option::of(0_usize..3), proptest::option::of(0_usize..3));
    proptest::collection::vec(one, 1..7).prop_map(|steps| {
        let step = |(index, (at, body, when, unless)): (usize, (String, u8, Option<usize>, Option<usize>))| {
            let tag = |name: &str| vec![Effect::Tag(name.into())];
            let mut step = plain(&format!("s{index}"), &at, vec![email(), Effect::Note("n".into())]);
            step.when = when.map(ConditionId);
            step.unless = unless.map(ConditionId);
            step.body = match body {
                0 => Body::Choose(vec![Branch { when: Some(ConditionId(0)), effects: tag("a") }, Branch { when: None, effects: tag("b") }]),
                1 => Body::Wait { on: Awaited::Reply, length: Length::Days(2), then: tag("a"), otherwise: tag("b") },
                2 => Body::Wait {
                    on: Awaited::Event { name: "E".into(), filter: None },
                    length: Length::Minutes(90),
                    then: tag("a"),
                    otherwise: tag("b"),
                },
                _ => Body::Plain,
            };
            if body == 4 {
                step.repeat = Some(Repeat { every: Length::Days(1), until: Some(crate::make::moment("day 20")) });
            }
            step
        };
        steps.into_iter().enumerate().map(step).collect()
    })
}

fn plays() -> impl Strategy<Value = Play> {
    (steps(), any::<bool>(), any::<bool>()).prop_map(|(steps, exits, ends)| Play {
        goals: vec![Goal { name: "g".into(), when: ConditionId(1), ends }],
        exits: if exits { vec![Exit { on: ExitOn::When(ConditionId(2)), outcome: "out".into() }] } else { Vec::new() },
        ..play(steps)
    })
}

/// Minutes since the input before, which input, and which conditions hold.
type Told = (u32, u8, [Option<bool>; 3]);

fn inputs() -> impl Strategy<Value = Vec<Told>> {
    let rare = || prop_oneof![3 => Just(Some(false)), 1 => Just(Some(true)), 1 => Just(None)];
    proptest::collection::vec((0_u32..4_000, 0_u8..8, [rare(), rare(), rare()]), 1..40)
}

/// Steps that were decided (with repetition), effects' keys, instants.
#[derive(Default, Clone, PartialEq, Debug)]
struct Seen {
    decided: Vec<(String, u32)>,
    keys: Vec<String>,
}

fn play_through(play: &Play, mut run: Run, told: &[Told], seen: &mut Seen, mut now: Timestamp, begin: bool) -> (Run, Timestamp) {
    let (calendar, zone) = (calendar(), berlin());
    let business = BusinessTime::new(&calendar, &zone);
    let first = begin.then_some((0, u8::MAX, [Some(false); 3]));
    for (minutes, which, truths) in first.iter().chain(told) {
        now = now.plus_seconds(i64::from(*minutes) * 60);
        let answers: BTreeMap<ConditionId, bool> =
            truths.iter().enumerate().filter_map(|(id, truth)| Some((ConditionId(id), (*truth)?))).collect();
        let input = match *which {
            u8::MAX => Input::Start,
            0 => Input::Changed,
            1 => Input::Event { name: "E".into(), at: now },
            2 => Input::Replied { kind: Response::Clicked, at: now },
            3 => Input::Pause,
            4 => Input::Resume,
            _ => Input::Due,
        };
        let outcome = step(play, &run, &input, now, &answers, &business);
        seen.decided.extend(outcome.decided.into_iter().map(|step| (step.step, step.repetition)));
        seen.keys.extend(outcome.effects.into_iter().map(|planned| planned.key));
        run = outcome.run;
    }
    (run, now)
}

proptest! {
    #[test]
    fn the_same_inputs_give_the_same_run_from_any_point_on(play in plays(), told in inputs(), cut in 0_usize..40) {
        let start = at("2026-03-02T10:00");
        let (mut once, mut twice) = (Seen::default(), Seen::default());
        let whole = play_through(&play, run(&play, start, None, false), &told, &mut once, start, true).0;
        let cut = cut.min(told.len());
        let (half, now) = play_through(&play, run(&play, start, None, false), &told[..cut], &mut twice, start, true);
        // What is stored and read again is the same run.
        let stored: Run = serde_json::from_str(&serde_json::to_string(&half).unwrap()).unwrap();
        prop_assert_eq!(&stored, &half);
        let resumed = play_through(&play, stored, &told[cut..], &mut twice, now, false).0;
        prop_assert_eq!(whole, resumed);
        prop_assert_eq!(once, twice);
    }

    #[test]
    fn a_step_is_decided_at_most_once_and_no_key_comes_twice(play in plays(), told in inputs()) {
        let start = at("2026-03-02T10:00");
        let mut seen = Seen::default();
        let end = play_through(&play, run(&play, start, None, false), &told, &mut seen, start, true).0;
        prop_assert_eq!(seen.decided.iter().collect::<BTreeSet<_>>().len(), seen.decided.len());
        prop_assert_eq!(seen.keys.iter().collect::<BTreeSet<_>>().len(), seen.keys.len());
        if end.has_ended() {
            let names: BTreeSet<&String> = seen.decided.iter().map(|(name, _)| name).collect();
            prop_assert_eq!(names.len(), play.steps.len(), "every step has an outcome in the end");
        }
    }

    #[test]
    fn a_held_out_run_has_no_effect_whatever_happens(play in plays(), told in inputs()) {
        let start = at("2026-03-02T10:00");
        let mut seen = Seen::default();
        let _ = play_through(&play, run(&play, start, None, true), &told, &mut seen, start, true);
        prop_assert!(seen.keys.is_empty());
    }

    #[test]
    fn later_offsets_are_due_later(a in 1_u32..400, b in 1_u32..400, seconds in 0_i64..100_000_000) {
        let (calendar, zone) = (calendar(), berlin());
        let business = BusinessTime::new(&calendar, &zone);
        let play = play(Vec::new());
        let start = Timestamp::parse("2025-01-01T00:00:00Z").unwrap().plus_seconds(seconds);
        let run = run(&play, start, None, false);
        let (earlier, later) = (a.min(b), a.max(b));
        for unit in ["hour", "day", "minute"] {
            let due = |n: u32| mainstay_plays::due::due_at(&crate::make::moment(&format!("{unit} {n}")), &run, &business).unwrap();
            prop_assert!(start <= due(earlier) && due(earlier) <= due(later));
        }
    }

    #[test]
    fn a_flapping_condition_starts_one_run_at_a_time(values in proptest::collection::vec(proptest::option::of(any::<bool>()), 1..200)) {
        let (calendar, zone) = (calendar(), berlin());
        let business = BusinessTime::new(&calendar, &zone);
        let play = Play { reentry: Reentry::AfterExit, ..play(Vec::new()) };
        let subject = Subject { account: "acme".into(), record: None };
        let mut edge = Edge::default();
        let mut started = Vec::new();
        for (minute, value) in values.iter().enumerate() {
            let now = at("2026-03-02T10:00").plus_seconds(minute as i64 * 60);
            let Some(at) = edge.observe(*value, now, 0) else { continue };
            let earlier = started.last().map(|started_at| Earlier { started_at: *started_at, ended_at: None });
            let candidate = Candidate { subject: &subject, at, pilot: None, qualifies: None, earlier, excluded_by: None };
            if admit(&play, &candidate, "salt", &zone, &business) == Admission::Start {
                started.push(at);
            }
        }
        prop_assert_eq!(started.len(), usize::from(values.contains(&Some(true))));
    }
}

#[test]
fn the_holdout_is_as_large_as_declared_and_always_the_same() {
    let play = Play { holdout: 0.1, ..play(Vec::new()) };
    let held = |salt: &str| (0..20_000).filter(|n| is_held_out(&play, &format!("account-{n}"), salt)).collect::<BTreeSet<_>>();
    let (first, other) = (held("salt"), held("another"));
    assert!((1_800..2_200).contains(&first.len()), "{}", first.len());
    assert_eq!(held("salt"), first);
    assert!((120..300).contains(&first.intersection(&other).count()), "another salt holds out others");
    let wider = Play { holdout: 0.2, ..play };
    assert!(first.iter().all(|n| is_held_out(&wider, &format!("account-{n}"), "salt")), "a larger share keeps those held out");
}

#[test]
fn a_condition_that_must_hold_fires_when_it_has_held_long_enough() {
    let mut edge = Edge::default();
    let two_days = 2 * 86_400;
    assert_eq!(edge.observe(Some(true), at("2026-03-02T10:00"), two_days), None);
    assert_eq!(edge.due(two_days), Some(at("2026-03-04T10:00")));
    assert_eq!(edge.observe(None, at("2026-03-03T10:00"), two_days), None);
    assert_eq!(edge.observe(Some(true), at("2026-03-03T11:00"), two_days), None);
    assert_eq!(edge.observe(Some(true), at("2026-03-05T12:00"), two_days), Some(at("2026-03-05T11:00")));
    assert_eq!(edge.observe(Some(true), at("2026-03-09T12:00"), two_days), None, "once");
    assert!(Edge::first(Some(true), at("2026-03-02T10:00"), false).fired, "what is true when a play comes into force fires nothing");
}

#[test]
fn runs_that_go_side_by_side_are_of_different_subjects() {
    let by_user = Play { reentry: Reentry::Parallel("trigger.user_id".into()), ..play(Vec::new()) };
    let answered = |user: &str| BTreeMap::from([("user_id".to_owned(), serde_json::json!(user))]);
    let of = |play: &Play, user: &str| Subject::of(play, "acme", None, &answered(user));
    let id = |subject: &Subject| run_id("p", subject, at("2026-03-02T10:00"));
    assert_eq!(of(&by_user, "ada"), of(&by_user, "ada"));
    assert_ne!(id(&of(&by_user, "ada")), id(&of(&by_user, "bob")), "two answers of one instant are two runs");
    assert_eq!(of(&play(Vec::new()), "ada"), of(&play(Vec::new()), "bob"));
    let by_subscription = Play { reentry: Reentry::Parallel("subscription.id".into()), ..play(Vec::new()) };
    assert_eq!(Subject::of(&by_subscription, "acme", Some("s1".into()), &answered("ada")).record.as_deref(), Some("s1"));
}
