//! One account as of an instant, its explanation, its scores over time, its records.

use std::sync::PoisonError;

use mainstay_health::printed::DECIMALS;
use mainstay_health::{Explanation, Value as SignalWord};
use mainstay_lake::records::Records;
use mainstay_model::health::Override;
use mainstay_model::signal::Signal;
use mainstay_model::{Day, Timestamp};
use serde_json::{Map, Value};

use super::products::{product_scores, product_views};
use super::{AccountView, AsOf, Said, ScorePoint, ScoreRow, SignalValue};
use crate::app::App;
use crate::engine::{Frame, Moment, State};
use crate::error::{AppError, Result};

impl App {
    /// One account as of an instant.
    ///
    /// # Errors
    /// When there is no such account, or was none then.
    pub async fn show_account(&self, id: &str, at: &AsOf) -> Result<AccountView> {
        let (id, at) = (id.to_owned(), *at);
        let sources = self.sources().await?;
        self.compute(move |app| {
            let state = app.state();
            let now = app.now();
            let as_of = at.at.unwrap_or(now);
            let (subject, frame) = app.one(&state, &id, &at)?;
            let records = state.records.read().unwrap_or_else(PoisonError::into_inner);
            let fields = records.fold("accounts", &id, as_of, at.known).unwrap_or_default();
            let sentiment_said = sentiment_said(&records, &id, as_of, at.known);
            drop(records);
            let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
            let number = |name: &str| signal_number(&state, &frame, name);
            let shown = frame.scores.shown.get(0);
            let today = state.plan.workspace.zone.day_of(as_of);
            let days_to_renewal = number("days_to_renewal");
            let (model, model_version) = frame.model(&state.plan, 0);
            let over = overrides_of(app, &state, &id, &at, as_of)?;
            Ok(AccountView {
                name: text("name").unwrap_or_else(|| id.clone()),
                attributes: attributes(&state, &fields),
                arr: number("arr"),
                days_to_renewal,
                renews_on: days_to_renewal.map(|days| today.plus(days as i32)),
                owner: text("owner"),
                stage: text("stage"),
                tier: text("tier"),
                region: text("region"),
                score: shown,
                band: frame.band(&state.plan, 0).to_owned(),
                computed_score: frame.scores.computed.get(0),
                coverage: frame.scores.coverage.get(0).unwrap_or(0.0),
                model: model.to_owned(),
                model_version: model_version.to_owned(),
                change: [30, 60, 90].map(|days| Some(shown? - state.history.score(today.plus(-days), subject)?)),
                explanation: frame.explain(&state.plan, 0, &over, DECIMALS),
                over: mainstay_health::override_in_force(&over, as_of).cloned(),
                sentiment: text("csm_sentiment"),
                sentiment_said,
                signals: signal_values(&state, &frame),
                products: product_views(&state, &frame, 0),
                segments: segments_of(&state, &frame),
                scored_at: if at.at.is_none() { state.scored_at } else { as_of },
                as_of,
                sources,
                id,
            })
        })
        .await
    }

    /// Why an account's score is what it is.
    ///
    /// # Errors
    /// When there is no such account, or no health model applies to it.
    pub async fn explain(&self, id: &str, at: &AsOf) -> Result<Explanation> {
        let (id, at) = (id.to_owned(), *at);
        self.compute(move |app| {
            let state = app.state();
            let (_, frame) = app.one(&state, &id, &at)?;
            let over = overrides_of(app, &state, &id, &at, frame.as_of)?;
            frame.explain(&state.plan, 0, &over, DECIMALS).ok_or_else(|| {
                AppError::not_found(format!("no health model applies to the account {id}"))
                    .hint("widen `applies_to` of a model, or add one")
            })
        })
        .await
    }

    /// The account's score at the end of each of the last `days` days, and now.
    ///
    /// # Errors
    /// When there is no such account.
    pub async fn score_history(&self, id: &str, days: u32, at: &AsOf) -> Result<Vec<ScorePoint>> {
        let (id, at) = (id.to_owned(), *at);
        self.compute(move |app| {
            let state = app.state();
            let (subject, frame) = app.one(&state, &id, &at)?;
            let today = state.plan.workspace.zone.day_of(frame.as_of);
            let first = today.plus(-i32::try_from(days).unwrap_or(i32::MAX));
            let mut points = state.history.points(subject, first, today.plus(-1), &state.plan.workspace.bands);
            let (model, model_version) = frame.model(&state.plan, 0);
            points.push(ScorePoint {
                day: today,
                score: frame.scores.shown.get(0),
                band: frame.band(&state.plan, 0).to_owned(),
                model: model.to_owned(),
                model_version: model_version.to_owned(),
            });
            Ok(points)
        })
        .await
    }

