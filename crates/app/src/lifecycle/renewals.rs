//! Renewals: what ends when, what that is worth, and where each stands.

use std::sync::PoisonError;

use mainstay_metrics::RenewalStage;
use mainstay_model::band::UNKNOWN_BAND;
use mainstay_model::{Day, Timestamp};

use super::accounts::{Accounts, score_of, table_of};
use super::contracts::{Contracts, Found};
use super::{Renewal, RenewalBook, RenewalColumn, RenewalMonth, RenewalQuery};
use crate::accounts::AsOf;
use crate::accounts::tally::Tally;
use crate::app::App;
use crate::engine::State;
use crate::error::{AppError, Result};

/// Months that can be looked ahead.
const MAX_MONTHS: u32 = 36;
/// Rows of one answer at most.
const MAX_ROWS: usize = 1_000;
/// Lines shown at each place of the time line.
const CARDS: usize = 6;

impl App {
    /// What renews when, month by month and stage by stage, and the rows that the query keeps.
    ///
    /// # Errors
    /// [`crate::ErrorCode::Invalid`] when the query asks for more than there is in one answer.
    pub async fn renewals(&self, query: &RenewalQuery, at: &AsOf) -> Result<RenewalBook> {
        if query.months == 0 || query.months > MAX_MONTHS {
            return Err(AppError::invalid(format!("`months` is 1 to {MAX_MONTHS}, not {}", query.months)));
        }
        if query.limit == 0 || query.limit > MAX_ROWS {
            return Err(AppError::invalid(format!("`limit` is 1 to {MAX_ROWS}, not {}", query.limit)));
        }
        let (query, at) = (query.clone(), *at);
        let mut book = self.compute(move |app| app.book(&app.state(), &query, &at)).await?;
        if at == AsOf::NOW {
            let cards = book.stages.iter_mut().flat_map(|column| &mut column.first);
            self.add_runs(book.rows.iter_mut().chain(cards).collect()).await?;
        }
        Ok(book)
    }

    /// The renewals of an account that are ahead or lately behind, by day. A line that another one follows is gone once its end has come.
    ///
    /// # Errors
    /// When there is no such account.
    pub async fn renewals_of(&self, account: &str, at: &AsOf) -> Result<Vec<Renewal>> {
        let (account, at) = (account.to_owned(), *at);
        let mut rows = self
            .compute(move |app| {
                let state = app.state();
                Self::subject(&state, &account, &at)?;
                app.read(&state, &at, |reading| {
                    let found = reading.contracts.of_account(&account).iter().filter_map(|row| reading.find(*row));
                    let stands = |found: &Found| found.follower.is_none() || reading.today < found.on;
                    let mut rows: Vec<Renewal> = found.filter(stands).map(|found| reading.show(&found)).collect();
                    rows.sort_by(|a, b| (a.renews_on, &a.subscription_id).cmp(&(b.renews_on, &b.subscription_id)));
                    rows
                })
            })
            .await?;
        if at == AsOf::NOW {
            self.add_runs(rows.iter_mut().collect()).await?;
        }
        Ok(rows)
    }

    /// The lines that renew today or within so many days after and are still to be decided about: whose each is, and what it is worth a year where
    /// its price is known in the workspace's currency.
    pub(crate) fn renewals_within(&self, state: &State, days: i32) -> Result<Vec<(String, Option<f64>)>> {
        self.read(state, &AsOf::NOW, |reading| {
            let ahead = |found: &Found| found.open && (0..=days).contains(&found.on.since(reading.today));
            let found = (0..reading.contracts.len()).filter_map(|row| reading.find(row)).filter(ahead);
            found.map(|found| (reading.contracts.account(found.row).to_owned(), reading.worth(&found))).collect()
        })
    }

    /// Hands the lines and accounts of an instant to whoever reads them.
    fn read<T>(&self, state: &State, at: &AsOf, then: impl FnOnce(&Reading<'_>) -> T) -> Result<T> {
        let workspace = &state.plan.workspace;
        let as_of = at.at.unwrap_or_else(|| self.now().max(state.scored_at));
        let records = state.records.read().unwrap_or_else(PoisonError::into_inner);
        let of = |entity| table_of(state, &records, entity, at, as_of);
        let (accounts, lines) = (of("accounts")?, of("subscriptions")?);
        let empty = arrow::array::RecordBatch::new_empty(std::sync::Arc::new(arrow::datatypes::Schema::empty()));
        let reading = Reading {
            state,
            records: &records,
            at: *at,
            as_of,
            today: workspace.zone.day_of(as_of),
            accounts: Accounts::of(accounts.as_ref().unwrap_or(&empty), &workspace.zone),
            contracts: Contracts::of(lines.as_ref().unwrap_or(&empty), &workspace.zone),
        };
        Ok(then(&reading))
    }

    fn book(&self, state: &State, query: &RenewalQuery, at: &AsOf) -> Result<RenewalBook> {
        self.read(state, at, |reading| reading.book(query))
    }
}

/// The lines and accounts of an instant.
struct Reading<'a> {
    state: &'a State,
    records: &'a mainstay_lake::records::Records,
    at: AsOf,
    as_of: Timestamp,
    today: Day,
    accounts: Accounts<'a>,
    contracts: Contracts<'a>,
}

