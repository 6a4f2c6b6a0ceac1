//! Contract lines from facts: what they will bill next, and until when they can be left.

use mainstay_app::accounts::AsOf;
use mainstay_app::lifecycle::{ContractLine, Gap};
use mainstay_app::{App, ErrorCode};
use mainstay_model::{Day, Fact};
use serde_json::{Value, json};

use crate::support::{HEALTH_BY_LOGINS, Home, account, at, documents, instant, record, take};

const MAINSTAY: &str = "\
name: Contracts
time_zone: UTC
currency: USD
";
const SIGNALS: &str = "
signals:
  logins: { from: events, where: name = 'Signed In', measure: count(), window: 7 days }
";
/// A Tuesday, the tenth day of a month of 31.
const NOW: &str = "2026-03-10T12:00:00Z";

async fn open() -> (Home, App) {
    let home = Home::new(&documents(MAINSTAY, SIGNALS, HEALTH_BY_LOGINS), NOW);
    let app = home.open().await;
    (home, app)
}

fn line(id: &str, fields: &Value) -> Fact {
    record("subscriptions", id, instant("2026-01-01T00:00:00Z"), fields)
}

fn invoice(id: &str, issued_on: &str, fields: &Value) -> Fact {
    let mut fields = fields.clone();
    fields["issued_at"] = json!(format!("{issued_on}T06:00:00Z"));
    record("invoices", id, instant(&format!("{issued_on}T06:00:00Z")), &fields)
}

