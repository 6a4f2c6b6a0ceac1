//! Scenarios: when a stated trigger fires, and what a run knows of it.

use std::collections::BTreeMap;

use mainstay_model::expression::{Column, ValueType};
use mainstay_model::play::effect::{Approval, Priority, Task, TaskKind};
use mainstay_model::play::scenario::{Expected, ExpectedOutcome, Given, GivenWhat, Happening, Label, Later};
use mainstay_model::play::{Condition, ConditionId, Effect, Length, Per, Play, Recipient, Scenario, Shift, Step, Trigger};
use mainstay_model::{Day, Timestamp};
use mainstay_plays::compare::compare;
use mainstay_plays::simulate::{Columns, Setting, Simulated, World, given_events, given_records, simulate};
use mainstay_plays::skips::skipped;
use mainstay_plays::windows::BusinessTime;
use serde_json::{Value, json};

use crate::make::{berlin, calendar, condition, plain, play};

/// A condition is the name of a column that has to be true.
struct Named;

impl World for Named {
    fn columns(&self, _: Timestamp) -> Columns {
        Columns::new()
    }

    fn value(&self, name: &str, columns: &Columns) -> Value {
        columns.get(name).cloned().unwrap_or_default()
    }

    fn holds(&self, condition: &Condition, columns: &Columns) -> Option<bool> {
        columns.get(&condition.sql).and_then(Value::as_bool)
    }
}

fn scenario(trigger: &[(&str, Value)]) -> Scenario {
    Scenario {
        name: "s".into(),
        play: "p".into(),
        account: BTreeMap::from([("id".to_owned(), json!("acme"))]),
        zone: berlin(),
        start: (Day::parse("2026-03-02").unwrap(), 600),
        given: Vec::new(),
        trigger: trigger.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        then: Vec::new(),
        expect: Vec::new(),
        outcome: Some(ExpectedOutcome::NeverStarts),
    }
}

fn run(play: &Play, scenario: &Scenario) -> Simulated {
    let (calendar, zone) = (calendar(), berlin());
    let business = BusinessTime::new(&calendar, &zone);
    simulate(play, scenario, &Named, &Setting { play_hour_minute: 540, business: &business })
}

fn note() -> Vec<Step> {
    vec![plain("say", "immediately", vec![Effect::Note("x".into())])]
}

#[test]
fn an_event_of_another_name_starts_nothing() {
    let released = Play { trigger: Trigger::Event { name: "Released".into(), filter: None }, ..play(note()) };
    assert_eq!(run(&released, &scenario(&[])).actions.len(), 1);
    assert_eq!(run(&released, &scenario(&[("name", json!("Released"))])).actions.len(), 1);
    let other = scenario(&[("name", json!("Signed In"))]);
    assert!(compare(&other, &run(&released, &other)).passed, "it never starts");
}

#[test]
fn the_condition_of_a_date_is_asked_of_the_record_that_has_it() {
    let trigger =
        Trigger::Date { entity: "subscriptions".into(), field: "ends_on".into(), from: Shift::NONE, filter: Some(ConditionId(0)) };
    let ending = Play { per: Per::Subscription, trigger, ..play(note()) };
    let ends_on = ("ends_on", json!("2026-06-30"));
    assert_eq!(run(&ending, &scenario(&[ends_on.clone(), ("a", json!(true))])).actions.len(), 1);
    assert_eq!(run(&ending, &scenario(&[ends_on.clone(), ("a", json!(false))])).why_not.as_deref(), Some("the trigger never fires: a"));
    assert!(run(&ending, &scenario(&[ends_on])).run.is_none(), "what is not stated is not known");
}

#[test]
fn what_is_stated_of_the_record_that_triggers_is_stated_of_the_subject_and_of_the_trigger() {
    for read in ["person.champion", "trigger.champion"] {
        let trigger = Trigger::Record { entity: "people".into(), filter: None };
        let mut of_person = Play { per: Per::Person, trigger, qualify: Some(ConditionId(0)), ..play(note()) };
        of_person.conditions = vec![condition(read)];
        for written in ["champion", "trigger.champion"] {
            let simulated = run(&of_person, &scenario(&[(written, json!(true))]));
            assert_eq!(simulated.why_not, None, "{read}, written {written}");
        }
        assert!(run(&of_person, &scenario(&[("champion", json!(false))])).run.is_none());
    }
}

