//! Facts into partials: the one way in which batches of events and tables of records become numbers, live and recomputed alike.

use arrow::array::{ArrayRef, AsArray as _, BooleanArray, RecordBatch};
use arrow::datatypes::TimestampMicrosecondType;
use mainstay_health::{About, AsOf, Column, FactColumns, Selection, SignalPartials, Values, evaluate};
use mainstay_lake::expressions::{CompiledExpression, values};
use mainstay_model::expression::{ExpressionFault, ValueType};
use mainstay_model::signal::{Aggregate, Span, Subject};
use mainstay_model::{Day, FactDigest, Timestamp, Zone};

use super::plan::{Measured, RecordMeasure};
use super::products::NO_PRODUCT;
use crate::error::{AppError, ErrorCode, Result};

/// Facts whose subject, day and identity are known, one for each row of `batch`.
#[derive(Clone)]
pub(crate) struct Placed<'a> {
    pub(crate) batch: &'a RecordBatch,
    pub(crate) subject: Vec<u32>,
    /// The numbers of the products that events name; empty where no signal asks for them.
    pub(crate) product: Vec<u32>,
    pub(crate) day: Vec<Day>,
    pub(crate) at: Vec<Timestamp>,
    pub(crate) digest: Vec<FactDigest>,
}

/// The partials of a batch of events for one measure. `placed` has one entry for each row of its batch.
pub(crate) fn partials_of(measured: &Measured, like: &SignalPartials, placed: &Placed<'_>, zone: &Zone) -> Result<SignalPartials> {
    let mut fresh = like.empty_like();
    let whose = match measured.subject {
        Subject::Account => &placed.subject,
        Subject::Product => &placed.product,
    };
    let how = Collecting {
        filter: measured.filter.as_ref(),
        argument: measured.argument.as_ref(),
        aggregate: &measured.aggregate,
        kind: measured.kind,
    };
    how.collect(&mut fresh, placed, whose, zone)?;
    Ok(fresh)
}

/// The value of a measure over records for each subject. `placed` places the records of the table by when they became true.
pub(crate) fn measure_records(
    measure: &RecordMeasure,
    mut placed: Placed<'_>,
    today: Day,
    about: &About<'_>,
    subjects: Selection<'_>,
    zone: &Zone,
) -> Result<Column> {
    let mut partials = SignalPartials::new(&measure.reading.aggregate);
    if measure.reading.window.span != Span::All
        && let Some(column) = measure.reading.window.of.as_deref()
    {
        place_by(&mut placed, column, zone);
    }
    let how = Collecting {
        filter: measure.filter.as_ref(),
        argument: measure.argument.as_ref(),
        aggregate: &measure.reading.aggregate,
        kind: measure.kind,
    };
    how.collect(&mut partials, &placed, &placed.subject, zone)?;
    evaluate(&measure.reading, &partials, &AsOf { today, today_override: None, about: *about }, subjects).map_err(broken)
}

/// Records are placed by a column of their own; one without a value there is in no window.
fn place_by(placed: &mut Placed<'_>, column: &str, zone: &Zone) {
    let days = placed.batch.column_by_name(column).map(|array| values::days(array, zone)).unwrap_or_default();
    for (row, day) in placed.day.iter_mut().enumerate() {
        *day = days.get(row).copied().flatten().unwrap_or(NOWHERE);
    }
}

/// A day in no window.
const NOWHERE: Day = Day(i32::MAX);

/// How facts become partials.
struct Collecting<'a> {
    filter: Option<&'a CompiledExpression>,
    argument: Option<&'a CompiledExpression>,
    aggregate: &'a Aggregate,
    kind: ValueType,
}

