//! Facts into partials: the one way in which batches of events and tables of records become numbers, live and recomputed alike.

use std::cell::RefCell;
use std::rc::Rc;

use arrow::array::{ArrayRef, AsArray as _, BooleanArray, RecordBatch};
use arrow::datatypes::TimestampMicrosecondType;
use hashbrown::HashMap;
use mainstay_health::{About, AsOf, Column, FactColumns, Selection, SignalPartials, Values, evaluate};
use mainstay_lake::expressions::{CompiledExpression, values};
use mainstay_model::expression::{ExpressionFault, ValueType};
use mainstay_model::signal::{Aggregate, Span};
use mainstay_model::{Day, FactDigest, Timestamp, Zone};

use super::plan::{Measured, RecordMeasure};
use crate::error::{AppError, ErrorCode, Result};

/// Facts whose subject, day and identity are known; `rows` says which row of `batch` each came from.
pub(crate) struct Placed<'a> {
    pub(crate) batch: &'a RecordBatch,
    pub(crate) subject: Vec<u32>,
    pub(crate) day: Vec<Day>,
    pub(crate) at: Vec<Timestamp>,
    pub(crate) digest: Vec<FactDigest>,
    pub(crate) read: Evaluated,
}

/// What arguments came to over the rows of a batch: several measures often read the same one.
#[derive(Default)]
pub(crate) struct Evaluated(RefCell<HashMap<String, Rc<Read>>>);

/// The partials of a batch of events for one measure. `placed` has one entry for each row of its batch.
pub(crate) fn partials_of(measured: &Measured, like: &SignalPartials, placed: &Placed<'_>, zone: &Zone) -> Result<SignalPartials> {
    let mut fresh = like.empty_like();
    collect(&mut fresh, measured.filter.as_ref(), measured.argument.as_ref(), &measured.aggregate, measured.kind, placed, zone)?;
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
    collect(&mut partials, measure.filter.as_ref(), measure.argument.as_ref(), &measure.reading.aggregate, measure.kind, &placed, zone)?;
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

fn collect(
    into: &mut SignalPartials,
    filter: Option<&CompiledExpression>,
    argument: Option<&CompiledExpression>,
    aggregate: &Aggregate,
    kind: ValueType,
    placed: &Placed<'_>,
    zone: &Zone,
) -> Result<()> {
    let everything = || BooleanArray::from(vec![true; placed.batch.num_rows()]);
    let mask = filter.map_or_else(|| Ok(everything()), |filter| filter.evaluate_mask(placed.batch)).map_err(faulty)?;
    let chosen: Vec<usize> = (0..mask.len()).filter(|row| mask.value(*row) && placed.day.get(*row) != Some(&NOWHERE)).collect();
    if chosen.is_empty() {
        return Ok(());
    }
    let kept: BooleanArray = (0..mask.len()).map(|row| Some(mask.value(row) && placed.day.get(row) != Some(&NOWHERE))).collect();
    let read = read_argument(filter, argument, aggregate, kind, (placed, &kept), zone)?;
    let (subject, day, at, digest) =
        (pick(&placed.subject, &chosen), pick(&placed.day, &chosen), pick(&placed.at, &chosen), pick(&placed.digest, &chosen));
    let texts: Vec<Option<&str>>;
    let value = match read.as_ref() {
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

/// The values of a measure's argument over the rows that count.
fn read_argument(
    filter: Option<&CompiledExpression>,
    argument: Option<&CompiledExpression>,
    aggregate: &Aggregate,
    kind: ValueType,
    (placed, kept): (&Placed<'_>, &BooleanArray),
    zone: &Zone,
) -> Result<Rc<Read>> {
    let Some(argument) = argument else { return Ok(Rc::new(Read::Nothing)) };
    let name = format!("{}\n{:?}\n{}", Read::name(aggregate, kind), filter.map(CompiledExpression::sql), argument.sql());
    if let Some(read) = placed.read.0.borrow().get(&name) {
        return Ok(Rc::clone(read));
    }
    let rows = values::select(placed.batch, kept).map_err(cannot_select)?;
    let array = argument.evaluate(&rows).map_err(faulty)?;
    let read = Rc::new(Read::of(aggregate, &array, kind, zone));
    placed.read.0.borrow_mut().insert(name, Rc::clone(&read));
    Ok(read)
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
    /// What tells apart how the same argument is read.
    fn name(aggregate: &Aggregate, kind: ValueType) -> String {
        match aggregate {
            Aggregate::Count | Aggregate::ActiveDays => String::new(),
            Aggregate::Sum(_) | Aggregate::Average(_) => "decimals".to_owned(),
            Aggregate::Min(_) | Aggregate::Max(_) => "numbers".to_owned(),
            Aggregate::CountDistinct(_) => "texts".to_owned(),
            Aggregate::Share(_) => "truths".to_owned(),
            Aggregate::DaysSince(_) => "days".to_owned(),
            Aggregate::Last(_) => format!("last {kind:?}"),
        }
    }

    fn of(aggregate: &Aggregate, array: &ArrayRef, kind: ValueType, zone: &Zone) -> Self {
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

fn cannot_select(error: arrow::error::ArrowError) -> AppError {
    AppError::new(ErrorCode::Unavailable, "rows could not be selected").caused_by(error)
}
