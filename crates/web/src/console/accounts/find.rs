//! Accounts whose name or id contains a text, for the palette that goes anywhere.

use axum::extract::State;
use axum::{Extension, Json};
use mainstay_app::accounts::{AccountQuery, AsOf};
use serde::Serialize;

use crate::console::Console;
use crate::console::error::PageResult;
use crate::console::session::{Fields, Visit};
use crate::console::words::{band_mark, segment};

/// One account found.
#[derive(Debug, Serialize)]
pub(crate) struct Found {
    name: String,
    detail: String,
    href: String,
}

/// Answers the first accounts found.
pub(crate) async fn find_accounts(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(query): Extension<Fields>,
) -> PageResult<Json<Vec<Found>>> {
    let search = query.text("q");
    if search.is_empty() {
        return Ok(Json(Vec::new()));
    }
    let asked = AccountQuery { search: Some(search.to_owned()), sort: "name".to_owned(), limit: 8, ..AccountQuery::default() };
    let page = console.app.list_accounts(&asked, &AsOf::NOW).await?;
    let workspace = console.app.workspace();
    let found = page.rows.into_iter().map(|row| {
        let band = band_mark(&workspace.bands, &row.band);
        let score = row.score.map(|score| visit.locale.score(score, &workspace.bands)).unwrap_or_default();
        Found { href: format!("/accounts/{}", segment(&row.id)), name: row.name, detail: format!("{} {} {score}", band.shape, band.label) }
    });
    Ok(Json(found.collect()))
}
