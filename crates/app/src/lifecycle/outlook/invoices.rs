//! The invoices of an account, and which of them was the last of a contract line.

use arrow::array::RecordBatch;
use mainstay_lake::expressions::values;
use mainstay_model::fraction::NANO;
use mainstay_model::{Fraction, Timestamp};

use super::LastInvoice;
use crate::engine::texts_of;
use crate::revenue::lines::cell;

/// Invoices that were sent and are not void, by their id.
pub(super) struct Invoices<'a>(Vec<Invoice<'a>>);

/// An invoice.
#[derive(Clone, Copy)]
pub(super) struct Invoice<'a> {
    /// Its total.
    pub(super) amount: Fraction,
    number: Option<&'a str>,
    line: Option<&'a str>,
    currency: Option<&'a str>,
    issued_at: Timestamp,
}

impl<'a> Invoices<'a> {
    /// Those of a table that were sent by an instant.
    pub(super) fn of(table: &'a RecordBatch, as_of: Timestamp) -> Self {
        let (number, line) = (texts_of(table, "number"), texts_of(table, "subscription_id"));
        let (currency, status) = (texts_of(table, "currency"), texts_of(table, "status"));
        let amount = table.column_by_name("amount").map(values::nanos).unwrap_or_default();
        let issued = table.column_by_name("issued_at").map(values::instants).unwrap_or_default();
        let invoice = |row: usize| {
            let issued_at = cell(&issued, row).filter(|at| *at <= as_of && cell(&status, row) != Some("void"))?;
            Some(Invoice {
                amount: Fraction::new(cell(&amount, row)?, NANO),
                number: cell(&number, row),
                line: cell(&line, row),
                currency: cell(&currency, row),
                issued_at,
            })
        };
        Self((0..table.num_rows()).filter_map(invoice).collect())
    }

    /// The last invoice of a line, in its currency: of those that name the line, or where it is the account's only one, of those that name none.
    pub(super) fn last(&self, line: &str, alone: bool, (currency, usual): (&str, &str)) -> Option<Invoice<'a>> {
        let is_of = |invoice: &&Invoice<'a>| match invoice.line {
            Some(named) => named == line,
            None => alone,
        };
        let same = |invoice: &&Invoice<'a>| invoice.currency.unwrap_or(usual).eq_ignore_ascii_case(currency);
        self.0.iter().filter(is_of).filter(same).max_by_key(|invoice| invoice.issued_at).copied()
    }
}

impl Invoice<'_> {
    /// As it is shown.
    pub(super) fn shown(self) -> LastInvoice {
        LastInvoice { number: self.number.map(str::to_owned), amount: self.amount.to_f64(), issued_at: self.issued_at }
    }
}
