//! The memory of identities: made anew from the facts where it is gone or of an earlier kind.

use std::path::Path;

use mainstay_lake::Appended;

use crate::support::{block_on, facts, identities, once, open};

/// A lake with sealed facts and some that are not, as an earlier process left it.
fn filled(folder: &Path) {
    let lake = open(folder);
    block_on(lake.append(facts(1..=200))).unwrap();
    block_on(lake.seal()).unwrap();
    block_on(lake.append(facts(201..=220))).unwrap();
}

fn every_fact_is_known(folder: &Path) {
    let lake = open(folder);
    assert_eq!(lake.known_identities(), (1, 200));
    let answers = block_on(lake.append(facts(1..=230))).unwrap();
    let fresh: Vec<usize> =
        answers.iter().enumerate().filter(|(_, answer)| **answer != Appended::Duplicate).map(|(place, _)| place + 1).collect();
    assert_eq!(fresh, (221..=230).collect::<Vec<_>>());
    assert_eq!(identities(&lake.snapshot().unwrap()), once(1..=230));
    block_on(lake.seal()).unwrap();
    drop(lake);
    let lake = open(folder);
    assert!(block_on(lake.append(facts(1..=230))).unwrap().iter().all(|answer| *answer == Appended::Duplicate));
    let left: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!left.iter().any(|name| name.starts_with("ids.")), "{left:?}");
}

#[test]
fn digests_of_an_earlier_version_are_made_anew_from_the_facts() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path());
    for entry in std::fs::read_dir(folder.path().join("ids")).unwrap() {
        let path = entry.unwrap().path();
        let mut bytes = std::fs::read(&path).unwrap();
        // The digests of the earlier version are others; none of these may be used.
        bytes.fill(0xAB);
        bytes[..8].copy_from_slice(b"MSTRUN01");
        std::fs::write(&path, bytes).unwrap();
    }
    every_fact_is_known(folder.path());
}

#[test]
fn digests_that_are_gone_are_made_anew_from_the_facts() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path());
    std::fs::remove_dir_all(folder.path().join("ids")).unwrap();
    // What an interrupted renewal left behind.
    std::fs::create_dir_all(folder.path().join("ids.part")).unwrap();
    std::fs::write(folder.path().join("ids.part/half"), "x").unwrap();
    every_fact_is_known(folder.path());
}
