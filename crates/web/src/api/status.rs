//! What there is and how the sources are doing, for programs; a command asks it too, to see whether a server answers.

use axum::Json;
use axum::extract::State;
use mainstay_app::App;
use mainstay_app::data::DataStatus;

use crate::error::ApiError;

pub(super) async fn show_status(State(app): State<App>) -> Result<Json<DataStatus>, ApiError> {
    Ok(Json(app.status().await?))
}
