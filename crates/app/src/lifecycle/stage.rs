//! The stage of an account: where it is, how it came there, and moving it by hand.

use std::sync::PoisonError;

use mainstay_lake::records::Records;
use mainstay_model::{Timestamp, Zone};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{read_instant, read_instant_if_any, written, written_if_any};
use crate::accounts::AsOf;
use crate::app::App;
use crate::error::{AppError, Result};

const MICROS_A_DAY: f64 = 86_400_000_000.0;

/// The stage of an account and its history.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct StageView {
    /// The account.
    pub account_id: String,
    /// The stage; absent where nobody ever said one.
    pub stage: Option<String>,
    /// Since when.
    #[serde(default, serialize_with = "written_if_any", deserialize_with = "read_instant_if_any")]
    pub since: Option<Timestamp>,
    /// Days in it so far, to the microsecond.
    pub days: Option<f64>,
    /// The stages it went through, the latest first.
    pub history: Vec<StageSpan>,
    /// The stages of the workspace, in order; none where it declares none.
    pub stages: Vec<String>,
}

/// A time in one stage.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct StageSpan {
    /// The stage; absent where it was taken back.
    pub stage: Option<String>,
    /// Since when.
    #[serde(serialize_with = "written", deserialize_with = "read_instant")]
    pub from: Timestamp,
    /// Until when; absent for the one that lasts.
    #[serde(default, serialize_with = "written_if_any", deserialize_with = "read_instant_if_any")]
    pub until: Option<Timestamp>,
    /// How long in days.
    pub days: f64,
    /// Who or which play said so; absent where a source did.
    pub by: Option<String>,
    /// The source.
    pub source: String,
    /// Why, where somebody said.
    pub reason: Option<String>,
}

impl App {
    /// The stage of an account as of an instant, and the stages before it.
    ///
    /// # Errors
    /// When there is no such account, or was none then.
    pub async fn stage(&self, id: &str, at: &AsOf) -> Result<StageView> {
        let (id, at) = (id.to_owned(), *at);
        self.compute(move |app| {
            let state = app.state();
            Self::subject(&state, &id, &at)?;
            let as_of = at.at.unwrap_or_else(|| app.now());
            let records = state.records.read().unwrap_or_else(PoisonError::into_inner);
            let mut history = stage_history(&records, &id, (as_of, at.known));
            history.reverse();
            let stages = state.plan.workspace.lifecycle.stages.iter().map(|stage| stage.name.clone()).collect();
            let last = history.first();
            Ok(StageView {
                account_id: id,
                stage: last.and_then(|span| span.stage.clone()),
                since: last.map(|span| span.from),
                days: last.map(|span| span.days),
                history,
                stages,
            })
        })
        .await
    }

    /// Moves an account to a stage by hand, from now on. Author and reason are kept with it.
    ///
    /// # Errors
    /// When the account is not known, the workspace has no such stage, or the account is in it already.
    pub async fn set_stage(&self, id: &str, stage: &str, reason: &str, author: &str) -> Result<()> {
        let (stage, reason) = (stage.trim(), reason.trim());
        let workspace = self.workspace();
        let names: Vec<&str> = workspace.lifecycle.stages.iter().map(|stage| stage.name.as_str()).collect();
        if stage.is_empty() || !workspace.lifecycle.has_stage(stage) {
            let hint =
                if names.is_empty() { "name one, such as adoption".to_owned() } else { format!("the stages are: {}", names.join(", ")) };
            return Err(AppError::invalid(format!("there is no stage `{stage}`")).hint(hint));
        }
        if self.stage(id, &AsOf::NOW).await?.stage.as_deref() == Some(stage) {
            return Err(AppError::invalid(format!("the account {id} is in the stage {stage} already")));
        }
        let reason = if reason.is_empty() { Value::Null } else { Value::from(reason) };
        let fields = json!({ "stage": stage, "stage_by": author, "stage_reason": reason });
        self.state_fact(id, "accounts", id, fields, self.now()).await
    }
}

/// The stages an account went through by an instant, as known by another, in order. A version that does not speak of the stage, or says the same
/// again, changes nothing.
pub(super) fn stage_history(records: &Records, id: &str, (as_of, known): (Timestamp, Option<Timestamp>)) -> Vec<StageSpan> {
    let mut spans: Vec<StageSpan> = Vec::new();
    for (at, received, source, fields) in records.versions("accounts", id) {
        if at > as_of || known.is_some_and(|known| received > known) {
            continue;
        }
        let Ok(fields) = serde_json::from_str::<Map<String, Value>>(fields) else { continue };
        let Some(said) = fields.get("stage") else { continue };
        let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
        let stage = said.as_str().map(str::to_owned);
        if spans.last().map_or(stage.is_none(), |last| last.stage == stage) {
            continue;
        }
        if let Some(last) = spans.last_mut() {
            (last.until, last.days) = (Some(at), days_between(last.from, at));
        }
        let (by, reason) = (text("stage_by"), text("stage_reason"));
        spans.push(StageSpan { stage, from: at, until: None, days: days_between(at, as_of), by, source: source.to_owned(), reason });
    }
    spans
}

/// The instant from which an account has been in the stage that it is in, by an instant and as known by another, where it is that stage.
pub(super) fn entered(records: &Records, id: &str, stage: &str, at: (Timestamp, Option<Timestamp>)) -> Option<Timestamp> {
    stage_history(records, id, at).pop().filter(|span| span.stage.as_deref() == Some(stage)).map(|span| span.from)
}

/// Whole calendar days from an instant to another, in a zone.
pub(super) fn calendar_days(zone: &Zone, from: Timestamp, to: Timestamp) -> i32 {
    zone.day_of(to).since(zone.day_of(from))
}

fn days_between(from: Timestamp, to: Timestamp) -> f64 {
    to.micros().saturating_sub(from.micros()) as f64 / MICROS_A_DAY
}
