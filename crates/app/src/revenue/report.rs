//! The report: periods over the lines as they were by an instant.

use std::sync::PoisonError;

use mainstay_lake::records::RecordsQuery;
use mainstay_metrics::{Change, Period, Revenue, compounded};
use mainstay_model::Fraction;

use super::lines::{Lines, Payer};
use super::{RevenueMove, RevenuePeriod, RevenueQuery, RevenueReport};
use crate::accounts::AsOf;
use crate::app::App;
use crate::engine::unsorted;
use crate::error::{AppError, Result};

/// Parts of one report at most.
const MAX_PERIODS: usize = 240;

impl App {
    /// How recurring revenue moved between two days and how much of it stayed. A line counts on each day as it was said to be by then, and
    /// before it was first heard of as it was said to be first.
    ///
    /// # Errors
    /// [`crate::ErrorCode::Invalid`] when the days are in no order, the parts are too many, or lines are in another currency and none was
    /// chosen: there are no exchange rates.
    pub async fn report_revenue(&self, query: &RevenueQuery, at: &AsOf) -> Result<RevenueReport> {
        let (query, at) = (query.clone(), *at);
        self.compute(move |app| {
            let periods = periods(&query)?;
            let state = app.state();
            let workspace = &state.plan.workspace;
            let as_of = at.at.unwrap_or_else(|| app.now().max(state.scored_at));
            let currency = query.currency.clone().unwrap_or_else(|| workspace.currency.clone());
            let lines = match workspace.entities.get("subscriptions") {
                None => Lines::default(),
                Some(entity) => {
                    let records = state.records.read().unwrap_or_else(PoisonError::into_inner);
                    let read = RecordsQuery { as_of, known: at.known, accounts: None, zone: &workspace.zone };
                    let states = records.states(entity, read).map_err(unsorted)?;
                    Lines::read(&states, query.grain, (&currency, &workspace.currency), &workspace.zone)
                }
            };
            if let Some((line, other)) = lines.first_foreign.as_ref().filter(|_| query.currency.is_none()) {
                return Err(AppError::invalid(format!(
                    "revenue cannot be summed in {currency}: {} subscription lines are in another currency, the first of them `{line}` in {other}",
                    lines.foreign
                ))
                .hint(format!("there are no exchange rates: name one currency, such as {other}, to report on its lines alone")));
            }
            let revenue = |period: Period| Revenue::of(&lines.lines, lines.payers.len(), period);
            let parts: Vec<Revenue> = periods.into_iter().map(revenue).collect();
            let whole = revenue(Period { start: query.from, end: query.to });
            let view = |revenue: &Revenue| shown(revenue, &lines.payers, query.movements);
            Ok(RevenueReport {
                grain: query.grain,
                currency,
                as_of,
                periods: parts.iter().map(view).collect(),
                whole: view(&whole),
                compounded_grr: compounded(parts.iter().map(Revenue::grr)).map(Fraction::to_f64),
                compounded_nrr: compounded(parts.iter().map(Revenue::nrr)).map(Fraction::to_f64),
                lines_without_price: lines.without_price,
                lines_in_other_currencies: lines.foreign,
            })
        })
        .await
    }
}

fn periods(query: &RevenueQuery) -> Result<Vec<Period>> {
    let whole = Period { start: query.from, end: query.to };
    if whole.start >= whole.end {
        return Err(AppError::invalid(format!("the period {} to {} has no day", query.from, query.to))
            .hint("the second day is the one after the last: January is 2026-01-01 to 2026-02-01"));
    }
    let Some(step) = query.by else { return Ok(vec![whole]) };
    let periods: Vec<Period> = whole.parts(step).take(MAX_PERIODS + 1).collect();
    if periods.len() > MAX_PERIODS {
        return Err(AppError::invalid(format!("the period {} to {} has more than {MAX_PERIODS} parts", query.from, query.to))
            .hint("ask for longer parts, or for fewer days"));
    }
    Ok(periods)
}

fn shown(revenue: &Revenue, payers: &[Payer], movements: bool) -> RevenuePeriod {
    let rate = |rate: Option<Fraction>| rate.map(Fraction::to_f64);
    let moves = || revenue.changes.iter().filter(|change| change.movement.moved()).filter_map(|change| moved(change, payers)).collect();
    let Period { start: from, end: to }: Period = revenue.period;
    RevenuePeriod {
        from,
        to,
        opening_mrr: revenue.opening.to_f64(),
        new: revenue.new.to_f64(),
        reactivation: revenue.reactivation.to_f64(),
        expansion: revenue.expansion.to_f64(),
        contraction: revenue.contraction.to_f64(),
        churn: revenue.churn.to_f64(),
        closing_mrr: revenue.closing.to_f64(),
        paying_at_opening: revenue.paying,
        churned: revenue.churned,
        grr: rate(revenue.grr()),
        nrr: rate(revenue.nrr()),
        logo_churn: rate(revenue.logo_churn()),
        revenue_churn: rate(revenue.revenue_churn()),
        movements: movements.then(moves),
    }
}

fn moved(change: &Change, payers: &[Payer]) -> Option<RevenueMove> {
    let (account_id, product) = payers.get(change.subject)?.clone();
    Some(RevenueMove {
        account_id,
        product,
        movement: change.movement,
        opening_mrr: change.opening.to_f64(),
        closing_mrr: change.closing.to_f64(),
    })
}
