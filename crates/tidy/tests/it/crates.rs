//! Which crate may depend on what: the table of `ARCHITECTURE.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use mainstay_tidy::{repository, sources};
use serde_json::Value;

/// Each crate with the crates of ours that it may depend on.
const EDGES: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("spec", &["model"]),
    ("health", &["model"]),
    ("metrics", &["model"]),
    ("simulator", &["model"]),
    ("store", &["model"]),
    ("lake", &["model"]),
    ("plays", &["model"]),
    ("connect", &["model"]),
    ("app", &["model", "spec", "health", "metrics", "plays", "simulator", "store", "lake", "connect"]),
    ("web", &["model", "app"]),
    ("cli", &["model", "spec", "app", "web"]),
    // Measures every layer by itself; no part of the product.
    ("bench", &["model", "spec", "health", "lake", "store", "app", "web"]),
    ("testkit", &["model", "spec", "app"]),
    ("tidy", &[]),
    ("features", &[]),
];

/// Has no code, only pinned feature sets; any crate may name it.
const FEATURES: &str = "features";

/// Heavy or outward-facing dependencies, and the only crates that may have them.
const WRAPPERS: &[(&str, &[&str])] = &[
    ("datafusion", &["lake"]),
    ("deltalake", &["lake"]),
    ("deltalake-core", &["lake"]),
    ("object_store", &["lake"]),
    ("parquet", &["lake", "bench"]),
    // Answers to SQL leave the lake as record batches; the others only read them.
    ("arrow", &["lake", "app", "web", "cli", "bench"]),
    ("sqlx", &["store"]),
    ("axum", &["web"]),
    ("lettre", &["connect"]),
    ("minijinja", &["connect"]),
    ("askama", &["web"]),
    ("tower-http", &["web"]),
    ("reqwest", &["cli", "connect", "features"]),
    ("clap", &["cli"]),
    ("indicatif", &["cli"]),
    ("anyhow", &["cli"]),
];

/// Crates that decide and never act.
const PURE: &[&str] = &["model", "spec", "health", "metrics", "plays", "simulator"];

struct Package {
    name: String,
    /// Dependencies of the product.
    normal: BTreeSet<String>,
    /// Dependencies of its tests.
    dev: BTreeSet<String>,
}

fn packages() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(repository())
        .output()
        .expect("cargo metadata runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata answers in JSON");
    let list = metadata.get("packages").and_then(Value::as_array).expect("there are packages");
    list.iter()
        .map(|package| {
            let of_kind = |wanted: &str| {
                let all = package["dependencies"].as_array().into_iter().flatten();
                all.filter(|one| one["kind"].as_str().unwrap_or("normal") == wanted)
                    .filter_map(|one| one["name"].as_str())
                    .map(short)
                    .collect()
            };
            Package { name: short(package["name"].as_str().unwrap_or_default()), normal: of_kind("normal"), dev: of_kind("dev") }
        })
        .collect()
}

fn short(name: &str) -> String {
    name.strip_prefix("mainstay-").unwrap_or(name).to_owned()
}

#[test]
fn crates_depend_only_downwards() {
    let allowed: BTreeMap<&str, &[&str]> = EDGES.iter().copied().collect();
    for package in packages() {
        let may = allowed.get(package.name.as_str()).unwrap_or_else(|| panic!("crate {} is missing from the table of edges", package.name));
        for ours in package.normal.iter().filter(|name| allowed.contains_key(name.as_str()) && *name != FEATURES) {
            assert!(may.contains(&ours.as_str()), "{} must not depend on {ours}: see ARCHITECTURE.md, Crates", package.name);
        }
    }
}

#[test]
fn heavy_dependencies_stay_in_their_crate() {
    for package in packages() {
        for (name, wrappers) in WRAPPERS {
            let has = package.normal.contains(*name);
            assert!(!has || wrappers.contains(&package.name.as_str()), "{} must not depend on {name}: only {wrappers:?} may", package.name);
        }
    }
}

#[test]
fn only_tests_use_the_testkit() {
    for package in packages() {
        assert!(!package.normal.contains("testkit") && !package.normal.contains("tidy"), "{}", package.name);
        assert!(!package.dev.contains("tidy"), "{}", package.name);
    }
}

#[test]
fn what_decides_does_nothing_else() {
    for source in sources(&[".rs"]) {
        let pure = PURE.iter().any(|name| source.path.starts_with(&format!("crates/{name}/src/")));
        // Reading a folder of documents is the language's one door to the disk.
        if !pure || source.path == "crates/spec/src/folder.rs" {
            continue;
        }
        for word in ["std::fs", "std::net", "std::env", "async fn", "tokio::", "SystemTime", "Instant::now"] {
            assert!(!source.text.contains(word), "{} uses {word}; this crate only decides", source.path);
        }
    }
}

#[test]
fn every_crate_takes_the_workspace_lints_and_licence() {
    for source in sources(&["Cargo.toml"]).into_iter().filter(|source| source.path.starts_with("crates/")) {
        for wanted in [
            "[lints]\nworkspace = true",
            "license.workspace = true",
            "publish.workspace = true",
            "rust-version.workspace = true",
            "description = ",
        ] {
            assert!(source.text.contains(wanted), "{} lacks `{wanted}`", source.path);
        }
    }
}

#[test]
fn the_architecture_page_names_every_crate() {
    let page = std::fs::read_to_string(repository().join("ARCHITECTURE.md")).expect("there is an architecture page");
    for (name, _) in EDGES {
        assert!(page.contains(&format!("`{name}`")), "ARCHITECTURE.md says nothing of `{name}`");
    }
}
