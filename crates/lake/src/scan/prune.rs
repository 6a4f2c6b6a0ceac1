//! Leaving out files and row groups that cannot hold what is asked for, by their statistics.

use mainstay_model::Timestamp;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::statistics::Statistics;

use super::{FactScan, Subjects};
use crate::data_file::DataFile;

/// Whether a file can hold something that is asked for.
pub(super) fn file_may_match(scan: &FactScan, file: &DataFile, is_events: bool) -> bool {
    let entity_fits = is_events || scan.entity.as_ref().is_none_or(|entity| file.partition.as_ref() == Some(entity));
    let position_fits = scan.after.zip(file.positions()).is_none_or(|(after, (_, last))| last > after);
    let occurred_fits = scan
        .occurred_at
        .as_ref()
        .zip(file.occurred_at())
        .is_none_or(|(range, (first, last))| first <= *range.end() && last >= *range.start());
    let known_fits = scan.known.zip(file.received_at()).is_none_or(|(known, (first, _))| first <= known);
    let subject_fits = !is_events
        || scan.subjects.as_ref().is_none_or(|subjects| {
            let column = |name: &'static str| ColumnHolds {
                nulls: file.nulls(name) != Some(0),
                holds: Box::new(move |text: &str| file.may_hold(name, text)),
            };
            subjects.may_be_in(&column("account_id"), &column("user_id"), &column("anonymous_id"))
        });
    entity_fits && position_fits && occurred_fits && known_fits && subject_fits
}

/// The row groups of a file that can hold something that is asked for.
pub(super) fn row_groups(scan: &FactScan, metadata: &ParquetMetaData, is_events: bool) -> Vec<usize> {
    let groups = metadata.row_groups().iter().enumerate();
    groups.filter(|(_, group)| group_may_match(scan, group, is_events)).map(|(index, _)| index).collect()
}

fn group_may_match(scan: &FactScan, group: &RowGroupMetaData, is_events: bool) -> bool {
    let range = |name: &str| integers(statistics(group, name)?);
    let position_fits = scan.after.zip(range("position")).is_none_or(|(after, (_, last))| last > after as i64);
    let occurred_fits = scan
        .occurred_at
        .as_ref()
        .zip(range("occurred_at"))
        .is_none_or(|(asked, (first, last))| Timestamp(first) <= *asked.end() && Timestamp(last) >= *asked.start());
    let known_fits = scan.known.zip(range("received_at")).is_none_or(|(known, (first, _))| first <= known.0);
    let subject_fits = !is_events
        || scan.subjects.as_ref().is_none_or(|subjects| {
            subjects.may_be_in(&group_column(group, "account_id"), &group_column(group, "user_id"), &group_column(group, "anonymous_id"))
        });
    position_fits && occurred_fits && known_fits && subject_fits
}

fn statistics<'a>(group: &'a RowGroupMetaData, name: &str) -> Option<&'a Statistics> {
    group.columns().iter().find(|column| column.column_path().string() == name)?.statistics()
}

fn integers(statistics: &Statistics) -> Option<(i64, i64)> {
    match statistics {
        Statistics::Int64(values) => Some((*values.min_opt()?, *values.max_opt()?)),
        _ => None,
    }
}

/// What is known of a text column: whether rows without a value are in it, and whether a text can be.
struct ColumnHolds<'a> {
    nulls: bool,
    holds: Box<dyn Fn(&str) -> bool + 'a>,
}

fn group_column<'a>(group: &'a RowGroupMetaData, name: &str) -> ColumnHolds<'a> {
    let found = statistics(group, name);
    let nulls = found.and_then(Statistics::null_count_opt) != Some(0);
    let holds: Box<dyn Fn(&str) -> bool + 'a> = match found {
        Some(Statistics::ByteArray(values)) => Box::new(move |text| match (values.min_opt(), values.max_opt()) {
            (Some(min), Some(max)) => min.data() <= text.as_bytes() && text.as_bytes() <= max.data(),
            _ => values.null_count_opt() != Some(group.num_rows() as u64),
        }),
        _ => Box::new(|_| true),
    };
    ColumnHolds { nulls, holds }
}

impl Subjects {
    fn may_be_in(&self, accounts: &ColumnHolds<'_>, users: &ColumnHolds<'_>, anonymous: &ColumnHolds<'_>) -> bool {
        let any = |texts: &hashbrown::HashSet<String>, column: &ColumnHolds<'_>| texts.iter().any(|text| (column.holds)(text));
        any(&self.accounts, accounts) || accounts.nulls && (any(&self.users, users) || users.nulls && any(&self.anonymous, anonymous))
    }
}
