//! Scenarios: when a stated trigger fires, and what a run knows of it.

use std::collections::BTreeMap;

use mainstay_model::play::scenario::ExpectedOutcome;
use mainstay_model::play::{Condition, ConditionId, Effect, Per, Play, Scenario, Shift, Step, Trigger};
use mainstay_model::{Day, Timestamp};
use mainstay_plays::compare::compare;
use mainstay_plays::simulate::{Columns, Setting, Simulated, World, simulate};
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
