//! Tasks of plays: who gets them, and that a run hears what came of them, once, also after a restart.

use mainstay_app::App;
use mainstay_app::tasks::{Group, Whose};
use mainstay_store::{RunFilter, RunStatus};
use serde_json::json;

use super::{ANN, BOB, DAWN, account, done, home, list, task, titles};
use crate::support::{Home, instant, record, take};

const CALL: &str = "
plays:
  gold:
    label: Gold comes
    purpose: expansion
    trigger: { when: tier = 'gold' }
    steps:
      - at: day 1
        name: call
        within: 4 hours
        do:
          - task: { to: csm, title: \"Call {{ account.name }}\", kind: call }
      - at: day 2
        name: technical
        when: task.call.outcome in ('technical_issue', 'bug')
        do:
          - task: { to: csm, title: Open a ticket }
      - at: day 2
        name: other
        unless: task.call.outcome = 'technical_issue'
        do:
          - task: { to: csm, title: Say thank you }
";
const ASK: &str = "
plays:
  gold:
    purpose: expansion
    trigger: { when: tier = 'gold' }
    steps:
      - at: day 1
        name: ask
        do:
          - approval: { by: csm_manager, title: May we?, for: 2 days, else: skip }
          - task: { to: csm, title: Do it }
      - at: day 9
        name: last
        do:
          - task: { to: csm, title: Last }
";

fn gold(at: &str) -> mainstay_model::Fact {
    record("accounts", "acme", instant(at), &json!({"tier": "gold"}))
}

/// `acme` in a run of the play, looked at when its first step is due.
async fn begun(home: &Home) -> App {
    let app = home.open().await;
    app.look_at_plays().await.unwrap();
    take(&app, vec![account("acme", &json!({"tier": "free"}))]).await;
    app.look_at_plays().await.unwrap();
    take(&app, vec![gold("2026-03-10T11:59:00Z")]).await;
    assert_eq!(app.look_at_plays().await.unwrap().begun, 1);
    app
}

async fn look_at(home: &Home, app: &App, now: &str) {
    home.move_to(app, now).await;
    app.look_at_plays().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_of_a_play_says_which_step_made_it_what_it_asks_and_how_long_there_is() {
    let home = home(CALL);
    let app = begun(&home).await;
    let call = task(&app, "Call acme Inc").await;
    assert_eq!(
        (call.play.as_deref(), call.play_label.as_deref(), call.task.step.as_deref()),
        (Some("gold"), Some("Gold comes"), Some("call"))
    );
    assert_eq!(call.outcomes, ["technical_issue", "bug", "reached", "not_reached"], "what the play asks about comes first");
    assert_eq!(call.task.owner.as_deref(), Some(ANN), "addresses are kept in lower case");
    assert!(call.task.sla_started_at.is_some() && call.group == Group::Today);
    let page = list(&app, Whose::Of(ANN.into())).await;
    assert_eq!(titles(&page), ["Call acme Inc"]);
    let load = app.work_load().await.unwrap();
    assert_eq!((load.owners[0].owner.as_deref(), load.owners[0].open, load.owners[0].due_this_week), (Some(ANN), 1, 1));
    assert_eq!((load.promises[0].role.as_str(), load.promises[0].running), ("csm", 1));
    home.clock.set(instant("2026-03-10T13:30:00Z"));
    app.end_task(&call.task.id, &done("reached"), ANN).await.unwrap();
    let promises = app.work_load().await.unwrap().promises.remove(0);
    assert_eq!((promises.kept, promises.missed, promises.running, promises.median_minutes), (1, 0, 0, Some(90)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_outcome_of_a_task_decides_what_its_run_does() {
    for (outcome, expected) in [("technical_issue", "Open a ticket"), ("reached", "Say thank you")] {
        let home = home(CALL);
        let app = begun(&home).await;
        let call = task(&app, "Call").await;
        app.end_task(&call.task.id, &done(outcome), ANN).await.unwrap();
        look_at(&home, &app, "2026-03-10T14:00:00Z").await;
        look_at(&home, &app, "2026-03-11T09:00:00Z").await;
        assert_eq!(titles(&list(&app, Whose::Everybody).await), [expected], "{outcome}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_that_was_said_while_nobody_looked_is_heard_after_a_restart() {
    let home = home(CALL);
    let app = begun(&home).await;
    let call = task(&app, "Call").await;
    app.end_task(&call.task.id, &done("technical_issue"), ANN).await.unwrap();
    let app = home.reopen(app).await;
    look_at(&home, &app, "2026-03-12T09:00:00Z").await;
    assert_eq!(titles(&list(&app, Whose::Everybody).await), ["Open a ticket"]);
    assert!(app.store().unheard_tasks(9).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_was_opened_again_is_heard_with_its_new_outcome() {
    let home = home(CALL);
    let app = begun(&home).await;
    let call = task(&app, "Call").await.task.id;
    app.end_task(&call, &done("reached"), ANN).await.unwrap();
    app.look_at_plays().await.unwrap();
    home.clock.set(instant("2026-03-10T15:00:00Z"));
    app.reopen_task(&call).await.unwrap();
    app.end_task(&call, &done("technical_issue"), ANN).await.unwrap();
    look_at(&home, &app, "2026-03-10T16:00:00Z").await;
    look_at(&home, &app, "2026-03-11T09:00:00Z").await;
    assert_eq!(titles(&list(&app, Whose::Everybody).await), ["Open a ticket"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_lets_its_step_go_on_or_ends_it() {
    for (answer, expected) in [("approved", vec!["Do it"]), ("declined", vec![])] {
        let home = home(ASK);
        let app = begun(&home).await;
        let asked = task(&app, "May we?").await;
        assert_eq!((asked.task.owner.as_deref(), asked.outcomes.join(" ")), (Some("boss@vendor.example"), "approved declined".to_owned()));
        assert!(app.end_task(&asked.task.id, &done("maybe"), BOB).await.is_err(), "an approval is a yes or a no");
        app.end_task(&asked.task.id, &done(answer), BOB).await.unwrap();
        app.look_at_plays().await.unwrap();
        assert_eq!(titles(&list(&app, Whose::Everybody).await), expected, "{answer}");
        let late = app.reopen_task(&asked.task.id).await.unwrap_err();
        assert!(late.message.contains("has been acted on"), "{late}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_after_its_time_changes_nothing() {
    let home = home(ASK);
    let app = begun(&home).await;
    let asked = task(&app, "May we?").await.task.id;
    look_at(&home, &app, "2026-03-12T12:00:00Z").await;
    app.end_task(&asked, &done("approved"), BOB).await.unwrap();
    look_at(&home, &app, "2026-03-13T12:00:00Z").await;
    assert!(list(&app, Whose::Everybody).await.tasks.is_empty(), "the step was skipped: nobody had answered in time");
    assert!(app.store().unheard_tasks(9).await.unwrap().is_empty());
    let runs = app.store().runs(&RunFilter { limit: 9, ..RunFilter::default() }).await.unwrap();
    assert_eq!(runs[0].status, RunStatus::Running, "its last step is still to come");
    assert!(runs[0].due_at.is_some_and(|due| due > instant(DAWN)));
}
