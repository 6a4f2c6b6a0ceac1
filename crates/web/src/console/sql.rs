//! Questions in SQL over the documented tables, as of any instant.

use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use askama::Template;
use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use mainstay_app::{AppError, ErrorCode, Table};

use super::Console;
use super::accounts::Problem;
use super::accounts::export::{csv_file, line};
use super::accounts::rows::Cell;
use super::error::{PageResult, show};
use super::frame::Frame;
use super::session::{Fields, Visit};
use super::when::When;
use super::words::{Locale, address};

/// Rows shown on the page; the file has all.
const SHOWN_ROWS: usize = 500;
/// Questions to begin with.
const EXAMPLES: [(&str, &str); 4] = [
    ("Revenue by band", "select health_band, count(*) as accounts, sum(arr) as arr\nfrom accounts group by health_band order by arr desc"),
    (
        "Renewing soon and not healthy",
        "select name, owner, arr, days_to_renewal, health_score from accounts\nwhere days_to_renewal between 0 and 90 and health_band <> 'healthy'\norder by arr desc limit 50",
    ),
    (
        "Events of the last week",
        "select name, count(*) as events, count(distinct account_id) as accounts from events\nwhere occurred_at > now() - interval '7 days' group by name order by events desc",
    ),
    (
        "Tables and columns",
        "select table_name, column_name, data_type from information_schema.columns\norder by table_name, ordinal_position",
    ),
];

/// The page.
#[derive(Template, Debug)]
#[template(path = "console/sql.html")]
pub struct SqlPage {
    /// What is around it.
    pub frame: Frame,
    /// The question.
    pub question: String,
    /// The instant it is about.
    pub when: When,
    /// The answer.
    pub answer: Option<Answer>,
    /// What is wrong with the question.
    pub problem: Option<Problem>,
    /// Questions to begin with, each with its page.
    pub examples: Vec<(&'static str, String)>,
    /// The answer as a file.
    pub csv: String,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The columns, and whether each holds numbers.
    pub columns: Vec<(String, bool)>,
    /// The rows shown.
    pub rows: Vec<Vec<Cell>>,
    /// `12 rows` or `the first 500 of 4,210 rows`.
    pub counted: String,
}

impl Answer {
    /// Reads batches.
    ///
    /// # Errors
    /// When a value cannot be written as text.
    pub fn new(table: &Table, locale: Locale) -> Result<Self, AppError> {
        let batches = &table.batches;
        let numeric =
            |at: usize| batches.first().is_some_and(|batch| batch.columns().get(at).is_some_and(|column| column.data_type().is_numeric()));
        let columns = table.columns.iter().enumerate().map(|(at, name)| (name.clone(), numeric(at))).collect();
        let total: usize = batches.iter().map(RecordBatch::num_rows).sum();
        let mut rows = Vec::new();
        for batch in batches {
            let room = SHOWN_ROWS.saturating_sub(rows.len()).min(batch.num_rows());
            for texts in text_rows(&batch.slice(0, room))? {
                rows.push(texts.into_iter().enumerate().map(|(at, text)| Cell { text, number: numeric(at) }).collect());
            }
        }
        let counted = match total {
            1 => "1 row".to_owned(),
            total if table.cut => format!("the first {} of more than {} rows", locale.count(rows.len()), locale.count(total)),
            total if total > rows.len() => format!("the first {} of {} rows", locale.count(rows.len()), locale.count(total)),
            total => format!("{} rows", locale.count(total)),
        };
        Ok(Self { columns, rows, counted })
    }
}

fn text_rows(batch: &RecordBatch) -> Result<Vec<Vec<String>>, AppError> {
    let unreadable = |error| AppError::new(ErrorCode::Unavailable, "The answer could not be written as text.").caused_by(error);
    let options = FormatOptions::default();
    let columns: Vec<ArrayFormatter<'_>> = batch
        .columns()
        .iter()
        .map(|column| ArrayFormatter::try_new(column.as_ref(), &options))
        .collect::<Result<_, _>>()
        .map_err(unreadable)?;
    Ok((0..batch.num_rows()).map(|row| columns.iter().map(|column| column.value(row).to_string()).collect()).collect())
}

/// Shows the question and, where there is one, its answer.
pub(crate) async fn ask(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
) -> PageResult {
    let when = When::read(&fields, &visit.moment)?;
    let question = fields.text("q").replace("\r\n", "\n");
    let (answer, problem) = if question.is_empty() {
        (None, None)
    } else {
        match console.app.ask(&question, &when.as_of).await {
            Ok(table) => (Some(Answer::new(&table, visit.locale)?), None),
            Err(error) if error.code == ErrorCode::Invalid => (None, Some(Problem::new(&error))),
            Err(error) => return Err(error.into()),
        }
    };
    Ok(show(&SqlPage {
        frame: Frame::new(&console.app, &visit, "sql", "Questions"),
        csv: address("/sql.csv", &[("q", &question), ("as_of", &when.text), ("known", when.known())]),
        examples: EXAMPLES.iter().map(|(name, sql)| (*name, address("/sql", &[("q", sql)]))).collect(),
        question,
        when,
        answer,
        problem,
    }))
}

/// The answer as a CSV file.
pub(crate) async fn export_answer(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
) -> PageResult {
    let when = When::read(&fields, &visit.moment)?;
    let table = console.app.ask(fields.text("q"), &when.as_of).await?;
    let mut file = line(table.columns.iter().cloned());
    for batch in &table.batches {
        for row in text_rows(batch)? {
            file.push_str(&line(row.into_iter()));
        }
    }
    Ok(csv_file("answer.csv", Body::from(file)))
}
