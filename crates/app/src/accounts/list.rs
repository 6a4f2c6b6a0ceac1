//! The list of accounts: filtered by any column, sorted, a page at a time.

use std::cmp::Ordering;
use std::sync::PoisonError;

use arrow::array::{Array as _, ArrayRef, BooleanArray};
use arrow::compute::{SortColumn, SortOptions, lexsort_to_indices};
use mainstay_health::{Column, UNKNOWN};
use mainstay_lake::expressions::values;
use serde_json::Value;

use super::show::json_of;
use super::{AccountPage, AccountQuery, AccountRow, AsOf, BandCount};
use crate::app::App;
use crate::engine::{Frame, State};
use crate::error::{AppError, Result};

/// Rows of one page at most.
const MAX_ROWS: usize = 10_000;
/// Days of the small chart in a row.
const SPARK_DAYS: i32 = 30;

impl App {
    /// A page of the accounts that a filter keeps.
    ///
    /// # Errors
    /// [`crate::ErrorCode::Invalid`] with the place when the filter or a column's name is wrong.
    pub async fn list_accounts(&self, query: &AccountQuery, at: &AsOf) -> Result<AccountPage> {
        let (query, at) = (query.clone(), *at);
        self.compute(move |app| {
            let state = app.state();
            let frame = if at == AsOf::NOW { state.present(app.now().max(state.scored_at))? } else { app.frame(&state, None, &at)? };
            let listing = Listing { state: &state, frame: &frame, at, names: names(&state, &frame, &at) };
            listing.page(&query)
        })
        .await
    }
}

/// The names of the accounts, where they have one.
fn names(state: &State, frame: &Frame, at: &AsOf) -> Vec<Option<String>> {
    let records = state.records.read().unwrap_or_else(PoisonError::into_inner);
    frame.ids.iter().map(|id| text_field(&records, id, "name", frame, at)).collect()
}

fn text_field(records: &mainstay_lake::records::Records, id: &str, field: &str, frame: &Frame, at: &AsOf) -> Option<String> {
    Some(records.fold("accounts", id, frame.as_of, at.known)?.get(field)?.as_str()?.to_owned())
}

struct Listing<'a> {
    state: &'a State,
    frame: &'a Frame,
    at: AsOf,
    names: Vec<Option<String>>,
}

