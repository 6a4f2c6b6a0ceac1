//! Recurring revenue on the command line.

use crate::harness::{Place, scrubbed};

const SOURCE: &str = r"sources:
  till:
    kind: files
    files:
      - matches: lines*.csv
        rows: subscriptions
        id: id
        account: account_id
        fields:
          product: product
          amount: amount
          quantity: quantity
          discount: discount
          interval_months: interval_months
          starts_on: starts_on
          ends_on: ends_on
          status: status
";

const LINES: &str = "id,account_id,product,amount,quantity,discount,interval_months,starts_on,ends_on,status\n\
1,acme,core,1200,10,0.1,12,2025-01-01,2026-02-01,active\n\
2,acme,core,1500,10,0.1,12,2026-02-01,,active\n\
3,globex,core,100,1,,1,2025-03-01,2026-03-01,active\n\
4,initech,core,50,1,,1,2026-01-15,,active\n\
5,initech,\"add, on\",10,1,,1,2026-03-15,,past_due\n\
6,hooli,core,99,1,,1,2026-01-01,,trialing\n\
7,hooli,core,,1,,1,2026-01-01,,active\n";

fn billed() -> Place {
    let place = Place::with_workspace();
    place.write("sources/till.yaml", SOURCE);
    place.write("lines.csv", LINES);
    place.out(&["import", "lines.csv"]);
    place
}

#[test]
fn revenue_moves_month_by_month_and_product_by_product() {
    let place = billed();
    let months = ["revenue", "--from", "2026-01-01", "--to", "2026-04-01", "--by", "month"];
    scrubbed().bind(|| insta::assert_snapshot!(place.run(&months)));
    let who = ["revenue", "--from", "2026-01-01", "--to", "2026-04-01", "--grain", "product", "--movements", "--format", "csv"];
    scrubbed().bind(|| insta::assert_snapshot!(place.run(&who)));
    let json: serde_json::Value =
        serde_json::from_str(&place.out(&["revenue", "--from", "2026-01-01", "--to", "2026-04-01", "--format", "json"])).unwrap();
    assert_eq!(json["whole"]["closing_mrr"], 1185.0);
    assert_eq!(json["whole"]["from"], "2026-01-01");
}

#[test]
fn days_words_and_currencies_that_make_no_sense_are_told() {
    let place = billed();
    assert!(place.run(&["revenue", "--from", "2026-01-01", "--to", "some day"]).starts_with("exit 2\n"));
    assert!(place.run(&["revenue", "--from", "2026-01-01", "--to", "2026-02-01", "--by", "week"]).starts_with("exit 2\n"));
    insta::assert_snapshot!(place.run(&["revenue", "--from", "2026-02-01", "--to", "2026-01-01"]));
}
