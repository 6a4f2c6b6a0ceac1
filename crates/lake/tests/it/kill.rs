//! A process that is killed at any moment loses no acknowledged fact and doubles none.
//!
//! The test starts itself as another process, which appends and prints each number it was answered for, and kills it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mainstay_lake::{Appended, Lake, LakeOptions};
use rand::{Rng as _, SeedableRng as _};

use crate::support::{block_on, clock, facts, identities, identity, open, quiet};

const FOLDER: &str = "MAINSTAY_TEST_APPENDER_FOLDER";
const KILLS: u64 = 100;
const KILLS_PER_FOLDER: u64 = 10;

/// The other process: it appends until it is killed. Run as a test, it appends a little and checks that.
#[test]
#[allow(clippy::disallowed_methods, reason = "the folder is how the two processes of this test find each other")]
fn the_appender_prints_what_it_was_answered_for() {
    if let Ok(folder) = std::env::var(FOLDER) {
        append(Path::new(&folder), u64::MAX);
    } else {
        let folder = tempfile::tempdir().unwrap();
        append(folder.path(), 20);
        assert!(open(folder.path()).position() > 100);
    }
}

fn append(folder: &Path, batches: u64) {
    // Small numbers, so that seals, merges and deletions happen many times a second.
    let options = LakeOptions { seal_facts: 400, ..quiet() };
    let lake = Lake::open(folder, options, clock()).unwrap();
    let mut next = lake.position() * 2 + 1;
    let mut out = std::io::stdout().lock();
    for batch in 0..batches {
        // New facts, some twice, and some of long ago.
        let numbers: Vec<u64> = (next..next + 20).chain(next..next + 5).chain((1..=5).map(|back| 1 + next * back / 7)).collect();
        let answers = block_on(lake.append(facts(numbers.iter().copied()))).unwrap();
        let mut line = String::from("answered");
        for (number, answer) in numbers.iter().zip(answers) {
            let mark = if answer == Appended::Duplicate { "=" } else { "+" };
            write!(line, " {mark}{number}").unwrap();
        }
        writeln!(out, "{line}").unwrap();
        out.flush().unwrap();
        next += 20;
        if batch % 97 == 96 {
            block_on(lake.compact()).unwrap();
        }
    }
}

/// Runs the appender and kills it after a while; answers the facts it was answered for, and how many of them as new.
fn run_and_kill(folder: &Path, after: Duration) -> (BTreeSet<u64>, usize) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::the_appender_prints_what_it_was_answered_for", "--nocapture", "--test-threads", "1"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let killer = std::thread::spawn(move || {
        std::thread::park_timeout(after);
        child.kill().unwrap();
        child.wait().unwrap();
    });
    let (mut answered, mut accepted) = (BTreeSet::new(), 0);
    for line in lines.map_while(Result::ok) {
        // A line cut by the kill may end in half a number; whole lines only. The last word of a whole line is a repeat.
        let Some((_, words)) = line.split_once("answered ") else { continue };
        let words: Vec<&str> = words.split(' ').collect();
        if words.len() < 30 {
            continue;
        }
        for word in &words[..29] {
            accepted += usize::from(word.starts_with('+'));
            answered.insert(word[1..].parse::<u64>().unwrap());
        }
    }
    killer.join().unwrap();
    (answered, accepted)
}

#[test]
fn killed_a_hundred_times_it_keeps_every_acknowledged_fact_exactly_once() {
    let mut random = rand::rngs::StdRng::seed_from_u64(2);
    let begun = Instant::now();
    let (mut acknowledged, mut accepted, mut held, mut sealed) = (0, 0, 0, 0);
    for _ in 0..KILLS / KILLS_PER_FOLDER {
        let folder = tempfile::tempdir().unwrap();
        let mut answered = BTreeSet::new();
        for _ in 0..KILLS_PER_FOLDER {
            let after = Duration::from_millis(random.random_range(40..320));
            let (numbers, new) = run_and_kill(folder.path(), after);
            answered.extend(numbers);
            accepted += new;
            let lake = open(folder.path());
            let snapshot = lake.snapshot().unwrap();
            let found = identities(&snapshot);
            let missing: Vec<_> = answered.iter().filter(|number| !found.contains_key(&identity(**number))).collect();
            let doubled: Vec<_> = found.iter().filter(|(_, count)| **count != 1).collect();
            assert!(missing.is_empty(), "acknowledged and lost: {missing:?}");
            assert!(doubled.is_empty(), "there more than once: {doubled:?}");
            assert_eq!(snapshot.position, found.len() as u64, "positions have no gaps");
            sealed = snapshot.event_files.iter().map(|file| file.rows).sum();
            held = found.len();
        }
        acknowledged += answered.len();
    }
    // Past the capture of tests: whoever runs them sees what happened.
    let mut seen = std::io::stderr();
    writeln!(
        seen,
        "killed {KILLS} times in {:.1} s: {acknowledged} facts acknowledged ({accepted} as new), 0 lost, 0 doubled; the last folder held {held}, {sealed} of them sealed events",
        begun.elapsed().as_secs_f64()
    )
    .unwrap();
    assert!(acknowledged > 1000, "too little happened to say anything: {acknowledged}");
}