fn given(from_day: i32, to_day: i32, what: GivenWhat) -> Given {
    Given { from_day, to_day, minute_of_day: None, what }
}

#[test]
fn given_events_are_spread_evenly_and_never_beyond_their_days() {
    let events = |count: u32, every_days: u32| GivenWhat::Events { count, name: "Signed In".into(), every_days };
    let at = |scenario: &Scenario| given_events(scenario).iter().map(|event| event.at.to_rfc3339()).collect::<Vec<_>>();
    let daily = Scenario { given: vec![given(-1, 0, events(2, 1))], ..scenario(&[]) };
    assert_eq!(at(&daily), ["2026-03-01T05:00:00Z", "2026-03-01T17:00:00Z", "2026-03-02T05:00:00Z", "2026-03-02T17:00:00Z"]);
    let once = Scenario { given: vec![given(-3, 0, events(1, 0))], ..scenario(&[]) };
    assert_eq!(at(&once), ["2026-02-27T11:00:00Z"]);
    // Ten days hold one week and the beginning of the next, whose event would lie on its fourth day.
    let weekly = Scenario { given: vec![given(-9, 0, events(1, 7))], ..scenario(&[]) };
    assert_eq!(at(&weekly).len(), 1);
    assert_eq!(at(&Scenario { given: vec![given(-9, 0, events(0, 1))], ..scenario(&[]) }).len(), 0);
}

#[test]
fn what_is_set_for_a_day_counts_from_that_day_on() {
    let set = |from_day: i32, value: bool| given(from_day, from_day, GivenWhat::Set { column: "a".into(), value: json!(value) });
    let when = Play { trigger: Trigger::Condition { when: ConditionId(0), hold: None }, ..play(note()) };
    let starts_at = |given: Vec<Given>| run(&when, &Scenario { given, ..scenario(&[]) }).run.map(|run| run.started_at.to_rfc3339());
    assert_eq!(starts_at(vec![set(-2, true)]).as_deref(), Some("2026-03-02T09:00:00Z"));
    assert_eq!(starts_at(vec![set(-2, true), set(-1, false)]), None);
    assert_eq!(starts_at(vec![set(3, true)]).as_deref(), Some("2026-03-04T23:00:00Z"), "the day turns in the account's zone");
}

#[test]
fn a_step_that_did_not_happen_says_why() {
    let mut steps = note();
    steps.push(Step { unless: Some(ConditionId(0)), ..plain("call", "day 2", vec![Effect::Note("y".into())]) });
    let calling = play(steps);
    let calls = Scenario { account: BTreeMap::from([("a".to_owned(), json!(true))]), ..scenario(&[]) };
    let by_hand = Play { trigger: Trigger::ByHand, ..calling };
    let told = skipped(&by_hand, &run(&by_hand, &calls));
    assert_eq!(
        told.iter().map(|skip| (skip.step.as_str(), skip.at.as_str(), skip.why.as_str())).collect::<Vec<_>>(),
        [("call", "day 2", "true: a")]
    );
}

fn task(title: &str) -> Effect {
    Effect::Task(Task {
        to: Recipient::Role("csm".into()),
        title: title.into(),
        body: None,
        kind: TaskKind::Todo,
        due: None,
        priority: Priority::Normal,
        offer: None,
    })
}

fn approval() -> Effect {
    Effect::Approval(Approval { by: Recipient::Role("csm".into()), title: "May we?".into(), length: Length::Days(1), proceeds: false })
}

/// A play that makes a task on its first day, asks on its third and goes on for ten; it reads no reply.
fn asking() -> Play {
    play(vec![
        plain("reach", "immediately", vec![task("Reach {{ champion.name }}")]),
        plain("letter", "day 3", vec![approval(), Effect::Note("sent".into())]),
        plain("end", "day 10", vec![Effect::Note("over".into())]),
    ])
}

fn done(task: &str) -> Happening {
    Happening::TaskDone { task: task.into(), outcome: "reached".into() }
}

/// The scenario of a play that is started by hand, with what happens on which day.
fn with(happenings: Vec<(u32, Happening)>) -> Scenario {
    let then = happenings.into_iter().map(|(day, what)| Later { at: Label::Day(day), what });
    Scenario { then: then.collect(), outcome: None, ..scenario(&[]) }
}

