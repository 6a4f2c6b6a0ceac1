//! What people do with plays and runs, and what they are shown.

use mainstay_app::play_book::{LogLine, OutboxAsked, PlayPreview, RunsAsked};
use mainstay_app::plays::{EntrantAnswer, MovedRuns, RunAct};
use mainstay_app::{App, ErrorCode};
use mainstay_store::TaskStatus;
use serde_json::json;

use super::{account, home, look, look_at, runs, tasks, tier, titles};
use crate::support::{Home, take};

const DAWN: &str = "2026-03-01T00:00:00Z";
const BY: &str = "lea@vendor.example";
const RESCUE: &str = "
plays:
  rescue:
    label: Rescue
    description: Calls before it is too late.
    purpose: churn_prevention
    trigger: { when: tier = 'gold' }
    goal: { name: back, when: tier = 'silver' }
    steps:
      - at: day 1
        name: call
        do:
          - task: { to: csm, title: \"Call {{ account.name }}\" }
          - slack: { to: csm, text: \"{{ account.name }} needs a call\" }
      - at: day 3
        name: again
        do:
          - task: { to: csm, title: \"Call {{ account.name }} again\" }
";

/// Acme is gold since before the play was looked at first, bolt is not.
async fn ready(plays: &str) -> (Home, App) {
    let home = home(plays);
    let app = home.open().await;
    take(&app, vec![tier("acme", DAWN, "gold"), tier("bolt", DAWN, "free")]).await;
    look(&app).await;
    (home, app)
}

async fn started(app: &App) -> String {
    app.start_play("rescue", "bolt", None, BY).await.unwrap().run
}

fn line<'a>(log: &'a [LogLine], kind: &str) -> &'a LogLine {
    log.iter().find(|line| line.kind == kind).unwrap_or_else(|| panic!("no line `{kind}` in {log:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_play_started_by_hand_goes_the_way_of_every_run_and_says_who_started_it() {
    let (home, app) = ready(RESCUE).await;
    let run = started(&app).await;
    assert_eq!(titles(&app).await, ["Call bolt"], "day 1 past the play hour is at once");
    let detail = app.show_run(&run).await.unwrap();
    assert_eq!((detail.line.status.as_str(), detail.line.next_step.as_deref()), ("running", Some("again")));
    let act = line(&detail.log, "act");
    assert_eq!((act.what.as_str(), act.why.as_str()), ("started the play rescue", format!("by {BY}").as_str()));
    let call = &detail.steps[0];
    assert_eq!((call.name.as_str(), call.state.as_str()), ("call", "done"));
    let kinds: Vec<&str> = call.effects.iter().map(|effect| effect.what.as_str()).collect();
    assert_eq!(kinds, ["task: Call bolt", "slack"]);
    assert!(call.effects.iter().all(|effect| effect.key.starts_with(&format!("{run}/call/"))));
    let again = app.start_play("rescue", "bolt", None, BY).await.unwrap_err();
    assert!(again.message.contains("a run of it is under way"), "{again}");
    assert_eq!(runs(&app).await.len(), 1);
    look_at(&home, &app, "2026-03-12T09:00:00Z").await;
    assert_eq!(titles(&app).await, ["Call bolt", "Call bolt again"], "the steps ahead come by themselves");
    assert_eq!(app.show_run(&run).await.unwrap().line.status, "finished");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_not_started() {
    let (_home, app) = ready(RESCUE).await;
    for (play, account) in [("rescue", "nobody"), ("nothing", "bolt")] {
        assert_eq!(app.start_play(play, account, None, BY).await.unwrap_err().code, ErrorCode::NotFound, "{play} {account}");
    }
    assert_eq!(app.act_on_run("none", &RunAct::Pause, BY).await.unwrap_err().code, ErrorCode::NotFound);
    assert!(runs(&app).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_out_account_is_recorded_and_gets_nothing_however_it_is_started() {
    let (_home, app) = ready(&RESCUE.replace("    steps:", "    holdout: 100%\n    steps:")).await;
    assert!(app.start_play("rescue", "bolt", None, BY).await.unwrap().held_out);
    assert!(tasks(&app).await.is_empty());
    let play = &app.list_plays().await.unwrap()[0];
    assert_eq!((play.begun, play.waiting, play.held_out), (1, 0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_run_waits_and_does_what_is_overdue_when_it_resumes() {
    let (home, app) = ready(RESCUE).await;
    let run = started(&app).await;
    app.act_on_run(&run, &RunAct::Pause, BY).await.unwrap();
    assert!(app.act_on_run(&run, &RunAct::Pause, BY).await.is_err(), "it is paused already");
    look_at(&home, &app, "2026-03-14T10:00:00Z").await;
    assert_eq!(titles(&app).await, ["Call bolt"]);
    app.act_on_run(&run, &RunAct::Resume, BY).await.unwrap();
    look(&app).await;
    assert_eq!(titles(&app).await, ["Call bolt", "Call bolt again"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_run_ends_with_its_reason_and_takes_back_what_has_not_happened() {
    let (home, app) = ready(RESCUE).await;
    let run = started(&app).await;
    let without = app.act_on_run(&run, &RunAct::Stop { reason: " ".into() }, BY).await;
    assert!(without.is_err(), "a reason belongs to it");
    home.clock.forward(1);
    app.act_on_run(&run, &RunAct::Stop { reason: "they called us".into() }, BY).await.unwrap();
    let detail = app.show_run(&run).await.unwrap();
    assert_eq!((detail.line.status.as_str(), detail.line.outcome.as_deref()), ("stopped", Some("stopped")));
    assert_eq!(line(&detail.log, "act").what, "stopped the run: they called us");
    assert!(tasks(&app).await.iter().all(|task| task.status == TaskStatus::Cancelled));
    let waiting = OutboxAsked { status: Some("suppressed".into()), ..OutboxAsked::default() };
    assert_eq!(app.list_outbox(&waiting).await.unwrap().len(), 1);
    look_at(&home, &app, "2026-03-14T10:00:00Z").await;
    assert_eq!(tasks(&app).await.len(), 1, "nothing follows");
    assert!(app.act_on_run(&run, &RunAct::Resume, BY).await.unwrap_err().message.contains("it has ended"));
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_move_to_another_version_when_told_to_and_not_before() {
    let (home, app) = ready(RESCUE).await;
    let run = started(&app).await;
    home.write("plays/all.yaml", &RESCUE.replace("day 3", "day 4"));
    assert!(app.reload().await.unwrap().changed);
    look(&app).await;
    let before = app.show_run(&run).await.unwrap();
    assert!(before.behind, "it goes by the version that it began with");
    assert_eq!(app.list_plays().await.unwrap()[0].behind, 1);
    assert_eq!(app.move_runs("rescue", BY).await.unwrap(), MovedRuns { moved: 1, left: 0 });
    let after = app.show_run(&run).await.unwrap();
    assert!(!after.behind && after.line.version != before.line.version);
    assert!(line(&after.log, "act").what.starts_with("moved the run to version "));
    assert_eq!(app.move_runs("rescue", BY).await.unwrap(), MovedRuns::default(), "there is nothing left to move");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_up_is_shown_and_sent_again_under_its_key() {
    let (_home, app) = ready(RESCUE).await;
    let run = started(&app).await;
    let key = format!("{run}/call/1/slack");
    let entry = app.list_outbox(&OutboxAsked::default()).await.unwrap().remove(0);
    let nothing = app.act_on_run(&run, &RunAct::Retry { step: "call".into() }, BY).await.unwrap_err();
    assert!(nothing.message.contains("has failed"), "{nothing}");
    app.store().bury(&entry.key, "the channel is gone").await.unwrap();
    assert_eq!(app.list_plays().await.unwrap()[0].dead_letters, 1);
    let detail = app.show_play("rescue").await.unwrap();
    assert_eq!(line(&detail.log, "given_up").why, "the channel is gone");
    app.act_on_run(&run, &RunAct::Retry { step: "call".into() }, BY).await.unwrap();
    let sent = app.list_outbox(&OutboxAsked::default()).await.unwrap();
    assert_eq!((sent[0].key.as_str(), sent[0].status.as_str(), sent[0].attempts), (entry.key.as_str(), "waiting", 0), "{key}");
    app.store().bury(&entry.key, "gone again").await.unwrap();
    assert_eq!(app.replay_letters(&[], Some("rescue"), BY).await.unwrap(), 1);
    assert_eq!(app.replay_letters(&[entry.key], None, BY).await.unwrap(), 0, "it is not given up now");
    assert!(app.replay_letters(&[], None, BY).await.is_err(), "nothing is named");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_play_shows_where_its_runs_stand_and_who_would_enter_today() {
    let (_home, app) = ready(RESCUE).await;
    let play = app.workspace().plays["rescue"].clone();
    let today = app.would_enter(&play).await.unwrap();
    assert_eq!(today.candidates, 1);
    assert_eq!((today.entrants[0].account_id.as_str(), today.entrants[0].answer), ("acme", EntrantAnswer::Starts));
    assert!(runs(&app).await.is_empty(), "asking begins nothing");
    app.start_play("rescue", "acme", None, BY).await.unwrap();
    let today = app.would_enter(&play).await.unwrap();
    assert_eq!((today.entrants[0].answer, today.entrants[0].why.as_str()), (EntrantAnswer::Refused, "a run of it is under way"));
    let detail = app.show_play("rescue").await.unwrap();
    let steps: Vec<(&str, &str, u64, u64)> =
        detail.steps.iter().map(|step| (step.name.as_str(), step.at.as_str(), step.waiting, step.done)).collect();
    assert_eq!(steps, [("call", "day 1", 0, 1), ("again", "day 3", 1, 0)]);
    assert_eq!((detail.goals[0].name.as_str(), detail.goals[0].reached, detail.goals[0].of), ("back", 0, 1));
    take(&app, vec![account("acme", "2026-03-10T11:00:00Z", &json!({"tier": "silver"}))]).await;
    look(&app).await;
    assert_eq!(app.show_play("rescue").await.unwrap().goals[0].reached, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_play_that_the_workspace_no_longer_has_is_shown_by_its_last_version() {
    let (home, app) = ready(RESCUE).await;
    started(&app).await;
    home.write("plays/all.yaml", "plays: {}\n");
    app.reload().await.unwrap();
    let plays = app.list_plays().await.unwrap();
    assert_eq!((plays.len(), plays[0].in_force, plays[0].waiting), (1, false, 1));
    assert_eq!(app.show_play("rescue").await.unwrap().steps.len(), 2);
    let refused = app.list_runs(&RunsAsked { status: Some("sleeping".into()), ..RunsAsked::default() }).await.unwrap_err();
    assert!(refused.hint.contains("running, paused"), "{}", refused.hint);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_document_is_checked_drawn_and_saved_only_where_nobody_changed_it() {
    let (home, app) = ready(RESCUE).await;
    let wrong = app.preview_play("rescue", &RESCUE.replace("tier = 'gold'", "teir = 'gold'")).await.unwrap();
    assert!(!wrong.right && wrong.steps.is_empty());
    assert_eq!(wrong.problems[0].line, 7, "{:?}", wrong.problems);
    let edited = RESCUE.replace("tier = 'gold'", "tier = 'free'");
    let right = app.preview_play("rescue", &edited).await.unwrap();
    assert!(right.right, "{:?}", right.problems);
    assert_eq!((right.steps.len(), right.today.entrants[0].account_id.as_str()), (2, "bolt"));
    assert_eq!(app.show_play("rescue").await.unwrap().text, RESCUE, "a preview changes nothing");
    home.write("plays/all.yaml", &RESCUE.replace("Rescue", "Rescue of somebody else"));
    let conflict = app.save_play("rescue", RESCUE, &edited).await.unwrap_err();
    assert!(conflict.message.contains("was changed since you read it"), "{conflict}");
    home.write("plays/all.yaml", RESCUE);
    app.save_play("rescue", RESCUE, &edited).await.unwrap();
    assert_eq!(app.show_play("rescue").await.unwrap().text, edited);
}

/// A play beside the one that is edited, and scenarios of both; the one of the other fails.
const OTHER: &str = "  other:
    label: Other
    trigger: { by_hand: true }
    steps:
      - { at: day 1, name: tell, do: [{ note: told }] }
";
const SCENARIOS: &str = "scenarios:
  gold is called twice:
    play: rescue
    account: { id: acme }
    trigger: { tier: gold }
    expect: { day 1: [task csm, slack csm], day 3: [task csm] }
  silver is left alone:
    play: rescue
    account: { id: acme }
    trigger: { tier: silver }
    expect: { outcome: never starts }
  another play:
    play: other
    account: { id: acme }
    expect: { day 2: [note] }
";

/// The scenarios of a preview: name, place and whether it passed.
fn came_out(preview: &PlayPreview) -> Vec<(&str, &str, bool)> {
    preview.scenarios.iter().map(|tested| (tested.name.as_str(), tested.place.as_str(), tested.passed)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_document_is_tried_on_the_scenarios_of_its_play_and_nothing_begins() {
    let plays = format!("{RESCUE}{OTHER}");
    let (home, app) = ready(&plays).await;
    assert!(app.preview_play("rescue", &plays).await.unwrap().scenarios.is_empty());
    home.write("scenarios/all.yaml", SCENARIOS);
    app.reload().await.unwrap();
    let places = ("scenarios/all.yaml:2", "scenarios/all.yaml:7");
    let right = app.preview_play("rescue", &plays).await.unwrap();
    let all_pass = [("gold is called twice", places.0, true), ("silver is left alone", places.1, true)];
    assert_eq!(came_out(&right), all_pass, "{:?}", right.scenarios);
    let late = app.preview_play("rescue", &plays.replace("day 3", "day 4")).await.unwrap();
    assert!(late.right, "a scenario that fails is no error of the document: {:?}", late.problems);
    assert_eq!(came_out(&late), [("gold is called twice", places.0, false), ("silver is left alone", places.1, true)]);
    let difference = late.scenarios[0].difference();
    assert!(difference.contains("  ! day 3  task csm   -\n  ! day 4  -          task csm\n"), "{difference}");
    assert_eq!(came_out(&app.preview_play("rescue", &plays).await.unwrap()), all_pass, "repaired, it passes");
    let wrong = app.preview_play("rescue", &plays.replace("tier = 'gold'", "teir = 'gold'")).await.unwrap();
    assert!(!wrong.right && wrong.scenarios.is_empty());
    assert!(runs(&app).await.is_empty() && tasks(&app).await.is_empty(), "scenarios run apart from what is live");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_very_many_scenarios_the_first_are_run_and_the_others_are_counted() {
    let (home, app) = ready(&format!("{RESCUE}{OTHER}")).await;
    let scenario = |number: usize| format!("  told {number}: {{ play: other, account: {{ id: acme }}, expect: {{ day 1: [note] }} }}\n");
    home.write("scenarios/all.yaml", &format!("scenarios:\n{}", (0..53).map(scenario).collect::<String>()));
    app.reload().await.unwrap();
    let preview = app.preview_play("other", &format!("{RESCUE}{OTHER}")).await.unwrap();
    assert_eq!((preview.scenarios.len(), preview.scenarios_left_out), (50, 3));
    assert!(preview.scenarios.iter().all(|tested| tested.passed), "{:?}", preview.scenarios);
}
