//! Reference values of windows around changes of the clock, computed elsewhere, through the whole application.

use std::collections::BTreeMap;

use mainstay_model::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::support::{Home, at, documents, sign_in, take};

const SIGNALS: &str = "
signals:
  count_1d: { from: events, measure: count(), window: 1 day }
  count_7d: { from: events, measure: count(), window: 7 days }
  count_30d: { from: events, measure: count(), window: 30 days }
  complete_30d: { from: events, measure: count(), window: 30 complete days }
  change_30d: { measure: change(count_30d) }
  active_days_30d: { from: events, measure: active_days(), window: 30 days }
  days_since_last: { from: events, measure: days_since(max(occurred_at)) }
";

#[derive(Deserialize)]
struct Case<'a> {
    zone: String,
    events: Vec<String>,
    #[serde(borrow)]
    expect: Vec<BTreeMap<String, &'a RawValue>>,
}

/// Changes of the clock forward and back, and offsets that are no whole hours.
const ZONES: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn windows_agree_around_changes_of_the_clock() {
    let cases: Vec<Case<'_>> = serde_json::from_str(include_str!("../../../health/tests/data/windows.json")).unwrap();
    let mut zones = std::collections::BTreeSet::new();
    let mut checked = 0;
    for case in cases.iter().filter(|case| zones.insert(case.zone.as_str())).take(ZONES) {
        checked += check(case).await;
    }
    assert!(checked > 50, "{checked} values");
}

async fn check(case: &Case<'_>) -> usize {
    let mainstay = format!("name: Windows\ntime_zone: {}\n", case.zone);
    let home = Home::new(&documents(&mainstay, SIGNALS, ""), "2027-12-31T00:00:00Z");
    let app = home.open().await;
    // The account is older than two windows.
    let old = sign_in("old", "acme", "2025-06-01T00:00:00Z");
    let events = case.events.iter().enumerate().map(|(number, at)| sign_in(&number.to_string(), "acme", at));
    take(&app, std::iter::once(old).chain(events).collect()).await;
    let mut checked = 0;
    for expected in &case.expect {
        let as_of: Timestamp = Timestamp::parse(expected["as_of"].get().trim_matches('"')).unwrap();
        let view = app.show_account("acme", &at(as_of)).await.unwrap();
        for signal in &view.signals {
            let Some(reference) = expected.get(&signal.name) else { continue };
            // Read from the very digits: a generic JSON number may be off by the last bit.
            let reference = reference.get().parse::<f64>().ok();
            assert_eq!(signal.value.as_f64(), reference, "{} in {} as of {as_of}", signal.name, case.zone);
            checked += 1;
        }
    }
    checked
}
