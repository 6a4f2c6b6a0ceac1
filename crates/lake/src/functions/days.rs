//! Calendar days in the workspace's zone: `day_of`, `start_of_day`, differences and sums of days.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Date32Array, Int64Array, TimestampMicrosecondArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, TimeUnit, TimestampMicrosecondType};
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
use datafusion::scalar::ScalarValue;
use mainstay_model::{Day, Timestamp, Zone};

use crate::expressions::types::{ONE, decimal_type, instant_type};

/// One of the functions over days.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DayFunction {
    /// The day of an instant, a day or a text.
    DayOf,
    /// The first instant of a day.
    StartOfDay,
    /// Days from the second to the first.
    DaysBetween,
    /// The day so many days later.
    AddDays,
}

impl DayFunction {
    const ALL: [Self; 4] = [Self::DayOf, Self::StartOfDay, Self::DaysBetween, Self::AddDays];

    const fn function(self) -> &'static str {
        match self {
            Self::DayOf => "day_of",
            Self::StartOfDay => "start_of_day",
            Self::DaysBetween => "days_between",
            Self::AddDays => "add_days",
        }
    }

    const fn arguments(self) -> usize {
        match self {
            Self::DayOf | Self::StartOfDay => 1,
            Self::DaysBetween | Self::AddDays => 2,
        }
    }

    fn result(self) -> DataType {
        match self {
            Self::DayOf | Self::AddDays => DataType::Date32,
            Self::StartOfDay => instant_type(),
            Self::DaysBetween => DataType::Int64,
        }
    }
}

/// The function, for a zone.
#[must_use]
pub fn function(kind: DayFunction, zone: &Zone) -> Arc<ScalarUDF> {
    let signature = Signature::any(kind.arguments(), Volatility::Immutable);
    Arc::new(ScalarUDF::new_from_impl(OverDays { kind, zone: ZoneKey(zone.clone()), signature }))
}

/// All functions over days, for a zone.
#[must_use]
pub fn all(zone: &Zone) -> Vec<Arc<ScalarUDF>> {
    DayFunction::ALL.into_iter().map(|kind| function(kind, zone)).collect()
}

/// A zone that compares and hashes by its name.
#[derive(Clone, Debug)]
struct ZoneKey(Zone);

impl PartialEq for ZoneKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.name() == other.0.name()
    }
}

impl Eq for ZoneKey {}

impl std::hash::Hash for ZoneKey {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.name().hash(state);
    }
}

#[derive(PartialEq, Eq, Hash, Debug)]
struct OverDays {
    kind: DayFunction,
    zone: ZoneKey,
    signature: Signature,
}

impl ScalarUDFImpl for OverDays {
    fn name(&self) -> &str {
        self.kind.function()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        let fits = |kind: &DataType| match self.kind {
            DayFunction::DayOf => matches!(
                kind,
                DataType::Timestamp(..) | DataType::Date32 | DataType::Null | DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8
            ),
            _ => matches!(kind, DataType::Timestamp(..) | DataType::Date32 | DataType::Null),
        };
        if !arg_types.first().is_some_and(fits) {
            return plan_err!("{} takes a date or a timestamp", self.name());
        }
        Ok(self.kind.result())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let scalar = args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let zone = &self.zone.0;
        let result: ArrayRef = match (self.kind, arrays.as_slice()) {
            (DayFunction::DayOf, [array]) => Arc::new(days_of(array, zone)?),
            (DayFunction::StartOfDay, [array]) => Arc::new(starts_of(&days_of(array, zone)?, zone)),
            (DayFunction::DaysBetween, [later, earlier]) => {
                let (later, earlier) = (days_of(later, zone)?, days_of(earlier, zone)?);
                Arc::new(later.iter().zip(&earlier).map(|(a, b)| Some(i64::from(a?) - i64::from(b?))).collect::<Int64Array>())
            }
            (DayFunction::AddDays, [from, count]) => Arc::new(added(&days_of(from, zone)?, count)?),
            _ => return exec_err!("{} got the wrong number of arguments", self.name()),
        };
        if scalar { Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&result, 0)?)) } else { Ok(ColumnarValue::Array(result)) }
    }
}

/// The days of an array of instants, days or texts, in a zone.
pub fn days_of(array: &ArrayRef, zone: &Zone) -> Result<Date32Array> {
    match array.data_type() {
        DataType::Date32 => Ok(array.as_primitive::<Date32Type>().clone()),
        DataType::Timestamp(..) => {
            let micros = cast(array, &DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())))?;
            Ok(micros.as_primitive::<TimestampMicrosecondType>().iter().map(|at| Some(zone.day_of(Timestamp(at?)).0)).collect())
        }
        DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8 => {
            let texts = cast(array, &DataType::Utf8)?;
            let day = |text: &str| Day::parse(text).ok().or_else(|| Timestamp::parse(text).ok().map(|at| zone.day_of(at)));
            Ok(texts.as_string::<i32>().iter().map(|text| day(text?).map(|day| day.0)).collect())
        }
        DataType::Null => Ok(Date32Array::new_null(array.len())),
        other => exec_err!("a date or a timestamp was expected, not {other}"),
    }
}

fn starts_of(days: &Date32Array, zone: &Zone) -> TimestampMicrosecondArray {
    // Neighbours mostly share their day, and finding where a day begins asks the zone's rules.
    let mut last = None;
    let start = |day: i32| match last {
        Some((known, at)) if known == day => at,
        _ => {
            let at = zone.start_of(Day(day)).0;
            last = Some((day, at));
            at
        }
    };
    let mut start = start;
    days.iter().map(|day| day.map(&mut start)).collect::<TimestampMicrosecondArray>().with_timezone("UTC")
}

fn added(days: &Date32Array, counts: &ArrayRef) -> Result<Date32Array> {
    let counts = cast(counts, &decimal_type())?;
    let counts = counts.as_primitive::<Decimal128Type>();
    let sum = |day: i32, nanos: i128| day.checked_add(i32::try_from(nanos.div_euclid(ONE)).ok()?);
    Ok(days.iter().zip(counts).map(|(day, nanos)| sum(day?, nanos?)).collect())
}
