//! The facts behind a number: what a signal's value counts, for one account, as of an instant.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use mainstay_app::accounts::{FactRow, FactsBehind};
use mainstay_model::Workspace;
use mainstay_model::signal::Signal;
use serde_json::Value;

use super::Console;
use super::error::{PageResult, show};
use super::frame::Frame;
use super::session::{Fields, Visit};
use super::when::When;
use super::words::{Locale, Moment, segment, spaced};

/// Facts shown.
const SHOWN_FACTS: usize = 100;

/// The page.
#[derive(Template, Debug)]
#[template(path = "console/facts.html")]
pub struct FactsPage {
    /// What is around it.
    pub frame: Frame,
    /// The instant it is about.
    pub when: When,
    /// The account's id.
    pub account: String,
    /// The account's page.
    pub account_path: String,
    /// The column.
    pub signal: String,
    /// What people read.
    pub label: String,
    /// What it means.
    pub meaning: String,
    /// How it is made, in words.
    pub description: String,
    /// `12 facts` or `the latest 100 of 4,210 facts`.
    pub counted: String,
    /// The facts.
    pub facts: Vec<FactLine>,
    /// Signals it is made from.
    pub reads: Vec<(String, String)>,
}

/// One fact.
#[derive(Clone, Debug)]
pub struct FactLine {
    /// When it was true.
    pub at: String,
    /// How long it took to arrive, when that is worth saying.
    pub received: String,
    /// What it is.
    pub name: String,
    /// Its fields.
    pub detail: String,
    /// Where it came from.
    pub source: String,
    /// Its identity there.
    pub id: String,
}

impl FactsPage {
    /// Makes the page.
    #[must_use]
    pub fn new(
        frame: Frame,
        workspace: &Workspace,
        account: &str,
        found: FactsBehind,
        when: When,
        moment: &Moment,
        locale: Locale,
    ) -> Self {
        let account_path = format!("/accounts/{}", segment(account));
        let declared = workspace.signals.get(&found.signal);
        let counted = match (found.total, found.facts.len()) {
            (1, _) => "1 fact".to_owned(),
            (total, shown) if total > shown => format!("the latest {} of {} facts", locale.count(shown), locale.count(total)),
            (total, _) => format!("{} facts", locale.count(total)),
        };
        let link = |name: &String| (name.clone(), when.address(&format!("{account_path}/signals/{}", segment(name))));
        Self {
            reads: found.reads.iter().map(link).collect(),
            label: label(&found, declared),
            meaning: declared.map(|signal| signal.description.clone()).unwrap_or_default(),
            facts: found.facts.iter().map(|fact| fact_line(fact, moment)).collect(),
            account: account.to_owned(),
            signal: found.signal,
            description: found.description,
            account_path,
            counted,
            frame,
            when,
        }
    }
}

/// What people read of the signal, and of which product it is.
fn label(found: &FactsBehind, declared: Option<&Signal>) -> String {
    let label = declared.map_or_else(|| spaced(&found.signal), |signal| signal.label.clone());
    found.product.as_ref().map_or_else(|| label.clone(), |product| format!("{label} · {product}"))
}

fn fact_line(fact: &FactRow, moment: &Moment) -> FactLine {
    let late_seconds = (fact.received_at.micros() - fact.occurred_at.micros()) / 1_000_000;
    let received = if late_seconds > 3_600 { format!("received {}", moment.full(fact.received_at)) } else { String::new() };
    let field = |(name, value): (&String, &Value)| match value {
        Value::Null => None,
        Value::String(text) => Some(format!("{}: {text}", spaced(name))),
        other => Some(format!("{}: {other}", spaced(name))),
    };
    FactLine {
        at: moment.full(fact.occurred_at),
        received,
        name: fact.name.clone(),
        detail: fact.fields.iter().filter_map(field).collect::<Vec<_>>().join(" · "),
        source: fact.source.clone(),
        id: fact.id.clone(),
    }
}

/// Shows the page.
pub(crate) async fn show_facts(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
    Path((account, signal)): Path<(String, String)>,
) -> PageResult {
    let when = When::read(&fields, &visit.moment)?;
    let product = Some(fields.text("product")).filter(|product| !product.is_empty());
    let found = console.app.facts_behind(&account, &signal, product, &when.as_of, SHOWN_FACTS).await?;
    let frame = Frame::new(&console.app, &visit, "accounts", format!("{} of {account}", spaced(&signal)));
    let workspace = console.app.workspace();
    Ok(show(&FactsPage::new(frame, &workspace, &account, found, when, &visit.moment, visit.locale)))
}
