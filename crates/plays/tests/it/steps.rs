//! The machine, step by step.

use std::collections::BTreeMap;

use mainstay_model::play::effect::Effect;
use mainstay_model::play::step::{Awaited, Branch, Repeat};
use mainstay_model::play::{Body, ConditionId, Exit, ExitOn, Goal, Length, Play, Step};
use mainstay_model::{Day, Timestamp};
use mainstay_plays::run::Skip;
use mainstay_plays::windows::BusinessTime;
use mainstay_plays::{Input, Outcome, Response, Run, Status, StepOutcome, step};

use crate::make::{at, berlin, calendar, email, moment, plain, play, run};

fn take(play: &Play, run: &Run, input: Input, now: Timestamp, truths: &[usize]) -> Outcome {
    let answers: BTreeMap<ConditionId, bool> = truths.iter().map(|id| (ConditionId(*id), true)).collect();
    step(play, run, &input, now, &answers, &BusinessTime::new(&calendar(), &berlin()))
}

fn actions(outcome: &Outcome) -> Vec<&'static str> {
    outcome.effects.iter().map(|planned| planned.effect.action()).collect()
}

fn tag(name: &str) -> Effect {
    Effect::Tag(name.into())
}

#[test]
fn steps_come_in_due_order_and_the_run_ends_with_the_last() {
    let play = play(vec![plain("later", "day 2", vec![tag("b")]), plain("first", "immediately", vec![tag("a")])]);
    let start = take(&play, &run(&play, at("2026-03-02T10:00"), None, false), Input::Start, at("2026-03-02T10:00"), &[]);
    assert_eq!(start.effects[0].key, format!("{}/first/0", start.run.id));
    assert_eq!(start.next_due, Some(at("2026-03-03T09:00")));
    let early = take(&play, &start.run, Input::Due, at("2026-03-03T08:59"), &[]);
    assert_eq!((early.run, early.effects.len()), (start.run.clone(), 0));
    let end = take(&play, &start.run, Input::Due, at("2026-03-03T09:00"), &[]);
    assert_eq!(actions(&end), ["tag"]);
    assert_eq!((end.run.status, end.run.outcome, end.next_due), (Status::Ended, None, None));
}

#[test]
fn unknown_is_not_true() {
    let when = Step { when: Some(ConditionId(0)), ..plain("when", "immediately", vec![tag("a")]) };
    let unless = Step { unless: Some(ConditionId(0)), ..plain("unless", "immediately", vec![tag("b")]) };
    let play = play(vec![when, unless]);
    let now = at("2026-03-02T10:00");
    let unknown = take(&play, &run(&play, now, None, false), Input::Start, now, &[]);
    assert_eq!(unknown.decided[0].outcome, StepOutcome::Skipped(Skip::When));
    assert_eq!(unknown.decided[1].outcome, StepOutcome::Done);
    let known = take(&play, &run(&play, now, None, false), Input::Start, now, &[0]);
    assert_eq!(known.decided[1].outcome, StepOutcome::Skipped(Skip::Unless));
}

#[test]
fn an_event_that_came_before_the_wait_counts() {
    let wait = Body::Wait {
        on: Awaited::Event { name: "Meeting Booked".into(), filter: None },
        length: Length::Days(5),
        then: vec![tag("came")],
        otherwise: vec![tag("timed_out")],
    };
    let play = play(vec![Step { body: wait, ..plain("wait", "day 3", Vec::new()) }]);
    let now = at("2026-03-02T10:00");
    let start = take(&play, &run(&play, now, None, false), Input::Start, now, &[]).run;
    let event = |at: Timestamp| Input::Event { name: "Meeting Booked".into(), at };
    let before = take(&play, &start, event(at("2026-03-02T09:59")), at("2026-03-02T11:00"), &[]).run;
    assert_eq!(before, start, "one from before the run does not");
    let heard = take(&play, &start, event(at("2026-03-02T12:00")), at("2026-03-02T12:00"), &[]).run;
    let came = take(&play, &heard, Input::Due, at("2026-03-04T09:00"), &[]);
    assert_eq!(came.effects[0].effect, tag("came"));
    assert_eq!(came.effects[0].key, format!("{}/wait/0", came.run.id));

    let waiting = take(&play, &start, Input::Due, at("2026-03-04T09:00"), &[]);
    assert_eq!(waiting.next_due, Some(at("2026-03-09T09:00")));
    let over = take(&play, &waiting.run, Input::Due, at("2026-03-09T09:00"), &[]);
    assert_eq!(over.effects[0].effect, tag("timed_out"));
    assert_eq!(over.effects[0].key, format!("{}/wait/1", over.run.id));
    // The engine was down: the event lies within the wait although it is told late.
    let told_late = take(&play, &waiting.run, event(at("2026-03-08T09:00")), at("2026-03-20T09:00"), &[]);
    assert_eq!(told_late.effects[0].effect, tag("came"));
    let too_late = take(&play, &waiting.run, event(at("2026-03-10T09:00")), at("2026-03-20T09:00"), &[]);
    assert_eq!(too_late.effects[0].effect, tag("timed_out"));
}

