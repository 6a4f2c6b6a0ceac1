//! Decisions are written whole and once, whoever repeats them.

use mainstay_store::{
    AccountTag, Answer, Decided, DecisionBatch, Ending, InAppMessage, Intervention, InterventionFilter, MessageVerdict, OutboxFilter,
    OutboxStatus, PlayBaseline, PlayCondition, PlayRun, PlayVersion, RunStatus, RunWrite, StepOutcome, Store, TaskFilter, TaskStatus,
    Verdict, VerdictFilter,
};
use mainstay_testkit::{Database, on_both_databases};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::support::{at, begin, decide, entry, go_on, open, run, step, task};

/// A decision that sets off one of everything.
fn rich(run: &PlayRun) -> Decided {
    let id = &run.id;
    Decided {
        steps: vec![step(run, "mail", StepOutcome::Done)],
        outbox: vec![entry(&format!("{id}/mail/0"), run, at(10))],
        tasks: vec![task(&format!("{id}/mail/1"), Some("csm@acme.example"), Some(at(99)))],
        tags: vec![AccountTag { account_id: "acme".into(), tag: "saved".into(), set_at: at(10), set_by: "rescue".into() }],
        removed_tags: vec![("acme".into(), "old".into())],
        interventions: vec![Intervention {
            id: format!("{id}/mail/2"),
            account_id: "acme".into(),
            run_id: Some(id.clone()),
            task_id: None,
            at: at(10),
            who: "rescue".into(),
            what: "wrote".into(),
            outcome: None,
            learned: None,
        }],
        in_app: vec![InAppMessage {
            key: format!("{id}/mail/3"),
            account_id: "acme".into(),
            user_id: None,
            title: "Hello".into(),
            body: String::new(),
            url: None,
            created_at: at(10),
            expires_at: None,
        }],
        ..go_on(run, Some(at(50)))
    }
}

/// How many rows a decision's effects come to.
async fn effects(store: &Store) -> [usize; 5] {
    [
        store.outbox(&OutboxFilter { limit: 100, ..OutboxFilter::default() }).await.unwrap().len(),
        store.tasks(&TaskFilter { limit: 100, ..TaskFilter::default() }).await.unwrap().len(),
        store.tags(None).await.unwrap().len(),
        store.interventions(&InterventionFilter { limit: 100, ..InterventionFilter::default() }).await.unwrap().len(),
        store.in_app_messages_of("acme", 100).await.unwrap().len(),
    ]
}

