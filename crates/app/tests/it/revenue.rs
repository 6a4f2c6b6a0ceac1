//! Recurring revenue from subscription records, and the signal `mrr` beside it.

use mainstay_app::accounts::AsOf;
use mainstay_app::revenue::{Grain, Movement, RevenueQuery, RevenueReport, Step};
use mainstay_app::{App, ErrorCode, Format, format_batches};
use mainstay_model::{Day, Fact, Timestamp, Zone};
use serde_json::{Value, json};

use crate::support::{Home, at, documents, instant, record, take};

const MAINSTAY: &str = "name: Revenue\ntime_zone: Europe/Berlin\ncurrency: USD\n";
const SIGNALS: &str = "signals:\n  lines: { from: subscriptions, measure: count(), window: all }\n";
const CLOSE: f64 = 0.000_001;

async fn open() -> (Home, App) {
    let home = Home::new(&documents(MAINSTAY, SIGNALS, ""), "2026-02-01T12:00:00Z");
    let app = home.open().await;
    (home, app)
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn query(from: &str, to: &str) -> RevenueQuery {
    RevenueQuery { from: day(from), to: day(to), by: None, grain: Grain::Account, currency: None, movements: true }
}

fn end_of(text: &str) -> Timestamp {
    Timestamp::parse_for_person(text, &Zone::named("Europe/Berlin").unwrap()).unwrap()
}

fn line(id: &str, said: &str, fields: &Value) -> Fact {
    record("subscriptions", id, instant(said), fields)
}

fn moves(report: &RevenueReport) -> Vec<(&str, Option<&str>, Movement)> {
    let moves = report.whole.movements.as_deref().unwrap();
    moves.iter().map(|one| (one.account_id.as_str(), one.product.as_deref(), one.movement)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_and_the_signal_agree_with_the_reference_values() {
    let cases: Value = serde_json::from_str(include_str!("../../../metrics/tests/data/movements.json")).unwrap();
    let months = [("month", 1), ("quarter", 3), ("half_year", 6), ("year", 12), ("two_years", 24)];
    let (_home, app) = open().await;
    let facts = cases["lines"].as_array().unwrap().iter().map(|given| {
        let interval = months.iter().find(|(name, _)| given["interval"] == *name).unwrap().1;
        let mut fields = given.as_object().unwrap().clone();
        let (id, account) = (fields["line"].as_str().unwrap().to_owned(), fields["account"].clone());
        ["line", "account", "interval"].into_iter().for_each(|name| drop(fields.shift_remove(name)));
        fields.insert("account_id".into(), account);
        fields.insert("interval_months".into(), json!(interval));
        line(&id, "2024-01-01T00:00:00Z", &Value::Object(fields))
    });
    take(&app, facts.collect()).await;
    for expected in cases["expect"].as_array().unwrap() {
        let (start, end) = (expected["start"].as_str().unwrap(), expected["end"].as_str().unwrap());
        let report = app.report_revenue(&query(start, end), &AsOf::NOW).await.unwrap();
        let shown = serde_json::to_value(&report.whole).unwrap();
        for name in [
            "opening_mrr",
            "closing_mrr",
            "new",
            "reactivation",
            "expansion",
            "contraction",
            "churn",
            "grr",
            "nrr",
            "logo_churn",
            "revenue_churn",
        ] {
            let (found, wanted) = (shown[name].as_f64().unwrap(), expected[name].as_f64().unwrap());
            assert!((found - wanted).abs() < CLOSE, "{name} of {start}..{end}: {found} for {wanted}");
        }
        for (boundary, name) in [(start, "opening_mrr"), (end, "closing_mrr")] {
            let sum = app.ask("select sum(mrr) as mrr from accounts", &at(end_of(boundary))).await.unwrap();
            let text = format_batches(&sum.columns, &sum.batches, Format::Csv);
            let found: f64 = text.lines().nth(1).unwrap().parse().unwrap();
            let wanted = expected[name].as_f64().unwrap();
            assert!((found - wanted).abs() < CLOSE, "the signal on {boundary}: {found} for {wanted}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_counts_on_each_day_as_it_was_said_by_then() {
    let (_home, app) = open().await;
    let said = |at, fields| line("s1", at, &fields);
    take(
        &app,
        vec![
            said("2025-03-01T09:00:00Z", json!({"account_id": "acme", "amount": "100", "starts_on": "2025-01-01"})),
            said("2025-06-01T21:59:59Z", json!({"amount": "150"})),
            said("2025-09-15T09:00:00Z", json!({"status": "canceled", "ends_on": "2025-09-15"})),
        ],
    )
    .await;
    let quarters = RevenueQuery { by: Some(Step::Quarter), ..query("2025-03-01", "2025-12-01") };
    let report = app.report_revenue(&quarters, &AsOf::NOW).await.unwrap();
    let shown: Vec<_> =
        report.periods.iter().map(|period| (period.opening_mrr, period.expansion, period.churn, period.closing_mrr)).collect();
    assert_eq!(shown, [(100.0, 50.0, 0.0, 150.0), (150.0, 0.0, 0.0, 150.0), (150.0, 0.0, 150.0, 0.0)], "{report:?}");
    assert_eq!((report.whole.grr, report.compounded_nrr), (Some(0.0), Some(0.0)));
    let before = app.report_revenue(&query("2025-01-01", "2025-03-01"), &AsOf::NOW).await.unwrap();
    assert_eq!(
        (before.whole.opening_mrr, before.whole.closing_mrr),
        (100.0, 100.0),
        "before it was heard of it was what it was said to be first"
    );
    let then = app.report_revenue(&query("2025-05-01", "2025-12-01"), &at(end_of("2025-05-31"))).await.unwrap();
    assert_eq!((then.whole.closing_mrr, then.whole.churned), (100.0, 0), "what came later was not known");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_grain_decides_what_cancels_and_the_answer_names_it() {
    let (_home, app) = open().await;
    let line = |id, product, amount, from, to| {
        line(
            id,
            "2025-01-01T00:00:00Z",
            &json!({"account_id": "acme", "product": product, "amount": amount, "starts_on": from, "ends_on": to}),
        )
    };
    take(
        &app,
        vec![
            line("a", "core", 100, "2025-01-01", "2025-06-01"),
            line("b", "core", 40, "2025-06-01", "2026-01-01"),
            line("c", "support", 10, "2025-01-01", "2025-06-01"),
            line("d", "support", 70, "2025-06-01", "2026-01-01"),
        ],
    )
    .await;
    let account = app.report_revenue(&query("2025-05-01", "2025-07-01"), &AsOf::NOW).await.unwrap();
    assert_eq!((account.grain, account.whole.expansion, account.whole.contraction, moves(&account)), (Grain::Account, 0.0, 0.0, vec![]));
    let query = RevenueQuery { grain: Grain::Product, ..query("2025-05-01", "2025-07-01") };
    let product = app.report_revenue(&query, &AsOf::NOW).await.unwrap();
    assert_eq!((product.grain, product.whole.expansion, product.whole.contraction), (Grain::Product, 60.0, 60.0));
    assert_eq!(moves(&product), [("acme", Some("core"), Movement::Contraction), ("acme", Some("support"), Movement::Expansion)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_passes_to_another_account_leaves_the_first() {
    let (_home, app) = open().await;
    take(
        &app,
        vec![
            line("a", "2025-01-01T00:00:00Z", &json!({"account_id": "acme", "amount": 100, "starts_on": "2025-01-01"})),
            line("a", "2025-06-15T00:00:00Z", &json!({"account_id": "bolt"})),
        ],
    )
    .await;
    let report = app.report_revenue(&query("2025-06-01", "2025-07-01"), &AsOf::NOW).await.unwrap();
    assert_eq!(moves(&report), [("acme", None, Movement::Churn), ("bolt", None, Movement::New)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn currencies_are_never_mixed_and_lines_without_a_price_are_counted() {
    let (_home, app) = open().await;
    let line = |id, fields: Value| line(id, "2025-01-01T00:00:00Z", &fields);
    take(
        &app,
        vec![
            line("a", json!({"account_id": "acme", "amount": 100, "starts_on": "2025-01-01"})),
            line("b", json!({"account_id": "acme", "amount": 50, "starts_on": "2025-01-01", "currency": "EUR"})),
            line("c", json!({"account_id": "acme", "starts_on": "2025-01-01"})),
            line("d", json!({"account_id": "acme", "amount": 9, "starts_on": "2025-01-01", "interval_months": 0})),
        ],
    )
    .await;
    let error = app.report_revenue(&query("2025-06-01", "2025-07-01"), &AsOf::NOW).await.unwrap_err();
    insta::assert_snapshot!(format!("{}\n{}", error.message, error.hint), @r"
    revenue cannot be summed in USD: 1 subscription lines are in another currency, the first of them `b` in EUR
    there are no exchange rates: name one currency, such as EUR, to report on its lines alone
    ");
    for (currency, mrr) in [("USD", 100.0), ("eur", 50.0)] {
        let query = RevenueQuery { currency: Some(currency.into()), ..query("2025-06-01", "2025-07-01") };
        let report = app.report_revenue(&query, &AsOf::NOW).await.unwrap();
        assert_eq!((report.whole.opening_mrr, report.lines_in_other_currencies, report.lines_without_price), (mrr, 1, 2));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_period_without_days_or_with_too_many_parts_is_refused() {
    let (_home, app) = open().await;
    for query in [query("2025-06-01", "2025-06-01"), RevenueQuery { by: Some(Step::Month), ..query("1990-01-01", "2025-06-01") }] {
        let error = app.report_revenue(&query, &AsOf::NOW).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Invalid);
        assert!(!error.hint.is_empty());
    }
    let nothing = app.report_revenue(&query("2025-06-01", "2025-07-01"), &AsOf::NOW).await.unwrap();
    assert_eq!((nothing.whole.opening_mrr, nothing.whole.grr), (0.0, None));
}
