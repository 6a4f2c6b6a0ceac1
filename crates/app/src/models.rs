//! Health models as people look at them: the document, what the linter says, how accounts are spread, now and over time.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use mainstay_model::health::HealthModel;
use mainstay_model::signal::Subject;
use mainstay_model::{Day, Timestamp, Workspace};
use serde::Serialize;

use crate::accounts::table::Table;
use crate::accounts::tally::Tally;
use crate::accounts::{AsOf, BandCount};
use crate::app::App;
use crate::engine::State;
use crate::error::Result;
use crate::workspace::declared;

/// Days that the spread over time goes back.
const DAYS: i32 = 180;

/// One remark of the linter on a model's document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ModelProblem {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What is odd.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// One health model.
#[derive(Clone, Debug, Serialize)]
pub struct ModelView {
    /// The model in force.
    pub model: HealthModel,
    /// Its document's path in the workspace.
    pub path: String,
    /// Its document.
    pub text: String,
    /// What the linter says of the document.
    pub problems: Vec<ModelProblem>,
    /// How the accounts or products it scores are spread, best band first, unknown last; products without money.
    pub bands: Vec<BandCount>,
    /// The same at the end of past days, oldest first, without money; empty for products.
    pub over_time: Vec<(Day, Vec<BandCount>)>,
}

impl App {
    /// The health models in the order they are asked.
    ///
    /// # Errors
    /// When the accounts cannot be computed.
    pub async fn health_models(&self) -> Result<Vec<ModelView>> {
        self.compute(|app| {
            let configured = app.0.configured.read().unwrap_or_else(PoisonError::into_inner);
            let state = app.state();
            let table = Table::new(app, &state, AsOf::NOW)?;
            let workspace = &state.plan.workspace;
            let today = state.today;
            let mut spreads = spreads(&table);
            spreads.extend(product_spreads(&state, app.now().max(state.scored_at))?);
            let mut views = Vec::new();
            for model in &workspace.models {
                let over_time = match model.subject {
                    Subject::Account => state.history.distribution(today.plus(-DAYS), today.plus(-1), &model.name),
                    Subject::Product => Vec::new(),
                };
                let over_time = over_time.into_iter().map(|(day, tally)| (day, tallied(workspace, &tally))).collect();
                let document = declared(&configured.documents, "health/", model.declared_as()).map(|(document, _)| document);
                let problems =
                    configured.problems.iter().filter(|problem| document.is_some_and(|document| document.path == problem.path)).map(
                        |problem| ModelProblem {
                            line: problem.line,
                            column: problem.column,
                            message: problem.message.clone(),
                            hint: problem.hint.clone().unwrap_or_default(),
                        },
                    );
                views.push(ModelView {
                    model: model.clone(),
                    path: document.map(|document| document.path.clone()).unwrap_or_default(),
                    text: document.map(|document| document.text.clone()).unwrap_or_default(),
                    problems: problems.collect(),
                    bands: spreads.remove(model.name.as_str()).unwrap_or_else(|| Tally::new(workspace)).counts,
                    over_time,
                });
            }
            Ok(views)
        })
        .await
    }
}

/// How the accounts of each model are spread now.
fn spreads<'t>(table: &'t Table<'_>) -> BTreeMap<&'t str, Tally> {
    let models = &table.state.plan.models;
    let mut tallies: Vec<Tally> = models.iter().map(|_| Tally::new(&table.state.plan.workspace)).collect();
    let arr = table.number("arr").unwrap_or_default();
    for (row, model) in table.models.iter().enumerate() {
        if let Some(tally) = model.and_then(|model| tallies.get_mut(usize::from(model)))
            && table.has(row)
        {
            tally.add(table.band(row), arr.get(row).copied());
        }
    }
    models.iter().map(|model| model.compiled.name.as_str()).zip(tallies).collect()
}

/// How the products of each model per product are spread now.
fn product_spreads(state: &State, now: Timestamp) -> Result<BTreeMap<&str, Tally>> {
    let models = &state.plan.products.models;
    if models.is_empty() {
        return Ok(BTreeMap::new());
    }
    let frame = state.present(now)?;
    let scored = frame.products.scored(&state.plan);
    let mut tallies: Vec<Tally> = models.iter().map(|_| Tally::new(&state.plan.workspace)).collect();
    for (model, band) in scored.models.iter().zip(&scored.scores.band) {
        if let Some(tally) = model.and_then(|model| tallies.get_mut(usize::from(model))) {
            tally.add(usize::from(*band).min(state.plan.workspace.bands.0.len()), None);
        }
    }
    Ok(models.iter().map(|model| model.compiled.name.as_str()).zip(tallies).collect())
}

fn tallied(workspace: &Workspace, tally: &[usize]) -> Vec<BandCount> {
    let mut counts = Tally::new(workspace).counts;
    counts.iter_mut().zip(tally).for_each(|(count, tally)| count.count = *tally);
    counts
}
