//! Subscription lines from the records: who pays, and what each line said when.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use mainstay_lake::expressions::values;
use mainstay_metrics::{Line, Terms};
use mainstay_model::fraction::NANO;
use mainstay_model::{Day, Fraction, Zone};

use super::Grain;
use crate::engine::texts_of;

/// Who pays: an account, and at product grain its product.
pub(super) type Payer = (String, Option<String>);

/// Lines with everything they ever said, and who pays for them.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// The lines; their subject is a place among the payers.
    pub(super) lines: Vec<Line>,
    /// Who pays, in order.
    pub(super) payers: Vec<Payer>,
    /// Lines in another currency than the one wanted, with the first of them and its currency.
    pub(super) foreign: usize,
    pub(super) first_foreign: Option<(String, String)>,
    /// Lines that never had a price, a first day and a billing interval.
    pub(super) without_price: usize,
}

/// The columns of subscriptions that make recurring revenue.
pub(crate) struct Columns<'a> {
    pub(crate) id: Vec<Option<&'a str>>,
    pub(crate) account: Vec<Option<&'a str>>,
    pub(crate) product: Vec<Option<&'a str>>,
    pub(crate) status: Vec<Option<&'a str>>,
    currency: Vec<Option<&'a str>>,
    amount: Vec<Option<i128>>,
    quantity: Vec<Option<i128>>,
    discount: Vec<Option<i128>>,
    interval: Vec<Option<i128>>,
    pub(crate) starts_on: Vec<Option<Day>>,
    pub(crate) ends_on: Vec<Option<Day>>,
    /// The day of the latest version.
    pub(crate) said_on: Vec<Option<Day>>,
}

impl Lines {
    /// The lines of a table of states: by record, in order.
    pub(super) fn read(states: &RecordBatch, grain: Grain, currency: (&str, &str), zone: &Zone) -> Self {
        let columns = Columns::of(states, zone);
        let mut found = Self::default();
        let mut payers: BTreeMap<Payer, Vec<Line>> = BTreeMap::new();
        let mut row = 0;
        while row < states.num_rows() {
            let end = (row + 1..states.num_rows()).find(|next| columns.id.get(*next) != columns.id.get(row)).unwrap_or(states.num_rows());
            found.add(&columns, row..end, (grain, currency), &mut payers);
            row = end;
        }
        for (subject, (payer, lines)) in payers.into_iter().enumerate() {
            found.payers.push(payer);
            found.lines.extend(lines.into_iter().map(|line| Line { subject, ..line }));
        }
        found
    }

    /// Adds one record. A line that passes from one payer to another is a line of each, worth nothing while it is the other's.
    fn add(
        &mut self,
        columns: &Columns<'_>,
        rows: std::ops::Range<usize>,
        (grain, currency): (Grain, (&str, &str)),
        payers: &mut BTreeMap<Payer, Vec<Line>>,
    ) {
        let mut of_payer: BTreeMap<Payer, Vec<(Day, Option<Terms>)>> = BTreeMap::new();
        let (mut priced, mut foreign) = (false, None);
        let states: Vec<_> = rows.clone().filter_map(|row| Some((row, columns.payer(row, grain)?))).collect();
        for (_, payer) in &states {
            of_payer.entry(payer.clone()).or_default();
        }
        for (row, payer) in &states {
            let day = cell(&columns.said_on, *row).unwrap_or_default();
            let terms = columns.terms(*row);
            priced |= terms.is_some();
            let abroad = columns.abroad(*row, currency).filter(|_| terms.is_some());
            let terms = terms.filter(|_| abroad.is_none());
            foreign = foreign.or(abroad);
            for (whose, versions) in &mut of_payer {
                versions.push((day, terms.filter(|_| whose == payer)));
            }
        }
        self.without_price += usize::from(!priced);
        if let Some(other) = foreign {
            self.foreign += 1;
            let id = cell(&columns.id, rows.start).unwrap_or_default();
            self.first_foreign.get_or_insert_with(|| (id.to_owned(), other.to_owned()));
        }
        for (payer, versions) in of_payer {
            payers.entry(payer).or_default().push(Line { subject: 0, versions });
        }
    }
}

impl<'a> Columns<'a> {
    pub(crate) fn of(states: &'a RecordBatch, zone: &Zone) -> Self {
        let numbers = |name: &str| states.column_by_name(name).map(values::nanos).unwrap_or_default();
        let days = |name: &str| states.column_by_name(name).map(|array| values::days(array, zone)).unwrap_or_default();
        Self {
            id: texts_of(states, "id"),
            account: texts_of(states, "account_id"),
            product: texts_of(states, "product"),
            status: texts_of(states, "status"),
            currency: texts_of(states, "currency"),
            amount: numbers("amount"),
            quantity: numbers("quantity"),
            discount: numbers("discount"),
            interval: numbers("interval_months"),
            starts_on: days("starts_on"),
            ends_on: days("ends_on"),
            said_on: days("occurred_at"),
        }
    }

    fn payer(&self, row: usize, grain: Grain) -> Option<Payer> {
        let product = if grain == Grain::Product { cell(&self.product, row).map(str::to_owned) } else { None };
        Some((cell(&self.account, row)?.to_owned(), product))
    }

    /// What a state says, with the defaults of the entity's fields; none without price, first day or billing interval.
    pub(crate) fn terms(&self, row: usize) -> Option<Terms> {
        let number = |column: &[Option<i128>]| cell(column, row).map(|nanos| Fraction::new(nanos, NANO));
        let interval_months = i64::try_from(cell(&self.interval, row).map_or(1, |nanos| nanos / NANO)).ok()?;
        Some(Terms {
            counts: cell(&self.status, row).is_none_or(|status| matches!(status, "active" | "past_due")),
            amount: number(&self.amount)?,
            quantity: number(&self.quantity).unwrap_or(Fraction::ONE),
            discount: number(&self.discount).unwrap_or(Fraction::ZERO),
            interval_months: Some(interval_months).filter(|months| *months > 0)?,
            starts_on: cell(&self.starts_on, row)?,
            ends_on: cell(&self.ends_on, row),
        })
    }

    /// The line's currency where it is not the wanted one; the workspace's where it names none.
    pub(crate) fn abroad<'b>(&'b self, row: usize, (wanted, usual): (&str, &'b str)) -> Option<&'b str> {
        let currency = cell(&self.currency, row).unwrap_or(usual);
        (!currency.eq_ignore_ascii_case(wanted)).then_some(currency)
    }
}

pub(crate) fn cell<T: Copy>(column: &[Option<T>], row: usize) -> Option<T> {
    column.get(row).copied().flatten()
}
