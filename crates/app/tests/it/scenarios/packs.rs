//! The scenarios of every pack: each play has some, all pass, and the customary plays run to the hour.

use std::collections::BTreeSet;

use mainstay_app::scenarios::ScenarioFilter;
use mainstay_app::{check_documents, packs};
use mainstay_model::play::scenario::ExpectedOutcome;
use mainstay_model::play::{Play, Scenario, Trigger};
use mainstay_spec::Document;

use super::suite;

/// What a play can end with: the outcomes of its exits and of the goals that end it.
fn outcomes(play: &Play) -> BTreeSet<String> {
    let exits = play.exits.iter().map(|exit| exit.outcome.clone());
    exits.chain(play.goals.iter().filter(|goal| goal.ends).map(|goal| goal.name.clone())).collect()
}

#[test]
fn every_play_of_every_pack_has_scenarios_of_its_main_path_its_exits_and_its_silence() {
    let mut lacking = Vec::new();
    for pack in packs::names() {
        let documents: Vec<Document> = packs::files(pack).map(|(path, text)| Document::new(path, text)).collect();
        let workspace = check_documents(&documents).workspace.unwrap();
        for play in workspace.plays.values() {
            let own: Vec<_> = workspace.scenarios.iter().filter(|scenario| scenario.play == play.name).collect();
            let ends = |word: &str| own.iter().any(|one| one.outcome == Some(ExpectedOutcome::Named(word.to_owned())));
            let acts = |one: &&Scenario| !one.expect.is_empty() && matches!(one.outcome, None | Some(ExpectedOutcome::None));
            if !own.iter().any(acts) {
                lacking.push(format!("{pack}: {} has no scenario of its main path", play.name));
            }
            lacking.extend(
                outcomes(play).iter().filter(|word| !ends(word)).map(|word| format!("{pack}: {} never ends as `{word}`", play.name)),
            );
            // A play that only people and other plays start is silent once somebody stops it.
            let by_hand = play.trigger == Trigger::ByHand && ends("stopped");
            if !by_hand && !own.iter().any(|one| one.outcome == Some(ExpectedOutcome::NeverStarts)) {
                lacking.push(format!("{pack}: {} has no scenario of its silence", play.name));
            }
        }
    }
    assert_eq!(lacking, Vec::<String>::new());
}

#[test]
fn every_scenario_of_every_pack_passes_and_every_play_has_some() {
    let mut failures = String::new();
    for pack in packs::names() {
        let documents: Vec<Document> = packs::files(pack).map(|(path, text)| Document::new(path, text)).collect();
        let suite = suite(&documents);
        assert_eq!(suite.untested(), Vec::<&str>::new(), "plays of {pack} without a scenario");
        for scenario in suite.chosen(&ScenarioFilter::default()).unwrap() {
            let one = suite.run(scenario);
            if !one.passed {
                failures += &format!("{pack}: {} ({:?})\n{}{:#?}\n", one.name, one.error, one.table, one.skipped);
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// What a scenario of the pack `saas` does, with the civil time of the account.
fn hours(name: &str) -> Vec<String> {
    let documents: Vec<Document> = packs::files("saas").map(|(path, text)| Document::new(path, text)).collect();
    let suite = suite(&documents);
    let chosen = suite.chosen(&ScenarioFilter { name: Some(name.to_owned()), play: None }).unwrap();
    let lines = suite.run(chosen[0]).lines.into_iter();
    lines.filter_map(|line| Some(format!("{} {}", line.time?, line.actual?))).collect()
}

#[test]
fn the_customary_plays_run_to_the_day_and_hour() {
    assert_eq!(
        hours("usage decline - nobody answers"),
        [
            // Day 1 is past the play hour at 10:00, so it is at once.
            "2026-03-02 10:00 crm.flag",
            "2026-03-02 10:00 slack csm",
            "2026-03-02 10:00 report usage",
            "2026-03-03 09:00 email champion",
            "2026-03-06 09:00 task csm",
            "2026-03-08 09:00 escalate csm_manager",
            "2026-03-08 09:00 task csm_manager",
            "2026-03-15 09:00 tag executive_save",
            "2026-03-15 09:00 escalate executive",
            "2026-03-15 09:00 start executive_save",
        ]
    );
    assert_eq!(
        hours("NPS detractor - no answer to the follow-up"),
        [
            "2026-01-05 10:00 slack csm",
            "2026-01-05 10:00 slack csm_manager",
            "2026-01-05 10:00 ticket support",
            "2026-01-05 10:00 task csm",
            "2026-01-05 10:00 email respondent",
            "2026-01-06 09:00 task csm",
            "2026-01-12 09:00 survey follow_up",
            "2026-01-17 09:00 task csm",
        ]
    );
    let renewal = hours("renewal - nobody signs");
    assert!(renewal.iter().all(|line| line.contains(" 09:00 ")), "{renewal:?}");
    let days: BTreeSet<&str> = renewal.iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(
        days.into_iter().collect::<Vec<_>>(),
        // 120, 90, 75, 60, 45, 30, 14 and 7 days before June 30, each of the last seven days, and the day itself.
        [
            "2026-03-02",
            "2026-04-01",
            "2026-04-16",
            "2026-05-01",
            "2026-05-16",
            "2026-05-31",
            "2026-06-16",
            "2026-06-23",
            "2026-06-24",
            "2026-06-25",
            "2026-06-26",
            "2026-06-27",
            "2026-06-28",
            "2026-06-29",
            "2026-06-30",
        ]
    );
}
