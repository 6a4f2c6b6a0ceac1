//! Files in, scores out: with the real binary, as a user does it.

use crate::harness::{Place, scrubbed};

const SOURCE: &str = r"sources:
  shop:
    label: Shop
    kind: files
    files:
      - matches: clients*.csv
        rows: accounts
        id: client
        fields: { name: name, region: region }
      - matches: clicks*.csv
        rows: events
        occurred_at: at
        time_zone: UTC
        account: client
        user: who
        name: what
        fields: { feature: feature, amount: amount }
        types: { amount: decimal }
";

const CLIENTS: &str = "client,name,region\nacme,Acme,emea\nglobex,Globex,\n";
/// Two equal rows, one bad amount, one bad time, one row too short.
const CLICKS: &str = "client,who,what,at,feature,amount\n\
acme,ann,Signed In,2026-03-01 09:00:00,,\n\
acme,ann,Signed In,2026-03-01 09:00:00,,\n\
acme,bob,Feature Used,2026-03-02 10:00:00,export,12.50\n\
acme,bob,Feature Used,2026-03-02 10:00:00,export,a lot\n\
globex,eve,Signed In,some day,,\n\
globex,eve\n";

pub(crate) fn shop() -> Place {
    let place = Place::with_workspace();
    place.write("sources/shop.yaml", SOURCE);
    place.write("files/clients.csv", CLIENTS);
    place.write("files/clicks-1.csv", CLICKS);
    place.write("files/readme.csv", "nothing\nhere\n");
    place
}

#[test]
fn an_import_answers_for_every_row_and_the_same_files_again_change_nothing() {
    let place = shop();
    scrubbed().bind(|| insta::assert_snapshot!(place.run(&["import", "files", "--dry-run"])));
    scrubbed().bind(|| insta::assert_snapshot!(place.run(&["import", "files"])));
    scrubbed().bind(|| insta::assert_snapshot!(place.run(&["import", "files"])));
    scrubbed().bind(|| insta::assert_snapshot!(place.run(&["quarantine", "list"])));
    let counts = place.out(&["sql", "select name, count(*) as events from events group by name order by name", "--format", "csv"]);
    assert_eq!(counts, "name,events\nFeature Used,1\nSigned In,2\n");
}

