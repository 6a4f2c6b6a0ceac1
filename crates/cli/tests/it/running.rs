//! Commands beside a running server: the same answers as without one, and nothing to stop for them.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::harness::{Place, scrubbed};
use crate::import::shop;

/// A server on a place's data; it is ended when this goes.
struct Running {
    child: Child,
    url: String,
    log: std::thread::JoinHandle<String>,
}

impl Running {
    fn on(place: &Place) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_mainstay"))
            .args(["serve", "--addr", "127.0.0.1:0"])
            .current_dir(place.path())
            .env_clear()
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let url = lines.by_ref().map_while(Result::ok).find_map(|line| Some(line.split_once("running at ")?.1.to_owned())).unwrap();
        // Whoever does not read what the server says would hold it up.
        let log = std::thread::spawn(move || lines.map_while(Result::ok).collect::<Vec<_>>().join("\n"));
        Self { child, url, log }
    }

    /// Asks the server to end and answers what it said; it must end well.
    fn end(mut self) -> String {
        assert!(Command::new("kill").arg(self.child.id().to_string()).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
        self.log.join().unwrap()
    }

    /// Ends the server as a crash does.
    fn crash(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.log.join().unwrap();
    }
}

#[test]
fn commands_answer_the_same_beside_a_server_as_without_one() {
    let (beside, alone) = (shop(), shop());
    let server = Running::on(&beside);
    scrubbed().bind(|| insta::assert_snapshot!(beside.run(&["import", "files"])));
    alone.run(&["import", "files"]);
    let again = beside.out(&["import", "files", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&again).unwrap();
    assert_eq!(report["files"][0]["accepted"], 0, "the same files again change nothing: {again}");
    for arguments in [
        &["sql", "select name, count(*) as n from events group by name order by name", "--format", "csv"][..],
        &["sql", "select count(*) as n from accounts", "--as-of", "2020-01-01"],
        &["sql", "select nothing from nowhere"],
        &["explain", "acme", "--as-of", "2026-03-03"],
        &["explain", "nobody"],
        &["score", "--as-of", "2026-03-03"],
        &["score", "acme", "--as-of", "some day"],
        &["quarantine", "list", "--source", "nobody"],
        &["quarantine", "replay", "1"],
        &["play", "list"],
        &["play", "show", "nothing"],
        &["play", "runs", "--account", "acme"],
        &["play", "refused", "--account", "nobody", "--since", "2026-01-01"],
        &["play", "refused", "--limit", "0"],
        &["play", "start", "nothing", "acme"],
        &["play", "pause", "none"],
        &["outbox", "list", "--status", "dead"],
        &["outbox", "replay", "none"],
        &["task", "list", "--ended-since", "2026-01-01", "--owner", "ann@vendor.example"],
        &["task", "list", "--owner", "ann"],
        &["task", "done", "none", "--outcome", "reached"],
        &["task", "add", "nobody", "Call"],
        &["task", "add", "acme", "Call", "--due", "some day"],
        &["task", "hand-over", "ann@vendor.example", "bob@vendor.example"],
        &["task", "briefing"],
        &["absence", "add", "ann@vendor.example", "2099-01-01", "2099-01-03", "--cover", "bob@vendor.example"],
        &["absence", "list"],
        &["absence", "remove", "ann@vendor.example", "2099-01-01"],
    ] {
        assert_eq!(beside.run(arguments), alone.run(arguments), "{arguments:?}");
    }
    beside.out(&["backup", "copy"]);
    let copied =
        beside.out(&["sql", "select count(*) as n from events", "--format", "csv", "--data", "copy", "--workspace", "copy/workspace"]);
    assert_eq!(copied, "n\n3\n");
    assert!(beside.out(&["doctor"]).contains("good   data: "), "a look at the data needs no stop either");
    server.end();
    assert!(!beside.path().join("data/server.json").exists(), "the note goes with the server");
    assert_eq!(beside.out(&["sql", "select count(*) as n from events", "--format", "csv"]), "n\n3\n");
}

#[test]
fn a_note_left_behind_by_a_crash_leads_to_the_data_itself() {
    let place = shop();
    Running::on(&place).crash();
    assert!(place.path().join("data/server.json").exists());
    assert_eq!(place.out(&["sql", "select count(*) as n from accounts", "--format", "csv"]), "n\n0\n");
}

#[test]
fn a_server_is_asked_by_its_address_and_a_token() {
    let (place, elsewhere) = (shop(), Place::new());
    let server = Running::on(&place);
    place.run(&["import", "files"]);
    let made: serde_json::Value = serde_json::from_str(&place.out(&["token", "create", "test", "--format", "json"])).unwrap();
    let (url, token) = (server.url.clone(), made["token"].as_str().unwrap().to_owned());
    let at = ["--url", &url, "--token", &token];
    let run = |arguments: &[&str]| elsewhere.run(&[arguments, &at[..]].concat());
    assert!(run(&["sql", "select count(*) as n from events", "--format", "csv"]).contains("n\n3\n"));
    assert!(run(&["explain", "acme"]).starts_with("exit 0\n"));
    scrubbed().bind(|| insta::assert_snapshot!(run(&["backup", "copy"])));
    scrubbed().bind(|| insta::assert_snapshot!(elsewhere.run(&["score", "--url", &url, "--token", "ms_token_none"])));
    assert!(elsewhere.run(&["score", "--url", &url]).starts_with("exit 2\n"), "an address needs a token");
    server.end();
    assert!(run(&["score"]).starts_with("exit 5\n"), "nobody answers any more");
}
