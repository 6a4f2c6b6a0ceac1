//! Every signal and how it is made: the definition behind each number of the console.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use mainstay_model::health::{Component, Reads};
use mainstay_model::signal::{Aggregate, Measure, Signal, Span, Subject, Window};
use mainstay_model::{Workspace, signal::Unit};

use super::Console;
use super::error::{PageResult, show};
use super::frame::Frame;
use super::session::Visit;
use super::words::segment;

/// The page.
#[derive(Template, Debug)]
#[template(path = "console/signals.html")]
pub struct SignalsPage {
    /// What is around it.
    pub frame: Frame,
    /// The signals, by name.
    pub signals: Vec<Definition>,
}

/// One signal's definition.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The column.
    pub name: String,
    /// What people read.
    pub label: String,
    /// What it means.
    pub description: String,
    /// How it is made, in words.
    pub made: String,
    /// Which facts count, or the formula: SQL.
    pub sql: String,
    /// How it is written.
    pub unit: &'static str,
    /// The health models that read it.
    pub models: Vec<(String, String)>,
}

impl SignalsPage {
    /// Makes the page.
    #[must_use]
    pub fn new(frame: Frame, workspace: &Workspace) -> Self {
        let signals = workspace.signals.values().map(|signal| define(signal, workspace)).collect();
        Self { frame, signals }
    }
}

fn define(signal: &Signal, workspace: &Workspace) -> Definition {
    let (made, sql) = made(&signal.measure);
    let readers = workspace.models.iter().filter(|model| reads(&model.components, &signal.name));
    Definition {
        name: signal.name.clone(),
        label: signal.label.clone(),
        description: signal.description.clone(),
        made: if signal.subject == Subject::Product { format!("{made}, per product") } else { made },
        sql,
        unit: unit_word(signal.unit),
        models: readers.map(|model| (model.label.clone(), format!("/models/{}", segment(&model.name)))).collect(),
    }
}

/// Whether components read a signal, nested ones too.
#[must_use]
pub fn reads(components: &[Component], name: &str) -> bool {
    components.iter().any(|component| match &component.reads {
        Reads::Levels { signal, .. } | Reads::Curve { signal, .. } => signal == name,
        Reads::Group { components } => reads(components, name),
        Reads::Products { .. } => false,
    })
}

/// A measure in words, and its SQL.
#[must_use]
pub fn made(measure: &Measure) -> (String, String) {
    match measure {
        Measure::Events { filter, aggregate, window } => {
            (format!("{} events{}", aggregate_words(aggregate), window_words(window)), filter.clone().unwrap_or_default())
        }
        Measure::Records { entity, filter, aggregate, window } => {
            (format!("{} {entity}{}", aggregate_words(aggregate), window_words(window)), filter.clone().unwrap_or_default())
        }
        Measure::Change { of } => (format!("change of {of} against the window before, over complete days"), String::new()),
        Measure::Trend { of } => (format!("slope of {of} a day, over complete days"), String::new()),
        Measure::Formula { sql } => ("formula".to_owned(), sql.clone()),
    }
}

fn aggregate_words(aggregate: &Aggregate) -> String {
    match aggregate {
        Aggregate::Count => "number of".to_owned(),
        Aggregate::ActiveDays => "days with".to_owned(),
        Aggregate::CountDistinct(sql) => format!("different {sql} in"),
        Aggregate::Sum(sql) => format!("sum of {sql} over"),
        Aggregate::Average(sql) => format!("mean of {sql} over"),
        Aggregate::Min(sql) => format!("smallest {sql} of"),
        Aggregate::Max(sql) => format!("largest {sql} of"),
        Aggregate::Last(sql) => format!("latest {sql} of"),
        Aggregate::Share(sql) => format!("share with {sql} of"),
        Aggregate::DaysSince(sql) => format!("days since {sql} of"),
    }
}

fn window_words(window: &Window) -> String {
    let span = match window.span {
        Span::Days(1) if !window.complete => " of today".to_owned(),
        Span::Days(days) => format!(" of the last {days} {}", if window.complete { "complete days" } else { "days" }),
        Span::Months(months) => format!(" of the last {months} months"),
        Span::All => String::new(),
    };
    match &window.of {
        Some(column) if !span.is_empty() => format!("{span} by {column}"),
        _ => span,
    }
}

const fn unit_word(unit: Unit) -> &'static str {
    match unit {
        Unit::Number => "number",
        Unit::Share => "percent",
        Unit::Ratio => "percent change",
        Unit::Days => "days",
        Unit::Money => "money",
        Unit::Word => "word",
    }
}

/// Shows the page.
pub(crate) async fn list_signals(State(console): State<Console>, Extension(visit): Extension<Visit>) -> PageResult {
    let workspace = console.app.workspace();
    Ok(show(&SignalsPage::new(Frame::new(&console.app, &visit, "signals", "Signals"), &workspace)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measure_reads_like_a_sentence() {
        let window = Window { span: Span::Days(30), complete: true, of: None };
        let measure = Measure::Events { filter: None, aggregate: Aggregate::CountDistinct("properties.feature".into()), window };
        assert_eq!(made(&measure).0, "different properties.feature in events of the last 30 complete days");
        let window = Window { span: Span::Months(12), complete: false, of: Some("due_at".into()) };
        let measure = Measure::Records { entity: "invoices".into(), filter: None, aggregate: Aggregate::Count, window };
        assert_eq!(made(&measure).0, "number of invoices of the last 12 months by due_at");
    }
}
