//! Renewals and onboarding on the command line.

use crate::harness::Place;

const SOURCES: &str = r"sources:
  till:
    kind: files
    files:
      - matches: lines*.csv
        rows: subscriptions
        id: id
        occurred_at: since
        account: account_id
        fields:
          product: product
          amount: amount
          interval_months: interval_months
          starts_on: starts_on
          ends_on: ends_on
          notice_days: notice_days
      - matches: book*.csv
        rows: accounts
        id: id
        occurred_at: since
        fields:
          name: name
          stage: stage
          owner: owner
";

const LINES: &str = "id,since,account_id,product,amount,interval_months,starts_on,ends_on,notice_days\n\
1,2025-01-01T00:00:00Z,acme,core,1200,12,2025-03-01,2026-03-01,30\n\
2,2025-01-01T00:00:00Z,globex,core,100,1,2025-06-01,2026-06-01,\n";

const ACCOUNTS: &str = "id,since,name,stage,owner\n\
acme,2025-01-01T00:00:00Z,Acme,adoption,ann@vendor.example\n\
globex,2025-01-01T00:00:00Z,Globex,onboarding,bob@vendor.example\n";

fn contracted() -> Place {
    let place = Place::with_workspace();
    place.write("sources/till.yaml", SOURCES);
    place.write("lines.csv", LINES);
    place.write("book.csv", ACCOUNTS);
    place.out(&["import", "book.csv"]);
    place.out(&["import", "lines.csv"]);
    place
}

#[test]
fn renewals_are_listed_by_day_with_notice_and_place() {
    let place = contracted();
    let listed = place.out(&["renewals", "--as-of", "2026-02-05"]);
    let rows: Vec<Vec<&str>> = listed.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[1][..6], ["acme", "Acme", "core", "2026-03-01", "24", "1,200.00"], "{listed}");
    assert!(rows[1].contains(&"2026-01-29") && rows[1].contains(&"-30"), "{listed}");
    assert_eq!(rows[2][..6], ["globex", "Globex", "core", "2026-06-01", "116", "1,200.00"], "{listed}");
    assert!(listed.contains("2 of 2, sums in"), "{listed}");
    let narrow = place.out(&["renewals", "--as-of", "2026-02-05", "--stage", "-120", "--owner", "bob@vendor.example", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&narrow).unwrap();
    assert_eq!((&json["total"], &json["rows"][0]["renews_on"]), (&1.into(), &"2026-06-01".into()));
    let sums = place.out(&["renewals", "--as-of", "2026-02-05", "--sums", "--months", "2"]);
    assert!(sums.contains("2026-02") && sums.contains("2026-03") && !sums.contains("2026-04") && sums.contains("overdue"), "{sums}");
    assert!(place.run(&["renewals", "--stage", "-45"]).starts_with("exit 2\n"));
    assert!(place.run(&["renewals", "--month", "soon"]).starts_with("exit 2\n"));
    assert!(place.run(&["renewals", "--months", "99"]).contains("`months` is 1 to 36, not 99"));
}

#[test]
fn the_lines_of_an_account_say_what_they_will_bill_next() {
    let place = contracted();
    let yearly = place.out(&["renewals", "--account", "acme", "--as-of", "2026-02-05"]);
    let row: Vec<&str> = yearly.lines().nth(1).unwrap().split_whitespace().collect();
    assert_eq!(row[..4], ["1", "core", "2026-03-01", "0.00"], "{yearly}");
    assert!(yearly.contains("1: it ends with this billing interval, unless it is renewed"), "{yearly}");
    let monthly = place.out(&["renewals", "--account", "globex", "--as-of", "2026-02-05", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&monthly).unwrap();
    let line = &json["lines"][0];
    assert_eq!((&line["expected_amount"], &line["next_invoice_on"]), (&serde_json::json!(100.0), &serde_json::json!("2026-03-01")));
    assert_eq!((&line["last_invoice"], &line["above_last"]), (&serde_json::Value::Null, &serde_json::Value::Null));
    assert!(place.run(&["renewals", "--account", "acme", "--sums"]).starts_with("exit 2\n"));
    assert!(place.run(&["renewals", "--account", "nobody"]).contains("there is no account `nobody`"));
}

#[test]
fn a_line_that_another_one_follows_says_which_and_is_gone_once_it_has() {
    let place = contracted();
    let header = LINES.lines().next().unwrap();
    place.write("lines_next.csv", &format!("{header}\n3,2026-02-01T00:00:00Z,acme,core,1200,12,2026-03-01,2027-03-01,30\n"));
    place.out(&["import", "lines_next.csv"]);
    let before = place.out(&["renewals", "--account", "acme", "--as-of", "2026-02-05"]);
    assert!(before.contains("1: it ends on 2026-03-01, followed by 3 from 2026-03-01 on"), "{before}");
    assert!(!before.contains("unless it is renewed"), "{before}");
    let after = place.out(&["renewals", "--account", "acme", "--as-of", "2026-03-05"]);
    let lines: Vec<&str> = after.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(lines[..1], ["3"], "{after}");
    assert!(!after.contains("followed by"), "{after}");
}

#[test]
fn onboarding_lists_who_is_in_it_and_says_where_it_is_not_followed() {
    let place = contracted();
    let listed = place.out(&["onboarding"]);
    assert!(listed.contains("globex") && listed.contains("kick_off") && listed.contains("1 in onboarding"), "{listed}");
    let json: serde_json::Value = serde_json::from_str(&place.out(&["onboarding", "--format", "json"])).unwrap();
    assert_eq!((&json["accounts"][0]["account_id"], &json["accounts"][0]["since"]), (&"globex".into(), &"2025-01-01".into()));
    let before = place.out(&["onboarding", "--as-of", "2024-12-31"]);
    assert!(before.contains("nobody is in onboarding") && before.contains("as of"), "{before}");
    let then: serde_json::Value = serde_json::from_str(&place.out(&["onboarding", "--as-of", "2025-01-10", "--format", "json"])).unwrap();
    assert_eq!((&then["total"], &then["accounts"][0]["days"]), (&1.into(), &9.into()));
    assert!(place.out(&["onboarding", "--milestones"]).contains("nobody in onboarding has reached a milestone"));
    let settings = place.read("mainstay.yaml");
    let (before, onboarding) = settings.split_once("\nonboarding:").unwrap();
    let (_, after) = onboarding.split_once("\n# Steps").unwrap();
    place.write("mainstay.yaml", &format!("{before}\n# Steps{after}"));
    assert!(place.out(&["onboarding"]).contains("does not follow onboarding"));
}