impl Collecting<'_> {
    /// Adds the facts that count: those that the filter keeps, of somebody, on some day. `whose` has the subject of each.
    fn collect(&self, into: &mut SignalPartials, placed: &Placed<'_>, whose: &[u32], zone: &Zone) -> Result<()> {
        let mask = self.filter.map(|filter| filter.evaluate_mask(placed.batch)).transpose().map_err(faulty)?;
        let counts = |row: usize| {
            mask.as_ref().is_none_or(|mask| mask.value(row))
                && placed.day.get(row) != Some(&NOWHERE)
                && whose.get(row).is_some_and(|subject| *subject != NO_PRODUCT)
        };
        let kept: BooleanArray = (0..placed.batch.num_rows()).map(|row| Some(counts(row))).collect();
        let chosen: Vec<usize> = (0..kept.len()).filter(|row| kept.value(*row)).collect();
        if chosen.is_empty() {
            return Ok(());
        }
        let argument = self
            .argument
            .map(|argument| {
                values::select(placed.batch, &kept).map_err(cannot_select).and_then(|rows| argument.evaluate(&rows).map_err(faulty))
            })
            .transpose()?;
        let read = Read::of(self.aggregate, argument.as_ref(), self.kind, zone);
        let (subject, day, at, digest) =
            (pick(whose, &chosen), pick(&placed.day, &chosen), pick(&placed.at, &chosen), pick(&placed.digest, &chosen));
        let texts: Vec<Option<&str>>;
        let value = match &read {
            Read::Nothing => Values::None,
            Read::Numbers(numbers) => Values::Numbers(numbers),
            Read::Decimals(decimals) => Values::Decimals(decimals),
            Read::Texts(owned) => {
                texts = owned.iter().map(Option::as_deref).collect();
                Values::Texts(&texts)
            }
            Read::Booleans(truths) => Values::Booleans(truths),
            Read::Days(days) => Values::Days(days),
            Read::Instants(instants) => Values::Instants(instants),
        };
        into.add(&FactColumns { subject: &subject, day: &day, at: &at, digest: &digest, value }).map_err(broken)
    }
}

/// The values of an argument, owned.
enum Read {
    Nothing,
    Numbers(Vec<f64>),
    Decimals(Vec<Option<i128>>),
    Texts(Vec<Option<String>>),
    Booleans(Vec<Option<bool>>),
    Days(Vec<Option<Day>>),
    Instants(Vec<Option<Timestamp>>),
}

impl Read {
    fn of(aggregate: &Aggregate, argument: Option<&ArrayRef>, kind: ValueType, zone: &Zone) -> Self {
        let Some(array) = argument else { return Self::Nothing };
        match aggregate {
            Aggregate::Count | Aggregate::ActiveDays => Self::Nothing,
            Aggregate::Sum(_) | Aggregate::Average(_) => Self::Decimals(values::nanos(array)),
            Aggregate::Min(_) | Aggregate::Max(_) => Self::Numbers(with_nan(array)),
            Aggregate::CountDistinct(_) => Self::Texts(values::texts(array)),
            Aggregate::Share(_) => Self::Booleans(values::booleans(array)),
            Aggregate::DaysSince(_) => Self::Days(values::days(array, zone)),
            Aggregate::Last(_) => match kind {
                ValueType::Number => Self::Numbers(with_nan(array)),
                ValueType::Text => Self::Texts(values::texts(array)),
                ValueType::Boolean => Self::Booleans(values::booleans(array)),
                ValueType::Date => Self::Days(values::days(array, zone)),
                ValueType::Timestamp => Self::Instants(values::instants(array)),
            },
        }
    }
}

fn with_nan(array: &ArrayRef) -> Vec<f64> {
    values::numbers(array).into_iter().map(|value| value.unwrap_or(f64::NAN)).collect()
}

fn pick<T: Copy>(values: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter().filter_map(|row| values.get(*row).copied()).collect()
}

/// The instants of a timestamp column, one for each row.
pub(crate) fn instants_of(batch: &RecordBatch, column: &str) -> Vec<Timestamp> {
    let Some(array) = batch.column_by_name(column).and_then(|array| array.as_primitive_opt::<TimestampMicrosecondType>()) else {
        return vec![Timestamp(0); batch.num_rows()];
    };
    array.values().iter().map(|at| Timestamp(*at)).collect()
}

/// The texts of a column, one for each row.
pub(crate) fn texts_of<'a>(batch: &'a RecordBatch, column: &str) -> Vec<Option<&'a str>> {
    match batch.column_by_name(column).and_then(|array| array.as_string_opt::<i32>()) {
        Some(array) => array.iter().collect(),
        None => vec![None; batch.num_rows()],
    }
}

pub(crate) fn broken(error: mainstay_health::HealthError) -> AppError {
    AppError::new(ErrorCode::Unavailable, "a signal could not be computed").caused_by(error)
}

pub(crate) fn faulty(fault: ExpressionFault) -> AppError {
    AppError::new(ErrorCode::Configuration, format!("an expression could not be evaluated: {}", fault.message))
}

/// The error of rows that could not be taken out of a batch, or put in order.
pub(crate) fn cannot_select(error: arrow::error::ArrowError) -> AppError {
    AppError::new(ErrorCode::Unavailable, "rows could not be selected").caused_by(error)
}
