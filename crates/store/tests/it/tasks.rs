//! Tasks are listed by what is asked and change only while they are open; the log and absences beside them.

use mainstay_store::{
    Absence, AccountTag, DecisionBatch, Intervention, InterventionFilter, Store, Task, TaskCount, TaskEnd, TaskFilter, TaskStatus,
};
use mainstay_testkit::{Database, on_both_databases};

use crate::support::{at, open, task};

const ZOE: &str = "zoe@mainstay.example";
const ALI: &str = "ali@mainstay.example";

fn end(status: TaskStatus, second: i64) -> TaskEnd {
    TaskEnd { status, outcome: Some("reached".into()), note: Some("will call back".into()), by: ZOE.into(), at: at(second) }
}

async fn ids(store: &Store, filter: TaskFilter) -> Vec<String> {
    store.tasks(&TaskFilter { limit: 10, ..filter }).await.unwrap().into_iter().map(|task| task.id).collect()
}

async fn tasks_are_listed_by_what_is_asked_the_earliest_due_first(database: Database) {
    let store = open(&database).await;
    for one in [
        task("never", Some(ZOE), None),
        task("later", Some(ZOE), Some(at(50))),
        task("soon", Some(ALI), Some(at(20))),
        task("free", None, Some(at(30))),
    ] {
        assert!(store.add_task(&one).await.unwrap());
        assert!(!store.add_task(&one).await.unwrap(), "the same task twice is one");
    }
    assert_eq!(ids(&store, TaskFilter::default()).await, ["soon", "free", "later", "never"]);
    assert_eq!(ids(&store, TaskFilter { owner: Some(ZOE.into()), ..TaskFilter::default() }).await, ["later", "never"]);
    assert_eq!(ids(&store, TaskFilter { due_before: Some(at(50)), ..TaskFilter::default() }).await, ["soon", "free"]);
    store.end_task("soon", &end(TaskStatus::Done, 60)).await.unwrap();
    assert_eq!(ids(&store, TaskFilter { status: Some(TaskStatus::Open), ..TaskFilter::default() }).await, ["free", "later", "never"]);
    assert_eq!(ids(&store, TaskFilter { done_since: Some(at(60)), ..TaskFilter::default() }).await, ["soon"]);
    let load = store.count_open_tasks(at(40), at(60)).await.unwrap();
    let count = |owner: Option<&str>, open, overdue, due_soon| TaskCount { owner: owner.map(str::to_owned), open, overdue, due_soon };
    assert_eq!(load, [count(Some(ZOE), 2, 0, 1), count(None, 1, 1, 0)]);
    assert_eq!(ids(&store, TaskFilter { owners: vec![ZOE.into(), ALI.into()], ..TaskFilter::default() }).await, ["soon", "later", "never"]);
    assert_eq!(ids(&store, TaskFilter { unowned: true, ..TaskFilter::default() }).await, ["free"]);
}

async fn a_task_ends_once(database: Database) {
    let store = open(&database).await;
    store.add_task(&task("t1", Some(ZOE), None)).await.unwrap();
    assert!(store.end_task("t1", &end(TaskStatus::Done, 60)).await.unwrap());
    assert!(!store.end_task("t1", &end(TaskStatus::Cancelled, 70)).await.unwrap());
    assert!(!store.reassign_task("t1", ALI).await.unwrap() && !store.postpone_task("t1", at(90)).await.unwrap());
    let done = store.task("t1").await.unwrap().unwrap();
    assert_eq!((done.status, done.outcome.as_deref(), done.done_at), (TaskStatus::Done, Some("reached"), Some(at(60))));
    assert_eq!((done.owner.as_deref(), done.done_by.as_deref()), (Some(ZOE), Some(ZOE)));
}

async fn an_ended_task_is_heard_once_and_again_after_it_was_opened(database: Database) {
    let store = open(&database).await;
    store.add_task(&task("t1", Some(ZOE), None)).await.unwrap();
    store.add_task(&Task { run_id: None, ..task("alone", Some(ZOE), None) }).await.unwrap();
    let unheard = async || store.unheard_tasks(10).await.unwrap().into_iter().map(|task| task.id).collect::<Vec<_>>();
    assert!(unheard().await.is_empty());
    for id in ["t1", "alone"] {
        store.end_task(id, &end(TaskStatus::Done, 60)).await.unwrap();
    }
    assert_eq!(unheard().await, ["t1"], "a task of no run is nobody's to hear");
    let heard = |second| DecisionBatch { heard_tasks: vec![("t1".to_owned(), at(second))], ..DecisionBatch::default() };
    store.decide(&heard(59)).await.unwrap();
    assert_eq!(unheard().await, ["t1"], "it was ended again meanwhile");
    store.decide(&heard(60)).await.unwrap();
    assert!(unheard().await.is_empty());
    assert!(store.reopen_task("t1").await.unwrap() && !store.reopen_task("t1").await.unwrap());
    let open = store.task("t1").await.unwrap().unwrap();
    assert_eq!((open.status, open.outcome, open.done_at), (TaskStatus::Open, None, None));
    store.end_task("t1", &end(TaskStatus::Done, 70)).await.unwrap();
    assert_eq!(unheard().await, ["t1"]);
}

