//! Signals kept current: a dense value per subject that moves with each batch and each turn of the day, and always equals [`crate::evaluate`].

use std::collections::BTreeSet;

use mainstay_model::Day;
use mainstay_model::expression::ValueType;
use mainstay_model::signal::Aggregate;
use serde::{Deserialize, Serialize};

use crate::change::{old_enough, relative_change};
use crate::column::{Column, NumberColumn, TextColumn};
use crate::error::HealthError;
use crate::measures::{
    Accumulator, active_days::ActiveDays, average::Average, count::Count, days_since::DaysSince, distinct::Distinct, last::Last, max::Max,
    min::Min, share::Share, sum::Sum,
};
use crate::partials::SignalPartials;
use crate::partials::table::Table;
use crate::reading::{Reading, Shape};
use crate::trend::Moments;
use crate::value::Value;
use crate::windows::{About, Selection, Slots, Window};

/// The current values of one signal. Serialisable, so that a start need not read all history.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Live {
    reading: Reading,
    today: Day,
    slots: Slots,
    state: State,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum State {
    Count(Kept<Count>),
    Distinct(Kept<Distinct>),
    Sum(Kept<Sum>),
    Average(Kept<Average>),
    Min(Kept<Min>),
    Max(Kept<Max>),
    Last(Kept<Last>),
    Share(Kept<Share>),
    ActiveDays(Kept<ActiveDays>),
    DaysSince(Kept<DaysSince>),
}

macro_rules! with_kept {
    ($state:expr, $kept:ident => $body:expr) => {
        match $state {
            State::Count($kept) => $body,
            State::Distinct($kept) => $body,
            State::Sum($kept) => $body,
            State::Average($kept) => $body,
            State::Min($kept) => $body,
            State::Max($kept) => $body,
            State::Last($kept) => $body,
            State::Share($kept) => $body,
            State::ActiveDays($kept) => $body,
            State::DaysSince($kept) => $body,
        }
    };
}

impl Live {
    /// The values as of the end of `today`, from the partials of the facts.
    ///
    /// # Errors
    /// When the partials are of another measure than the reading.
    pub fn new(reading: &Reading, partials: &SignalPartials, today: Day, subjects: Selection<'_>) -> Result<Self, HealthError> {
        Self::as_of(reading, partials, today, None, subjects)
    }

    pub(crate) fn as_of(
        reading: &Reading,
        partials: &SignalPartials,
        today: Day,
        instead: Option<&SignalPartials>,
        subjects: Selection<'_>,
    ) -> Result<Self, HealthError> {
        let slots = Slots::new(subjects);
        let from = Gathering { reading, partials, today, instead, slots: &slots };
        let state = match &reading.aggregate {
            Aggregate::Count => State::Count(from.gather()?),
            Aggregate::CountDistinct(_) => State::Distinct(from.gather()?),
            Aggregate::Sum(_) => State::Sum(from.gather()?),
            Aggregate::Average(_) => State::Average(from.gather()?),
            Aggregate::Min(_) => State::Min(from.gather()?),
            Aggregate::Max(_) => State::Max(from.gather()?),
            Aggregate::Last(_) => State::Last(from.gather()?),
            Aggregate::Share(_) => State::Share(from.gather()?),
            Aggregate::ActiveDays => State::ActiveDays(from.gather()?),
            Aggregate::DaysSince(_) => State::DaysSince(from.gather()?),
        };
        Ok(Self { reading: reading.clone(), today, slots, state })
    }

    /// The day the values are as of.
    #[must_use]
    pub const fn today(&self) -> Day {
        self.today
    }

    /// How it is read.
    #[must_use]
    pub const fn reading(&self) -> &Reading {
        &self.reading
    }

    /// Takes in a batch, touching its subjects only. Call it for every signal over the same facts **before** the batch is merged into `before`.
    /// New subjects are made room for.
    ///
    /// # Errors
    /// When the partials are of another measure; nothing has changed then.
    pub fn apply(&mut self, before: &SignalPartials, batch: &SignalPartials) -> Result<(), HealthError> {
        let newest = batch.subjects().last().map_or(0, |subject| *subject as usize + 1);
        self.grow(before, newest)?;
        with_kept!(&mut self.state, kept => kept.apply(before, batch, &self.slots))
    }

    /// Makes room for subjects up to `count`, where all are selected.
    ///
    /// # Errors
    /// When the partials are of another measure.
    pub fn grow(&mut self, partials: &SignalPartials, count: usize) -> Result<(), HealthError> {
        match &mut self.slots {
            Slots::All(old) if *old < count => *old = count,
            _ => return Ok(()),
        }
        with_kept!(&mut self.state, kept => kept.grow(partials, &self.slots))
    }

