//! The list of accounts: filtered by any column, sorted, a page at a time. One pass over columns, on all cores, however many accounts there are.

mod order;

use std::ops::Range;
use std::sync::PoisonError;

use arrow::array::{Array as _, ArrayRef, BooleanArray};
use mainstay_health::each_at_once;
use mainstay_lake::expressions::{CompiledExpression, values};
use serde_json::Value;

use self::order::{First, Order};
use super::show::json_of;
use super::table::{Named, Table};
use super::tally::Tally;
use super::{AccountPage, AccountQuery, AccountRow, AsOf};
use crate::app::App;
use crate::error::{AppError, Result};

/// Rows of one page at most.
const MAX_ROWS: usize = 10_000;
/// Days of the small chart in a row.
const SPARK_DAYS: i32 = 30;
/// Rows that a filter looks at at once: their columns fit into the cache.
const ROWS_AT_A_TIME: usize = 8_192;
/// Rows that one core goes through before it takes others.
const ROWS_OF_A_PART: usize = 8 * ROWS_AT_A_TIME;

impl App {
    /// A page of the accounts that a filter keeps.
    ///
    /// # Errors
    /// [`crate::ErrorCode::Invalid`] with the place when the filter or a column's name is wrong.
    pub async fn list_accounts(&self, query: &AccountQuery, at: &AsOf) -> Result<AccountPage> {
        let (query, at) = (query.clone(), *at);
        if query.limit == 0 || query.limit > MAX_ROWS {
            return Err(AppError::invalid(format!("`limit` is 1 to {MAX_ROWS}, not {}", query.limit)));
        }
        self.compute(move |app| Table::new(app, &app.state(), at)?.page(&query)).await
    }
}

/// A filter and the columns it reads.
struct Filter<'t> {
    condition: CompiledExpression,
    needed: Vec<(String, Named<'t>)>,
}

/// One pass over the rows: what it looks for.
struct Pass<'t> {
    table: &'t Table<'t>,
    filter: Option<Filter<'t>>,
    found: Option<Vec<bool>>,
    order: Order<'t>,
    wanted: usize,
}

/// What a pass over some of the rows came to.
struct Part<'o, 't> {
    total: usize,
    tally: Tally,
    first: First<'o, 't>,
}

impl<'t> Pass<'t> {
    /// Goes through all rows, on as many threads as there are cores.
    fn of_all(&self) -> Result<Part<'_, 't>> {
        let ranges = (0..self.table.len()).step_by(ROWS_OF_A_PART).map(|begin| begin..self.table.len().min(begin + ROWS_OF_A_PART));
        let mut parts: Vec<(Range<usize>, Part<'_, 't>)> = ranges.map(|rows| (rows, self.nothing())).collect();
        each_at_once(parts.iter_mut().collect(), |(rows, part)| self.add(rows.clone(), part))?;
        Ok(parts.into_iter().fold(self.nothing(), |mut all, (_, part)| {
            all.total += part.total;
            all.tally.merge(&part.tally);
            all.first.merge(part.first);
            all
        }))
    }

    fn nothing(&self) -> Part<'_, 't> {
        Part { total: 0, tally: Tally::new(&self.table.plan().workspace), first: First::new(&self.order, self.wanted) }
    }

    fn add(&self, rows: Range<usize>, part: &mut Part<'_, 't>) -> Result<()> {
        let arr = self.table.number("arr").unwrap_or_default();
        for begin in rows.clone().step_by(ROWS_AT_A_TIME) {
            let rows = begin..rows.end.min(begin + ROWS_AT_A_TIME);
            let mask = self.filter.as_ref().map(|filter| self.table.mask(&filter.condition, &filter.needed, rows.clone())).transpose()?;
            for row in rows {
                if !self.keeps(row, row - begin, mask.as_ref()) {
                    continue;
                }
                part.total += 1;
                part.tally.add(self.table.band(row), arr.get(row).copied());
                part.first.offer(row);
            }
        }
        Ok(())
    }

    /// Whether filter and search keep a row, which is at `at` in the mask.
    fn keeps(&self, row: usize, at: usize, mask: Option<&BooleanArray>) -> bool {
        mask.is_none_or(|mask| mask.value(at))
            && self.found.as_ref().is_none_or(|found| found.get(row) == Some(&true))
            && self.table.has(row)
    }
}

