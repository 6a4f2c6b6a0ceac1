//! Problems as text for a terminal: file, line, column, the offending text underlined, the hint.

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource};

use crate::{Document, Problem, Severity};

/// Columns of a rendered problem.
const WIDTH: usize = 120;

/// Writes problems for people, then one line that counts them.
#[must_use]
pub fn render(problems: &[Problem], documents: &[Document], color: bool) -> String {
    let theme = if color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(WIDTH).with_links(false);
    let mut out = String::new();
    for problem in problems {
        render_one(problem, documents, &handler, &mut out);
    }
    out.push_str(&summary(problems));
    out
}

fn render_one(problem: &Problem, documents: &[Document], handler: &GraphicalReportHandler, out: &mut String) {
    let severity = match problem.severity {
        Severity::Error => miette::Severity::Error,
        Severity::Warning => miette::Severity::Warning,
    };
    let mut diagnostic = MietteDiagnostic::new(&problem.message).with_code(problem.code.as_str()).with_severity(severity);
    if let Some(hint) = &problem.hint {
        diagnostic = diagnostic.with_help(hint);
    }
    let document = documents.iter().find(|document| document.path == problem.path);
    let mut report = miette::Report::new(match document {
        Some(_) => diagnostic.with_label(LabeledSpan::underline((problem.offset, problem.length.max(1)))),
        None => diagnostic,
    });
    if let Some(document) = document {
        report = report.with_source_code(NamedSource::new(&document.path, document.text.clone()));
    }
    // A place that the source does not have (never expected) still shows as a line.
    let before = out.len();
    if handler.render_report(out, report.as_ref()).is_err() {
        out.truncate(before);
        out.push_str(&problem.to_string());
        out.push('\n');
    }
    out.push('\n');
}

fn summary(problems: &[Problem]) -> String {
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    let warnings = problems.len() - errors;
    let count = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    match (errors, warnings) {
        (0, 0) => String::new(),
        (_, 0) => format!("{}\n", count(errors, "error")),
        (0, _) => format!("{}\n", count(warnings, "warning")),
        _ => format!("{}, {}\n", count(errors, "error"), count(warnings, "warning")),
    }
}
