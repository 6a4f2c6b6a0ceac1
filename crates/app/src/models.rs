//! Health models as people look at them: the document, what the linter says, how accounts are spread, now and over time.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use mainstay_model::health::HealthModel;
use mainstay_model::signal::Subject;
use mainstay_model::{Day, Workspace, band::UNKNOWN_BAND};
use mainstay_spec::Document;
use serde::Serialize;

use crate::accounts::BandCount;
use crate::app::App;
use crate::error::Result;

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
            let frame = state.present(app.now().max(state.scored_at))?;
            let workspace = &state.plan.workspace;
            let today = state.today;
            let mut views = Vec::new();
            for model in &workspace.models {
                let mut now = counts(workspace);
                let products = frame.products.scored(&state.plan);
                for row in 0..frame.products.rows.len() {
                    if products.model(row).0 == model.name {
                        add(&mut now, products.band(row), 0.0);
                    }
                }
                for row in 0..frame.len() {
                    if frame.model(&state.plan, row).0 == model.name {
                        let arr = state.plan.column("arr").and_then(|at| frame.columns.get(at)).and_then(|column| column.get(row));
                        let arr = if let Some(mainstay_health::Value::Number(arr)) = arr { arr } else { 0.0 };
                        add(&mut now, frame.band(&state.plan, row), arr);
                    }
                }
                let places: BTreeMap<&str, Option<u16>> =
                    (0..frame.len()).map(|row| (frame.model(&state.plan, row).0, frame.models.get(row).copied().flatten())).collect();
                let place = places.get(model.name.as_str()).copied().flatten();
                let scored = |subject: u32| place.is_some() && state.models.get(subject as usize).copied().flatten() == place;
                let over_time = match model.subject {
                    Subject::Account => state.history.distribution(today.plus(-DAYS), today.plus(-1), &workspace.bands, scored),
                    Subject::Product => Vec::new(),
                };
                let over_time = over_time.into_iter().map(|(day, tally)| (day, tallied(workspace, &tally))).collect();
                let document = document_of(&configured.documents, &model.name);
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
                    bands: now,
                    over_time,
                });
            }
            Ok(views)
        })
        .await
    }
}

/// The document that declares a model.
fn document_of<'a>(documents: &'a [Document], model: &str) -> Option<&'a Document> {
    let declares = |document: &&Document| {
        document.path.starts_with("health/")
            && document.text.lines().any(|line| line.trim_end().strip_suffix(':').is_some_and(|key| key.trim() == model))
    };
    documents.iter().find(declares)
}

fn counts(workspace: &Workspace) -> Vec<BandCount> {
    let mut counts: Vec<BandCount> = (workspace.bands.0.iter())
        .map(|band| BandCount { name: band.name.clone(), label: band.label.clone(), color: band.color.clone(), count: 0, arr: 0.0 })
        .collect();
    counts.push(BandCount { name: UNKNOWN_BAND.into(), label: "Unknown".into(), color: "gray".into(), count: 0, arr: 0.0 });
    counts
}

fn add(counts: &mut [BandCount], band: &str, arr: f64) {
    if let Some(count) = counts.iter_mut().find(|count| count.name == band) {
        count.count += 1;
        count.arr += arr;
    }
}

fn tallied(workspace: &Workspace, tally: &[usize]) -> Vec<BandCount> {
    let mut counts = counts(workspace);
    counts.iter_mut().zip(tally).for_each(|(count, tally)| count.count = *tally);
    counts
}