/// What was missed of a play in a scenario, as people read it.
fn missed(play: &Play, happenings: Vec<(u32, Happening)>) -> Vec<String> {
    let scenario = with(happenings);
    let simulated = run(play, &scenario);
    let said = simulated.missed.iter().map(|missed| {
        let time = missed.time.as_deref().unwrap_or("no time");
        format!("{} ({time}), {}: {}", missed.at, missed.what, missed.why)
    });
    let said: Vec<String> = said.collect();
    assert!(said.is_empty() || !compare(&scenario, &simulated).passed, "what is missed fails");
    said
}

#[test]
fn a_task_is_done_once_by_the_beginning_of_its_title_or_by_its_step() {
    let play = asking();
    assert_eq!(missed(&play, vec![(2, done("Reach"))]), Vec::<String>::new());
    assert_eq!(missed(&play, vec![(2, done("reach"))]), Vec::<String>::new());
    assert_eq!(
        missed(&play, vec![(2, done("Raech"))]),
        [
            "day 2 (2026-03-03 00:00), task 'Raech' done 'reached': the play has made no such task by then; open: 'Reach {{ champion.name }}' \
          (step `reach`)"
        ]
    );
    assert_eq!(
        missed(&play, vec![(2, done("reach")), (4, done("reach"))]),
        ["day 4 (2026-03-05 00:00), task 'reach' done 'reached': that task is done already, and none is open"]
    );
}

#[test]
fn a_task_that_is_not_found_brings_the_names_by_which_one_would_have_been() {
    let simulated = run(&asking(), &with(vec![(2, done("Raech out"))]));
    let missed = simulated.missed.first().unwrap();
    assert_eq!((missed.name.as_str(), missed.known.join(", ").as_str()), ("Raech out", "reach, Reach"));
}

#[test]
fn an_approval_is_answered_only_while_it_is_asked_for() {
    let yes = || Happening::Answer { yes: true };
    let play = asking();
    // It is asked for at 9 on the third day and for a day.
    assert_eq!(missed(&play, vec![(4, yes())]), Vec::<String>::new());
    assert_eq!(
        missed(&play, vec![(3, yes())]),
        ["day 3 (2026-03-04 00:00), approve: nobody is asked for an approval then: the step `letter` is due on 2026-03-04 09:00"]
    );
    assert_eq!(
        missed(&play, vec![(5, Happening::Answer { yes: false })]),
        ["day 5 (2026-03-06 00:00), decline: nobody is asked for an approval then: the step `letter` was skipped on 2026-03-05 09:00 \
          (unanswered)"]
    );
    assert_eq!(
        missed(&crate::make::play(note_and_end()), vec![(2, yes())]),
        ["day 2 (2026-03-03 00:00), approve: nobody is asked for an approval then, and the play asks for none"]
    );
}

fn note_and_end() -> Vec<Step> {
    let mut steps = note();
    steps.push(plain("end", "day 10", vec![Effect::Note("over".into())]));
    steps
}

#[test]
fn a_reply_that_nothing_reads_is_told() {
    let reply = || vec![(2, Happening::Reply("champion".into()))];
    let deaf = asking();
    assert_eq!(
        missed(&deaf, reply()),
        [
            "day 2 (2026-03-03 00:00), reply champion: no step of the play waits for a reply, and no condition reads `responded` or `engaged`"
        ]
    );
    let mut reading = deaf;
    reading.conditions = vec![Condition { reads: vec![Column::new("responded", ValueType::Boolean)], ..condition("responded") }];
    assert_eq!(missed(&reading, reply()), Vec::<String>::new());
}

#[test]
fn what_happens_to_a_run_that_is_over_or_never_began_is_told_and_what_happens_to_the_account_is_not() {
    let set = Happening::Set { column: "a".into(), value: json!(true) };
    let play = play(note());
    assert_eq!(missed(&play, vec![(2, set.clone())]), Vec::<String>::new());
    assert_eq!(
        missed(&play, vec![(2, set), (3, Happening::Stop)]),
        ["day 3 (2026-03-04 00:00), stop: the run had ended on 2026-03-02 10:00"]
    );
    let never = Play { trigger: Trigger::Condition { when: ConditionId(0), hold: None }, ..play };
    assert_eq!(missed(&never, vec![(3, Happening::Stop)]), ["day 3 (no time), stop: no run began"]);
}

