//! Every account as of an instant, column by column: for now the engine's own columns as they stand, for the past computed ones.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, RecordBatch, RecordBatchOptions, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{Field, Schema};
use mainstay_health::{Column, Scores, UNKNOWN};
use mainstay_lake::expressions::{CompiledExpression, values};
use mainstay_model::Timestamp;
use mainstay_model::band::UNKNOWN_BAND;

use super::AsOf;
use crate::app::App;
use crate::engine::{Frame, How, Plan, SearchText, State, kind_of, to_column, unsorted};
use crate::error::{AppError, Result};

/// Accounts row by row. For now, a row is the account's number.
pub(crate) struct Table<'a> {
    pub(crate) state: &'a State,
    pub(super) at: AsOf,
    pub(crate) as_of: Timestamp,
    pub(crate) scores: Cow<'a, Scores>,
    /// The model that scores each account, by its place in the plan.
    pub(crate) models: Cow<'a, [Option<u16>]>,
    columns: Cow<'a, [Column]>,
    segments: Cow<'a, [Vec<bool>]>,
    pub(super) search: Cow<'a, SearchText>,
    /// The accounts of the past; none for now.
    then: Option<Frame>,
}

/// A column by its name.
pub(super) enum Named<'t> {
    Id,
    Column(Cow<'t, Column>),
    Numbers(&'t [f64]),
    Band,
    Model,
    Segment(&'t [bool]),
    Instant,
    Today,
}

impl<'a> Table<'a> {
    /// All accounts as of an instant.
    pub(crate) fn new(app: &App, state: &'a State, at: AsOf) -> Result<Self> {
        let now = app.now().max(state.scored_at);
        if at != AsOf::NOW {
            return Self::of(state, app.frame(state, None, &at)?, at);
        }
        if moves_by_itself(&state.plan) {
            return Self::of(state, state.present(now)?, at);
        }
        Ok(Self {
            state,
            at,
            as_of: now,
            scores: Cow::Borrowed(&state.scores),
            models: Cow::Borrowed(&state.models),
            columns: Cow::Borrowed(&state.columns),
            segments: Cow::Borrowed(&state.segments),
            search: Cow::Borrowed(&state.shown.search),
            then: None,
        })
    }

    fn of(state: &'a State, mut frame: Frame, at: AsOf) -> Result<Self> {
        let held = |mask: &BooleanArray| mask.iter().map(|held| held == Some(true)).collect();
        let mut search = SearchText::default();
        let names = crate::questions::account_field(state, &frame, "name", &at)?;
        let names = names.map(|names| values::texts(&names)).unwrap_or_default();
        for (row, id) in (0..).zip(&frame.ids) {
            search.set(row, id, names.get(row as usize).and_then(Option::as_deref));
        }
        Ok(Self {
            state,
            at,
            as_of: frame.as_of,
            scores: Cow::Owned(std::mem::take(&mut frame.scores)),
            models: Cow::Owned(std::mem::take(&mut frame.models)),
            columns: Cow::Owned(std::mem::take(&mut frame.columns)),
            segments: Cow::Owned(frame.segments.iter().map(held).collect()),
            search: Cow::Owned(search),
            then: Some(frame),
        })
    }

    pub(super) fn plan(&self) -> &'a Plan {
        &self.state.plan
    }

    /// How many rows there are, those of accounts that nothing is true of yet among them.
    pub(crate) fn len(&self) -> usize {
        self.then.as_ref().map_or_else(|| self.state.subjects.len(), Frame::len)
    }

    /// Whether anything was true of the account by the instant.
    pub(crate) fn has(&self, row: usize) -> bool {
        self.then.is_some() || u32::try_from(row).is_ok_and(|subject| self.state.subjects.first_at(subject) <= self.as_of)
    }

    /// The account's id.
    pub(super) fn id(&self, row: usize) -> &str {
        match &self.then {
            Some(frame) => frame.ids.get(row).map_or("", AsRef::as_ref),
            None => u32::try_from(row).map_or("", |subject| self.state.subjects.id(subject)),
        }
    }

    /// The account's number.
    pub(super) fn subject(&self, row: usize) -> Option<u32> {
        if self.then.is_some() { self.state.subjects.find(self.id(row)) } else { u32::try_from(row).ok() }
    }

    /// A column of numbers; NaN where not known.
    pub(crate) fn number(&self, name: &str) -> Option<&[f64]> {
        match self.columns.get(self.plan().column(name)?)? {
            Column::Numbers(numbers) => Some(&numbers.0),
            _ => None,
        }
    }

    /// The place of a row's band; that of unknown is beyond the scale.
    pub(crate) fn band(&self, row: usize) -> usize {
        usize::from(self.scores.band.get(row).copied().unwrap_or(UNKNOWN)).min(self.bands())
    }

    /// How many bands there are, unknown not counted.
    pub(super) fn bands(&self) -> usize {
        self.plan().workspace.bands.0.len()
    }

    /// The name of the band at a place.
    pub(super) fn name_of_band(&self, place: usize) -> &'a str {
        self.plan().workspace.bands.0.get(place).map_or(UNKNOWN_BAND, |band| &band.name)
    }

    pub(super) fn model_name(&self, row: usize) -> Option<&'a str> {
        let model = self.models.get(row).copied().flatten()?;
        Some(&self.plan().models.get(usize::from(model))?.compiled.name)
    }

    /// A column of the accounts, fields of their records among them.
    pub(super) fn named(&self, name: &str) -> Result<Named<'_>> {
        if let Some(column) = self.plan().column(name).and_then(|at| self.columns.get(at)) {
            return Ok(Named::Column(Cow::Borrowed(column)));
        }
        Ok(match name {
            "id" => Named::Id,
            "as_of" | "health_scored_at" => Named::Instant,
            "today" => Named::Today,
            "health_score" => Named::Numbers(&self.scores.shown.0),
            "health_computed" => Named::Numbers(&self.scores.computed.0),
            "health_coverage" => Named::Numbers(&self.scores.coverage.0),
            "health_band" => Named::Band,
            "health_model" => Named::Model,
            _ => {
                let segment = self.plan().segments.iter().position(|planned| planned.segment.name == name);
                match segment.and_then(|at| self.segments.get(at)) {
                    Some(members) => Named::Segment(members),
                    None => Named::Column(self.field(name)?),
                }
            }
        })
    }

    fn field(&self, name: &str) -> Result<Cow<'_, Column>> {
        let field = match (&self.then, self.state.shown.field(name)) {
            (_, None) => None,
            (None, Some(column)) => Some(Cow::Borrowed(column)),
            (Some(frame), Some(like)) => crate::questions::account_field(self.state, frame, name, &self.at)?
                .map(|array| Cow::Owned(to_column(&array, kind_of(like), &self.plan().workspace.zone))),
        };
        field.ok_or_else(|| {
            AppError::invalid(format!("accounts have no column `{name}`")).hint("`mainstay sql \"describe accounts\"` lists the columns")
        })
    }

    /// Some rows of a column as an array, as expressions read it.
    pub(super) fn array(&self, named: &Named<'_>, rows: Range<usize>) -> ArrayRef {
        let count = rows.len();
        match named {
            Named::Id => Arc::new(StringArray::from_iter_values(rows.map(|row| self.id(row)))),
            Named::Column(column) => slice(column, rows),
            Named::Numbers(numbers) => numbers_of(numbers, rows),
            Named::Band => Arc::new(StringArray::from_iter_values(rows.map(|row| self.name_of_band(self.band(row))))),
            Named::Model => Arc::new(rows.map(|row| self.model_name(row)).collect::<StringArray>()),
            Named::Segment(members) => Arc::new(rows.map(|row| Some(members.get(row) == Some(&true))).collect::<BooleanArray>()),
            Named::Instant => Arc::new(TimestampMicrosecondArray::from(vec![self.as_of.0; count]).with_timezone("UTC")),
            Named::Today => Arc::new(Date32Array::from(vec![self.plan().workspace.zone.day_of(self.as_of).0; count])),
        }
    }

    /// Which of some rows a condition holds for; not known counts as not.
    pub(super) fn mask(&self, condition: &CompiledExpression, needed: &[(String, Named<'_>)], rows: Range<usize>) -> Result<BooleanArray> {
        let (mut fields, mut arrays) = (Vec::with_capacity(needed.len()), Vec::with_capacity(needed.len()));
        for (name, named) in needed {
            let array = self.array(named, rows.clone());
            fields.push(Field::new(name, array.data_type().clone(), true));
            arrays.push(array);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
        let batch = RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options).map_err(unsorted)?;
        condition.evaluate_mask(&batch).map_err(|fault| AppError::invalid(format!("the filter cannot be evaluated: {}", fault.message)))
    }
}

/// Whether values of accounts change with the time alone, between two scorings: then what is kept is not what is so now.
fn moves_by_itself(plan: &Plan) -> bool {
    let formulas = plan.signals.iter().filter_map(|planned| if let How::Formula(formula) = &planned.how { Some(formula) } else { None });
    let conditions = plan.models.iter().flat_map(|model| model.applies_to.iter().chain(&model.guards));
    let mut all = formulas.chain(conditions).chain(plan.segments.iter().map(|planned| &planned.when));
    all.any(|expression| expression.columns_needed().any(|name| name == "as_of"))
}

fn numbers_of(numbers: &[f64], rows: Range<usize>) -> ArrayRef {
    Arc::new(rows.map(|row| numbers.get(row).copied().filter(|number| !number.is_nan())).collect::<Float64Array>())
}

/// Some rows of a column as an array; those beyond its end are null.
fn slice(column: &Column, rows: Range<usize>) -> ArrayRef {
    match column {
        Column::Numbers(numbers) => numbers_of(&numbers.0, rows),
        Column::Texts(texts) => Arc::new(rows.map(|row| texts.get(row).map(AsRef::as_ref)).collect::<StringArray>()),
        Column::Booleans(truths) => Arc::new(rows.map(|row| truths.get(row).copied().flatten()).collect::<BooleanArray>()),
        Column::Days(days) => Arc::new(rows.map(|row| days.get(row).copied().flatten().map(|day| day.0)).collect::<Date32Array>()),
        Column::Instants(instants) => {
            let instants = rows.map(|row| instants.get(row).copied().flatten().map(|at| at.0));
            Arc::new(instants.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
        }
    }
}
