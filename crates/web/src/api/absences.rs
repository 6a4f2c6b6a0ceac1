//! Absences for programs: who is away, until when, and who stands in.

use axum::Json;
use axum::extract::State;
use mainstay_app::App;
use mainstay_app::tasks::{Absence, NewAbsence};
use serde::Deserialize;

use super::body_as;
use crate::error::ApiError;

pub(super) async fn list_absences(State(app): State<App>) -> Result<Json<Vec<Absence>>, ApiError> {
    Ok(Json(app.absences().await?))
}

/// An absence; its ends as texts. A day alone is whole: from its beginning, until its end.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Away {
    person: String,
    from: String,
    until: String,
    #[serde(default)]
    cover: Option<String>,
}

pub(super) async fn add_absence(State(app): State<App>, body: String) -> Result<Json<Vec<Absence>>, ApiError> {
    let Away { person, from, until, cover } =
        body_as(&body, r#"{"person": "ann@example.com", "from": "2026-03-02", "until": "2026-03-06", "cover": "bob@example.com"}"#)?;
    app.add_absence(&NewAbsence::between(&person, &from, &until, cover, &app.workspace().zone)?).await?;
    Ok(Json(app.absences().await?))
}

/// Which absence.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    person: String,
    from: String,
}

pub(super) async fn remove_absence(State(app): State<App>, body: String) -> Result<Json<Vec<Absence>>, ApiError> {
    let Which { person, from } = body_as(&body, r#"{"person": "ann@example.com", "from": "2026-03-02"}"#)?;
    app.remove_absence(&person, NewAbsence::beginning(&from, &app.workspace().zone)?).await?;
    Ok(Json(app.absences().await?))
}
