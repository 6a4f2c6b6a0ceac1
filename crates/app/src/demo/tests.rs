//! What a demonstration prepares, at its first start and later.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use mainstay_model::Timestamp;

use super::{Demo, DemoRequest};
use crate::error::ErrorCode;

fn request(folder: &Path) -> DemoRequest<'_> {
    DemoRequest { folder, seed: 5, accounts: 12, years: 1, replayed_days: 0 }
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn start() -> Timestamp {
    at("2026-11-20T10:00:00Z")
}

fn files(folder: &Path) -> BTreeSet<String> {
    let systems = fs::read_dir(folder).unwrap().flatten();
    systems
        .flat_map(|system| fs::read_dir(system.path()).unwrap().flatten())
        .map(|file| file.file_name().to_string_lossy().into_owned())
        .collect()
}

#[test]
fn the_first_start_writes_a_workspace_and_the_history() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::prepare(&request(folder.path()), start()).unwrap();
    let names = files(demo.exports().unwrap());
    assert!(names.contains("accounts.csv") && names.contains("invoices.csv") && names.contains("product_events_2026-11.csv"), "{names:?}");
    assert_eq!(names.iter().filter(|name| name.starts_with("product_events")).count(), 13);
    assert!(demo.workspace().join("signals/usage.yaml").exists());
    assert!(fs::read_to_string(demo.workspace().join("mainstay.yaml")).unwrap().contains("Harborline"));
    assert!(fs::read_to_string(demo.workspace().join("sources/crm.yaml")).unwrap().contains("occurred_at: updated_at"));
    let events = fs::read_to_string(demo.exports().unwrap().join("product/product_events_2026-11.csv")).unwrap();
    assert!(events.lines().skip(1).all(|line| line.split(',').count() == 10 && at(line.split(',').nth(1).unwrap()) <= start()));
}

#[test]
fn the_workspace_has_no_problems_and_fits_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::prepare(&request(folder.path()), start()).unwrap();
    let (_, checked) = crate::check_folder(&demo.workspace()).unwrap();
    assert_eq!(checked.problems, Vec::new());
    let workspace = checked.workspace.unwrap();
    for file in files(demo.exports().unwrap()) {
        let name = file.trim_end_matches(".csv").trim_end_matches(char::is_numeric);
        let fits = |matches: &str| file.starts_with(matches.trim_end_matches("*.csv"));
        let sources = workspace.sources.values().filter(|source| source.files.iter().any(|mapping| fits(&mapping.matches)));
        assert_eq!(sources.count(), 1, "{name} is read by one source");
    }
}

#[test]
fn an_interrupted_import_is_offered_the_same_files_again() {
    let folder = tempfile::tempdir().unwrap();
    let first = Demo::prepare(&request(folder.path()), start()).unwrap().exports().unwrap().to_owned();
    let accounts = fs::read(first.join("crm/accounts.csv")).unwrap();
    let again = Demo::prepare(&request(folder.path()), start().plus_seconds(7200)).unwrap();
    assert_eq!(again.exports(), Some(first.as_path()));
    assert_eq!(fs::read(first.join("crm/accounts.csv")).unwrap(), accounts);
}

#[test]
fn a_later_start_exports_only_the_records_of_the_time_between() {
    let folder = tempfile::tempdir().unwrap();
    Demo::prepare(&request(folder.path()), start()).unwrap().imported().unwrap();
    let later = start().plus_seconds(20 * 86_400);
    let demo = Demo::prepare(&request(folder.path()), later).unwrap();
    let exports = demo.exports().unwrap();
    assert!(files(exports).iter().all(|name| !name.starts_with("product_events")));
    let emails = fs::read_to_string(exports.join("crm/emails.csv")).unwrap();
    assert!(emails.lines().skip(1).map(|line| at(line.rsplit(',').next().unwrap())).all(|moment| moment > start() && moment <= later));
}

