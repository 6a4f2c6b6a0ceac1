//! Inside a row group, only the pages that can hold what is asked for are read.

use std::ops::Range;

use mainstay_model::Timestamp;
use parquet::arrow::arrow_reader::RowSelection;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::page_index::column_index::ColumnIndexMetaData;

use super::FactScan;

/// The rows, of the chosen row groups one after the other, whose pages can hold what is asked for. None where the file has no page index.
pub(super) fn rows(scan: &FactScan, metadata: &ParquetMetaData, groups: &[usize], is_events: bool) -> Option<RowSelection> {
    let (mut ranges, mut before) = (Vec::new(), 0);
    for group in groups {
        let pages = Pages { metadata, group: *group, rows: usize::try_from(metadata.row_groups().get(*group)?.num_rows()).ok()? };
        let selection = pages.selection(scan, is_events)?;
        let mut at = before;
        for selector in selection.iter() {
            if !selector.skip {
                ranges.push(at..at + selector.row_count);
            }
            at += selector.row_count;
        }
        before += pages.rows;
    }
    Some(RowSelection::from_consecutive_ranges(ranges.into_iter(), before))
}

/// The page index of one row group.
struct Pages<'a> {
    metadata: &'a ParquetMetaData,
    group: usize,
    rows: usize,
}

impl Pages<'_> {
    fn selection(&self, scan: &FactScan, is_events: bool) -> Option<RowSelection> {
        let mut selection = RowSelection::from_consecutive_ranges(std::iter::once(0..self.rows), self.rows);
        if let Some(asked) = &scan.occurred_at {
            let in_range = |index: &ColumnIndexMetaData, page: usize| match index {
                ColumnIndexMetaData::INT64(index) => index
                    .min_value(page)
                    .zip(index.max_value(page))
                    .is_none_or(|(first, last)| Timestamp(*first) <= *asked.end() && Timestamp(*last) >= *asked.start()),
                _ => true,
            };
            selection = selection.intersection(&self.where_pages("occurred_at", in_range)?);
        }
        if let Some(subjects) = scan.subjects.as_ref().filter(|_| is_events) {
            // The account decides where there is one, else the user, else the anonymous id.
            let own = self.where_pages("account_id", |index, page| holds_any(index, page, &subjects.accounts))?;
            let users = self.where_pages("user_id", |index, page| holds_any(index, page, &subjects.users))?;
            let anonymous = self.where_pages("anonymous_id", |index, page| holds_any(index, page, &subjects.anonymous))?;
            let by_user = users.union(&self.where_pages("user_id", has_nulls)?.intersection(&anonymous));
            let mine = own.union(&self.where_pages("account_id", has_nulls)?.intersection(&by_user));
            selection = selection.intersection(&mine);
        }
        Some(selection)
    }

    /// The rows of the pages of a column that pass a test.
    fn where_pages(&self, column: &str, test: impl Fn(&ColumnIndexMetaData, usize) -> bool) -> Option<RowSelection> {
        let columns = self.metadata.row_groups().get(self.group)?.columns();
        let number = columns.iter().position(|found| found.column_path().string() == column)?;
        let index = self.metadata.column_index()?.get(self.group)?.get(number)?;
        let locations = self.metadata.offset_index()?.get(self.group)?.get(number)?.page_locations();
        let starts = locations.iter().map(|page| usize::try_from(page.first_row_index).unwrap_or(0));
        let ends = starts.clone().skip(1).chain(std::iter::once(self.rows));
        let pages = starts.zip(ends).enumerate().filter(|(page, _)| test(index, *page));
        let ranges: Vec<Range<usize>> = pages.map(|(_, (start, end))| start..end).collect();
        Some(RowSelection::from_consecutive_ranges(ranges.into_iter(), self.rows))
    }
}

fn holds_any(index: &ColumnIndexMetaData, page: usize, texts: &hashbrown::HashSet<String>) -> bool {
    match index {
        ColumnIndexMetaData::BYTE_ARRAY(index) if index.is_null_page(page) => false,
        ColumnIndexMetaData::BYTE_ARRAY(index) => index
            .min_value(page)
            .zip(index.max_value(page))
            .is_none_or(|(min, max)| texts.iter().any(|text| min <= text.as_bytes() && text.as_bytes() <= max)),
        _ => !texts.is_empty(),
    }
}

fn has_nulls(index: &ColumnIndexMetaData, page: usize) -> bool {
    index.null_count(page) != Some(0)
}
