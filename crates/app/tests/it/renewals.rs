//! Renewals from facts: what ends when, what became of it, and what there is to know before it is talked about.

use mainstay_app::accounts::AsOf;
use mainstay_app::lifecycle::{EndMove, Renewal, RenewalBook, RenewalQuery, RenewalStage};
use mainstay_app::{App, ErrorCode};
use mainstay_model::{Day, Fact};
use mainstay_store::OutboxFilter;
use serde_json::{Value, json};

use crate::support::{HEALTH_BY_LOGINS, Home, account_with, at, documents, instant, record, sign_in, take};

const MAINSTAY: &str = "\
name: Renewals
time_zone: UTC
currency: USD
";
const SIGNALS: &str = "
signals:
  logins: { from: events, where: name = 'Signed In', measure: count(), window: 7 days }
  logins_change: { measure: change(logins) }
";
const PLAYS: &str = "
plays:
  renewal:
    purpose: renewal
    per: subscription
    trigger: { date: ends_on, from: -120 days }
    steps:
      - at: -90 days
        name: readiness
        do:
          - report: { kind: renewal_readiness, to: csm }
";
/// A Tuesday.
const NOW: &str = "2026-03-10T12:00:00Z";

fn home() -> Home {
    let home = Home::new(&documents(MAINSTAY, SIGNALS, HEALTH_BY_LOGINS), NOW);
    home.write("plays/all.yaml", PLAYS);
    home
}

fn line(id: &str, at: &str, fields: &Value) -> Fact {
    record("subscriptions", id, instant(at), fields)
}

/// A line of a year at 1,000 a month that ends on a day.
fn yearly(id: &str, account: &str, starts_on: &str, ends_on: &str) -> Fact {
    let fields = json!({"account_id": account, "product": "core", "amount": "1000", "starts_on": starts_on, "ends_on": ends_on});
    line(id, "2025-01-01T00:00:00Z", &fields)
}

async fn book(app: &App, change: impl FnOnce(&mut RenewalQuery)) -> RenewalBook {
    let mut query = RenewalQuery::default();
    change(&mut query);
    app.renewals(&query, &AsOf::NOW).await.unwrap()
}

fn ids(rows: &[Renewal]) -> Vec<&str> {
    rows.iter().map(|row| row.subscription_id.as_str()).collect()
}

