//! Validation rules of a source: what must be true of its facts, or they are refused.

use std::ops::ControlFlow;

use arrow::array::RecordBatch;
use mainstay_lake::expressions::ExpressionEngine;
use mainstay_lake::expressions::types::schema_of;
use mainstay_lake::facts::events_batch;
use mainstay_lake::records::{Records, RecordsQuery, schema};
use mainstay_model::expression::{ExpressionFault, ValueType, event_columns};
use mainstay_model::source::Rule;
use mainstay_model::{Fact, ReasonCode, Rejection, Workspace, Zone};

use super::Candidate;
use crate::error::{AppError, ErrorCode, Result};

/// Turns the candidates that a rule forbids into refusals. Breaks when no facts are left.
pub(super) fn apply(
    rule: &Rule,
    workspace: &Workspace,
    engine: &ExpressionEngine,
    candidates: &mut [Candidate],
) -> Result<ControlFlow<()>> {
    if candidates.iter().all(|candidate| candidate.fact.is_err()) {
        return Ok(ControlFlow::Break(()));
    }
    let verdicts =
        if rule.on == "events" { judge_events(rule, engine, candidates)? } else { judge_records(rule, workspace, engine, candidates)? };
    for place in verdicts {
        if let Some(candidate) = candidates.get_mut(place) {
            let message = format!("{} (the source requires `{}`)", rule.because, rule.require);
            candidate.fact = Err(Rejection::new(ReasonCode::RuleViolated, "", &candidate.raw, message));
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// The places of the events that the rule forbids.
fn judge_events(rule: &Rule, engine: &ExpressionEngine, candidates: &[Candidate]) -> Result<Vec<usize>> {
    let events = candidates.iter().enumerate().filter_map(|(place, candidate)| match &candidate.fact {
        Ok(Fact::Event(event)) => Some((place as u64, event)),
        _ => None,
    });
    let places: Vec<usize> = events.clone().map(|(place, _)| place as usize).collect();
    let batch =
        events_batch(events).map_err(|error| AppError::new(ErrorCode::Unavailable, "a rule could not be tried").caused_by(error))?;
    let refused = refused_rows(rule, engine, &schema_of(&event_columns()), &batch)?;
    Ok(refused.into_iter().filter_map(|row| places.get(row).copied()).collect())
}

/// The places of the record versions that the rule forbids, each read by itself.
fn judge_records(rule: &Rule, workspace: &Workspace, engine: &ExpressionEngine, candidates: &[Candidate]) -> Result<Vec<usize>> {
    let Some(entity) = workspace.entities.get(&rule.on) else { return Ok(Vec::new()) };
    let mut refused = Vec::new();
    for (place, candidate) in candidates.iter().enumerate() {
        let Ok(Fact::Record(version)) = &candidate.fact else { continue };
        if version.entity != rule.on {
            continue;
        }
        let mut alone = Records::new();
        alone.apply(version);
        let query = RecordsQuery { as_of: version.occurred_at, known: None, accounts: None, zone: &Zone::utc() };
        let batch = alone
            .table(entity, query)
            .map_err(|error| AppError::new(ErrorCode::Unavailable, "a rule could not be tried").caused_by(error))?;
        if !refused_rows(rule, engine, &schema(entity), &batch)?.is_empty() {
            refused.push(place);
        }
    }
    Ok(refused)
}

fn refused_rows(rule: &Rule, engine: &ExpressionEngine, schema: &arrow::datatypes::Schema, batch: &RecordBatch) -> Result<Vec<usize>> {
    let compile = |sql: &str| engine.compile_as(schema, sql, ValueType::Boolean).map_err(broken);
    let required = compile(&rule.require)?.evaluate_mask(batch).map_err(broken)?;
    let concerned = rule.where_.as_deref().map(|sql| compile(sql)?.evaluate_mask(batch).map_err(broken)).transpose()?;
    let concerns = |row: usize| concerned.as_ref().is_none_or(|mask| mask.value(row));
    Ok((0..batch.num_rows()).filter(|row| concerns(*row) && !required.value(*row)).collect())
}

fn broken(fault: ExpressionFault) -> AppError {
    AppError::new(ErrorCode::Configuration, format!("a rule of the source cannot be evaluated: {}", fault.message))
}
