//! The list of accounts as a CSV file: the same rows, all of them, with unrounded numbers.

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures::stream;
use mainstay_app::App;
use mainstay_app::accounts::{AccountQuery, AccountRow, AsOf};

use super::query::ListQuery;
use crate::console::Console;
use crate::console::error::PageResult;
use crate::console::session::{Fields, Visit};
use crate::console::when::When;

/// Rows asked for at a time.
const CHUNK_ROWS: usize = 5_000;
const COLUMNS: [&str; 11] =
    ["id", "name", "health_band", "health_score", "change_30d", "arr", "days_to_renewal", "owner", "tier", "region", "stage"];

struct Export {
    app: App,
    query: AccountQuery,
    as_of: AsOf,
    done: bool,
}

/// Streams the file.
pub(crate) async fn export_accounts(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
) -> PageResult {
    let when = When::read(&fields, &visit.moment)?;
    let mut query = ListQuery::read(&fields, &when).asked();
    (query.offset, query.limit) = (0, CHUNK_ROWS);
    // Pinned, so that rows do not move between chunks while facts arrive.
    let as_of = AsOf { at: Some(when.instant(&visit.moment)), known: when.as_of.known };
    let head = line(COLUMNS.into_iter().map(str::to_owned).chain(query.columns.iter().cloned()));
    let first = console.app.list_accounts(&query, &as_of).await?;
    let done = first.rows.len() < CHUNK_ROWS;
    query.offset = first.rows.len();
    let start: String = head + &first.rows.iter().map(row_line).collect::<String>();
    let rest = stream::try_unfold(Export { app: console.app, query, as_of, done }, |mut export| async move {
        if export.done {
            return Ok::<_, mainstay_app::AppError>(None);
        }
        let page = export.app.list_accounts(&export.query, &export.as_of).await?;
        export.done = page.rows.len() < CHUNK_ROWS;
        export.query.offset += page.rows.len();
        Ok(Some((page.rows.iter().map(row_line).collect::<String>(), export)))
    });
    let body = Body::from_stream(futures::StreamExt::chain(stream::iter([Ok(start)]), rest));
    Ok(csv_file("accounts.csv", body))
}

/// A body as a CSV file to keep.
pub(crate) fn csv_file(name: &str, body: Body) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (headers, body).into_response()
}

fn row_line(row: &AccountRow) -> String {
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let own = [
        row.id.clone(),
        row.name.clone(),
        row.band.clone(),
        number(row.score),
        number(row.change_30d),
        number(row.arr),
        number(row.days_to_renewal),
        text(&row.owner),
        text(&row.tier),
        text(&row.region),
        text(&row.stage),
    ];
    line(own.into_iter().chain(row.cells.iter().map(cell_text)))
}

/// A value as a cell: texts without quotes, nothing for what is not known.
pub(crate) fn cell_text(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// One line of a CSV file. A text that a spreadsheet would run as a formula gets an apostrophe before it.
pub(crate) fn line(cells: impl Iterator<Item = String>) -> String {
    let mut line = cells.map(|cell| csv_cell(&cell)).collect::<Vec<_>>().join(",");
    line.push_str("\r\n");
    line
}

fn csv_cell(text: &str) -> String {
    let runs = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err();
    let safe = if runs { format!("'{text}") } else { text.to_owned() };
    if safe.contains([',', '"', '\n', '\r']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_where_it_must_be_and_never_a_formula() {
        let cells = ["plain", "a,b", "say \"so\"", "=HYPERLINK(1)", "-12.5", "two\nlines"];
        insta::assert_snapshot!(line(cells.iter().map(|cell| (*cell).to_owned())), @r#"plain,"a,b","say ""so""",'=HYPERLINK(1),-12.5,"two
lines""#);
    }
}
