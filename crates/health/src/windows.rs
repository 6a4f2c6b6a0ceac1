//! Values of signals as of a day: one accumulator per subject over the days of a window.

use mainstay_model::Day;
use serde::{Deserialize, Serialize};

use crate::column::Column;
use crate::error::HealthError;
use crate::live::Live;
use crate::measures::{Accumulator, Cell};
use crate::partials::SignalPartials;
use crate::partials::table::{DayColumn, Table};
use crate::reading::Reading;

/// Whose values are asked; columns have one row for each, in this order.
#[derive(Clone, Copy, Debug)]
pub enum Selection<'a> {
    /// The subjects 0 to n - 1.
    All(usize),
    /// These.
    Some(&'a [u32]),
}

/// What is known about the subjects beside their facts.
#[derive(Clone, Copy, Debug, Default)]
pub struct About<'a> {
    /// Whether the source of the signal's facts ever sent any: without facts, a count is then 0 and not null.
    pub connected: bool,
    /// First known day by subject. Who is not in it, or has none, counts as old.
    pub born: &'a [Option<Day>],
}

/// When a value is asked for, and what is known about the subjects then.
#[derive(Clone, Copy, Debug)]
pub struct AsOf<'a> {
    /// The day.
    pub today: Day,
    /// The facts of that day up to an instant inside it, instead of all that are stored for it.
    pub today_override: Option<&'a SignalPartials>,
    /// The subjects.
    pub about: About<'a>,
}

/// The values of a signal as of a day, from its partials.
///
/// # Errors
/// When the partials are of another measure than the reading.
pub fn evaluate(reading: &Reading, partials: &SignalPartials, as_of: &AsOf<'_>, subjects: Selection<'_>) -> Result<Column, HealthError> {
    Ok(Live::as_of(reading, partials, as_of.today, as_of.today_override, subjects)?.column(&as_of.about))
}

/// Which slot holds which subject.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Slots {
    /// Slot and subject are the same number.
    All(usize),
    /// Subjects by slot, and (subject, slot) sorted.
    Some(Vec<u32>, Vec<(u32, u32)>),
}

impl Slots {
    pub(crate) fn new(selection: Selection<'_>) -> Self {
        match selection {
            Selection::All(count) => Self::All(count),
            Selection::Some(subjects) => {
                let mut sorted: Vec<_> = subjects.iter().zip(0..).map(|(subject, slot)| (*subject, slot)).collect();
                sorted.sort_unstable();
                Self::Some(subjects.to_vec(), sorted)
            }
        }
    }

    pub(crate) const fn len(&self) -> usize {
        match self {
            Self::All(count) => *count,
            Self::Some(subjects, _) => subjects.len(),
        }
    }

    pub(crate) fn subject(&self, slot: usize) -> usize {
        match self {
            Self::All(_) => slot,
            Self::Some(subjects, _) => subjects.get(slot).map_or(usize::MAX, |subject| *subject as usize),
        }
    }

    /// The slots of a subject: none or one, or several where it was asked for several times.
    pub(crate) fn of(&self, subject: u32) -> impl Iterator<Item = usize> {
        let (one, many) = match self {
            Self::All(count) => (Some(subject as usize).filter(|slot| slot < count), &[][..]),
            Self::Some(_, sorted) => {
                let begin = sorted.partition_point(|(one, _)| *one < subject);
                (None, sorted.get(begin..).unwrap_or_default())
            }
        };
        one.into_iter().chain(many.iter().take_while(move |(one, _)| *one == subject).map(|(_, slot)| *slot as usize))
    }

    /// Visits the cells of a day that belong to a slot.
    fn each_cell<C: Cell>(&self, column: &DayColumn<C>, mut visit: impl FnMut(usize, u32, &C)) {
        match self {
            Self::All(_) => column.for_each(|subject, cell| visit(subject as usize, subject, cell)),
            Self::Some(_, sorted) => {
                for (subject, slot) in sorted {
                    column.rows_of(*subject).iter().for_each(|cell| visit(*slot as usize, *subject, cell));
                }
            }
        }
    }
}

