//! Subscription lines as contracts: when each ends or renews, and what became of it.

use arrow::array::RecordBatch;
use hashbrown::HashMap;
use mainstay_lake::expressions::values;
use mainstay_lake::records::Records;
use mainstay_metrics::{Contract, EndMove, Ending, LOOK_BACK_DAYS, RenewalStage, Terms, follows};
use mainstay_model::fraction::NANO;
use mainstay_model::{Day, Fraction, Timestamp, Zone};

use super::accounts::Accounts;
use super::moves::moves_of;
use super::{EndMoved, Renewal};
use crate::engine::texts_of;
use crate::revenue::lines::{Columns, cell};

/// The lines of a table of subscriptions.
pub(super) struct Contracts<'a> {
    lines: Columns<'a>,
    plan: Vec<Option<&'a str>>,
    auto_renews: Vec<Option<bool>>,
    term: Vec<Option<i128>>,
    renewal: Vec<Option<i128>>,
    notice_months: Vec<Option<i128>>,
    notice_days: Vec<Option<i128>>,
    opt_out: Vec<Option<i128>>,
    by_account: HashMap<&'a str, Vec<usize>>,
}

/// The end of a line that is ahead or lately behind.
pub(super) struct Found {
    /// Its place in the table.
    pub(super) row: usize,
    /// The first day not covered yet.
    pub(super) on: Day,
    /// Where it stands on the time line.
    pub(super) stage: Option<RenewalStage>,
    /// Whether it still has to be decided about.
    pub(super) open: bool,
    /// What it is worth a year, in its currency.
    pub(super) arr: Option<f64>,
    computed: bool,
    moves: Vec<EndMoved>,
}

impl<'a> Contracts<'a> {
    pub(super) fn of(table: &'a RecordBatch, zone: &Zone) -> Self {
        let numbers = |name: &str| table.column_by_name(name).map(values::nanos).unwrap_or_default();
        let lines = Columns::of(table, zone);
        let mut by_account: HashMap<&str, Vec<usize>> = HashMap::new();
        for (row, account) in lines.account.iter().enumerate() {
            by_account.entry(account.unwrap_or_default()).or_default().push(row);
        }
        Self {
            plan: texts_of(table, "plan"),
            auto_renews: table.column_by_name("auto_renews").map(values::booleans).unwrap_or_default(),
            term: numbers("term_months"),
            renewal: numbers("renewal_months"),
            notice_months: numbers("notice_months"),
            notice_days: numbers("notice_days"),
            opt_out: numbers("opt_out_days"),
            by_account,
            lines,
        }
    }

    /// How many lines there are.
    pub(super) fn len(&self) -> usize {
        self.lines.id.len()
    }

    /// The lines of an account.
    pub(super) fn of_account(&self, account: &str) -> &[usize] {
        self.by_account.get(account).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whose line it is.
    pub(super) fn account(&self, row: usize) -> &'a str {
        cell(&self.lines.account, row).unwrap_or_default()
    }

    /// Whether the line's prices are in another currency than the workspace's.
    pub(super) fn is_foreign(&self, row: usize, currency: &str) -> bool {
        self.lines.abroad(row, (currency, currency)).is_some()
    }

    /// Whether the line is in force and says neither an end nor a term.
    pub(super) fn has_no_end(&self, row: usize) -> bool {
        self.counts(row) && self.contract(row).renewal_day(Day(0)).is_none()
    }

    fn counts(&self, row: usize) -> bool {
        cell(&self.lines.status, row).is_none_or(|status| matches!(status, "active" | "past_due" | "paused"))
    }

    /// What a line says about its end.
    pub(super) fn contract(&self, row: usize) -> Contract {
        let whole = |column: &[Option<i128>]| cell(column, row).and_then(|nanos| i32::try_from(nanos / NANO).ok());
        Contract {
            starts_on: cell(&self.lines.starts_on, row),
            ends_on: cell(&self.lines.ends_on, row),
            term_months: whole(&self.term),
            renewal_months: whole(&self.renewal),
            auto_renews: cell(&self.auto_renews, row).unwrap_or(false),
            notice_months: whole(&self.notice_months).unwrap_or(0),
            notice_days: whole(&self.notice_days).unwrap_or(0),
            opt_out_days: whole(&self.opt_out),
        }
    }

    /// The end of a line. Trials have none, nor has what is canceled without saying when it ends.
    pub(super) fn find(
        &self,
        row: usize,
        accounts: &Accounts<'_>,
        records: &Records,
        then: (Timestamp, Option<Timestamp>),
        today: Day,
    ) -> Option<Found> {
        let canceled = cell(&self.lines.status, row) == Some("canceled");
        if !canceled && !self.counts(row) {
            return None;
        }
        let mut contract = self.contract(row);
        let left = canceled || accounts.has_left(self.account(row), today);
        // What was ended does not go on by itself.
        contract.auto_renews &= !left;
        let day = contract.renewal_day(today).filter(|day| day.on.since(today) >= -LOOK_BACK_DAYS)?;
        let moves = moves_of(records, cell(&self.lines.id, row)?, then, contract.months_of_term());
        let renewed = moves.iter().rev().find(|moved| moved.what == EndMove::Renewed).map(|moved| moved.from);
        let ending =
            Ending { on: day.on, renewed_from: day.renewed_from.or(renewed), succeeded: self.is_succeeded(row, day.on), lost: left };
        Some(Found {
            row,
            on: day.on,
            stage: ending.stage(today),
            open: !ending.succeeded && !ending.lost,
            arr: self.arr(row),
            computed: day.computed,
            moves,
        })
    }

    /// What the line is worth a year at its price, whatever its status.
    fn arr(&self, row: usize) -> Option<f64> {
        let terms = Terms { counts: true, ..self.lines.terms(row)? };
        Some((terms.mrr() * Fraction::new(12, 1)).to_f64())
    }

    /// Whether another line of the account for the same product takes its place.
    fn is_succeeded(&self, row: usize, end: Day) -> bool {
        let product = cell(&self.lines.product, row);
        self.of_account(self.account(row)).iter().copied().any(|other| {
            other != row
                && self.counts(other)
                && cell(&self.lines.product, other) == product
                && cell(&self.lines.starts_on, other)
                    .is_some_and(|begins| follows(begins, cell(&self.lines.ends_on, other), cell(&self.lines.starts_on, row), end))
        })
    }

    /// A row as it is shown, without the run of its play.
    pub(super) fn show(&self, found: &Found, accounts: &Accounts<'_>, currency: &str, today: Day) -> Renewal {
        let row = found.row;
        let contract = self.contract(row);
        let account = self.account(row);
        let text = |column: &[Option<&str>]| cell(column, row).map(str::to_owned);
        Renewal {
            subscription_id: text(&self.lines.id).unwrap_or_default(),
            account_id: account.to_owned(),
            name: accounts.name(account).to_owned(),
            product: text(&self.lines.product),
            plan: text(&self.plan),
            arr: found.arr,
            currency: self.lines.abroad(row, (currency, currency)).unwrap_or(currency).to_owned(),
            band: String::new(),
            score: None,
            owner: accounts.owner(account).map(str::to_owned),
            renews_on: found.on,
            days_left: found.on.since(today),
            computed: found.computed,
            auto_renews: contract.auto_renews,
            last_notice_on: contract.last_notice_on(found.on),
            notice_from: contract.opt_out(found.on).and_then(|window| window.opens_on),
            term_months: contract.months_of_term(),
            year_of_term: contract.year_of_term(today),
            stage: found.stage,
            moves: found.moves.iter().rev().cloned().collect(),
            run: None,
        }
    }
}
