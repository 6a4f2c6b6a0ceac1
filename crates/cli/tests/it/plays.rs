//! `mainstay play`, `mainstay outbox`, and plays shown with the workspace.

use serde_json::Value;

use crate::harness::Place;
use crate::import::shop;

const RESCUE: &str = "plays:\n  rescue:\n    label: Rescue\n    trigger: { by_hand: true }\n    steps:\n      - at: hour 100\n        name: call\n        do: [{ task: { to: csm, title: Call them } }]\n";

fn place() -> Place {
    let place = shop();
    place.write("plays/rescue.yaml", RESCUE);
    place.out(&["import", "files"]);
    place
}

#[test]
fn a_play_is_started_paused_resumed_and_stopped() {
    let place = place();
    let started: Value = serde_json::from_str(&place.out(&["play", "start", "rescue", "acme", "--format", "json"])).unwrap();
    let run = started["run"].as_str().unwrap();
    assert_eq!(place.out(&["play", "pause", run]), format!("run {run} is paused\n"));
    assert_eq!(place.out(&["play", "resume", run]), format!("run {run} goes on\n"));
    assert!(place.run(&["play", "stop", run]).contains("--reason"), "a reason belongs to it");
    assert_eq!(place.out(&["play", "stop", run, "--reason", "they called"]), format!("run {run} is stopped\n"));
    let runs: Value = serde_json::from_str(&place.out(&["play", "runs", "--play", "rescue", "--format", "json"])).unwrap();
    assert_eq!((runs[0]["id"].as_str(), runs[0]["status"].as_str()), (Some(run), Some("stopped")));
    let list: Value = serde_json::from_str(&place.out(&["play", "list", "--format", "json"])).unwrap();
    let rescue = list.as_array().unwrap().iter().find(|play| play["name"] == "rescue").unwrap();
    assert_eq!((rescue["in_force"].as_bool(), rescue["begun"].as_u64()), (Some(true), Some(1)));
    assert!(place.out(&["play", "show", "rescue"]).contains("hour 100"));
    assert_eq!(place.out(&["play", "move", "rescue"]), "0 moved to the version in force, 0 left\n");
    assert!(place.run(&["play", "retry", run, "call"]).contains("has failed"), "nothing to send again");
}

#[test]
fn nobody_whom_a_play_refused_is_told_in_a_sentence_and_as_json() {
    let place = place();
    assert_eq!(place.out(&["play", "refused", "--play", "rescue"]), "nobody was refused so far\n");
    assert_eq!(place.out(&["play", "refused", "--account", "acme", "--since", "2026-01-01", "--format", "json"]), "[]\n");
    assert!(place.run(&["play", "refused", "--since", "some day"]).contains("some day"), "what is no instant is told");
}

#[test]
fn an_outbox_without_anything_says_so() {
    let place = place();
    assert_eq!(place.out(&["outbox", "list"]), "nothing is in the outbox\n");
    assert_eq!(place.out(&["outbox", "replay", "none"]), "0 sent again\n");
    assert!(place.run(&["outbox", "replay"]).starts_with("exit 2\n"), "what is meant has to be said");
}

#[test]
fn plays_are_shown_as_every_thing_of_the_workspace() {
    let place = place();
    let shown = place.out(&["show", "plays.rescue"]);
    assert!(shown.starts_with("plays:\n  rescue:\n") && shown.contains("label: Rescue"), "{shown}");
    assert!(place.run(&["show", "plays.rescu"]).contains("did you mean `plays.rescue`?"));
}
