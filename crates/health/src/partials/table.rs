//! The sparse table under every kind of partial: days, then subjects in ascending order.
//!
//! A day's column is cut into chunks of 65,536 subjects, so that a row takes two bytes beside its cell and a small batch moves little memory.

use std::collections::{BTreeMap, BTreeSet};

use mainstay_model::Day;
use serde::{Deserialize, Serialize};

use crate::measures::Cell;

/// Up to so many new rows of a chunk are put in one by one; more are merged in one pass.
const INSERTED_ONE_BY_ONE: usize = 16;

/// All days of one signal. No day is empty.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Table<C> {
    pub(crate) days: BTreeMap<Day, DayColumn<C>>,
}

/// One day: chunks by the upper half of the subject. No chunk is empty.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct DayColumn<C> {
    chunks: BTreeMap<u16, Chunk<C>>,
}

/// Rows sorted by (lower half of the subject, key of the cell), no two of them equal.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Chunk<C> {
    low: Vec<u16>,
    cells: Vec<C>,
}

const fn split(subject: u32) -> (u16, u16) {
    ((subject >> 16) as u16, subject as u16)
}

const fn join(high: u16, low: u16) -> u32 {
    ((high as u32) << 16) | low as u32
}

impl<C> Default for Table<C> {
    fn default() -> Self {
        Self { days: BTreeMap::new() }
    }
}

impl<C> Default for DayColumn<C> {
    fn default() -> Self {
        Self { chunks: BTreeMap::new() }
    }
}

impl<C> Default for Chunk<C> {
    fn default() -> Self {
        Self { low: Vec::new(), cells: Vec::new() }
    }
}

impl<C: Cell> Table<C> {
    /// Adds cells in any order.
    pub(crate) fn add(&mut self, mut rows: Vec<(Day, u32, C)>) {
        rows.sort_unstable_by_key(|(day, subject, cell)| (*day, *subject, cell.key()));
        for run in rows.chunk_by(|a, b| a.0 == b.0 && split(a.1).0 == split(b.1).0) {
            let Some((day, subject, _)) = run.first() else { continue };
            self.days.entry(*day).or_default().merge_chunk(split(*subject).0, Chunk::of(run));
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (day, column) in &other.days {
            self.merge_day(*day, column.clone());
        }
    }

    fn merge_day(&mut self, day: Day, column: DayColumn<C>) {
        match self.days.get_mut(&day) {
            Some(mine) => mine.merge(column),
            None => {
                self.days.insert(day, column);
            }
        }
    }

    pub(crate) fn clear(&mut self, subjects: &BTreeSet<u32>, days: &BTreeSet<Day>) {
        for day in days {
            let Some(column) = self.days.get_mut(day) else { continue };
            column.clear(subjects);
            if column.chunks.is_empty() {
                self.days.remove(day);
            }
        }
    }

    pub(crate) fn between(&self, first: Day, last: Day) -> Self {
        Self { days: self.range(first, last).map(|(day, column)| (day, column.clone())).collect() }
    }

    /// The columns of some days, both ends included; none where `first` is after `last`.
    pub(crate) fn range(&self, first: Day, last: Day) -> impl Iterator<Item = (Day, &DayColumn<C>)> {
        let days = (first <= last).then(|| self.days.range(first..=last));
        days.into_iter().flatten().map(|(day, column)| (*day, column))
    }

    /// The cells of one subject on one day: one at most, or one per distinct value.
    pub(crate) fn rows_of(&self, day: Day, subject: u32) -> &[C] {
        self.days.get(&day).map_or(&[], |column| column.rows_of(subject))
    }

    pub(crate) fn subjects(&self) -> Vec<u32> {
        let mut subjects = Vec::new();
        for column in self.days.values() {
            column.for_each(|subject, _| subjects.push(subject));
        }
        subjects.sort_unstable();
        subjects.dedup();
        subjects
    }
}

impl<C> DayColumn<C> {
    pub(crate) fn len(&self) -> usize {
        self.chunks.values().map(|chunk| chunk.low.len()).sum()
    }
}

impl<C: Cell> DayColumn<C> {
    fn merge(&mut self, other: Self) {
        for (high, chunk) in other.chunks {
            self.merge_chunk(high, chunk);
        }
    }

    fn merge_chunk(&mut self, high: u16, chunk: Chunk<C>) {
        match self.chunks.get_mut(&high) {
            Some(mine) => mine.merge(chunk),
            None => {
                self.chunks.insert(high, chunk);
            }
        }
    }

    fn clear(&mut self, subjects: &BTreeSet<u32>) {
        self.chunks.retain(|high, chunk| {
            if subjects.range(join(*high, 0)..=join(*high, u16::MAX)).next().is_some() {
                chunk.clear(|low| subjects.contains(&join(*high, low)));
            }
            !chunk.low.is_empty()
        });
    }