    /// Moves all windows to another day. Forward, the work grows with what leaves and arrives; backward it gathers anew.
    ///
    /// # Errors
    /// When the partials are of another measure.
    pub fn turn(&mut self, partials: &SignalPartials, to_day: Day) -> Result<(), HealthError> {
        with_kept!(&mut self.state, kept => kept.turn(partials, &self.slots, &self.reading, to_day))?;
        self.today = to_day;
        Ok(())
    }

    /// Gathers some subjects anew, after their partials were cleared and computed again.
    ///
    /// # Errors
    /// When the partials are of another measure.
    pub fn reset(&mut self, partials: &SignalPartials, subjects: &BTreeSet<u32>) -> Result<(), HealthError> {
        let newest = subjects.last().map_or(0, |subject| *subject as usize + 1);
        self.grow(partials, newest)?;
        let subjects: Vec<u32> = subjects.iter().copied().collect();
        with_kept!(&mut self.state, kept => kept.reset(partials, &self.slots, &subjects))
    }

    /// All values.
    #[must_use]
    pub fn column(&self, about: &About<'_>) -> Column {
        let mut column = empty_column(if self.is_last() { self.reading.kind } else { ValueType::Number });
        self.fill(&mut column, about);
        column
    }

    /// All values, into a column of this signal whose memory is used again: fresh memory costs more than the values themselves.
    pub fn fill(&self, column: &mut Column, about: &About<'_>) {
        let with = Asked { today: self.today, slots: &self.slots, about };
        match (&self.state, &mut *column) {
            (State::Last(Kept::Window(window)), _) => {
                *column = empty_column(self.reading.kind);
                (0..window.slots.len()).for_each(|slot| column.set(slot, with.value(window, slot).as_ref()));
            }
            (state, Column::Numbers(numbers)) => with_kept!(state, kept => kept.numbers(&with, &mut numbers.0)),
            (state, _) => {
                let mut numbers = Vec::new();
                with_kept!(state, kept => kept.numbers(&with, &mut numbers));
                *column = Column::Numbers(NumberColumn(numbers));
            }
        }
    }

    const fn is_last(&self) -> bool {
        matches!(self.state, State::Last(Kept::Window(_)))
    }

    /// The value of one subject.
    #[must_use]
    pub fn value(&self, subject: u32, about: &About<'_>) -> Option<Value> {
        let slot = self.slots.of(subject).next()?;
        let with = Asked { today: self.today, slots: &self.slots, about };
        if let State::Last(Kept::Window(window)) = &self.state {
            return with.value(window, slot);
        }
        with_kept!(&self.state, kept => kept.number(&with, slot)).map(Value::Number)
    }

    /// Brings the rows of some subjects in a column of this signal up to date, and adds the rows of subjects that are new.
    pub fn update(&self, column: &mut Column, subjects: &[u32], about: &About<'_>) {
        for slot in column.len()..self.slots.len() {
            let subject = u32::try_from(self.slots.subject(slot)).ok();
            column.set(slot, subject.and_then(|subject| self.value(subject, about)).as_ref());
        }
        for subject in subjects {
            let value = self.value(*subject, about);
            for slot in self.slots.of(*subject) {
                column.set(slot, value.as_ref());
            }
        }
    }
}

fn empty_column(kind: ValueType) -> Column {
    match kind {
        ValueType::Number => Column::Numbers(NumberColumn::default()),
        ValueType::Text => Column::Texts(TextColumn::default()),
        ValueType::Boolean => Column::Booleans(Vec::new()),
        ValueType::Timestamp => Column::Instants(Vec::new()),
        ValueType::Date => Column::Days(Vec::new()),
    }
}

/// What a signal keeps per subject, by what is asked of its window.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
enum Kept<A: Accumulator> {
    Window(Window<A>),
    Change { later: Window<A>, earlier: Window<A> },
    Trend(Window<Moments<A>>),
}

/// What values are gathered from.
struct Gathering<'a> {
    reading: &'a Reading,
    partials: &'a SignalPartials,
    today: Day,
    instead: Option<&'a SignalPartials>,
    slots: &'a Slots,
}

impl Gathering<'_> {
    fn gather<A: Accumulator>(&self) -> Result<Kept<A>, HealthError> {
        let table = table_of::<A>(self.partials)?;
        let instead = self.instead.map(table_of::<A>).transpose()?.map(|table| (self.today, table));
        let days = self.reading.days(self.today);
        Ok(match self.reading.shape {
            Shape::Window => Kept::Window(Window::gather(table, self.slots, days, instead)),
            Shape::Change => Kept::Change {
                later: Window::gather(table, self.slots, days, instead),
                earlier: Window::gather(table, self.slots, self.reading.days_before(self.today), instead),
            },
            Shape::Trend => Kept::Trend(Window::gather(table, self.slots, days, instead)),
        })
    }
}

