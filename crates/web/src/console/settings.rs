//! People and API tokens, and one's own password. Secrets are shown once, when they are made.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use mainstay_app::people::Person;
use mainstay_app::{App, AppError};
use mainstay_model::access::{Permission, Role};

use super::Console;
use super::error::{PageResult, show};
use super::frame::Frame;
use super::session::{Fields, Visit};
use super::words::spaced;

/// The page.
#[derive(Template, Debug)]
#[template(path = "console/settings.html")]
pub struct SettingsPage {
    /// What is around it.
    pub frame: Frame,
    /// Who is signed in.
    pub email: String,
    /// Everybody; for administrators.
    pub people: Vec<PersonLine>,
    /// API tokens; for administrators.
    pub tokens: Vec<TokenLine>,
    /// The roles to choose from.
    pub roles: Vec<(&'static str, String)>,
    /// A secret just made: what it is, and it.
    pub made: Option<(String, String)>,
    /// Zone, currency and version of the workspace.
    pub workspace: Vec<(&'static str, String)>,
}

/// One person.
#[derive(Clone, Debug)]
pub struct PersonLine {
    /// Their address.
    pub email: String,
    /// What colleagues read.
    pub name: String,
    /// The role's word.
    pub role: String,
    /// Whether they may not sign in.
    pub disabled: bool,
}

/// One token.
#[derive(Clone, Debug)]
pub struct TokenLine {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// The role's word.
    pub role: String,
    /// When it was last used.
    pub used: String,
    /// Whether it is not accepted any more.
    pub revoked: bool,
}

async fn page(app: &App, visit: &Visit, made: Option<(String, String)>) -> Result<SettingsPage, AppError> {
    let manages = visit.person.role.may(Permission::ManagePeople);
    let (people, tokens) = if manages { (app.people().list().await?, app.people().tokens().await?) } else { (Vec::new(), Vec::new()) };
    let person = |person: Person| PersonLine {
        role: spaced(person.role.as_str()),
        disabled: person.disabled_at.is_some(),
        email: person.email,
        name: person.name,
    };
    let tokens = tokens.into_iter().map(|token| TokenLine {
        role: spaced(token.role.as_str()),
        used: token.used_at.map_or_else(|| "never used".to_owned(), |at| visit.moment.ago(at)),
        revoked: token.revoked_at.is_some(),
        id: token.id,
        name: token.name,
    });
    let workspace = app.workspace();
    Ok(SettingsPage {
        frame: Frame::new(app, visit, "settings", "Settings"),
        email: visit.person.email.clone(),
        people: people.into_iter().map(person).collect(),
        tokens: tokens.collect(),
        roles: Role::ALL.iter().map(|role| (role.as_str(), spaced(role.as_str()))).collect(),
        made,
        workspace: vec![
            ("name", workspace.name.clone()),
            ("time zone", workspace.zone.name().to_owned()),
            ("currency", workspace.currency.clone()),
            ("version", workspace.version.clone()),
        ],
    })
}

/// Shows the page.
pub(crate) async fn show_settings(State(console): State<Console>, Extension(visit): Extension<Visit>) -> PageResult {
    Ok(show(&page(&console.app, &visit, None).await?))
}

fn read_role(fields: &Fields) -> Result<Role, AppError> {
    let word = fields.text("role");
    Role::parse(word).ok_or_else(|| AppError::invalid(format!("`{word}` is no role.")).hint("Choose admin, operations, csm or viewer."))
}

/// Adds a person and shows their first password, once.
pub(crate) async fn add_person(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
) -> PageResult {
    let role = read_role(&fields)?;
    let (email, name) = (fields.required("email", "The address")?, fields.required("name", "The name")?);
    let made = console.app.people().create(email, name, role).await?;
    Ok(show(&page(&console.app, &visit, Some((format!("The password of {}", made.email), made.password))).await?))
}

/// Ends a person's access.
pub(crate) async fn disable_person(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
) -> PageResult {
    let email = fields.required("email", "The address")?;
    if email == visit.person.email {
        return Err(AppError::invalid("You cannot disable yourself.").hint("Ask another administrator.").into());
    }
    console.app.people().disable(email).await?;
    Ok(Redirect::to("/settings?done=person-disabled").into_response())
}

/// Makes a token and shows it, once.
pub(crate) async fn create_token(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
) -> PageResult {
    let role = read_role(&fields)?;
    let name = fields.required("name", "What the token is for")?;
    let made = console.app.people().create_token(name, role, &visit.person.email).await?;
    Ok(show(&page(&console.app, &visit, Some((format!("The token “{name}”"), made.token))).await?))
}

/// Revokes a token.
pub(crate) async fn revoke_token(State(console): State<Console>, Path(token): Path<String>) -> PageResult {
    console.app.people().revoke_token(&token).await?;
    Ok(Redirect::to("/settings?done=token-revoked").into_response())
}

/// Changes one's own password.
pub(crate) async fn change_password(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
) -> PageResult {
    console.app.people().change_password(&visit.person.id, fields.raw("old"), fields.raw("new")).await?;
    Ok(Redirect::to("/settings?done=password").into_response())
}
