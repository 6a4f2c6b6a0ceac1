//! Saved views: a filter, an order and columns under a name, per person.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use mainstay_app::AppError;

use super::query::ListQuery;
use crate::console::Console;
use crate::console::error::PageResult;
use crate::console::session::{Fields, Visit};
use crate::console::when::When;

/// The longest name.
const MAX_NAME_CHARS: usize = 60;

/// Saves what the form carries under a name.
pub(crate) async fn save_view(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
) -> PageResult {
    let name = fields.required("name", "The view's name")?;
    if name.chars().count() > MAX_NAME_CHARS {
        return Err(AppError::invalid(format!("The view's name is longer than {MAX_NAME_CHARS} characters.")).hint("Shorten it.").into());
    }
    // Read and written again, so that nothing but a query of the list is ever kept.
    let definition = ListQuery::read(&Fields::read(fields.raw("definition").as_bytes()), &When::default()).definition();
    console.app.people().save_view(&visit.person.id, name, &definition).await?;
    let separator = if definition.is_empty() { "" } else { "&" };
    Ok(Redirect::to(&format!("/accounts?{definition}{separator}done=view")).into_response())
}

/// Removes a view of the person.
pub(crate) async fn remove_view(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Path(view): Path<String>,
) -> PageResult {
    console.app.people().remove_view(&visit.person.id, &view).await?;
    Ok(Redirect::to("/accounts?done=view-removed").into_response())
}
