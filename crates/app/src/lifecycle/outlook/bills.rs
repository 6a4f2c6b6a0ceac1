//! Contract lines as they are billed: their columns, read into what the arithmetic of [`Billing`] needs.

use arrow::array::RecordBatch;
use mainstay_lake::expressions::values;
use mainstay_metrics::{Billing, Contract, Follower, Gap, Pace, Tiers, Usage, share_above};
use mainstay_model::fraction::NANO;
use mainstay_model::{Day, Fraction, Timestamp, Workspace};

use super::invoices::{Invoice, Invoices};
use super::tiers::tiers_of;
use super::{ContractLine, ExitRight, FollowedLine, UsageAhead};
use crate::engine::texts_of;
use crate::lifecycle::contracts::Contracts;
use crate::revenue::lines::{Columns, cell};

/// The lines of an account with their invoices.
pub(super) struct Bills<'a> {
    contracts: Contracts<'a>,
    lines: Columns<'a>,
    invoices: Invoices<'a>,
    /// The workspace's, of lines that name none.
    currency: &'a str,
    plan: Vec<Option<&'a str>>,
    tiers: Vec<Option<&'a str>>,
    tiers_mode: Vec<Option<&'a str>>,
    exit_clause: Vec<Option<&'a str>>,
    limit_unit: Vec<Option<&'a str>>,
    exit_from: Vec<Option<Day>>,
    discount_until: Vec<Option<Day>>,
    used_on: Vec<Option<Day>>,
    amount: Vec<Option<i128>>,
    quantity: Vec<Option<i128>>,
    discount: Vec<Option<i128>>,
    interval: Vec<Option<i128>>,
    minimum: Vec<Option<i128>>,
    limit: Vec<Option<i128>>,
    overage: Vec<Option<i128>>,
    used: Vec<Option<i128>>,
}

/// A line beside the others of its account and product.
struct Standing {
    row: usize,
    /// What it says about its end, which is the one at which another line follows it.
    contract: Contract,
    follower: Option<Follower<usize>>,
}

impl<'a> Bills<'a> {
    /// The lines of a table of subscriptions, and the invoices that were sent by an instant.
    pub(super) fn of(table: &'a RecordBatch, invoices: &'a RecordBatch, workspace: &'a Workspace, as_of: Timestamp) -> Self {
        let zone = &workspace.zone;
        let numbers = |name: &str| table.column_by_name(name).map(values::nanos).unwrap_or_default();
        let days = |name: &str| table.column_by_name(name).map(|array| values::days(array, zone)).unwrap_or_default();
        Self {
            contracts: Contracts::of(table, zone),
            lines: Columns::of(table, zone),
            invoices: Invoices::of(invoices, as_of),
            currency: &workspace.currency,
            plan: texts_of(table, "plan"),
            tiers: texts_of(table, "price_tiers"),
            tiers_mode: texts_of(table, "tiers_mode"),
            exit_clause: texts_of(table, "exit_clause"),
            limit_unit: texts_of(table, "limit_unit"),
            exit_from: days("exit_from"),
            discount_until: days("discount_until"),
            used_on: days("used_on"),
            amount: numbers("amount"),
            quantity: numbers("quantity"),
            discount: numbers("discount"),
            interval: numbers("interval_months"),
            minimum: numbers("minimum_quantity"),
            limit: numbers("limit_quantity"),
            overage: numbers("overage_amount"),
            used: numbers("used_quantity"),
        }
    }

    /// The lines that are in force on a day: of those that another one follows, only until it takes their place.
    pub(super) fn lines(&self, today: Day) -> Vec<ContractLine> {
        let standing = (0..self.contracts.len()).filter(|row| self.is_billed(*row)).map(|row| self.standing(row));
        let in_force: Vec<Standing> = standing.filter(|line| line.contract.covers(today)).collect();
        let alone = in_force.len() == 1;
        let mut lines: Vec<ContractLine> = in_force.iter().map(|line| self.line(line, alone, today)).collect();
        lines.sort_by(|a, b| {
            let unknown = |line: &ContractLine| (line.next_invoice_on.is_none(), line.next_invoice_on);
            unknown(a).cmp(&unknown(b)).then_with(|| a.subscription_id.cmp(&b.subscription_id))
        });
        lines
    }

    /// The lines that another one follows, whatever their status: by the end at which it does.
    pub(super) fn followed(&self) -> Vec<FollowedLine> {
        let followed = |row: usize| {
            let follower = self.standing(row).follower?;
            let id = cell(&self.lines.id, row)?.to_owned();
            let followed_by = self.contracts.followed_by(&follower);
            Some(FollowedLine { subscription_id: id, ends_on: follower.takes_over_on, followed_by })
        };
        let mut lines: Vec<FollowedLine> = (0..self.contracts.len()).filter_map(followed).collect();
        lines.sort_by(|a, b| (a.ends_on, &a.subscription_id).cmp(&(b.ends_on, &b.subscription_id)));
        lines
    }

    /// Whether its status is one that is billed: as it is for recurring revenue.
    fn is_billed(&self, row: usize) -> bool {
        cell(&self.lines.status, row).is_none_or(|status| matches!(status, "active" | "past_due"))
    }

