//! Subscription lines as contracts: when each ends or renews, and what became of it.

use arrow::array::RecordBatch;
use hashbrown::HashMap;
use mainstay_lake::expressions::values;
use mainstay_lake::records::Records;
use mainstay_metrics::{Contract, EndMove, Ending, Follower, LOOK_BACK_DAYS, RenewalDay, RenewalStage, Terms};
use mainstay_model::fraction::NANO;
use mainstay_model::{Day, Fraction, Timestamp, Zone};

use super::accounts::Accounts;
use super::moves::moves_of;
use super::{EndMoved, FollowedBy, Renewal};
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
    /// The line that takes its place.
    pub(super) follower: Option<Follower<usize>>,
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

    /// Whether a line was canceled: what was ended does not go on by itself.
    pub(super) fn is_canceled(&self, row: usize) -> bool {
        cell(&self.lines.status, row) == Some("canceled")
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
        let canceled = self.is_canceled(row);
        if !canceled && !self.counts(row) {
            return None;
        }
        let mut contract = self.contract(row);
        let left = canceled || accounts.has_left(self.account(row), today);
        // What was ended does not go on by itself.
        contract.auto_renews &= !left;
        let is_shown = |day: &RenewalDay| day.on.since(today) >= -LOOK_BACK_DAYS;
        let day = contract.renewal_day(today).filter(is_shown)?;
        let follower = self.follower(row, &contract);
        let day = follower.map_or(day, |follower| RenewalDay {
            on: follower.takes_over_on,
            computed: contract.ends_on != Some(follower.takes_over_on),
            renewed_from: None,
        });
        let day = Some(day).filter(is_shown)?;
        let moves = moves_of(records, cell(&self.lines.id, row)?, then, contract.months_of_term());
        let renewed = moves.iter().rev().find(|moved| moved.what == EndMove::Renewed).map(|moved| moved.from);
        let ending = Ending { on: day.on, renewed_from: day.renewed_from.or(renewed), succeeded: follower.is_some(), lost: left };
        Some(Found {
            row,
            on: day.on,
            stage: ending.stage(today),
            open: !ending.succeeded && !ending.lost,
            arr: self.arr(row),
            follower,
            computed: day.computed,
            moves,
        })
    }

    /// What the line is worth a year at its price, whatever its status.
    fn arr(&self, row: usize) -> Option<f64> {
        let terms = Terms { counts: true, ..self.lines.terms(row)? };
        Some((terms.mrr() * Fraction::new(12, 1)).to_f64())
    }

    /// The line of the account for the same product that takes the place of one, with the days of that one as they are known.
    pub(super) fn follower(&self, row: usize, contract: &Contract) -> Option<Follower<usize>> {
        let account = cell(&self.lines.account, row)?;
        let product = cell(&self.lines.product, row);
        let others = self.of_account(account).iter().copied().filter(|other| *other != row);
        let same = others.filter(|other| cell(&self.lines.product, *other) == product && self.begins(*other));
        contract.follower(same.map(|other| (other, self.contract(other))))
    }

    /// Whether a line can take the place of another one. Those that were canceled before their first day never did.
    fn begins(&self, row: usize) -> bool {
        let days = || cell(&self.lines.starts_on, row).zip(cell(&self.lines.said_on, row));
        self.counts(row) || self.is_canceled(row) && days().is_some_and(|(first, canceled_on)| first <= canceled_on)
    }

    /// What is shown of the line that takes the place of another one.
    pub(super) fn followed_by(&self, follower: &Follower<usize>) -> FollowedBy {
        let id = cell(&self.lines.id, follower.line).unwrap_or_default();
        FollowedBy { subscription_id: id.to_owned(), begins_on: follower.begins_on }
    }

    /// A row as it is shown, without the run of its play.
    pub(super) fn show(&self, found: &Found, accounts: &Accounts<'_>, currency: &str, today: Day) -> Renewal {
        let row = found.row;
        let contract = self.contract(row);
        let account = self.account(row);
        let text = |column: &[Option<&str>]| cell(column, row).map(str::to_owned);
        // What is renewed by another line neither renews by itself nor has to be left.
        let is_last = found.follower.is_none();
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
            auto_renews: contract.auto_renews && is_last,
            last_notice_on: is_last.then(|| contract.last_notice_on(found.on)),
            notice_from: contract.opt_out(found.on).filter(|_| is_last).and_then(|window| window.opens_on),
            term_months: contract.months_of_term(),
            year_of_term: contract.year_of_term(today).filter(|_| today < found.on),
            followed_by: found.follower.map(|follower| self.followed_by(&follower)),
            stage: found.stage,
            moves: found.moves.iter().rev().cloned().collect(),
            run: None,
        }
    }
}