async fn an_approval_that_was_heard_is_not_opened_again(database: Database) {
    let store = open(&database).await;
    store.add_task(&Task { kind: "approval".into(), ..task("t1", Some(ZOE), None) }).await.unwrap();
    store.end_task("t1", &end(TaskStatus::Done, 60)).await.unwrap();
    assert!(store.reopen_task("t1").await.unwrap());
    store.end_task("t1", &end(TaskStatus::Done, 60)).await.unwrap();
    store.decide(&DecisionBatch { heard_tasks: vec![("t1".to_owned(), at(60))], ..DecisionBatch::default() }).await.unwrap();
    assert!(!store.reopen_task("t1").await.unwrap());
}

async fn open_tasks_change_hands_and_times(database: Database) {
    let store = open(&database).await;
    for id in ["t1", "t2", "t3"] {
        store.add_task(&task(id, Some(ZOE), None)).await.unwrap();
    }
    store.end_task("t3", &end(TaskStatus::Done, 60)).await.unwrap();
    assert!(store.reassign_task("t1", ALI).await.unwrap() && store.postpone_task("t1", at(90)).await.unwrap());
    assert_eq!(store.task("t1").await.unwrap().unwrap().due_at, Some(at(90)));
    assert_eq!(store.reassign_tasks_of(ZOE, ALI).await.unwrap(), 1);
    assert_eq!(store.task("t2").await.unwrap().unwrap().owner.as_deref(), Some(ALI));
    assert_eq!(store.task("t3").await.unwrap().unwrap().owner.as_deref(), Some(ZOE), "it is done");
}

async fn interventions_tags_and_absences_are_kept(database: Database) {
    let store = open(&database).await;
    let line = |id: &str, second| Intervention {
        id: id.into(),
        account_id: "acme".into(),
        run_id: None,
        task_id: Some("t1".into()),
        at: at(second),
        who: ZOE.into(),
        what: "called".into(),
        outcome: Some("reached".into()),
        learned: None,
    };
    assert!(store.add_intervention(&line("i1", 10)).await.unwrap() && !store.add_intervention(&line("i1", 11)).await.unwrap());
    store.add_intervention(&line("i2", 20)).await.unwrap();
    let all = InterventionFilter { account_id: Some("acme".into()), limit: 10, ..InterventionFilter::default() };
    assert_eq!(store.interventions(&all).await.unwrap(), [line("i2", 20), line("i1", 10)]);

    let tag = AccountTag { account_id: "acme".into(), tag: "saved".into(), set_at: at(1), set_by: ZOE.into() };
    assert!(store.set_tag(&tag).await.unwrap());
    assert!(store.remove_tag("acme", "saved").await.unwrap() && !store.remove_tag("acme", "saved").await.unwrap());

    let away = |from, until, cover: Option<&str>| Absence {
        person: ZOE.into(),
        from_at: at(from),
        until_at: at(until),
        cover: cover.map(Into::into),
    };
    store.save_absence(&away(10, 20, None)).await.unwrap();
    store.save_absence(&away(10, 30, Some(ALI))).await.unwrap();
    store.save_absence(&away(40, 50, None)).await.unwrap();
    assert_eq!(store.absences_since(at(29)).await.unwrap(), [away(10, 30, Some(ALI)), away(40, 50, None)]);
    assert_eq!(store.absences_since(at(30)).await.unwrap().len(), 1);
    assert!(store.remove_absence(ZOE, at(40)).await.unwrap() && store.absences_since(at(30)).await.unwrap().is_empty());
}

on_both_databases!(
    tasks_are_listed_by_what_is_asked_the_earliest_due_first,
    a_task_ends_once,
    an_ended_task_is_heard_once_and_again_after_it_was_opened,
    an_approval_that_was_heard_is_not_opened_again,
    open_tasks_change_hands_and_times,
    interventions_tags_and_absences_are_kept,
);