    /// How a line stands beside the others.
    fn standing(&self, row: usize) -> Standing {
        let mut contract = self.contracts.contract(row);
        contract.auto_renews &= !self.contracts.is_canceled(row);
        let follower = self.contracts.follower(row, &contract);
        Standing { row, contract: follower.map_or(contract, |follower| contract.until(follower.takes_over_on)), follower }
    }

    fn number(column: &[Option<i128>], row: usize) -> Option<Fraction> {
        cell(column, row).map(|nanos| Fraction::new(nanos, NANO))
    }

    /// What the line says about its bills; none without a first day, or with a billing interval that is not above zero. A line that says tiers, but
    /// neither an amount nor a quantity, is billed by use.
    fn billing(&self, row: usize, contract: &Contract) -> Option<Billing> {
        let number = |column: &[Option<i128>]| Self::number(column, row);
        let (amount, quantity) = (number(&self.amount), number(&self.quantity));
        let tiers = cell(&self.tiers, row).filter(|text| !matches!(text.trim(), "" | "null" | "[]"));
        let by_use = tiers.is_some() && amount.is_none() && quantity.is_none();
        let usage = number(&self.used).zip(cell(&self.used_on, row)).map(|(used, through)| Usage { used, through });
        Some(Billing {
            price: match tiers {
                Some(text) => tiers_of(text, cell(&self.tiers_mode, row)),
                None => amount.map(Tiers::flat),
            },
            quantity: (!by_use).then(|| quantity.unwrap_or(Fraction::ONE)),
            minimum: number(&self.minimum).unwrap_or(Fraction::ZERO),
            discount: number(&self.discount).unwrap_or(Fraction::ZERO),
            discount_until: cell(&self.discount_until, row),
            interval_months: i32::try_from(cell(&self.interval, row).map_or(1, |nanos| nanos / NANO)).ok().filter(|months| *months > 0)?,
            starts_on: contract.starts_on?,
            ends_on: contract.ends_on.filter(|_| !contract.auto_renews),
            limit: number(&self.limit),
            overage: number(&self.overage),
            usage,
        })
    }

    fn line(&self, line: &Standing, alone: bool, today: Day) -> ContractLine {
        let (row, contract) = (line.row, line.contract);
        let outlook = self.billing(row, &contract).and_then(|billing| billing.outlook(today));
        let end = contract.renewal_day(today).map(|day| day.on);
        let id = cell(&self.lines.id, row).unwrap_or_default();
        let currency = self.lines.abroad(row, (self.currency, self.currency)).unwrap_or(self.currency);
        let last = self.invoices.last(id, alone, (currency, self.currency));
        let text = |column: &[Option<&str>]| cell(column, row).map(str::to_owned);
        let float = |number: Option<Fraction>| number.map(Fraction::to_f64);
        let amount = outlook.and_then(|outlook| outlook.amount);
        let is_last = outlook.is_some_and(|outlook| outlook.is_last);
        // What another line follows goes on in that one: there is nothing to leave.
        let to_leave = end.filter(|_| line.follower.is_none());
        ContractLine {
            subscription_id: id.to_owned(),
            product: text(&self.lines.product),
            plan: text(&self.plan),
            currency: currency.to_owned(),
            interval_from: outlook.map(|outlook| outlook.interval.start),
            next_invoice_on: outlook.map(|outlook| outlook.interval.end),
            by_use: outlook.is_some_and(|outlook| outlook.by_use),
            is_last,
            expected_amount: float(amount),
            not_known: outlook.map_or(Some(Gap::Interval), |outlook| outlook.gap),
            base_amount: float(outlook.and_then(|outlook| outlook.base)),
            overage_amount: float(outlook.and_then(|outlook| outlook.overage)),
            usage: outlook.and_then(|outlook| Some(usage_ahead(outlook.pace?, outlook.beyond))),
            limit_quantity: float(Self::number(&self.limit, row)),
            limit_unit: text(&self.limit_unit),
            above_last: float(amount.filter(|_| !is_last).zip(last).and_then(|(amount, last)| share_above(amount, last.amount))),
            last_invoice: last.map(Invoice::shown),
            auto_renews: contract.auto_renews,
            renews_on: end,
            notice_from: to_leave.and_then(|end| contract.opt_out(end)?.opens_on),
            last_notice_on: to_leave.map(|end| contract.last_notice_on(end)),
            exit: self.exit(row, end).filter(|_| line.follower.is_none()),
            followed_by: line.follower.map(|follower| self.contracts.followed_by(&follower)),
            discount_ends_on: outlook.and_then(|outlook| outlook.discount_ends_on),
            amount_after_discount: float(outlook.filter(|outlook| outlook.discount_ends_on.is_some()).and_then(|outlook| outlook.full)),
        }
    }

    fn exit(&self, row: usize, end: Option<Day>) -> Option<ExitRight> {
        let (clause, from) = (cell(&self.exit_clause, row).filter(|clause| !clause.trim().is_empty()), cell(&self.exit_from, row));
        let is_said = clause.is_some() || from.is_some();
        is_said.then(|| ExitRight { clause: clause.map(str::to_owned), from, until: end.map(|end| end.plus(-1)) })
    }
}

fn usage_ahead(pace: Pace, beyond: Option<Fraction>) -> UsageAhead {
    UsageAhead {
        used: pace.used.to_f64(),
        through: pace.through,
        days: pace.days,
        of_days: pace.of_days,
        expected: pace.expected.to_f64(),
        beyond: beyond.map(Fraction::to_f64),
    }
}