fn table_of<A: Accumulator>(partials: &SignalPartials) -> Result<&Table<A::Cell>, HealthError> {
    A::table(partials).ok_or(HealthError::WrongPartials { expected: A::NAME, found: partials.measure() })
}

/// What a value is asked with.
struct Asked<'a> {
    today: Day,
    slots: &'a Slots,
    about: &'a About<'a>,
}

impl Asked<'_> {
    fn value<A: Accumulator>(&self, window: &Window<A>, slot: usize) -> Option<Value> {
        let one = window.slots.get(slot)?;
        if self.silent(one) { None } else { one.value(self.today) }
    }

    /// Nothing came because nothing could.
    fn silent<A: Accumulator>(&self, one: &A) -> bool {
        !self.about.connected && one.is_empty()
    }

    fn born(&self, slot: usize) -> Option<Day> {
        self.about.born.get(self.slots.subject(slot)).copied().flatten()
    }
}

impl<A: Accumulator> Kept<A> {
    fn apply(&mut self, before: &SignalPartials, batch: &SignalPartials, slots: &Slots) -> Result<(), HealthError> {
        let (before, batch) = (table_of::<A>(before)?, table_of::<A>(batch)?);
        match self {
            Self::Window(window) => window.apply(before, batch, slots),
            Self::Change { later, earlier } => {
                later.apply(before, batch, slots);
                earlier.apply(before, batch, slots);
            }
            Self::Trend(window) => window.apply(before, batch, slots),
        }
        Ok(())
    }

    fn grow(&mut self, partials: &SignalPartials, slots: &Slots) -> Result<(), HealthError> {
        let table = table_of::<A>(partials)?;
        match self {
            Self::Window(window) => window.grow(table, slots),
            Self::Change { later, earlier } => {
                later.grow(table, slots);
                earlier.grow(table, slots);
            }
            Self::Trend(window) => window.grow(table, slots),
        }
        Ok(())
    }

    fn reset(&mut self, partials: &SignalPartials, slots: &Slots, subjects: &[u32]) -> Result<(), HealthError> {
        let table = table_of::<A>(partials)?;
        match self {
            Self::Window(window) => window.gather_again(table, slots, subjects),
            Self::Change { later, earlier } => {
                later.gather_again(table, slots, subjects);
                earlier.gather_again(table, slots, subjects);
            }
            Self::Trend(window) => window.gather_again(table, slots, subjects),
        }
        Ok(())
    }

    fn turn(&mut self, partials: &SignalPartials, slots: &Slots, reading: &Reading, today: Day) -> Result<(), HealthError> {
        let table = table_of::<A>(partials)?;
        let days = reading.days(today);
        match self {
            Self::Window(window) => window.move_to(table, slots, days),
            Self::Change { later, earlier } => {
                later.move_to(table, slots, days);
                earlier.move_to(table, slots, reading.days_before(today));
            }
            Self::Trend(window) => window.move_to(table, slots, days),
        }
        Ok(())
    }

    /// All numbers, NaN where null.
    fn numbers(&self, with: &Asked<'_>, out: &mut Vec<f64>) {
        out.clear();
        match self {
            Self::Window(window) => {
                let number = |one: &A| if with.silent(one) { None } else { one.number(with.today) };
                out.extend(window.slots.iter().map(|one| number(one).unwrap_or(f64::NAN)));
            }
            Self::Change { .. } | Self::Trend(_) => {
                out.extend((0..with.slots.len()).map(|slot| self.number(with, slot).unwrap_or(f64::NAN)));
            }
        }
    }

    fn number(&self, with: &Asked<'_>, slot: usize) -> Option<f64> {
        match self {
            Self::Window(window) => {
                let one = window.slots.get(slot)?;
                if with.silent(one) { None } else { one.number(with.today) }
            }
            Self::Change { later, earlier } => {
                let (new, old) = (later.slots.get(slot)?, earlier.slots.get(slot)?);
                if !old_enough(with.born(slot), earlier.first) {
                    return None;
                }
                relative_change(new.amount()?, old.amount()?)
            }
            Self::Trend(window) => {
                let one = window.slots.get(slot)?;
                if with.silent(one) { None } else { one.slope(window.first, window.last) }
            }
        }
    }
}