#[test]
fn one_action_too_many_leaves_the_others_beside_what_was_expected() {
    let acting = play(vec![plain("all", "immediately", vec![task("Call"), Effect::Note("x".into()), Effect::Tag("t".into())])]);
    let expected = Expected { at: Label::Immediately, lines: vec!["note".into(), "tag t".into()] };
    let scenario = Scenario { expect: vec![expected], outcome: None, ..scenario(&[]) };
    let compared = compare(&scenario, &run(&acting, &scenario));
    let lines = compared.lines.iter().map(|line| (line.expected.as_deref().unwrap_or("-"), line.actual.as_deref().unwrap_or("-")));
    assert_eq!(lines.collect::<Vec<_>>(), [("-", "task csm"), ("note", "note"), ("tag t", "tag t")]);
    assert!(!compared.passed);
}

#[test]
fn what_happens_at_an_hour_happens_then_and_is_expected_then() {
    let ask = Step { unless: Some(ConditionId(0)), ..plain("ask", "day 2 14:30", vec![Effect::Note("x".into())]) };
    let asking = play(vec![plain("tell", "day 2", vec![Effect::Tag("t".into())]), ask]);
    let set_at = |minute: u16| Later { at: Label::DayAt(2, minute), what: Happening::Set { column: "a".into(), value: json!(true) } };
    let expected = vec![
        Expected { at: Label::Day(2), lines: vec!["tag t".into()] },
        Expected { at: Label::DayAt(2, 14 * 60 + 30), lines: vec!["note".into()] },
    ];
    let later = Scenario { then: vec![set_at(14 * 60 + 31)], expect: expected, outcome: None, ..scenario(&[]) };
    let compared = compare(&later, &run(&asking, &later));
    assert!(compared.passed, "{}", compared.table);
    assert_eq!(compared.lines[1].at, "day 2 14:30");
    let earlier = Scenario { then: vec![set_at(14 * 60 + 29)], ..later.clone() };
    assert!(!compare(&earlier, &run(&asking, &earlier)).passed, "it is skipped by then");
    let wrong = Expected { at: Label::DayAt(2, 15 * 60), lines: vec!["note".into()] };
    let wrong = Scenario { expect: vec![later.expect[0].clone(), wrong], ..later };
    let compared = compare(&wrong, &run(&asking, &wrong));
    let differing = compared.lines.iter().filter(|line| line.expected != line.actual).map(|line| line.at.as_str());
    assert_eq!(differing.collect::<Vec<_>>(), ["day 2", "day 2 15:00"]);
}

#[test]
fn an_hour_on_a_day_before_a_date_is_that_of_the_account() {
    let trigger =
        Trigger::Date { entity: "subscriptions".into(), field: "ends_on".into(), from: Shift { months: 0, days: -10 }, filter: None };
    let ending = Play { per: Per::Subscription, trigger, ..play(vec![plain("say", "-7 days 14:00", vec![Effect::Note("x".into())])]) };
    let expect = vec![Expected { at: Label::DateAt(-7, 14 * 60), lines: vec!["note".into()] }];
    let scenario = Scenario { expect, outcome: None, ..scenario(&[("ends_on", json!("2026-06-30"))]) };
    let compared = compare(&scenario, &run(&ending, &scenario));
    assert!(compared.passed, "{}", compared.table);
    assert_eq!(compared.lines[0].time.as_deref(), Some("2026-06-23 14:00"));
}

#[test]
fn given_records_are_in_order_and_one_version_for_each_instant() {
    let of = |from_day: i32, minute_of_day: Option<u16>, id: &str, fields: Value| {
        let fields = fields.as_object().unwrap().clone().into_iter().collect();
        Given { from_day, to_day: from_day, minute_of_day, what: GivenWhat::Record { entity: "people".into(), id: id.into(), fields } }
    };
    let given = vec![
        of(-1, Some(870), "ann", json!({"left_on": "2026-03-01"})),
        of(-9, None, "ann", json!({"role": "champion", "name": "Ann"})),
        of(-9, None, "ann", json!({"role": "sponsor"})),
    ];
    let records = given_records(&Scenario { given, ..scenario(&[]) });
    let read: Vec<String> =
        records.iter().map(|record| format!("{} {} {}", record.at.to_rfc3339(), record.id, json!(record.fields))).collect();
    assert_eq!(
        read,
        [r#"2026-02-20T23:00:00Z ann {"name":"Ann","role":"sponsor"}"#, r#"2026-03-01T13:30:00Z ann {"left_on":"2026-03-01"}"#]
    );
}
