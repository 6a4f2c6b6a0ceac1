//! A disk that takes no more: the limit of the operating system on the size of files stands for it.

use std::path::Path;
use std::process::Command;

use mainstay_lake::{Lake, LakeError};

use crate::support::{block_on, clock, facts, identities, once, open, quiet};

const FOLDER: &str = "MAINSTAY_TEST_FULL_DISK_FOLDER";

/// The process with the limit: appends until it is refused, goes on, and prints what was accepted. Run as a test, it meets no limit.
#[test]
#[allow(clippy::disallowed_methods, reason = "the folder is how the two processes of this test find each other")]
fn the_process_with_little_space_prints_what_was_accepted() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let lake = Lake::open(Path::new(&folder), quiet(), clock()).unwrap();
    let mut refused = 0;
    for batch in 0..60_u64 {
        match block_on(lake.append(facts(batch * 100..batch * 100 + 100))) {
            Ok(_) => println!("took {batch}"),
            Err(LakeError::NotDurable { source, .. }) => {
                refused += 1;
                assert_eq!(source.kind(), std::io::ErrorKind::FileTooLarge);
            }
            Err(other) => panic!("{other}"),
        }
    }
    println!("refused {refused}");
}

#[test]
fn a_full_disk_refuses_batches_whole_loses_nothing_and_the_lake_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    // Without the trap the signal that comes with the limit would end the process, which no full disk does.
    let script = "trap '' XFSZ; ulimit -S -f 100; exec \"$0\" --exact disk::the_process_with_little_space_prints_what_was_accepted --nocapture --test-threads 1";
    let output =
        Command::new("bash").args(["-c", script]).arg(std::env::current_exe().unwrap()).env(FOLDER, folder.path()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let accepted: Vec<u64> = text.lines().filter_map(|line| line.split_once("took ")?.1.parse().ok()).collect();
    let refused: u64 = text.lines().find_map(|line| line.split_once("refused ")?.1.parse().ok()).unwrap();
    assert!(refused > 0, "the limit was never met");
    assert_eq!(accepted.len() as u64 + refused, 60);
    assert!(accepted.last() > Some(&50), "it went on: {accepted:?}");
    let lake = open(folder.path());
    assert_eq!(identities(&lake.snapshot().unwrap()), once(accepted.iter().flat_map(|batch| batch * 100..batch * 100 + 100)));
}