impl Table<'_> {
    fn page(&self, query: &AccountQuery) -> Result<AccountPage> {
        let filter = self.filter(query.filter.as_deref())?;
        let wanted = query.search.as_deref().map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty());
        let found = wanted.map(|text| self.search.found(&text));
        let sorted_by = if matches!(query.sort.as_str(), "name" | "change_30d") { None } else { Some(self.sorted_by(&query.sort)?) };
        let order = match &sorted_by {
            Some(named) => Order::by_column(self, named, query.descending),
            None if query.sort == "name" => Order::by_name(self, query.descending),
            None => Order::by_number(self, self.changes(), query.descending),
        };
        let wanted = query.offset.saturating_add(query.limit).min(self.len());
        let pass = Pass { table: self, filter, found, order, wanted };
        let Part { total, tally, first } = pass.of_all()?;
        let extra = query.columns.iter().map(|name| self.named(name)).collect::<Result<Vec<_>>>()?;
        let changes = self.changes();
        let rows = first.finish(query.offset).into_iter().map(|row| self.row(row, &changes, &extra)).collect();
        Ok(AccountPage { rows, total, bands: tally.counts, as_of: self.as_of })
    }

    fn sorted_by(&self, column: &str) -> Result<Named<'_>> {
        self.named(if column.is_empty() { "health_score" } else { column })
    }

    fn filter(&self, sql: Option<&str>) -> Result<Option<Filter<'_>>> {
        let Some(sql) = sql.map(str::trim).filter(|sql| !sql.is_empty()) else { return Ok(None) };
        let condition = self.plan().compile_filter(sql)?;
        let needed = condition.columns_needed().map(|name| Ok((name.to_owned(), self.named(name)?))).collect::<Result<_>>()?;
        Ok(Some(Filter { condition, needed }))
    }

    /// Score now minus score 30 days ago.
    fn changes(&self) -> impl Fn(usize) -> Option<f64> + '_ {
        let today = self.plan().workspace.zone.day_of(self.as_of);
        let before = self.state.history.scores_on(today.plus(-30));
        move |row| Some(self.scores.shown.get(row)? - before(self.subject(row)?)?)
    }

    fn row(&self, row: usize, change: &impl Fn(usize) -> Option<f64>, extra: &[Named<'_>]) -> AccountRow {
        let records = self.state.records.read().unwrap_or_else(PoisonError::into_inner);
        let id = self.id(row).to_owned();
        let fields = records.fold("accounts", &id, self.as_of, self.at.known).unwrap_or_default();
        let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
        let number = |name: &str| self.number(name).and_then(|numbers| numbers.get(row)).copied().filter(|number| !number.is_nan());
        let today = self.plan().workspace.zone.day_of(self.as_of);
        let subject = self.subject(row);
        let spark = (1 - SPARK_DAYS..=0).map(|back| match back {
            0 => self.scores.shown.get(row).map(|score| score as f32),
            _ => subject.and_then(|subject| self.state.history.score(today.plus(back), subject)).map(|score| score as f32),
        });
        AccountRow {
            name: text("name").unwrap_or_else(|| id.clone()),
            band: self.name_of_band(self.band(row)).to_owned(),
            score: self.scores.shown.get(row),
            change_30d: change(row),
            arr: number("arr"),
            days_to_renewal: number("days_to_renewal"),
            owner: text("owner"),
            tier: text("tier"),
            region: text("region"),
            stage: text("stage"),
            spark: spark.collect(),
            cells: extra.iter().map(|named| cell(&self.array(named, row..row + 1))).collect(),
            id,
        }
    }
}

/// A cell as JSON: numbers as numbers, everything else as it is written.
fn cell(one: &ArrayRef) -> Value {
    if one.is_null(0) {
        return Value::Null;
    }
    if one.data_type().is_numeric() {
        return values::numbers(one).into_iter().flatten().next().map_or(Value::Null, Value::from);
    }
    if let Some(truth) = values::booleans(one).into_iter().flatten().next() {
        return Value::from(truth);
    }
    values::texts(one).into_iter().flatten().next().map_or_else(|| json_of(None), Value::from)
}
