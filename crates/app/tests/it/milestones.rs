//! On which day accounts reached the milestones of onboarding, now and as of any instant.

use mainstay_app::accounts::AsOf;
use mainstay_app::lifecycle::{OnboardingAccount, OnboardingBoard};
use mainstay_app::{App, ErrorCode};
use mainstay_model::Fact;
use serde_json::json;

use crate::support::{HEALTH_BY_LOGINS, Home, at, documents, instant, record, sign_in, take};

const MAINSTAY: &str = "\
name: Life
time_zone: UTC
stages: [onboarding, adoption, churned]
onboarding:
  stalled: signed_in_ever = 0
  milestones:
    - { name: first_login, when: signed_in_ever > 0, due_days: 5 }
    - { name: routine, when: signed_in_ever >= 3, due_days: 20 }
";
const SIGNALS: &str = "
signals:
  signed_in_ever: { from: events, where: name = 'Signed In', measure: count(), window: all }
  logins: { from: events, where: name = 'Signed In', measure: count(), window: 7 days }
";
/// A Tuesday.
const NOW: &str = "2026-03-10T12:00:00Z";

fn arrived(id: &str, on: &str) -> Fact {
    record("accounts", id, instant(&format!("{on}T08:00:00Z")), &json!({"stage": "onboarding"}))
}

async fn open() -> (Home, App) {
    let home = Home::new(&documents(MAINSTAY, SIGNALS, HEALTH_BY_LOGINS), NOW);
    let app = home.open().await;
    let mut facts = vec![
        arrived("stuck", "2026-03-01"),
        arrived("quick", "2026-03-08"),
        arrived("slow", "2026-02-01"),
        arrived("early", "2026-03-05"),
        arrived("today", "2026-03-10"),
        arrived("ancient", "2024-01-01"),
        record("accounts", "done", instant("2026-01-01T00:00:00Z"), &json!({"stage": "adoption"})),
        sign_in("q", "quick", "2026-03-09T12:00:00Z"),
        sign_in("e", "early", "2026-03-01T12:00:00Z"),
        sign_in("t", "today", "2026-03-10T11:00:00Z"),
        sign_in("a", "ancient", "2024-02-01T11:00:00Z"),
    ];
    facts.extend((0..3).map(|day| sign_in(&format!("s{day}"), "slow", &format!("2026-02-1{day}T09:00:00Z"))));
    take(&app, facts).await;
    (home, app)
}

fn of<'a>(board: &'a OnboardingBoard, id: &str) -> &'a OnboardingAccount {
    board.accounts.iter().find(|account| account.account_id == id).unwrap()
}