/// A window of days, both ends included, with an accumulator per slot.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub(crate) struct Window<A: Accumulator> {
    pub(crate) first: Day,
    pub(crate) last: Day,
    pub(crate) slots: Vec<A>,
}

impl<A: Accumulator> Window<A> {
    /// Gathers all cells of the days; `instead` replaces one day of the table.
    pub(crate) fn gather(
        table: &Table<A::Cell>,
        slots: &Slots,
        (first, last): (Day, Day),
        instead: Option<(Day, &Table<A::Cell>)>,
    ) -> Self {
        let mut window = Self { first, last, slots: vec![A::default(); slots.len()] };
        let replaced = instead.map(|(day, _)| day);
        for (day, column) in table.range(first, last).filter(|(day, _)| Some(*day) != replaced) {
            window.add_day(slots, day, column);
        }
        if let Some((day, table)) = instead {
            table.range(day.max(first), day.min(last)).for_each(|(day, column)| window.add_day(slots, day, column));
        }
        window
    }

    fn add_day(&mut self, slots: &Slots, day: Day, column: &DayColumn<A::Cell>) {
        slots.each_cell(column, |slot, _, cell| {
            if let Some(one) = self.slots.get_mut(slot) {
                one.add(day, cell);
            }
        });
    }

    /// Moves the window; work grows with the days that leave and arrive, where it moves forward and overlaps.
    pub(crate) fn move_to(&mut self, table: &Table<A::Cell>, slots: &Slots, (first, last): (Day, Day)) {
        if first < self.first || last < self.last || first > self.last {
            *self = Self::gather(table, slots, (first, last), None);
            return;
        }
        let (leaving_from, arriving_from) = (self.first, self.last.plus(1));
        (self.first, self.last) = (first, last);
        for (day, column) in table.range(arriving_from, last) {
            self.add_day(slots, day, column);
        }
        let mut again = Vec::new();
        for (day, column) in table.range(leaving_from, first.plus(-1)) {
            slots.each_cell(column, |slot, subject, cell| {
                if let Some(one) = self.slots.get_mut(slot)
                    && !one.remove(day, cell)
                {
                    again.push(subject);
                }
            });
        }
        again.sort_unstable();
        again.dedup();
        self.gather_again(table, slots, &again);
    }

    /// Takes in a batch whose cells are not in `before` yet.
    pub(crate) fn apply(&mut self, before: &Table<A::Cell>, batch: &Table<A::Cell>, slots: &Slots) {
        for (day, column) in batch.range(self.first, self.last) {
            column.for_each(|subject, cell| {
                let prior = if A::READS_PRIOR { before.rows_of(day, subject).iter().find(|prior| prior.key() == cell.key()) } else { None };
                for slot in slots.of(subject) {
                    if let Some(one) = self.slots.get_mut(slot) {
                        one.apply(day, prior, cell);
                    }
                }
            });
        }
    }

    /// Gathers some subjects anew.
    pub(crate) fn gather_again(&mut self, table: &Table<A::Cell>, slots: &Slots, subjects: &[u32]) {
        if subjects.is_empty() {
            return;
        }
        let mut fresh: Vec<(u32, A)> = subjects.iter().map(|subject| (*subject, A::default())).collect();
        for (day, column) in table.range(self.first, self.last) {
            for (subject, one) in &mut fresh {
                column.rows_of(*subject).iter().for_each(|cell| one.add(day, cell));
            }
        }
        for (subject, one) in fresh {
            for slot in slots.of(subject) {
                if let Some(old) = self.slots.get_mut(slot) {
                    old.clone_from(&one);
                }
            }
        }
    }

    /// Makes room for more subjects and gathers what they already have.
    pub(crate) fn grow(&mut self, table: &Table<A::Cell>, slots: &Slots) {
        let newcomers: Vec<u32> = (self.slots.len()..slots.len()).map(|subject| subject as u32).collect();
        self.slots.resize(slots.len(), A::default());
        self.gather_again(table, slots, &newcomers);
    }
}
