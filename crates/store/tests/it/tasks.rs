//! Tasks are listed by what is asked and change only while they are open; the log and absences beside them.

use mainstay_store::{Absence, AccountTag, Intervention, InterventionFilter, Store, TaskEnd, TaskFilter, TaskStatus};
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
    let load = store.count_open_tasks(at(40)).await.unwrap();
    assert_eq!(load, [(Some(ZOE.to_owned()), 2, 0), (None, 1, 1)]);
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

async fn open_tasks_change_hands_and_times_and_go_with_their_run(database: Database) {
    let store = open(&database).await;
    for id in ["t1", "t2", "t3"] {
        store.add_task(&task(id, Some(ZOE), None)).await.unwrap();
    }
    store.end_task("t3", &end(TaskStatus::Done, 60)).await.unwrap();
    assert!(store.reassign_task("t1", ALI).await.unwrap() && store.postpone_task("t1", at(90)).await.unwrap());
    assert_eq!(store.task("t1").await.unwrap().unwrap().due_at, Some(at(90)));
    assert_eq!(store.reassign_tasks_of(ZOE, ALI).await.unwrap(), 1);
    assert_eq!(store.cancel_tasks_of_run("r1", "rescue", "the run was stopped", at(99)).await.unwrap(), 2);
    assert_eq!(store.task("t3").await.unwrap().unwrap().status, TaskStatus::Done);
    assert_eq!(store.task("t2").await.unwrap().unwrap().note.as_deref(), Some("the run was stopped"));
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
    open_tasks_change_hands_and_times_and_go_with_their_run,
    interventions_tags_and_absences_are_kept,
);