async fn lines(app: &App, account: &str) -> Vec<ContractLine> {
    app.contract_outlook(account, &AsOf::NOW).await.unwrap().lines
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_says_what_it_will_bill_how_far_that_is_above_the_last_and_when_it_can_be_left() {
    let (_home, app) = open().await;
    let contract = json!({
        "account_id": "acme", "product": "core", "amount": "500", "discount": "0.1", "discount_until": "2026-04-01",
        "starts_on": "2026-01-01", "term_months": 12, "auto_renews": true, "notice_days": 30, "opt_out_days": 90,
        "limit_quantity": "10000", "limit_unit": "calls", "overage_amount": "0.02",
        "exit_clause": "on a change of control", "exit_from": "2026-07-01",
    });
    let use_so_far = json!({"used_quantity": "3600", "used_on": "2026-03-09"});
    take(
        &app,
        vec![
            account("acme", "2026-01-01T00:00:00Z"),
            line("plan", &contract),
            record("subscriptions", "plan", instant("2026-03-10T01:00:00Z"), &use_so_far),
            invoice("i1", "2026-02-01", &json!({"account_id": "acme", "number": "1", "amount": "900"})),
            invoice("i2", "2026-03-01", &json!({"account_id": "acme", "number": "2", "amount": "400"})),
            invoice("i3", "2026-03-05", &json!({"account_id": "acme", "number": "3", "amount": "700", "status": "void"})),
            invoice("i4", "2026-03-06", &json!({"account_id": "acme", "number": "4", "amount": "700", "currency": "EUR"})),
        ],
    )
    .await;
    let report = app.readiness("acme", &AsOf::NOW).await.unwrap();
    let shock = report.issues.iter().find(|issue| issue.kind == "next_invoice").unwrap();
    assert_eq!(shock.title, "The next invoice of core is 37 % above the last");
    assert_eq!(shock.detail, "about 548.00 USD for 2026-04-01, at the present pace");
    let plan = lines(&app, "acme").await.remove(0);
    assert_eq!(report.contracts, std::slice::from_ref(&plan));
    // 3,600 calls in nine of 31 days are 12,400 by the end: 2,400 beyond, 48 of overage. The discount has ended when April is billed.
    let usage = plan.usage.unwrap();
    assert_eq!((usage.days, usage.of_days, usage.expected, usage.beyond), (9, 31, 12_400.0, Some(2_400.0)));
    assert_eq!((plan.base_amount, plan.overage_amount, plan.expected_amount), (Some(500.0), Some(48.0), Some(548.0)));
    assert_eq!((plan.not_known, plan.next_invoice_on), (None, Some(day("2026-04-01"))));
    assert_eq!((plan.last_invoice.unwrap().number.as_deref(), plan.above_last), (Some("2"), Some(0.37)));
    assert_eq!((plan.discount_ends_on, plan.amount_after_discount), (Some(day("2026-04-01")), Some(500.0)));
    assert_eq!(
        (plan.renews_on, plan.notice_from, plan.last_notice_on),
        (Some(day("2027-01-01")), Some(day("2026-10-03")), Some(day("2026-12-01")))
    );
    let exit = plan.exit.unwrap();
    assert_eq!(
        (exit.clause.as_deref(), exit.from, exit.until),
        (Some("on a change of control"), Some(day("2026-07-01")), Some(day("2026-12-31")))
    );
    let before = app.contract_outlook("acme", &at(instant("2026-03-08T00:00:00Z"))).await.unwrap().lines.remove(0);
    assert_eq!((before.expected_amount, before.not_known), (None, Some(Gap::Usage)), "nobody had said it by then");
    assert_eq!((before.base_amount, before.usage), (Some(500.0), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_billed_by_use_is_priced_by_its_tiers() {
    let (_home, app) = open().await;
    let metered = |account: &str, mode: &Value| {
        json!({
            "account_id": account, "starts_on": "2026-03-01", "tiers_mode": mode, "used_quantity": "45", "used_on": "2026-03-09",
            "price_tiers": [{"up_to": 100, "amount": 12}, {"amount": 9}], "minimum_quantity": "20",
        })
    };
    take(
        &app,
        vec![
            account("acme", "2026-01-01T00:00:00Z"),
            line("graduated", &metered("acme", &Value::Null)),
            line("stairs", &metered("acme", &json!("stairstep"))),
            line("volume", &metered("acme", &json!("volume"))),
        ],
    )
    .await;
    let found = lines(&app, "acme").await;
    let shown: Vec<_> =
        found.iter().map(|line| (line.subscription_id.as_str(), line.by_use, line.expected_amount, line.not_known)).collect();
    assert_eq!(
        shown,
        [("graduated", true, Some(1_695.0), None), ("stairs", true, None, Some(Gap::Price)), ("volume", true, Some(1_395.0), None),],
        "155 units by the end of March"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_is_compared_only_where_it_is_known_whose_it_was() {
    let (_home, app) = open().await;
    let monthly = |product: &str| json!({"account_id": "acme", "product": product, "amount": "100", "starts_on": "2026-01-01"});
    take(
        &app,
        vec![
            account("acme", "2026-01-01T00:00:00Z"),
            line("a", &monthly("core")),
            line("b", &monthly("reports")),
            line("ended", &json!({"account_id": "acme", "amount": "5", "starts_on": "2025-01-01", "ends_on": "2026-01-01"})),
            line("trial", &json!({"account_id": "acme", "amount": "5", "starts_on": "2026-03-01", "status": "trialing"})),
            line("bare", &json!({"account_id": "acme", "amount": "5"})),
            invoice("i1", "2026-03-01", &json!({"account_id": "acme", "amount": "200"})),
            invoice("i2", "2026-03-02", &json!({"account_id": "acme", "amount": "80", "subscription_id": "a"})),
        ],
    )
    .await;
    let found = lines(&app, "acme").await;
    let shown: Vec<_> = found.iter().map(|line| (line.subscription_id.as_str(), line.above_last, line.not_known)).collect();
    assert_eq!(shown, [("a", Some(0.25), None), ("b", None, None), ("bare", None, Some(Gap::Interval))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_another_one_follows_is_in_force_until_then_with_nothing_to_leave() {
    let (_home, app) = open().await;
    let term = |starts_on: &str, ends_on: &str| {
        json!({
            "account_id": "acme", "product": "core", "amount": "100", "starts_on": starts_on, "ends_on": ends_on, "auto_renews": true,
            "notice_days": 30, "opt_out_days": 90, "exit_clause": "on a change of control",
        })
    };
    take(
        &app,
        vec![
            account("acme", "2026-01-01T00:00:00Z"),
            line("1", &term("2024-02-20", "2025-02-20")),
            line("2", &term("2025-02-20", "2026-02-20")),
            line("3", &term("2026-02-20", "2027-02-20")),
            line("early", &term("2027-02-01", "2028-02-20")),
            invoice("i1", "2026-02-20", &json!({"account_id": "acme", "amount": "80"})),
        ],
    )
    .await;
    let ids = |lines: &[ContractLine]| lines.iter().map(|line| line.subscription_id.clone()).collect::<Vec<_>>();
    let found = lines(&app, "acme").await;
    assert_eq!(ids(&found), ["3"], "those before renewed by themselves until another one followed");
    assert_eq!((found[0].expected_amount, found[0].above_last), (Some(100.0), Some(0.25)), "it is the account's only line");
    assert_eq!(app.readiness("acme", &AsOf::NOW).await.unwrap().contracts, found);
    let followed = app.contract_outlook("acme", &AsOf::NOW).await.unwrap().followed;
    let pairs: Vec<_> = followed
        .iter()
        .map(|line| {
            (line.subscription_id.as_str(), line.ends_on, line.followed_by.subscription_id.as_str(), line.has_ended(day("2026-03-10")))
        })
        .collect();
    let ends = [day("2025-02-20"), day("2026-02-20"), day("2027-02-20")];
    assert_eq!(pairs, [("1", ends[0], "2", true), ("2", ends[1], "3", true), ("3", ends[2], "early", false)]);
    let on = async |instant_of: &str| app.contract_outlook("acme", &at(instant(instant_of))).await.unwrap().lines;
    let last_day = on("2026-02-19T12:00:00Z").await;
    assert_eq!(ids(&last_day), ["2"]);
    let ending = &last_day[0];
    assert_eq!((ending.is_last, ending.expected_amount, ending.next_invoice_on), (true, Some(0.0), Some(day("2026-02-20"))));
    assert_eq!((ending.auto_renews, ending.renews_on), (false, Some(day("2026-02-20"))));
    assert_eq!((ending.notice_from, ending.last_notice_on, &ending.exit), (None, None, &None));
    let next = ending.followed_by.clone().unwrap();
    assert_eq!((next.subscription_id.as_str(), next.begins_on), ("3", day("2026-02-20")));
    assert_eq!(ids(&on("2026-02-20T00:00:00Z").await), ["3"]);
    let overlapping = on("2027-02-10T12:00:00Z").await;
    assert_eq!(ids(&overlapping), ["3", "early"], "both are in force where the next one begins before the end");
    assert_eq!(overlapping[0].followed_by.as_ref().map(|next| next.begins_on), Some(day("2027-02-01")));
    assert!(overlapping[1].followed_by.is_none() && overlapping[1].auto_renews);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_left_has_no_next_invoice() {
    let (_home, app) = open().await;
    take(
        &app,
        vec![
            record("accounts", "gone", instant("2026-01-01T00:00:00Z"), &json!({"churned_on": "2026-03-01"})),
            line("a", &json!({"account_id": "gone", "amount": "100", "starts_on": "2026-01-01"})),
        ],
    )
    .await;
    assert!(lines(&app, "gone").await.is_empty());
    assert_eq!(app.contract_outlook("nobody", &AsOf::NOW).await.unwrap_err().code, ErrorCode::NotFound);
}