    /// Visits every row by ascending subject.
    pub(crate) fn for_each<'a>(&'a self, mut visit: impl FnMut(u32, &'a C)) {
        for (high, chunk) in &self.chunks {
            for (low, cell) in chunk.low.iter().zip(&chunk.cells) {
                visit(join(*high, *low), cell);
            }
        }
    }

    /// The cells of one subject.
    pub(crate) fn rows_of(&self, subject: u32) -> &[C] {
        let (high, low) = split(subject);
        self.chunks.get(&high).map_or(&[], |chunk| chunk.rows_of(low))
    }
}

impl<C: Cell> Chunk<C> {
    /// A chunk of rows sorted by subject and key, equal ones merged.
    fn of(rows: &[(Day, u32, C)]) -> Self {
        let mut chunk = Self { low: Vec::with_capacity(rows.len()), cells: Vec::with_capacity(rows.len()) };
        for (_, subject, cell) in rows {
            let low = split(*subject).1;
            match (chunk.low.last(), chunk.cells.last_mut()) {
                (Some(last), Some(same)) if *last == low && same.key() == cell.key() => same.merge(cell),
                _ => {
                    chunk.low.push(low);
                    chunk.cells.push(cell.clone());
                }
            }
        }
        chunk.low.shrink_to_fit();
        chunk.cells.shrink_to_fit();
        chunk
    }

    /// Where the rows of a subject begin, looking from `from` on.
    fn begin(&self, from: usize, low: u16) -> usize {
        from + self.low.get(from..).unwrap_or_default().partition_point(|one| *one < low)
    }

    fn rows_of(&self, low: u16) -> &[C] {
        let begin = self.begin(0, low);
        let count = if C::KEYED {
            self.low.get(begin..).unwrap_or_default().partition_point(|one| *one == low)
        } else {
            usize::from(self.low.get(begin) == Some(&low))
        };
        self.cells.get(begin..begin + count).unwrap_or_default()
    }

    /// Where a row is, or where it would go.
    fn position(&self, from: usize, low: u16, key: u64) -> Result<usize, usize> {
        let begin = self.begin(from, low);
        let rest = self.low.get(begin..).unwrap_or_default();
        if !C::KEYED {
            return if rest.first() == Some(&low) { Ok(begin) } else { Err(begin) };
        }
        let count = rest.partition_point(|one| *one == low);
        let cells = self.cells.get(begin..begin + count).unwrap_or_default();
        cells.binary_search_by_key(&key, Cell::key).map(|at| begin + at).map_err(|at| begin + at)
    }

    fn merge(&mut self, other: Self) {
        let mut fresh = Vec::new();
        let mut from = 0;
        for (low, cell) in other.low.into_iter().zip(other.cells) {
            match self.position(from, low, cell.key()) {
                Ok(at) => {
                    if let Some(mine) = self.cells.get_mut(at) {
                        mine.merge(&cell);
                    }
                    // Not one further: rows of the same subject with other keys may lie before the next one sought.
                    from = if C::KEYED { self.begin(from, low) } else { at };
                }
                Err(at) => {
                    fresh.push((at, low, cell));
                    from = if C::KEYED { self.begin(from, low) } else { at };
                }
            }
        }
        if fresh.len() <= INSERTED_ONE_BY_ONE {
            for (at, low, cell) in fresh.into_iter().rev() {
                self.low.insert(at, low);
                self.cells.insert(at, cell);
            }
        } else {
            self.weave(fresh);
        }
    }

    /// Puts new rows between the old ones in one pass.
    fn weave(&mut self, fresh: Vec<(usize, u16, C)>) {
        let mut old_low = std::mem::take(&mut self.low).into_iter();
        let mut old_cells = std::mem::take(&mut self.cells).into_iter();
        self.low.reserve(old_low.len() + fresh.len());
        self.cells.reserve(old_cells.len() + fresh.len());
        let mut taken = 0;
        for (at, low, cell) in fresh {
            self.low.extend(old_low.by_ref().take(at - taken));
            self.cells.extend(old_cells.by_ref().take(at - taken));
            self.low.push(low);
            self.cells.push(cell);
            taken = at;
        }
        self.low.extend(old_low);
        self.cells.extend(old_cells);
    }

    fn clear(&mut self, gone: impl Fn(u16) -> bool) {
        let keep: Vec<bool> = self.low.iter().map(|low| !gone(*low)).collect();
        let mut kept = keep.iter();
        self.low.retain(|_| kept.next().copied().unwrap_or(true));
        let mut kept = keep.iter();
        self.cells.retain(|_| kept.next().copied().unwrap_or(true));
    }
}