#[test]
fn a_goal_that_holds_at_the_start_is_reached_when_it_becomes_true_again() {
    let goal = Goal { name: "well".into(), when: ConditionId(0), ends: true };
    let play = Play { goals: vec![goal], ..play(vec![plain("later", "day 9", vec![tag("a")])]) };
    let now = at("2026-03-02T10:00");
    let start = take(&play, &run(&play, now, None, false), Input::Start, now, &[0]);
    assert_eq!(start.run.status, Status::Running);
    let fell = take(&play, &start.run, Input::Changed, at("2026-03-03T10:00"), &[]);
    let rose = take(&play, &fell.run, Input::Changed, at("2026-03-04T10:00"), &[0]);
    assert_eq!(rose.run.outcome.as_deref(), Some("well"));
    assert_eq!(rose.decided[0].outcome, StepOutcome::Superseded);
}

#[test]
fn an_exit_comes_before_the_steps_of_the_same_instant() {
    let exit = Exit { on: ExitOn::When(ConditionId(1)), outcome: "churned".into() };
    let play = Play { exits: vec![exit], ..play(vec![plain("first", "immediately", vec![tag("a")])]) };
    let now = at("2026-03-02T10:00");
    let ended = take(&play, &run(&play, now, None, false), Input::Start, now, &[1]);
    assert_eq!((ended.effects.len(), ended.run.outcome.as_deref()), (0, Some("churned")));
}

#[test]
fn the_first_true_branch_is_taken_and_numbers_run_through_all_branches() {
    let branch = |when: Option<usize>, name: &str| Branch { when: when.map(ConditionId), effects: vec![tag(name)] };
    let body = Body::Choose(vec![branch(Some(0), "a"), branch(Some(1), "b"), branch(None, "c")]);
    let play = play(vec![Step { body, ..plain("choose", "immediately", vec![tag("always")]) }]);
    let now = at("2026-03-02T10:00");
    for (truths, expected, number) in [(vec![0, 1], "a", 1), (vec![1], "b", 2), (vec![], "c", 3)] {
        let outcome = take(&play, &run(&play, now, None, false), Input::Start, now, &truths);
        assert_eq!(outcome.effects[1].effect, tag(expected));
        assert!(outcome.effects[1].key.ends_with(&format!("/choose/{number}")));
    }
}

#[test]
fn a_message_that_is_too_old_becomes_one_task_for_the_owner() {
    let play = play(vec![plain("mail", "day 2", vec![email(), email()]), plain("mixed", "day 3", vec![tag("a"), email()])]);
    let start = take(&play, &run(&play, at("2026-03-02T10:00"), None, false), Input::Start, at("2026-03-02T10:00"), &[]).run;
    let late = take(&play, &start, Input::Due, at("2026-03-20T10:00"), &[]);
    assert_eq!(actions(&late), ["task", "tag", "task"]);
    assert_eq!(late.decided[0].outcome, StepOutcome::Skipped(Skip::Stale));
    assert_eq!(late.decided[1].outcome, StepOutcome::Done);
    let in_time = take(&play, &start, Input::Due, at("2026-03-05T10:00"), &[]);
    assert_eq!(actions(&in_time), ["email", "email", "tag", "email"]);
}

#[test]
fn held_out_runs_decide_without_effects() {
    let play = play(vec![plain("first", "immediately", vec![tag("a")]), plain("later", "day 2", vec![email()])]);
    let now = at("2026-03-02T10:00");
    let start = take(&play, &run(&play, now, None, true), Input::Start, now, &[]);
    assert_eq!((start.effects.len(), start.run.status), (0, Status::HeldOut));
    let end = take(&play, &start.run, Input::Due, at("2026-03-03T10:00"), &[]);
    assert_eq!((end.effects.len(), end.run.status, end.run.held_out), (0, Status::Ended, true));
}

#[test]
fn steps_before_the_date_that_lie_behind_the_start_are_past_and_the_next_one_runs() {
    let play = play(["-120 days", "-90 days", "-60 days"].map(|at| plain(&format!("s{}", &at[1..3]), at, vec![tag(at)])).to_vec());
    let late = run(&play, at("2026-04-20T15:00"), Some(Day::parse("2026-06-30").unwrap()), false);
    let start = take(&play, &late, Input::Start, at("2026-04-20T15:00"), &[]);
    assert_eq!(start.decided.iter().filter(|step| step.outcome == StepOutcome::Skipped(Skip::Past)).count(), 2);
    assert_eq!((start.effects.len(), start.next_due), (0, Some(at("2026-05-01T09:00"))));
    // The contract's end moves: what is open follows.
    let moved = take(&play, &start.run, Input::Moved { date: Day::parse("2026-07-30").unwrap() }, at("2026-04-21T15:00"), &[]);
    assert_eq!(moved.next_due, Some(at("2026-05-31T09:00")));
}