impl Reading<'_> {
    fn currency(&self) -> &str {
        &self.state.plan.workspace.currency
    }

    fn find(&self, row: usize) -> Option<Found> {
        self.contracts.find(row, &self.accounts, self.records, (self.as_of, self.at.known), self.today)
    }

    fn show(&self, found: &Found) -> Renewal {
        let mut row = self.contracts.show(found, &self.accounts, self.currency(), self.today);
        row.score = score_of(self.state, &row.account_id, &self.at);
        let bands = &self.state.plan.workspace.bands;
        row.score.and_then(|score| bands.band_of(score)).map_or(UNKNOWN_BAND, |band| &band.name).clone_into(&mut row.band);
        row
    }

    /// What a line adds to a sum: nothing where its price is missing or in another currency.
    fn worth(&self, found: &Found) -> Option<f64> {
        found.arr.filter(|_| !self.contracts.is_foreign(found.row, self.currency()))
    }

    fn book(&self, query: &RenewalQuery) -> RenewalBook {
        let first_month = month_of(self.today);
        let month = |number: u32| first_month.plus_months(i32::try_from(number).unwrap_or(0));
        let horizon = month(query.months);
        let asked =
            |row: &usize| query.owner.as_deref().is_none_or(|owner| self.accounts.owner(self.contracts.account(*row)) == Some(owner));
        let rows = || (0..self.contracts.len()).filter(asked);
        let mut found: Vec<Found> =
            rows().filter_map(|row| self.find(row)).filter(|found| found.stage.is_some() || found.on < horizon).collect();
        found.sort_by(|a, b| {
            let worth = |found: &Found| found.arr.unwrap_or(0.0);
            a.on.cmp(&b.on).then_with(|| worth(b).total_cmp(&worth(a))).then_with(|| a.row.cmp(&b.row))
        });
        let ahead = |found: &&Found| found.open && found.on >= self.today && found.on < horizon;
        let months = (0..query.months).map(|number| self.month(month(number), found.iter().filter(ahead))).collect();
        let stages = RenewalStage::ALL.into_iter().map(|(_, stage)| self.column(stage, &found)).collect();
        let kept: Vec<&Found> = found
            .iter()
            .filter(|found| match (query.stage, query.month) {
                (Some(stage), month) => found.stage == Some(stage) && month.is_none_or(|month| month_of(found.on) == month_of(month)),
                (None, Some(month)) => ahead(found) && month_of(found.on) == month_of(month),
                (None, None) => ahead(found),
            })
            .collect();
        RenewalBook {
            as_of: self.as_of,
            today: self.today,
            currency: self.currency().to_owned(),
            months,
            stages,
            total: kept.len(),
            rows: kept.iter().skip(query.offset).take(query.limit).map(|found| self.show(found)).collect(),
            lines_in_other_currencies: found.iter().filter(|found| self.contracts.is_foreign(found.row, self.currency())).count(),
            lines_without_end: rows().filter(|row| self.contracts.has_no_end(*row)).count(),
        }
    }

    fn month<'f>(&self, month: Day, ahead: impl Iterator<Item = &'f Found>) -> RenewalMonth {
        let bands = &self.state.plan.workspace.bands;
        let mut tally = Tally::new(&self.state.plan.workspace);
        for found in ahead.filter(|found| month_of(found.on) == month) {
            let score = score_of(self.state, self.contracts.account(found.row), &self.at);
            tally.add(score.map_or(bands.0.len(), |score| bands.index_of(score)), self.worth(found));
        }
        RenewalMonth {
            month,
            count: tally.counts.iter().map(|band| band.count).sum(),
            arr: tally.counts.iter().map(|band| band.arr).sum(),
            bands: tally.counts,
        }
    }

    fn column(&self, stage: RenewalStage, found: &[Found]) -> RenewalColumn {
        let mut there: Vec<&Found> = found.iter().filter(|found| found.stage == Some(stage)).collect();
        let arr = there.iter().filter_map(|found| self.worth(found)).sum();
        there.sort_by(|a, b| self.worth(b).unwrap_or(0.0).total_cmp(&self.worth(a).unwrap_or(0.0)));
        RenewalColumn { stage, count: there.len(), arr, first: there.into_iter().take(CARDS).map(|found| self.show(found)).collect() }
    }
}

/// The first day of a day's month.
fn month_of(day: Day) -> Day {
    Day::from_date(day.date().first_of_month())
}
