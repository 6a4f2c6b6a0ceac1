//! Tasks and absences on the command line.

use crate::harness::{Place, scrubbed};

const SOURCE: &str = r"sources:
  crm:
    kind: files
    files:
      - matches: accounts*.csv
        rows: accounts
        id: id
        fields: { name: name, owner: owner }
";

fn with_accounts() -> Place {
    let place = Place::with_workspace();
    place.write("sources/crm.yaml", SOURCE);
    place.write("accounts.csv", "id,name,owner\nacme,Acme,ann@vendor.example\n");
    place.out(&["import", "accounts.csv"]);
    place
}

fn tasks_of(place: &Place, more: &[&str]) -> serde_json::Value {
    let listed = place.out(&[&["task", "list", "--format", "json"], more].concat());
    serde_json::from_str::<serde_json::Value>(&listed).unwrap()["tasks"].clone()
}

#[test]
fn a_task_is_made_ended_opened_again_and_handed_over() {
    let place = with_accounts();
    let made = place.out(&["task", "add", "acme", "Send the offer", "--due", "2020-01-02T14:00:00Z", "--priority", "high"]);
    assert!(made.contains("Send the offer (acme) open, ann@vendor.example's, due 2020-01-02T14:00:00Z"), "{made}");
    let mut settings = scrubbed();
    settings.add_filter(r"task_[0-9a-z]{12}", "task_[id]");
    settings.bind(|| insta::assert_snapshot!(place.run(&["task", "list", "--owner", "Ann@vendor.example"])));
    let id = tasks_of(&place, &[])[0]["id"].as_str().unwrap().to_owned();
    let done = place.out(&["task", "done", &id, "--outcome", "sent", "--note", "by mail", "--by", "ann@vendor.example"]);
    assert!(done.contains("done: sent"), "{done}");
    assert_eq!(place.out(&["task", "list"]), "nothing to do\n");
    assert_eq!(tasks_of(&place, &["--ended-since", "2020-01-01"])[0]["done_by"], "ann@vendor.example");
    assert!(place.out(&["task", "reopen", &id]).contains("open, ann@vendor.example's"));
    assert!(place.out(&["task", "assign", &id, "bob@vendor.example"]).contains("bob@vendor.example's"));
    assert!(place.out(&["task", "move", &id, "2099-01-01T00:00:00Z"]).contains("due 2099-01-01T00:00:00Z"));
    assert_eq!(
        place.out(&["task", "hand-over", "bob@vendor.example", "cat@vendor.example"]),
        "1 open tasks of bob@vendor.example are cat@vendor.example's now\n"
    );
    settings.bind(|| insta::assert_snapshot!(place.run(&["task", "load"])));
    let load: serde_json::Value = serde_json::from_str(&place.out(&["task", "load", "--format", "json"])).unwrap();
    assert_eq!((&load["owners"][0]["open"], &load["capacity"]["owners"][0]["accounts"]), (&1.into(), &1.into()));
    insta::assert_snapshot!(place.run(&["task", "done", "none"]));
}

#[test]
fn an_absence_is_kept_and_removed() {
    let place = with_accounts();
    assert_eq!(place.out(&["absence", "list"]), "nobody is away\n");
    insta::assert_snapshot!(place.run(&[
        "absence",
        "add",
        "ann@vendor.example",
        "2099-03-02",
        "2099-03-06",
        "--cover",
        "bob@vendor.example"
    ]));
    let listed: serde_json::Value = serde_json::from_str(&place.out(&["absence", "list", "--format", "json"])).unwrap();
    assert_eq!(listed[0]["cover"], "bob@vendor.example");
    assert_eq!(place.out(&["absence", "remove", "ann@vendor.example", "2099-03-02"]), "nobody is away\n");
    assert!(place.run(&["absence", "remove", "ann@vendor.example", "2099-03-02"]).starts_with("exit 4\n"));
    assert!(place.run(&["absence", "add", "ann@vendor.example", "2099-03-02", "2099-03-01"]).starts_with("exit 1\n"));
}