#[test]
fn messages_continue_where_the_last_answered_ones_ended() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Demo::prepare(&request(folder.path()), start()).unwrap();
    assert!(demo.missed(start()).is_empty());
    let minute = start().plus_seconds(60);
    let sent = demo.next(minute);
    assert!(!sent.is_empty() && demo.next(minute).is_empty() && demo.next(start()).is_empty());
    // Not noted as answered: the next start offers that minute again, later what was missed.
    let mut again = Demo::prepare(&request(folder.path()), minute).unwrap();
    assert_eq!(again.next(minute), sent);
    again.sent().unwrap();
    let mut tomorrow = Demo::prepare(&request(folder.path()), minute).unwrap();
    let missed = tomorrow.missed(minute.plus_seconds(86_400));
    let all = serde_json::from_str::<serde_json::Value>(missed.first().unwrap()).unwrap();
    assert!(all["batch"].as_array().unwrap().len() <= 100);
    assert!(all["batch"].as_array().unwrap().iter().all(|message| at(message["timestamp"].as_str().unwrap()) > minute));
}

#[test]
fn a_folder_keeps_its_company_and_what_somebody_changed() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::prepare(&request(folder.path()), start()).unwrap();
    fs::write(demo.workspace().join("mainstay.yaml"), "name: Ours\n").unwrap();
    let again = Demo::prepare(&request(folder.path()), start()).unwrap();
    assert_eq!(fs::read_to_string(again.workspace().join("mainstay.yaml")).unwrap(), "name: Ours\n");
    let other = DemoRequest { seed: 6, ..request(folder.path()) };
    assert_eq!(Demo::prepare(&other, start()).unwrap_err().code, ErrorCode::Invalid);
}

#[test]
fn a_write_key_is_kept_for_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Demo::prepare(&request(folder.path()), start()).unwrap();
    assert_eq!(demo.write_key(), None);
    demo.keep_write_key("ms_key_1").unwrap();
    assert_eq!(Demo::prepare(&request(folder.path()), start()).unwrap().write_key(), Some("ms_key_1"));
}

#[test]
fn the_last_days_come_piece_by_piece_and_together_they_are_the_whole_history() {
    let (whole, pieces) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let at_once = Demo::prepare(&request(whole.path()), start()).unwrap();
    let replayed = DemoRequest { replayed_days: 3, ..request(pieces.path()) };
    let mut demo = Demo::prepare(&replayed, start()).unwrap();
    assert_eq!(demo.stands_at(), Some(at("2026-11-17T00:00:00Z")));
    let mut rows = rows_of(demo.exports().unwrap());
    assert_eq!(demo.replay().unwrap(), None, "the history comes first");
    demo.imported().unwrap();
    let mut ends = Vec::new();
    while let Some(stretch) = demo.replay().unwrap() {
        assert_eq!(demo.replay().unwrap().as_ref(), Some(&stretch), "until it is imported it is offered again");
        rows.extend(stretch.exports.iter().flat_map(|folder| rows_of(folder)));
        ends.push(stretch.until);
        if ends.len() == 5 {
            demo.imported().unwrap();
            demo = Demo::prepare(&replayed, start()).unwrap();
            assert_eq!((demo.exports(), demo.stands_at()), (None, Some(stretch.until)), "another start goes on there");
            continue;
        }
        demo.imported().unwrap();
    }
    assert_eq!(ends.len(), 14);
    assert_eq!((ends.first(), ends.last()), (Some(&at("2026-11-17T06:00:00Z")), Some(&start())));
    assert_eq!(demo.stands_at(), None);
    let mut expected = rows_of(at_once.exports().unwrap());
    expected.sort();
    rows.sort();
    assert_eq!(rows, expected);
}

/// The rows of all files of a folder.
fn rows_of(folder: &Path) -> Vec<String> {
    let systems = fs::read_dir(folder).unwrap().flatten();
    let files = systems.flat_map(|system| fs::read_dir(system.path()).unwrap().flatten()).map(|file| file.path());
    files.flat_map(|file| fs::read_to_string(file).unwrap().lines().skip(1).map(str::to_owned).collect::<Vec<_>>()).collect()
}
