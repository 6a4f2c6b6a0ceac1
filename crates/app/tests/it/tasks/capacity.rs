//! Everybody's book and the work ahead: accounts, renewals, open tasks and what plays will ask for, week by week.

use serde_json::json;

use super::{ANN, BOB, DAWN, account, done, home, new, task};
use crate::support::{instant, record, sign_in, take};

const GOLD: &str = "
plays:
  gold:
    purpose: expansion
    trigger: { when: tier = 'gold' }
    steps:
      - at: day 1
        name: call
        do:
          - task: { to: csm, title: Call them, kind: call }
      - at: day 10
        name: look_back
        do:
          - task: { to: csm, title: Look back }
          - task: { to: csm_manager, title: Look at it together }
";
const BOSS: &str = "boss@vendor.example";

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_has_everybody_s_book_and_the_work_that_comes_to_them_week_by_week() {
    let home = home(GOLD);
    let app = home.open().await;
    app.look_at_plays().await.unwrap();
    let line = json!({
        "account_id": "acme", "amount": 12_000, "quantity": 1, "interval_months": 12, "starts_on": "2026-01-01", "ends_on": "2026-05-01",
        "status": "active",
    });
    take(
        &app,
        vec![
            account("acme", &json!({"tier": "free"})),
            account("bolt", &json!({"owner": BOB})),
            account("orphan", &json!({"owner": null})),
            account("gone", &json!({"owner": BOB, "stage": "churned"})),
            record("subscriptions", "line of acme", instant(DAWN), &line),
            // Nobody has signed in for a week: a score of 0, as without any sign-in.
            sign_in("once", "acme", "2026-03-01T09:00:00Z"),
        ],
    )
    .await;
    take(&app, (8..12).map(|hour| sign_in(&format!("at {hour}"), "bolt", &format!("2026-03-10T{hour:02}:00:00Z"))).collect()).await;
    app.look_at_plays().await.unwrap();
    take(&app, vec![record("accounts", "acme", instant("2026-03-10T11:59:00Z"), &json!({"tier": "gold"}))]).await;
    assert_eq!(app.look_at_plays().await.unwrap().begun, 1);
    app.add_task(&new("bolt", "in three weeks", Some("2026-03-27T12:00:00Z"))).await.unwrap();

    let plan = app.plan_capacity().await.unwrap();
    let books: Vec<_> = plan.owners.iter().map(|one| (one.owner.as_deref(), one.accounts, one.at_risk, one.renewals, one.open)).collect();
    assert_eq!(books, [(Some(ANN), 1, 1, 1, 1), (Some(BOB), 1, 0, 0, 1), (Some(BOSS), 0, 0, 0, 0), (None, 1, 1, 0, 0)]);
    assert_eq!([plan.owners[0].arr, plan.owners[0].renewals_arr].map(|sum| sum.round() as i64), [12_000, 12_000]);
    let weeks =
        |place: usize| -> Vec<(u64, u64)> { plan.owners[place].weeks.iter().map(|week| (week.open, week.foreseen)).take(4).collect() };
    assert_eq!(weeks(0), [(1, 0), (0, 1), (0, 0), (0, 0)], "the call is open, looking back is to come");
    assert_eq!(weeks(1), [(0, 0), (0, 0), (1, 0), (0, 0)]);
    assert_eq!(weeks(2), [(0, 0), (0, 1), (0, 0), (0, 0)], "whoever has the role gets the task");
    assert_eq!(plan.weeks[1].from.to_string(), "2026-03-17");
    assert!((plan.mean_open - 2.0 / 3.0).abs() < 1e-9 && !plan.cut, "{plan:?}");

    app.end_task(&task(&app, "Call them").await.task.id, &done("reached"), ANN).await.unwrap();
    assert_eq!(app.plan_capacity().await.unwrap().owners.iter().map(|one| one.open).sum::<u64>(), 1, "what is done is no work any more");
}