#[test]
fn a_mended_row_is_accepted_and_leaves_the_quarantine() {
    let place = shop();
    place.run(&["import", "files/clicks-1.csv"]);
    let list: serde_json::Value =
        serde_json::from_str(&place.out(&["quarantine", "list", "--reason", "wrong_type", "--format", "json"])).unwrap();
    let id = list[0]["id"].to_string();
    let shown: serde_json::Value = serde_json::from_str(&place.out(&["quarantine", "show", &id, "--format", "json"])).unwrap();
    let raw = shown["raw"].as_str().unwrap();
    insta::assert_snapshot!(raw, @r#"{"file":"clicks-1.csv","row":5,"copy":1,"cells":{"client":"acme","who":"bob","what":"Feature Used","at":"2026-03-02 10:00:00","feature":"export","amount":"a lot"}}"#);
    assert!(place.run(&["quarantine", "replay", &id]).starts_with("exit 1\n"), "as it is, it is still refused");
    let fixed = place.run_with(&["quarantine", "fix", &id], &raw.replace("a lot", "99"));
    assert!(fixed.starts_with("exit 0\n--- out\n1 accepted, 0 duplicate, 0 still refused\n"), "{fixed}");
    assert_eq!(place.out(&["sql", "select count(*) as n from events where name = 'Feature Used'", "--format", "csv"]), "n\n2\n");
    assert_eq!(place.out(&["quarantine", "list", "--reason", "wrong_type"]), "nothing is in the quarantine\n");
}

#[test]
fn a_file_that_no_mapping_fits_and_a_column_that_is_not_there_are_told_before_anything_is_kept() {
    let place = shop();
    scrubbed().bind(|| insta::assert_snapshot!(place.run(&["import", "files/readme.csv"])));
    place.write("files/clients-2.csv", "client,title\ninitech,Initech\n");
    scrubbed().bind(|| insta::assert_snapshot!(place.run(&["import", "files"])));
    assert_eq!(place.out(&["sql", "select count(*) as n from accounts", "--format", "csv"]), "n\n0\n");
}

#[test]
fn a_state_that_changed_is_a_new_version_and_one_that_did_not_is_none() {
    let place = shop();
    place.run(&["import", "files/clients.csv"]);
    place.write("files/clients.csv", "client,name,region\nacme,Acme,americas\nglobex,Globex,\n");
    let report: serde_json::Value = serde_json::from_str(&place.out(&["import", "files/clients.csv", "--format", "json"])).unwrap();
    assert_eq!((report["files"][0]["accepted"].as_u64(), report["files"][0]["duplicate"].as_u64()), (Some(1), Some(1)));
    assert_eq!(
        place.out(&["sql", "select id, region from accounts order by id", "--format", "csv"]),
        "id,region\nacme,americas\nglobex,\n"
    );
}

#[test]
fn a_first_mapping_is_proposed_and_passes_the_check() {
    let place = Place::with_workspace();
    for name in ["crm", "billing", "support"] {
        std::fs::remove_file(place.path().join(format!("sources/{name}.yaml"))).unwrap();
    }
    place.write("export/accounts.csv", "account_id,company_name,country,plan_code\na1,Acme,DE,x\na2,Globex,US,y\n");
    place.write(
        "export/subscriptions.csv",
        "account_id,product,start_date,end_date,mrr,quantity,units,bill_period_months,discount\na1,base,2025-01-01,2026-01-01,650,50,users,12,0.1\n",
    );
    place.write(
        "export/events.csv",
        "account_id,user_id,event_time,event,value\na1,u1,2026-03-01 09:00:00,Signed In,\na1,u1,2026-03-01 09:05:00,Export,3.5\n",
    );
    let proposed = place.out(&["import", "export", "--guess"]);
    scrubbed().bind(|| insta::assert_snapshot!(proposed));
    place.write("sources/export.yaml", &proposed);
    assert!(place.run(&["check"]).starts_with("exit 0\n"), "{}", place.run(&["check"]));
    let report: serde_json::Value = serde_json::from_str(&place.out(&["import", "export", "--format", "json"])).unwrap();
    let accepted: u64 = report["files"].as_array().unwrap().iter().map(|file| file["accepted"].as_u64().unwrap()).sum();
    assert_eq!(accepted, 5, "{report}");
}

#[test]
fn scores_explanations_and_copies_work_on_what_was_imported() {
    let place = shop();
    place.run(&["import", "files"]);
    let scores: serde_json::Value = serde_json::from_str(&place.out(&["score", "--format", "json"])).unwrap();
    assert_eq!(scores.as_array().unwrap().len(), 2, "{scores}");
    let explained = place.out(&["explain", "acme"]);
    assert!(explained.contains("component"), "{explained}");
    assert!(place.run(&["explain", "nobody"]).starts_with("exit 4\n"));
    assert!(place.run(&["score", "--as-of", "some day"]).starts_with("exit 1\n"));

    let before = place.out(&["sql", "select count(*) as n from events", "--format", "csv"]);
    place.out(&["backup", "copy"]);
    assert!(place.run(&["backup", "copy"]).starts_with("exit 1\n"), "a copy never overwrites");
    place.out(&["restore", "copy", "--data", "data2", "--workspace", "workspace2"]);
    let after = place.out(&["sql", "select count(*) as n from events", "--format", "csv", "--data", "data2", "--workspace", "workspace2"]);
    assert_eq!(before, after);
    assert!(place.run(&["restore", "copy", "--data", "data2"]).starts_with("exit 1\n"));
    scrubbed().bind(|| insta::assert_snapshot!(place.run(&["doctor"])));
}