#[test]
fn a_repeated_step_comes_daily_until_its_end_and_once_after_downtime() {
    let repeat = Repeat { every: Length::Days(1), until: Some(moment("day 0")) };
    let play = play(vec![Step { repeat: Some(repeat), ..plain("daily", "-7 days", vec![tag("a")]) }]);
    let mut run = run(&play, at("2026-06-01T09:00"), Some(Day::parse("2026-06-30").unwrap()), false);
    run = take(&play, &run, Input::Start, at("2026-06-01T09:00"), &[]).run;
    let mut keys = Vec::new();
    while let Some(due) = run.next_due() {
        let outcome = take(&play, &run, Input::Due, due, &[]);
        keys.extend(outcome.effects.into_iter().map(|planned| planned.key));
        run = outcome.run;
    }
    assert_eq!(keys.len(), 8);
    assert!(keys[0].ends_with("/daily/0") && keys[7].ends_with("/daily/7.0"));
    assert!(run.has_ended());
}

#[test]
fn the_rest_waits_for_an_approval() {
    let approval = Effect::Approval(mainstay_model::play::effect::Approval {
        by: mainstay_model::play::Recipient::Role("csm".into()),
        title: "Send it?".into(),
        length: Length::Days(2),
        proceeds: false,
    });
    let play = play(vec![plain("ask", "immediately", vec![tag("a"), approval, tag("b")])]);
    let now = at("2026-03-02T10:00");
    let asked = take(&play, &run(&play, now, None, false), Input::Start, now, &[]);
    assert_eq!(actions(&asked), ["tag", "approval"]);
    let answer = |yes| Input::Approved { step: "ask".into(), by: "ann".into(), yes };
    let yes = take(&play, &asked.run, answer(true), at("2026-03-02T11:00"), &[]);
    assert_eq!((yes.effects[0].effect.clone(), yes.effects[0].key.ends_with("/ask/2")), (tag("b"), true));
    let no = take(&play, &asked.run, answer(false), at("2026-03-02T11:00"), &[]);
    assert_eq!(no.decided[0].outcome, StepOutcome::Skipped(Skip::Declined));
    let silence = take(&play, &asked.run, Input::Due, at("2026-03-04T10:00"), &[]);
    assert_eq!(silence.decided[0].outcome, StepOutcome::Skipped(Skip::Unanswered));
}

#[test]
fn a_paused_run_listens_and_acts_when_it_resumes() {
    let step_two = Step { unless: Some(ConditionId(0)), ..plain("two", "day 2", vec![tag("a")]) };
    let play = play(vec![step_two]);
    let now = at("2026-03-02T10:00");
    let start = take(&play, &run(&play, now, None, false), Input::Start, now, &[]).run;
    let paused = take(&play, &start, Input::Pause, now, &[]).run;
    assert_eq!(paused.next_due(), None);
    let replied = Input::Replied { kind: Response::Clicked, at: at("2026-03-02T12:00") };
    let heard = take(&play, &paused, replied, at("2026-03-04T12:00"), &[]);
    assert_eq!((heard.effects.len(), heard.run.responded_at), (0, Some(at("2026-03-02T12:00"))));
    assert_eq!(take(&play, &heard.run, Input::Resume, at("2026-03-04T13:00"), &[]).effects.len(), 1);
}

#[test]
fn a_failed_step_is_tried_again_under_the_same_keys() {
    let play = play(vec![plain("one", "immediately", vec![tag("a")]), plain("two", "day 9", vec![tag("b")])]);
    let now = at("2026-03-02T10:00");
    let start = take(&play, &run(&play, now, None, false), Input::Start, now, &[]);
    let failed = take(&play, &start.run, Input::Failed { step: "one".into(), reason: "bounced".into() }, now, &[]).run;
    assert_eq!(failed.step("one").unwrap().outcome, Some(StepOutcome::Failed("bounced".into())));
    let again = take(&play, &failed, Input::Retry { step: "one".into() }, at("2026-03-02T11:00"), &[]);
    assert_eq!(again.effects[0].key, start.effects[0].key);
}

#[test]
fn a_run_moves_to_another_version_by_the_names_of_its_steps() {
    let old = play(vec![plain("one", "immediately", vec![tag("a")]), plain("gone", "day 3", vec![tag("b")])]);
    let new = Play { version: "2".into(), ..play(vec![plain("one", "day 1", vec![tag("x")]), plain("new", "day 5", vec![tag("c")])]) };
    let now = at("2026-03-02T10:00");
    let start = take(&old, &run(&old, now, None, false), Input::Start, now, &[]).run;
    let moved = take(&new, &start, Input::MoveTo { version: "2".into() }, at("2026-03-02T11:00"), &[]);
    assert_eq!((moved.effects.len(), moved.run.version.as_str()), (0, "2"), "what is decided stays so");
    assert_eq!(moved.decided[0].outcome, StepOutcome::Superseded);
    assert_eq!(moved.next_due, Some(at("2026-03-06T09:00")));
}
