//! The life cycle for programs: renewals, onboarding, stages, and how it went with an account that left.

use axum::extract::{Path, Query, State};
use axum::{Extension, Json};
use mainstay_app::lifecycle::{Autopsy, ContractOutlook, OnboardingBoard, Readiness, RenewalBook, RenewalQuery, RenewalStage, StageView};
use mainstay_app::{App, AppError};
use mainstay_model::Day;
use serde::Deserialize;

use super::accounts::When;
use super::authorize::Caller;
use super::body_as;
use crate::error::ApiError;

/// The renewals' parameters, as they stand in an address.
#[derive(Deserialize, Default, Debug)]
#[serde(default)]
pub(super) struct RenewalParameters {
    months: Option<u32>,
    month: Option<String>,
    stage: Option<String>,
    owner: Option<String>,
    offset: usize,
    limit: Option<usize>,
}

impl RenewalParameters {
    fn read(self) -> Result<RenewalQuery, AppError> {
        let usual = RenewalQuery::default();
        let month = |text: String| {
            Day::parse(&format!("{text}-01")).map_err(|_| AppError::invalid(format!("`month` must be like 2026-03, not `{text}`")))
        };
        let stage = |word: String| {
            let words = RenewalStage::ALL.map(|(name, _)| name).join(", ");
            RenewalStage::parse(&word).ok_or_else(|| AppError::invalid(format!("`stage` must be one of {words}, not `{word}`")))
        };
        Ok(RenewalQuery {
            months: self.months.unwrap_or(usual.months),
            month: self.month.map(month).transpose()?,
            stage: self.stage.map(stage).transpose()?,
            owner: self.owner,
            offset: self.offset,
            limit: self.limit.unwrap_or(usual.limit),
        })
    }
}

pub(super) async fn list_renewals(
    State(app): State<App>,
    Query(asked): Query<RenewalParameters>,
    Query(when): Query<When>,
) -> Result<Json<RenewalBook>, ApiError> {
    Ok(Json(app.renewals(&asked.read()?, &when.read(&app.workspace().zone)?).await?))
}

pub(super) async fn list_onboarding(State(app): State<App>, Query(when): Query<When>) -> Result<Json<OnboardingBoard>, ApiError> {
    Ok(Json(app.onboarding(&when.read(&app.workspace().zone)?).await?))
}

pub(super) async fn show_contracts(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(when): Query<When>,
) -> Result<Json<ContractOutlook>, ApiError> {
    Ok(Json(app.contract_outlook(&id, &when.read(&app.workspace().zone)?).await?))
}

pub(super) async fn show_readiness(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(when): Query<When>,
) -> Result<Json<Readiness>, ApiError> {
    Ok(Json(app.readiness(&id, &when.read(&app.workspace().zone)?).await?))
}

pub(super) async fn show_autopsy(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(when): Query<When>,
) -> Result<Json<Autopsy>, ApiError> {
    Ok(Json(app.autopsy(&id, &when.read(&app.workspace().zone)?).await?))
}

pub(super) async fn show_stage(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(when): Query<When>,
) -> Result<Json<StageView>, ApiError> {
    Ok(Json(app.stage(&id, &when.read(&app.workspace().zone)?).await?))
}

/// Where an account is to go.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    stage: String,
    #[serde(default)]
    reason: String,
}

pub(super) async fn set_stage(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    body: String,
) -> Result<Json<StageView>, ApiError> {
    let wanted: Wanted = body_as(&body, r#"{"stage": "adoption", "reason": ""}"#)?;
    app.set_stage(&id, &wanted.stage, &wanted.reason, &caller.speaks_for(None)).await?;
    Ok(Json(app.stage(&id, &mainstay_app::accounts::AsOf::NOW).await?))
}