fn count(book: &RenewalBook, stage: RenewalStage) -> (usize, f64) {
    book.stages.iter().find(|column| column.stage == stage).map(|column| (column.count, column.arr)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn renewals_stand_by_their_days_left_and_sum_up_by_month() {
    let (_home, app) = home().opened().await;
    take(
        &app,
        vec![
            account_with("acme", "2025-01-01T00:00:00Z", &json!({"name": "Acme", "owner": "ann@vendor.example"})),
            account_with("globex", "2025-01-01T00:00:00Z", &json!({"name": "Globex", "owner": "bob@vendor.example"})),
            yearly("due", "acme", "2025-03-15", "2026-03-15"),
            yearly("in_90", "globex", "2025-06-01", "2026-06-01"),
            yearly("far", "globex", "2025-12-01", "2026-12-01"),
            yearly("overdue", "acme", "2025-03-09", "2026-03-09"),
            line("open_ended", "2025-01-01T00:00:00Z", &json!({"account_id": "acme", "amount": "5", "starts_on": "2025-01-01"})),
            line("trial", "2026-03-01T00:00:00Z", &json!({"account_id": "acme", "status": "trialing", "ends_on": "2026-03-20"})),
            line("pounds", "2025-01-01T00:00:00Z", &json!({"account_id": "acme", "product": "other", "amount": "70", "currency": "GBP", "starts_on": "2025-03-20", "ends_on": "2026-03-20"})),
        ],
    )
    .await;
    let all = book(&app, |_| ()).await;
    assert_eq!(ids(&all.rows), ["due", "pounds", "in_90", "far"]);
    assert_eq!((all.total, all.lines_in_other_currencies, all.lines_without_end), (4, 1, 1));
    assert_eq!(all.months.len(), 12);
    assert_eq!((all.months[0].month, all.months[0].count, all.months[0].arr), (Day::parse("2026-03-01").unwrap(), 2, 12_000.0));
    assert_eq!((all.months[3].count, all.months[3].arr, all.months[9].count), (1, 12_000.0, 1));
    assert_eq!(count(&all, RenewalStage::Due), (1, 12_000.0));
    assert_eq!(count(&all, RenewalStage::Escalated), (1, 0.0), "another currency is in no sum");
    assert_eq!(count(&all, RenewalStage::Reviewed), (1, 12_000.0));
    assert_eq!(count(&all, RenewalStage::Overdue).0, 1);
    let due = &all.rows[0];
    assert_eq!((due.name.as_str(), due.owner.as_deref(), due.days_left, due.arr), ("Acme", Some("ann@vendor.example"), 5, Some(12_000.0)));
    assert_eq!(ids(&book(&app, |query| query.stage = Some(RenewalStage::Overdue)).await.rows), ["overdue"]);
    assert_eq!(ids(&book(&app, |query| query.month = Some(Day::parse("2026-06-17").unwrap())).await.rows), ["in_90"]);
    assert_eq!(ids(&book(&app, |query| query.owner = Some("bob@vendor.example".into())).await.rows), ["in_90", "far"]);
    let second = book(&app, |query| (query.offset, query.limit) = (1, 2)).await;
    assert_eq!((ids(&second.rows), second.total), (vec!["pounds", "in_90"], 4));
    let refused = app.renewals(&RenewalQuery { months: 37, ..RenewalQuery::default() }, &AsOf::NOW).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Invalid);
    let then = app.renewals(&RenewalQuery::default(), &at(instant("2026-03-08T00:00:00Z"))).await.unwrap();
    assert_eq!((then.rows[0].subscription_id.as_str(), then.rows[0].days_left), ("overdue", 1), "two days ago it was not over");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_moves_is_kept_with_who_said_it_when() {
    let (_home, app) = home().opened().await;
    take(
        &app,
        vec![
            account_with("acme", "2025-01-01T00:00:00Z", &json!({})),
            yearly("slips", "acme", "2025-03-01", "2026-03-01"),
            line("slips", "2026-02-20T09:00:00Z", &json!({"ends_on": "2026-03-31"})),
            line("slips", "2026-02-21T09:00:00Z", &json!({"quantity": "1"})),
            yearly("renews", "acme", "2025-02-01", "2026-02-01"),
            line("renews", "2026-01-25T09:00:00Z", &json!({"ends_on": "2027-02-01"})),
        ],
    )
    .await;
    let rows = app.renewals_of("acme", &AsOf::NOW).await.unwrap();
    assert_eq!(ids(&rows), ["slips", "renews"]);
    let moved = &rows[0].moves[0];
    assert_eq!((rows[0].moves.len(), moved.what, moved.source.as_str()), (1, EndMove::Slipped, "crm"));
    assert_eq!(
        (moved.from.to_string(), moved.to.to_string(), moved.at),
        ("2026-03-01".into(), "2026-03-31".into(), instant("2026-02-20T09:00:00Z"))
    );
    assert_eq!(rows[0].stage, Some(RenewalStage::Escalated), "the end that is in force counts");
    assert_eq!((rows[1].stage, rows[1].moves[0].what), (Some(RenewalStage::Renewed), EndMove::Renewed));
    let before = app.renewals_of("acme", &at(instant("2026-02-19T00:00:00Z"))).await.unwrap();
    assert!(before.iter().find(|row| row.subscription_id == "slips").unwrap().moves.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_is_renewed_by_the_one_that_follows_it_and_lost_with_its_account() {
    let (_home, app) = home().opened().await;
    take(
        &app,
        vec![
            account_with("acme", "2025-01-01T00:00:00Z", &json!({})),
            yearly("first", "acme", "2025-03-20", "2026-03-20"),
            yearly("second", "acme", "2026-03-20", "2027-03-20"),
            account_with("gone", "2026-02-01T00:00:00Z", &json!({"churned_on": "2026-02-28"})),
            yearly("lost", "gone", "2025-02-28", "2026-02-28"),
            account_with("by_itself", "2025-01-01T00:00:00Z", &json!({})),
            yearly("rolls", "by_itself", "2025-03-01", "2026-03-01"),
            line("rolls", "2025-01-02T00:00:00Z", &json!({"auto_renews": true, "notice_days": 30, "opt_out_days": 90})),
        ],
    )
    .await;
    let all = book(&app, |_| ()).await;
    assert!(!ids(&all.rows).contains(&"first"), "it is decided, so it is not ahead");
    assert_eq!(count(&all, RenewalStage::Renewed).0, 2);
    assert_eq!(count(&all, RenewalStage::Churned), (1, 12_000.0));
    let rolled = app.renewals_of("by_itself", &AsOf::NOW).await.unwrap().remove(0);
    assert_eq!((rolled.renews_on.to_string().as_str(), rolled.computed, rolled.stage), ("2027-03-01", true, Some(RenewalStage::Renewed)));
    assert_eq!(rolled.last_notice_on.unwrap().to_string(), "2027-01-29");
    assert_eq!(rolled.notice_from.unwrap().to_string(), "2026-12-01");
}

/// A yearly line that renews by itself, with notice.
fn rolling(id: &str, account: &str, starts_on: &str, ends_on: &str, fields: &Value) -> Fact {
    let mut said = json!({
        "account_id": account, "product": "core", "amount": "1000", "starts_on": starts_on, "ends_on": ends_on,
        "auto_renews": true, "notice_days": 30, "opt_out_days": 90,
    });
    said.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    line(id, "2025-01-01T00:00:00Z", &said)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_terms_that_follow_each_other_only_the_one_that_runs_has_a_renewal_ahead() {
    let (_home, app) = home().opened().await;
    take(
        &app,
        vec![
            account_with("acme", "2023-01-01T00:00:00Z", &json!({})),
            rolling("1", "acme", "2023-02-01", "2024-02-01", &json!({})),
            rolling("2", "acme", "2024-02-01", "2025-02-01", &json!({})),
            rolling("3", "acme", "2025-02-01", "2026-02-01", &json!({})),
            rolling("4", "acme", "2026-02-01", "2027-02-01", &json!({})),
            rolling("beside", "acme", "2025-06-01", "2026-06-01", &json!({"product": "reports"})),
        ],
    )
    .await;
    let all = book(&app, |_| ()).await;
    assert_eq!(ids(&all.rows), ["beside", "4"]);
    let renewed = book(&app, |query| query.stage = Some(RenewalStage::Renewed)).await;
    assert_eq!(ids(&renewed.rows), ["3"], "the board shows for 90 days what came out");
    assert_eq!(renewed.rows[0].followed_by.as_ref().map(|next| next.subscription_id.as_str()), Some("4"));
    let lines = app.renewals_of("acme", &AsOf::NOW).await.unwrap();
    assert_eq!(ids(&lines), ["beside", "4"], "the account shows what stands");
    let lines = app.renewals_of("acme", &at(instant("2026-01-31T12:00:00Z"))).await.unwrap();
    assert_eq!(ids(&lines), ["3", "beside", "4"], "the line that runs and the one that was signed");
    let running = &lines[0];
    assert_eq!((running.stage, running.days_left, running.auto_renews), (Some(RenewalStage::Renewed), 1, false));
    assert_eq!((running.last_notice_on, running.notice_from), (None, None));
    assert_eq!(running.followed_by.as_ref().map(|next| next.begins_on.to_string()).as_deref(), Some("2026-02-01"));
    let lines = app.renewals_of("acme", &at(instant("2026-02-01T12:00:00Z"))).await.unwrap();
    assert_eq!(ids(&lines), ["beside", "4"], "its end has come");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_was_followed_stays_so_when_the_next_one_is_canceled_but_not_before_that_began() {
    let (_home, app) = home().opened().await;
    take(
        &app,
        vec![
            account_with("back", "2024-01-01T00:00:00Z", &json!({})),
            rolling("old", "back", "2024-02-01", "2025-02-01", &json!({})),
            rolling("canceled", "back", "2025-02-01", "2026-02-01", &json!({})),
            line("canceled", "2026-02-01T00:00:00Z", &json!({"status": "canceled", "auto_renews": false})),
            account_with("undone", "2024-01-01T00:00:00Z", &json!({})),
            rolling("runs", "undone", "2025-03-20", "2026-03-20", &json!({})),
            rolling("withdrawn", "undone", "2026-03-20", "2027-03-20", &json!({})),
            line("withdrawn", "2026-03-09T00:00:00Z", &json!({"status": "canceled"})),
        ],
    )
    .await;
    let stages = |rows: &[Renewal]| rows.iter().map(|row| (row.subscription_id.clone(), row.stage)).collect::<Vec<_>>();
    let back = app.renewals_of("back", &AsOf::NOW).await.unwrap();
    assert_eq!(stages(&back), [("canceled".to_owned(), Some(RenewalStage::Churned))]);
    let undone = app.renewals_of("undone", &AsOf::NOW).await.unwrap();
    assert_eq!(stages(&undone)[0], ("runs".to_owned(), Some(RenewalStage::Escalated)), "nothing follows it");
    assert!(undone[0].auto_renews && undone[0].last_notice_on.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_shows_its_play_and_the_report_leads_to_its_page() {
    let home = home();
    let app = home.open().await;
    app.look_at_plays().await.unwrap();
    take(
        &app,
        vec![
            account_with("acme", "2025-01-01T00:00:00Z", &json!({"owner": "ann@vendor.example"})),
            yearly("line", "acme", "2025-07-09", "2026-07-09"),
        ],
    )
    .await;
    // 120 days before the end, at the play hour, and 90 days before it.
    for now in ["2026-03-11T09:01:00Z", "2026-04-10T09:01:00Z"] {
        home.move_to(&app, now).await;
        app.look_at_plays().await.unwrap();
    }
    let run = book(&app, |_| ()).await.rows.remove(0).run.unwrap();
    assert_eq!((run.play.as_str(), run.status.is_empty()), ("renewal", false));
    let outbox = app.store().outbox(&OutboxFilter { limit: 10, ..OutboxFilter::default() }).await.unwrap();
    assert!(outbox.iter().any(|entry| entry.payload.contains("/accounts/acme/renewal")), "{outbox:?}");
    let report = app.readiness("acme", &AsOf::NOW).await.unwrap();
    assert_eq!((report.renewals.len(), report.renewals[0].run.is_some()), (1, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_readiness_report_has_health_use_issues_and_room_to_grow() {
    let (_home, app) = home().opened().await;
    let mut facts = vec![
        account_with("acme", "2025-01-01T00:00:00Z", &json!({"name": "Acme"})),
        yearly("line", "acme", "2025-06-08", "2026-06-08"),
        record(
            "tickets",
            "t1",
            instant("2026-03-01T00:00:00Z"),
            &json!({"account_id": "acme", "subject": "Slow", "status": "open", "created_at": "2026-03-01T00:00:00Z"}),
        ),
        record("tickets", "t2", instant("2026-03-01T00:00:00Z"), &json!({"account_id": "acme", "subject": "Done", "status": "solved"})),
        record(
            "invoices",
            "i1",
            instant("2026-01-01T00:00:00Z"),
            &json!({"account_id": "acme", "number": "17", "status": "open", "due_at": "2026-02-01T00:00:00Z"}),
        ),
        record(
            "surveys",
            "s1",
            instant("2026-02-01T00:00:00Z"),
            &json!({"account_id": "acme", "kind": "nps", "score": 3, "answered_at": "2026-02-01T00:00:00Z"}),
        ),
        record(
            "opportunities",
            "o1",
            instant("2026-02-01T00:00:00Z"),
            &json!({"account_id": "acme", "kind": "expansion", "stage": "proposal"}),
        ),
        record(
            "feature_requests",
            "f1",
            instant("2026-02-01T00:00:00Z"),
            &json!({"account_id": "acme", "title": "Audit log", "premium": true, "status": "open"}),
        ),
    ];
    facts.extend((0..4).map(|day| sign_in(&format!("old {day}"), "acme", &format!("2026-02-2{}T09:00:00Z", 4 + day))));
    facts.extend((0..2).map(|day| sign_in(&format!("new {day}"), "acme", &format!("2026-03-0{}T09:00:00Z", 5 + day))));
    take(&app, facts).await;
    let report = app.readiness("acme", &AsOf::NOW).await.unwrap();
    let titles = |findings: &[mainstay_app::lifecycle::Finding]| findings.iter().map(|found| found.title.clone()).collect::<Vec<_>>();
    let issues = titles(&report.issues);
    for expected in ["Slow", "Invoice 17 is not paid", "NPS 3"] {
        assert!(issues.contains(&expected.to_owned()), "{expected}: {issues:?}");
    }
    assert!(!issues.contains(&"Done".to_owned()));
    assert_eq!(report.issues[0].kind, "health");
    assert_eq!(titles(&report.opportunities), ["Expansion in the pipeline", "Audit log"]);
    assert_eq!((report.usage.len(), report.usage[0].name.as_str(), report.usage[0].compared_by.as_str()), (1, "logins", "logins_change"));
    assert_eq!(app.readiness("nobody", &AsOf::NOW).await.unwrap_err().code, ErrorCode::NotFound);
}