impl Listing<'_> {
    fn page(&self, query: &AccountQuery) -> Result<AccountPage> {
        if query.limit == 0 || query.limit > MAX_ROWS {
            return Err(AppError::invalid(format!("`limit` is 1 to {MAX_ROWS}, not {}", query.limit)));
        }
        let mut rows = self.kept(query)?;
        let bands = self.bands(&rows);
        self.sort(&mut rows, query)?;
        let total = rows.len();
        let shown: Vec<usize> = rows.into_iter().skip(query.offset).take(query.limit).collect();
        let extra = query.columns.iter().map(|name| self.column(name)).collect::<Result<Vec<_>>>()?;
        let rows = shown.into_iter().map(|row| self.row(row, &extra)).collect();
        Ok(AccountPage { rows, total, bands, as_of: self.frame.as_of })
    }

    /// The rows that filter and search keep.
    fn kept(&self, query: &AccountQuery) -> Result<Vec<usize>> {
        let filter = query.filter.as_deref().map(str::trim).filter(|sql| !sql.is_empty());
        let mask: Option<BooleanArray> = match filter {
            None => None,
            Some(sql) => Some(self.mask(sql)?),
        };
        let wanted = query.search.as_deref().map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty());
        let found = |row: usize| {
            let Some(wanted) = &wanted else { return true };
            let id = self.frame.ids.get(row).is_some_and(|id| id.to_lowercase().contains(wanted));
            id || self.names.get(row).and_then(Option::as_ref).is_some_and(|name| name.to_lowercase().contains(wanted))
        };
        Ok((0..self.frame.len()).filter(|row| mask.as_ref().is_none_or(|mask| mask.value(*row)) && found(*row)).collect())
    }

    fn mask(&self, sql: &str) -> Result<BooleanArray> {
        let condition = self.state.plan.compile_filter(sql)?;
        let arrays = condition.columns_needed().map(|name| Ok((name.to_owned(), self.column(name)?, true))).collect::<Result<Vec<_>>>()?;
        if arrays.is_empty() {
            return self.frame.mask(&self.state.plan, &condition);
        }
        let batch = arrow::array::RecordBatch::try_from_iter_with_nullable(arrays).map_err(crate::engine::unsorted)?;
        condition.evaluate_mask(&batch).map_err(|fault| AppError::invalid(format!("the filter cannot be evaluated: {}", fault.message)))
    }

    /// Any column of the accounts, fields that no expression of the workspace reads among them.
    fn column(&self, name: &str) -> Result<ArrayRef> {
        if let Some(array) = self.frame.array(&self.state.plan, name) {
            return Ok(array);
        }
        crate::questions::account_field(self.state, self.frame, name, &self.at)?.ok_or_else(|| {
            AppError::invalid(format!("accounts have no column `{name}`")).hint("`mainstay sql \"describe accounts\"` lists the columns")
        })
    }

    fn sort(&self, rows: &mut Vec<usize>, query: &AccountQuery) -> Result<()> {
        let by = if query.sort.is_empty() { "health_score" } else { query.sort.as_str() };
        let id = |row: &usize| self.frame.ids.get(*row);
        if by == "name" {
            let name =
                |row: &usize| self.names.get(*row).and_then(Option::as_deref).or_else(|| id(row).map(AsRef::as_ref)).map(str::to_lowercase);
            rows.sort_by(|a, b| directed(name(a).cmp(&name(b)), query.descending).then_with(|| id(a).cmp(&id(b))));
            return Ok(());
        }
        if by == "change_30d" {
            let change = |row: &usize| self.change_30d(*row);
            rows.sort_by(|a, b| last_if_none(change(a), change(b), query.descending).then_with(|| id(a).cmp(&id(b))));
            return Ok(());
        }
        let options = SortOptions { descending: query.descending, nulls_first: false };
        let ids: ArrayRef = std::sync::Arc::new(arrow::array::StringArray::from_iter_values(self.frame.ids.iter()));
        let columns = [SortColumn { values: self.column(by)?, options: Some(options) }, SortColumn { values: ids, options: None }];
        let order = lexsort_to_indices(&columns, None).map_err(crate::engine::unsorted)?;
        let mut keep = vec![false; self.frame.len()];
        rows.iter().for_each(|row| keep.iter_mut().skip(*row).take(1).for_each(|kept| *kept = true));
        *rows = order.values().iter().map(|row| *row as usize).filter(|row| keep.get(*row) == Some(&true)).collect();
        Ok(())
    }

    fn number(&self, name: &str, row: usize) -> Option<f64> {
        match self.frame.columns.get(self.state.plan.column(name)?)? {
            Column::Numbers(numbers) => numbers.get(row),
            _ => None,
        }
    }

    fn change_30d(&self, row: usize) -> Option<f64> {
        let subject = self.state.subjects.find(self.frame.ids.get(row)?)?;
        let today = self.state.plan.workspace.zone.day_of(self.frame.as_of);
        Some(self.frame.scores.shown.get(row)? - self.state.history.score(today.plus(-30), subject)?)
    }

    fn row(&self, row: usize, extra: &[ArrayRef]) -> AccountRow {
        let records = self.state.records.read().unwrap_or_else(PoisonError::into_inner);
        let id = self.frame.ids.get(row).map(ToString::to_string).unwrap_or_default();
        let fields = records.fold("accounts", &id, self.frame.as_of, self.at.known).unwrap_or_default();
        let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
        let today = self.state.plan.workspace.zone.day_of(self.frame.as_of);
        let subject = self.state.subjects.find(&id);
        let spark = (1 - SPARK_DAYS..=0).map(|back| match back {
            0 => self.frame.scores.shown.get(row).map(|score| score as f32),
            _ => subject.and_then(|subject| self.state.history.score(today.plus(back), subject)).map(|score| score as f32),
        });
        AccountRow {
            name: text("name").unwrap_or_else(|| id.clone()),
            band: self.frame.band(&self.state.plan, row).to_owned(),
            score: self.frame.scores.shown.get(row),
            change_30d: self.change_30d(row),
            arr: self.number("arr", row),
            days_to_renewal: self.number("days_to_renewal", row),
            owner: text("owner"),
            tier: text("tier"),
            region: text("region"),
            stage: text("stage"),
            spark: spark.collect(),
            cells: extra.iter().map(|array| cell(array, row)).collect(),
            id,
        }
    }

    fn bands(&self, rows: &[usize]) -> Vec<BandCount> {
        let scale = &self.state.plan.workspace.bands.0;
        let mut counts: Vec<BandCount> = scale
            .iter()
            .map(|band| BandCount { name: band.name.clone(), label: band.label.clone(), color: band.color.clone(), count: 0, arr: 0.0 })
            .collect();
        counts.push(BandCount {
            name: mainstay_model::band::UNKNOWN_BAND.into(),
            label: "Unknown".into(),
            color: "gray".into(),
            count: 0,
            arr: 0.0,
        });
        let last = scale.len();
        for row in rows {
            let band = self.frame.scores.band.get(*row).copied().unwrap_or(UNKNOWN);
            if let Some(count) = counts.get_mut(usize::from(band).min(last)) {
                count.count += 1;
                count.arr += self.number("arr", *row).unwrap_or(0.0);
            }
        }
        counts
    }
}

/// A cell as JSON: numbers as numbers, everything else as it is written.
fn cell(array: &ArrayRef, row: usize) -> Value {
    if array.is_null(row) {
        return Value::Null;
    }
    let one = array.slice(row, 1);
    let kind = one.data_type();
    if kind.is_numeric() {
        return values::numbers(&one).into_iter().flatten().next().map_or(Value::Null, Value::from);
    }
    if let Some(truth) = values::booleans(&one).into_iter().flatten().next() {
        return Value::from(truth);
    }
    values::texts(&one).into_iter().flatten().next().map_or_else(|| json_of(None), Value::from)
}

fn directed(order: Ordering, descending: bool) -> Ordering {
    if descending { order.reverse() } else { order }
}

fn last_if_none(a: Option<f64>, b: Option<f64>, descending: bool) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => directed(a.total_cmp(&b), descending),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}