async fn a_decision_writes_the_run_and_all_that_it_sets_off(database: Database) {
    let store = open(&database).await;
    let old = AccountTag { account_id: "acme".into(), tag: "old".into(), set_at: at(1), set_by: "zoe".into() };
    assert!(store.set_tag(&old).await.unwrap() && !store.set_tag(&old).await.unwrap());
    let run = run("r1", at(10));
    assert_eq!(decide(&store, vec![begin(&run)]).await, [Answer::Written]);
    assert_eq!(store.run("r1").await.unwrap(), Some(run.clone()), "what is read is what was written");
    let decided = rich(&run);
    assert_eq!(decide(&store, vec![decided.clone()]).await, [Answer::Written]);

    let now = store.run("r1").await.unwrap().unwrap();
    assert_eq!((now.revision, now.due_at, now.state.as_str()), (1, Some(at(50)), r#"{"step":1}"#));
    assert_eq!(store.steps_of_run("r1").await.unwrap(), decided.steps);
    assert_eq!(store.outbox_entry("r1/mail/0").await.unwrap(), Some(decided.outbox[0].clone()));
    assert_eq!(store.task("r1/mail/1").await.unwrap(), Some(decided.tasks[0].clone()));
    assert_eq!(store.tags(Some("acme")).await.unwrap(), decided.tags);
    assert_eq!(store.in_app_messages_of("acme", 10).await.unwrap(), decided.in_app);
}

async fn the_same_step_decided_twice_changes_nothing(database: Database) {
    let store = open(&database).await;
    let run = run("r1", at(10));
    decide(&store, vec![begin(&run)]).await;
    decide(&store, vec![rich(&run)]).await;
    let before = (store.run("r1").await.unwrap(), effects(&store).await);
    assert_eq!(before.1, [1, 1, 1, 1, 1]);

    assert_eq!(decide(&store, vec![rich(&run)]).await, [Answer::Repeated], "the very same decision");
    let newer = store.run("r1").await.unwrap().unwrap();
    let mut again = rich(&newer);
    again.outbox[0].key = "another key".into();
    again.steps.push(step(&newer, "new", StepOutcome::Done));
    assert_eq!(decide(&store, vec![again]).await, [Answer::Repeated], "with another step beside it, from the present revision");
    assert_eq!((store.run("r1").await.unwrap(), effects(&store).await), before);
    assert_eq!(store.steps_of_run("r1").await.unwrap().len(), 1);
}

async fn a_decision_about_an_old_revision_is_stale_and_changes_nothing(database: Database) {
    let store = open(&database).await;
    let read = run("r1", at(10));
    decide(&store, vec![begin(&read)]).await;
    assert_eq!(decide(&store, vec![go_on(&read, Some(at(20)))]).await, [Answer::Written]);
    assert_eq!(decide(&store, vec![rich(&read)]).await, [Answer::Stale]);
    assert_eq!(decide(&store, vec![go_on(&run("nobody", at(1)), None)]).await, [Answer::Stale]);
    assert_eq!(effects(&store).await, [0; 5]);
    assert!(store.steps_of_run("r1").await.unwrap().is_empty());
}

async fn a_run_that_ends_early_takes_along_what_is_not_done(database: Database) {
    let store = open(&database).await;
    let first = run("r1", at(10));
    let mut decided = rich(&first);
    decided.outbox.push(entry("sent", &first, at(10)));
    decided.outbox.push(mainstay_store::OutboxEntry { channel: "webhook".into(), ..entry("system", &first, at(10)) });
    decide(&store, vec![begin(&first), begin(&PlayRun { subject: "other".into(), ..run("r2", at(10)) })]).await;
    decide(&store, vec![decided, rich(&PlayRun { subject: "other".into(), ..run("r2", at(10)) })]).await;
    store.mark_sent("sent", at(11)).await.unwrap();

    let now = store.run("r1").await.unwrap().unwrap();
    let ending = Ending { by: "zoe".into(), note: "the run was stopped".into(), at: at(60) };
    let last = Decided { ending: Some(ending), tasks: vec![task("last", None, None)], ..go_on(&now, None) };
    let stale = Decided { run: go_on(&first, None).run, ..last.clone() };
    assert_eq!(decide(&store, vec![stale]).await, [Answer::Stale]);
    assert_eq!(store.task("r1/mail/1").await.unwrap().unwrap().status, TaskStatus::Open, "what is stale ends nothing");
    assert_eq!(decide(&store, vec![last]).await, [Answer::Written]);

    let status = async |key: &str| store.outbox_entry(key).await.unwrap().unwrap().status;
    assert_eq!((status("r1/mail/0").await, status("sent").await), (OutboxStatus::Suppressed, OutboxStatus::Sent));
    assert_eq!(status("system").await, OutboxStatus::Waiting, "what is for other systems leaves");
    assert_eq!(status("r2/mail/0").await, OutboxStatus::Waiting, "another run");
    let cancelled = store.task("r1/mail/1").await.unwrap().unwrap();
    assert_eq!((cancelled.status, cancelled.note.as_deref()), (TaskStatus::Cancelled, Some("the run was stopped")));
    assert_eq!((cancelled.done_by.as_deref(), cancelled.done_at), (Some("zoe"), Some(at(60))));
    assert_eq!(store.task("last").await.unwrap().unwrap().status, TaskStatus::Open, "what the end sets off stays");
    assert!(store.unheard_tasks(10).await.unwrap().is_empty(), "its run knows");
}

async fn one_subject_begins_once_per_trigger_instant(database: Database) {
    let store = open(&database).await;
    let first = run("r1", at(10));
    let same_trigger = PlayRun { id: "r2".into(), ..first.clone() };
    let later = PlayRun { id: "r3".into(), trigger_at: at(2), ..first.clone() };
    let answers = decide(&store, [&first, &same_trigger, &later, &first].map(begin).into()).await;
    assert_eq!(answers, [Answer::Written, Answer::Repeated, Answer::Written, Answer::Stale]);
    assert_eq!(decide(&store, vec![begin(&first)]).await, [Answer::Repeated]);
    assert!(store.run("r2").await.unwrap().is_none());
}

async fn parts_that_are_refused_do_not_keep_the_others_from_being_written(database: Database) {
    let store = open(&database).await;
    let runs: Vec<PlayRun> = (0..150).map(|number| run(&format!("r{number}"), at(10))).collect();
    assert!(decide(&store, runs.iter().map(begin).collect()).await.iter().all(|answer| *answer == Answer::Written));
    decide(&store, runs.iter().step_by(3).map(rich).collect()).await;
    let answers = decide(&store, runs.iter().map(rich).collect()).await;
    for (at, answer) in answers.iter().enumerate() {
        assert_eq!(*answer, if at % 3 == 0 { Answer::Repeated } else { Answer::Written }, "{at}");
    }
    for run in &runs {
        assert_eq!(store.run(&run.id).await.unwrap().unwrap().revision, 1);
        assert_eq!(store.steps_of_run(&run.id).await.unwrap().len(), 1);
    }
}

async fn a_step_that_waits_gets_one_outcome(database: Database) {
    let store = open(&database).await;
    let first = run("r1", at(10));
    decide(&store, vec![begin(&first)]).await;
    let with = |run: &PlayRun, outcome| Decided { steps: vec![step(run, "approval", outcome)], ..go_on(run, Some(at(60))) };
    assert_eq!(decide(&store, vec![with(&first, StepOutcome::Waiting)]).await, [Answer::Written]);
    assert_eq!(store.steps_of_run("r1").await.unwrap()[0].decided_at, None);
    let second = store.run("r1").await.unwrap().unwrap();
    assert_eq!(decide(&store, vec![with(&second, StepOutcome::Skipped)]).await, [Answer::Written]);
    let third = store.run("r1").await.unwrap().unwrap();
    assert_eq!(decide(&store, vec![with(&third, StepOutcome::Done)]).await, [Answer::Repeated]);
    assert_eq!(store.steps_of_run("r1").await.unwrap()[0].outcome, StepOutcome::Skipped);
}

async fn of_deciders_at_the_same_time_one_wins(database: Database) {
    let store = open(&database).await;
    let runs: Vec<PlayRun> = (0..40).map(|number| run(&format!("r{number}"), at(10))).collect();
    decide(&store, runs.iter().map(begin).collect()).await;
    let deciders = (0..4).map(|decider: usize| {
        let (store, mut batch) = (store.clone(), runs.iter().map(rich).collect::<Vec<_>>());
        // Each in an order of its own.
        batch.rotate_left(decider * 10);
        tokio::spawn(async move { decide(&store, batch).await })
    });
    let mut written = 0;
    for decider in deciders.collect::<Vec<_>>() {
        written += decider.await.unwrap().iter().filter(|answer| **answer == Answer::Written).count();
    }
    assert_eq!(written, runs.len());
    assert!(store.runs_of_accounts(&["acme".to_owned()]).await.unwrap().iter().all(|run| run.revision == 1));
}

async fn triggers_are_remembered_and_verdicts_logged(database: Database) {
    let store = open(&database).await;
    let met = |subject: &str, since| PlayCondition { play: "rescue".into(), subject: subject.into(), account_id: "acme".into(), since };
    let baseline = PlayBaseline { play: "rescue".into(), trigger_digest: "d".into(), since: at(1) };
    let verdict = MessageVerdict {
        id: "v1".into(),
        at: at(10),
        account_id: "acme".into(),
        person: Some("zoe".into()),
        run_id: None,
        step: None,
        key: "k".into(),
        verdict: Verdict::Delayed,
        reason: "2 marketing messages this week".into(),
        until_at: Some(at(99)),
    };
    let batch = DecisionBatch {
        conditions_met: vec![met("acme", at(1)), met("beta", at(1))],
        baselines: vec![baseline.clone()],
        verdicts: vec![verdict.clone()],
        ..DecisionBatch::default()
    };
    store.decide(&batch).await.unwrap();
    store.decide(&batch).await.unwrap();
    assert_eq!(store.play_conditions().await.unwrap().len(), 2);
    let next = DecisionBatch {
        conditions_ended: vec![("rescue".into(), "acme".into()), ("other".into(), "beta".into())],
        conditions_met: vec![met("beta", at(7))],
        baselines: vec![PlayBaseline { since: at(9), ..baseline.clone() }],
        ..DecisionBatch::default()
    };
    store.decide(&next).await.unwrap();
    assert_eq!(store.play_conditions().await.unwrap(), [met("beta", at(1))], "it has held since it began to");
    assert_eq!(store.play_baselines().await.unwrap(), [baseline]);
    let filter = VerdictFilter { account_id: Some("acme".into()), limit: 10, ..VerdictFilter::default() };
    assert_eq!(store.message_verdicts(&filter).await.unwrap(), [verdict]);
    assert!(store.message_verdicts(&VerdictFilter { since: Some(at(11)), ..filter }).await.unwrap().is_empty());
}

async fn versions_are_kept_while_runs_use_them(database: Database) {
    let store = open(&database).await;
    for (version, second) in [("v1", 1), ("v2", 2), ("v3", 3)] {
        let version = PlayVersion { play: "rescue".into(), version: version.into(), definition: "{}".into(), created_at: at(second) };
        store.save_play_version(&version).await.unwrap();
        store.save_play_version(&PlayVersion { definition: "other".into(), ..version }).await.unwrap();
    }
    let run = run("r1", at(10));
    decide(&store, vec![begin(&run)]).await;
    let in_use = |store: Store| async move {
        store.play_versions_in_use().await.unwrap().into_iter().map(|version| version.version).collect::<Vec<_>>()
    };
    assert_eq!(in_use(store.clone()).await, ["v1", "v3"]);
    let mut moved = go_on(&run, Some(at(20)));
    if let RunWrite::Change(change) = &mut moved.run {
        change.version = "v2".into();
    }
    decide(&store, vec![moved]).await;
    assert_eq!(in_use(store.clone()).await, ["v2", "v3"]);
    assert_eq!(store.play_version("rescue", "v1").await.unwrap().unwrap().definition, "{}");
}

/// Random deciders work through runs of five steps; each decision may be sent again, before or after others.
async fn whatever_is_repeated_each_step_is_decided_once(database: Database) {
    let store = open(&database).await;
    let mut random = TestRunner::deterministic();
    let runs: Vec<PlayRun> = (0..6).map(|number| run(&format!("r{number}"), at(number))).collect();
    decide(&store, runs.iter().map(begin).collect()).await;
    let mut sent: Vec<Decided> = Vec::new();
    for _ in 0..60 {
        let (pick, repeat) = (0..runs.len(), any::<prop::sample::Index>()).new_tree(&mut random).unwrap().current();
        let run = store.run(&runs[pick].id).await.unwrap().unwrap();
        if run.revision < 5 {
            let due = (run.revision < 4).then_some(at(10));
            let name = format!("s{}", run.revision);
            let key = format!("{}/{name}/0", run.id);
            let one =
                Decided { steps: vec![step(&run, &name, StepOutcome::Done)], outbox: vec![entry(&key, &run, at(1))], ..go_on(&run, due) };
            assert_eq!(decide(&store, vec![one.clone()]).await, [Answer::Written]);
            sent.push(one);
        }
        let old = repeat.get(&sent).clone();
        assert_eq!(decide(&store, vec![old]).await, [Answer::Repeated]);
    }
    let outbox = store.outbox(&OutboxFilter { limit: 1000, ..OutboxFilter::default() }).await.unwrap();
    assert_eq!(outbox.len(), sent.len());
    for run in &runs {
        let now = store.run(&run.id).await.unwrap().unwrap();
        assert_eq!(store.steps_of_run(&run.id).await.unwrap().len() as i64, now.revision);
        assert_eq!(now.status == RunStatus::Finished, now.revision == 5);
    }
}

on_both_databases!(
    a_decision_writes_the_run_and_all_that_it_sets_off,
    the_same_step_decided_twice_changes_nothing,
    a_decision_about_an_old_revision_is_stale_and_changes_nothing,
    a_run_that_ends_early_takes_along_what_is_not_done,
    one_subject_begins_once_per_trigger_instant,
    parts_that_are_refused_do_not_keep_the_others_from_being_written,
    a_step_that_waits_gets_one_outcome,
    of_deciders_at_the_same_time_one_wins,
    triggers_are_remembered_and_verdicts_logged,
    versions_are_kept_while_runs_use_them,
    whatever_is_repeated_each_step_is_decided_once,
);
