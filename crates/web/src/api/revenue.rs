//! Recurring revenue for programs: movements and what stayed, in a period.

use axum::Json;
use axum::extract::{Query, State};
use mainstay_app::revenue::{Grain, RevenueQuery, RevenueReport, Step};
use mainstay_app::{App, AppError};
use mainstay_model::Day;
use serde::Deserialize;

use super::accounts::When;
use crate::error::ApiError;

/// The report's parameters, as they stand in an address.
#[derive(Deserialize, Default, Debug)]
#[serde(default)]
pub(super) struct ReportParameters {
    from: Option<String>,
    to: Option<String>,
    by: Option<String>,
    grain: Option<String>,
    currency: Option<String>,
    movements: bool,
}

impl ReportParameters {
    fn read(self) -> Result<RevenueQuery, AppError> {
        let day = |name: &str, text: Option<String>| {
            let text = text.ok_or_else(|| AppError::invalid(format!("`{name}` is missing; write a day, like 2026-03-01")))?;
            Day::parse(&text).map_err(|error| AppError::invalid(format!("`{name}`: {error}")))
        };
        let unknown = |name: &str, word: &str, words: &str| AppError::invalid(format!("`{name}` must be {words}, not `{word}`"));
        let step = |word: String| Step::parse(&word).ok_or_else(|| unknown("by", &word, "month, quarter or year"));
        let grain = |word: String| Grain::parse(&word).ok_or_else(|| unknown("grain", &word, "account or product"));
        Ok(RevenueQuery {
            from: day("from", self.from)?,
            to: day("to", self.to)?,
            by: self.by.map(step).transpose()?,
            grain: self.grain.map(grain).transpose()?.unwrap_or_default(),
            currency: self.currency,
            movements: self.movements,
        })
    }
}

pub(super) async fn report_revenue(
    State(app): State<App>,
    Query(asked): Query<ReportParameters>,
    Query(when): Query<When>,
) -> Result<Json<RevenueReport>, ApiError> {
    Ok(Json(app.report_revenue(&asked.read()?, &when.read(&app.workspace().zone)?).await?))
}
