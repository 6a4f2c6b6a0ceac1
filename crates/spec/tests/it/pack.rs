//! Every pack is a correct workspace, and `saas` holds the default model.

use std::path::PathBuf;

use mainstay_model::health::{Covers, Reads};
use mainstay_spec::{check, format, read_folder, render};

use crate::fake::FakeTypes;

/// The packs, each of which must be a folder of `packs/`.
pub(crate) const PACKS: [&str; 5] = ["ecommerce", "financial_services", "healthcare", "professional_services", "saas"];

fn packs() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../packs"))
}

pub(crate) fn folder() -> PathBuf {
    packs().join("saas")
}

#[test]
fn every_pack_is_known_here() {
    let mut found: Vec<String> =
        std::fs::read_dir(packs()).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    found.sort();
    assert_eq!(found, PACKS);
}

#[test]
fn every_pack_passes_without_errors_or_warnings() {
    let mut wrong = String::new();
    for pack in PACKS {
        let documents = read_folder(&packs().join(pack)).unwrap();
        let checked = check(&documents, &FakeTypes);
        if !checked.problems.is_empty() {
            wrong += &format!("{pack}\n{}", render(&checked.problems, &documents, false));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_pack_is_in_canonical_form() {
    for pack in PACKS {
        for document in read_folder(&packs().join(pack)).unwrap() {
            assert_eq!(format(&document).unwrap(), document.text, "{pack}/{} is not in canonical form", document.path);
        }
    }
}

#[test]
fn the_default_model_has_the_weights_and_levels_of_the_matrix() {
    let workspace = check(&read_folder(&folder()).unwrap(), &FakeTypes).workspace.unwrap();
    let model = &workspace.models[0];
    let weights: Vec<(&str, f64)> = model.components.iter().map(|component| (component.name.as_str(), component.weight)).collect();
    let expected = [
        ("logins_30d", 25.0),
        ("features_used_30d", 20.0),
        ("support_sentiment", 15.0),
        ("nps_latest", 15.0),
        ("engagement", 15.0),
        ("late_payments_12m", 10.0),
    ];
    assert_eq!(weights, expected);
    let level_of = |component: usize, value: f64| {
        let Reads::Levels { levels, .. } = &model.components[component].reads else { panic!("levels") };
        let covering =
            |level: &&mainstay_model::health::Level| matches!(&level.covers, Covers::Ranges(r) if r.iter().any(|r| r.contains(value)));
        levels.iter().find(covering).map(|level| level.name.as_str())
    };
    for (component, value, level) in [
        (0, 16.0, "healthy"),
        (0, 15.0, "at_risk"),
        (0, 5.0, "at_risk"),
        (0, 4.0, "critical"),
        (1, 5.0, "healthy"),
        (1, 4.0, "at_risk"),
        (1, 1.0, "critical"),
        (3, 8.0, "healthy"),
        (3, 6.0, "at_risk"),
        (3, 5.0, "critical"),
        (5, 0.0, "healthy"),
        (5, 1.0, "at_risk"),
        (5, 7.0, "critical"),
    ] {
        assert_eq!(level_of(component, value), Some(level), "component {component}, value {value}");
    }
}

#[test]
fn whom_people_onboard_depends_on_revenue_and_on_the_tier() {
    let workspace = check(&read_folder(&folder()).unwrap(), &FakeTypes).workspace.unwrap();
    let onboarding = &workspace.plays["onboarding"];
    let qualify = onboarding.condition(onboarding.qualify.unwrap()).unwrap();
    assert_eq!(qualify.sql, "coalesce(arr, 0) >= (case when (tier = 'enterprise') then 0 else 25000 end)");
}

#[test]
fn in_europe_one_severe_incident_is_critical_for_a_bank() {
    let workspace = check(&read_folder(&packs().join("financial_services")).unwrap(), &FakeTypes).workspace.unwrap();
    let level_of = |model: usize| {
        let Reads::Levels { levels, .. } = &workspace.models[model].components[0].reads else { panic!("levels") };
        let covers = |covers: &Covers| matches!(covers, Covers::Ranges(ranges) if ranges.iter().any(|range| range.contains(1.0)));
        levels.iter().find(|level| covers(&level.covers)).map(|level| level.name.as_str())
    };
    let names: Vec<&str> = workspace.models.iter().map(|model| model.name.as_str()).collect();
    assert_eq!(names, ["trust.europe", "trust"]);
    assert_eq!((level_of(0), level_of(1)), (Some("critical"), Some("at_risk")));
}

#[test]
fn nps_risk_detractor_and_matrix_levels_are_three_things() {
    let workspace = check(&read_folder(&folder()).unwrap(), &FakeTypes).workspace.unwrap();
    assert_eq!(workspace.segments["nps_risk"].when, "nps_latest < 6");
    assert_eq!(workspace.segments["nps_detractor"].when, "nps_latest <= 6");
    assert_eq!(workspace.segments["nps_promoter"].when, "nps_latest >= 9");
}