    /// The records of an entity that belong to an account, as they were; each with its `id`.
    ///
    /// # Errors
    /// When the workspace has no such entity.
    pub async fn records_of(&self, id: &str, entity: &str, at: &AsOf) -> Result<Vec<Map<String, Value>>> {
        let (id, entity, at) = (id.to_owned(), entity.to_owned(), *at);
        self.compute(move |app| app.records_now(&app.state(), &id, &entity, &at)).await
    }

    pub(crate) fn records_now(&self, state: &State, id: &str, entity: &str, at: &AsOf) -> Result<Vec<Map<String, Value>>> {
        let workspace = &state.plan.workspace;
        let Some(declared) = workspace.entities.get(entity) else {
            return Err(AppError::not_found(format!("the workspace has no entity `{entity}`")));
        };
        let as_of = at.at.unwrap_or_else(|| self.now());
        let records = state.records.read().unwrap_or_else(PoisonError::into_inner);
        let query = mainstay_lake::records::RecordsQuery { as_of, known: at.known, accounts: Some(&[id]), zone: &workspace.zone };
        let table = records.table(declared, query).map_err(crate::engine::unsorted)?;
        let ids = crate::engine::texts_of(&table, "id");
        Ok(ids
            .into_iter()
            .flatten()
            .filter_map(|record| {
                let mut fields = records.fold(entity, record, as_of, at.known)?;
                fields.shift_insert(0, "id".to_owned(), Value::from(record));
                Some(fields)
            })
            .collect())
    }

    /// The scores of accounts, those named or all.
    ///
    /// # Errors
    /// When a named account is not known.
    pub async fn score(&self, accounts: Option<&[String]>, at: &AsOf) -> Result<Vec<ScoreRow>> {
        let (accounts, at) = (accounts.map(<[String]>::to_vec), *at);
        self.compute(move |app| {
            let state = app.state();
            let frame = match &accounts {
                None => app.frame(&state, None, &at)?,
                Some(ids) => {
                    let subjects = ids.iter().map(|id| Self::subject(&state, id, &at)).collect::<Result<Vec<_>>>()?;
                    app.frame(&state, Some(&subjects), &at)?
                }
            };
            let records = state.records.read().unwrap_or_else(PoisonError::into_inner);
            let row = |row: usize| {
                let id = frame.ids.get(row).map(ToString::to_string).unwrap_or_default();
                let name =
                    records.fold("accounts", &id, frame.as_of, at.known).and_then(|fields| Some(fields.get("name")?.as_str()?.to_owned()));
                let (model, model_version) = frame.model(&state.plan, row);
                ScoreRow {
                    name: name.unwrap_or_else(|| id.clone()),
                    account_id: id,
                    score: frame.scores.shown.get(row),
                    band: frame.band(&state.plan, row).to_owned(),
                    computed_score: frame.scores.computed.get(row),
                    coverage: frame.scores.coverage.get(row).unwrap_or(0.0),
                    model: model.to_owned(),
                    model_version: model_version.to_owned(),
                    products: product_scores(&state, &frame, row),
                    as_of: frame.as_of,
                }
            };
            let mut rows: Vec<ScoreRow> = (0..frame.len()).map(row).collect();
            if accounts.is_none() {
                rows.sort_by(|a, b| a.account_id.cmp(&b.account_id));
            }
            Ok(rows)
        })
        .await
    }

    /// Some accounts, or all that were known then, as of an instant.
    pub(crate) fn frame(&self, state: &State, subjects: Option<&[u32]>, at: &AsOf) -> Result<Frame> {
        let moment = Moment { at: at.at.unwrap_or_else(|| self.now().max(state.scored_at)), known: at.known, subjects };
        let frame = state.at(moment, &|| self.snapshot())?;
        if let Some(missing) = subjects.and_then(|asked| asked.get(frame.len())) {
            // Asked for by name and left out: not known of yet, as things were known then.
            let id = state
                .subjects
                .id(*subjects.and_then(|asked| asked.iter().find(|one| !frame.has(state.subjects.id(**one)))).unwrap_or(missing));
            return Err(AppError::not_found(format!("nothing was known of the account `{id}` then")).hint("ask for a later instant"));
        }
        Ok(frame)
    }