/// The day of each milestone and the days to it; `-` where there is none.
fn days(board: &OnboardingBoard, id: &str) -> Vec<String> {
    let on = of(board, id).reached_on.iter();
    on.map(|on| on.map_or_else(|| "-".to_owned(), |on| format!("{} {}", on.day, on.days))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_milestone_is_reached_on_the_first_day_at_whose_end_it_held_in_the_stage() {
    let (_home, app) = open().await;
    let board = app.onboarding(&AsOf::NOW).await.unwrap();
    assert_eq!(days(&board, "slow"), ["2026-02-10 9", "2026-02-12 11"]);
    assert_eq!(days(&board, "quick"), ["2026-03-09 1", "-"]);
    assert_eq!(days(&board, "stuck"), ["-", "-"]);
    assert_eq!(days(&board, "today"), ["2026-03-10 0", "-"], "it has not ended yet");
    assert_eq!(days(&board, "early"), ["2026-03-05 0", "-"], "what was reached before counts from the first day in the stage");
    assert_eq!((days(&board, "ancient"), of(&board, "ancient").reached.clone()), (vec!["-".to_owned(); 2], vec![true, false]));
    let of_first = &board.milestones[0];
    assert_eq!((of_first.reached, of_first.median_days), (4, Some(0.5)));
    assert_eq!((board.milestones[1].reached, board.milestones[1].median_days), (1, Some(11.0)));
    let again = app.onboarding(&AsOf::NOW).await.unwrap();
    assert_eq!(again.accounts, board.accounts, "what is kept says the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_fact_moves_the_day_of_a_milestone() {
    let (home, app) = open().await;
    assert_eq!(days(&app.onboarding(&AsOf::NOW).await.unwrap(), "quick"), ["2026-03-09 1", "-"]);
    take(&app, vec![sign_in("late", "quick", "2026-03-08T20:00:00Z"), sign_in("later", "stuck", "2026-03-04T20:00:00Z")]).await;
    let board = app.onboarding(&AsOf::NOW).await.unwrap();
    assert_eq!(
        (days(&board, "quick"), days(&board, "stuck")),
        (vec!["2026-03-08 0".into(), "-".into()], vec!["2026-03-04 3".into(), "-".into()])
    );
    home.move_to(&app, "2026-03-11T00:30:00Z").await;
    assert_eq!(days(&app.onboarding(&AsOf::NOW).await.unwrap(), "today"), ["2026-03-10 0", "-"], "a day that ended keeps its milestones");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_found_before_a_late_fact_holds_for_other_accounts_and_for_the_days_before_it() {
    let (home, app) = open().await;
    app.onboarding(&AsOf::NOW).await.unwrap();
    home.move_to(&app, "2026-03-11T00:30:00Z").await;
    app.onboarding(&AsOf::NOW).await.unwrap();
    take(&app, (20..22).map(|hour| sign_in(&format!("l{hour}"), "quick", &format!("2026-03-09T{hour}:00:00Z"))).collect()).await;
    let board = app.onboarding(&AsOf::NOW).await.unwrap();
    assert_eq!(days(&board, "quick"), ["2026-03-09 1", "2026-03-09 1"]);
    assert_eq!(days(&board, "slow"), ["2026-02-10 9", "2026-02-12 11"]);
    take(&app, vec![sign_in("older", "quick", "2026-03-08T20:00:00Z")]).await;
    assert_eq!(days(&app.onboarding(&AsOf::NOW).await.unwrap(), "quick"), ["2026-03-08 0", "2026-03-09 1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn onboarding_is_shown_as_it_was() {
    let (_home, app) = open().await;
    let end = instant("2026-02-11T23:59:59.999999Z");
    let then = app.onboarding(&at(end)).await.unwrap();
    let ids: Vec<&str> = then.accounts.iter().map(|account| account.account_id.as_str()).collect();
    assert_eq!((ids, then.as_of), (vec!["ancient", "slow"], end));
    let slow = of(&then, "slow");
    assert_eq!((slow.days, slow.next.as_deref(), slow.reached.clone()), (10, Some("routine"), vec![true, false]));
    assert_eq!(days(&then, "slow"), ["2026-02-10 9", "-"]);
    let noon = app.onboarding(&at(instant("2026-02-12T12:00:00Z"))).await.unwrap();
    assert_eq!(days(&noon, "slow"), ["2026-02-10 9", "2026-02-12 11"], "within a day");
    let morning = app.onboarding(&at(instant("2026-02-12T08:00:00Z"))).await.unwrap();
    assert_eq!(days(&morning, "slow"), ["2026-02-10 9", "-"]);
    let known_today = AsOf { at: Some(end), known: Some(app.now()) };
    let known = app.onboarding(&known_today).await.unwrap();
    assert_eq!((of(&known, "slow").reached.clone(), days(&known, "slow")), (vec![true, false], vec!["-".to_owned(); 2]));
    let known_then = AsOf { at: Some(end), known: Some(end) };
    assert_eq!(app.onboarding(&known_then).await.unwrap().total, 0, "everything was received today");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_account_has_its_milestones_while_it_is_in_onboarding() {
    let (_home, app) = open().await;
    let one = app.onboarding_of("slow", &AsOf::NOW).await.unwrap().unwrap();
    assert_eq!((one.total, days(&one, "slow")), (1, vec!["2026-02-10 9".to_owned(), "2026-02-12 11".to_owned()]));
    assert!(app.onboarding_of("done", &AsOf::NOW).await.unwrap().is_none());
    assert!(app.onboarding_of("quick", &at(instant("2026-03-08T07:00:00Z"))).await.is_err(), "nothing was known of it");
    assert_eq!(app.onboarding_of("nobody", &AsOf::NOW).await.unwrap_err().code, ErrorCode::NotFound);
}
