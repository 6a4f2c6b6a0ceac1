//! A copy made while the lake is in use opens as a lake with everything up to the moment it was made.

use mainstay_lake::{Appended, LakeError, restore};

use crate::support::{block_on, facts, identities, once, open};

#[test]
fn a_copy_holds_all_facts_up_to_its_position_and_knows_their_identities() {
    let folders = tempfile::tempdir().unwrap();
    let [live, copy, restored] = ["live", "copy", "restored"].map(|name| folders.path().join(name));
    let lake = open(&live);
    block_on(lake.append(facts(1..=300))).unwrap();
    assert_eq!(block_on(lake.backup(&copy)).unwrap(), 300);
    block_on(lake.append(facts(301..=400))).unwrap();
    restore(&copy, &restored).unwrap();
    let second = open(&restored);
    assert_eq!(identities(&second.snapshot().unwrap()), once(1..=300));
    assert_eq!(block_on(second.append(facts([300, 301]))).unwrap(), [Appended::Duplicate, Appended::Accepted { position: 301 }]);
    assert_eq!(identities(&lake.snapshot().unwrap()), once(1..=400));
}

#[test]
fn neither_a_copy_nor_a_restore_overwrites_anything() {
    let folders = tempfile::tempdir().unwrap();
    let [live, copy] = ["live", "copy"].map(|name| folders.path().join(name));
    let lake = open(&live);
    block_on(lake.backup(&copy)).unwrap();
    let error = block_on(lake.backup(&copy)).unwrap_err();
    assert!(matches!(error, LakeError::Io { action: "copy to", .. }), "{error}");
    assert!(restore(&copy, &live).is_err());
    assert!(restore(folders.path(), &folders.path().join("new")).is_err(), "it is no copy of a lake");
}