    /// The number of an account that was known by the instant.
    pub(crate) fn subject(state: &State, id: &str, at: &AsOf) -> Result<u32> {
        let Some(subject) = state.subjects.find(id) else {
            return Err(AppError::not_found(format!("there is no account `{id}`"))
                .hint("`mainstay sql \"select id, name from accounts\"` lists them"));
        };
        let first = state.subjects.first_at(subject);
        match at.at {
            // With what was known then it may have been known earlier than with what is known now; whoever reads the facts says so.
            Some(asked) if at.known.is_none() && first > asked => {
                Err(AppError::not_found(format!("nothing was known of the account `{id}` at {asked}"))
                    .hint(format!("its first fact is of {first}")))
            }
            _ => Ok(subject),
        }
    }

    fn one(&self, state: &State, id: &str, at: &AsOf) -> Result<(u32, Frame)> {
        let subject = Self::subject(state, id, at)?;
        Ok((subject, self.frame(state, Some(&[subject]), at)?))
    }
}

fn signal_number(state: &State, frame: &Frame, name: &str) -> Option<f64> {
    match frame.columns.get(state.plan.column(name)?)?.get(0)? {
        SignalWord::Number(number) => Some(number),
        _ => None,
    }
}

/// Who stated the sentiment that is in force, and when: the last version that speaks of it says so, or nobody does.
fn sentiment_said(records: &Records, id: &str, as_of: Timestamp, known: Option<Timestamp>) -> Option<Said> {
    let by_then = |occurred_at, received_at| occurred_at <= as_of && known.is_none_or(|known| received_at <= known);
    let versions = records.versions("accounts", id).filter(|(occurred_at, received_at, ..)| by_then(*occurred_at, *received_at));
    let stated = versions.filter_map(|(at, _, _, fields)| {
        let fields: Map<String, Value> = serde_json::from_str(fields).ok()?;
        fields.contains_key("csm_sentiment").then_some((at, fields))
    });
    let (at, fields) = stated.last()?;
    let by = fields.get("csm_sentiment_by")?.as_str()?.to_owned();
    Some(Said { by, at })
}

/// Every override stated of an account by the instant.
fn overrides_of(app: &App, state: &State, id: &str, at: &AsOf, as_of: Timestamp) -> Result<Vec<Override>> {
    let at = AsOf { at: Some(as_of), known: at.known };
    let instant = |record: &Map<String, Value>, name: &str| Timestamp::parse(record.get(name)?.as_str()?).ok();
    let text = |record: &Map<String, Value>, name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(app
        .records_now(state, id, "score_overrides", &at)?
        .iter()
        .filter_map(|record| {
            let score = record.get("score")?;
            Some(Override {
                score: score.as_f64().or_else(|| score.as_str()?.parse().ok())?,
                author: text(record, "author"),
                reason: text(record, "reason"),
                from: instant(record, "from_at")?,
                until: instant(record, "until_at")?,
            })
        })
        .collect())
}

fn attributes(state: &State, fields: &Map<String, Value>) -> Vec<(String, Value)> {
    let declared = state.plan.workspace.entities.get("accounts").map(|entity| entity.fields.as_slice()).unwrap_or_default();
    declared.iter().filter_map(|field| Some((field.name.clone(), fields.get(&field.name)?.clone()))).collect()
}

/// A signal's value as JSON.
pub(crate) fn json_of(value: Option<SignalWord>) -> Value {
    match value {
        None => Value::Null,
        Some(SignalWord::Number(number)) => Value::from(number),
        Some(SignalWord::Text(text)) => Value::from(text.as_ref()),
        Some(SignalWord::Boolean(truth)) => Value::from(truth),
        Some(SignalWord::Day(day)) => Value::from(Day::to_string(&day)),
        Some(SignalWord::Instant(at)) => Value::from(at.to_string()),
    }
}

fn signal_values(state: &State, frame: &Frame) -> Vec<SignalValue> {
    let value = |place: usize| json_of(frame.columns.get(state.plan.fields.len() + place).and_then(|column| column.get(0)));
    let signals = state.plan.signals.iter().enumerate();
    let mut values: Vec<SignalValue> = signals.map(|(place, planned)| signal_value(&planned.signal, value(place))).collect();
    values.sort_by(|a, b| a.label.cmp(&b.label));
    values
}

/// A value of a signal and what it means.
pub(super) fn signal_value(signal: &Signal, value: Value) -> SignalValue {
    SignalValue {
        name: signal.name.clone(),
        label: signal.label.clone(),
        description: signal.description.clone(),
        unit: signal.unit,
        value,
    }
}

fn segments_of(state: &State, frame: &Frame) -> Vec<String> {
    let member = |(planned, mask): (&crate::engine::PlannedSegment, &arrow::array::BooleanArray)| {
        mask.iter().next().flatten().unwrap_or(false).then(|| planned.segment.label.clone())
    };
    state.plan.segments.iter().zip(&frame.segments).filter_map(member).collect()
}
