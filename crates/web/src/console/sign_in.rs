//! Signing in and out. The form is double-submitted: a cookie and a hidden field must carry the same secret.

use askama::Template;
use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect};
use mainstay_app::people::{OsRandom, Random, SESSION_SECONDS};
use mainstay_app::{AppError, ErrorCode};

use super::error::{PageResult, show, status_of};
use super::session::{COOKIE, Fields, came_from_elsewhere, cookie, read_form, same_secret};
use super::words::sentence;
use super::{Console, assets};

/// The cookie that the sign-in form is checked against.
const FORM_COOKIE: &str = "mainstay_form";

/// The page.
#[derive(Template, Debug, Default)]
#[template(path = "console/sign_in.html")]
pub struct SignInPage {
    /// Changes with the style sheet.
    pub assets: String,
    /// The double-submitted secret.
    pub csrf: String,
    /// Where to go afterwards.
    pub next: String,
    /// What was typed before.
    pub email: String,
    /// What went wrong.
    pub problem: Option<String>,
    /// What to do about it.
    pub hint: String,
}

/// Shows the form.
pub(crate) async fn show_sign_in(request: Request) -> PageResult {
    let query = Fields::read(request.uri().query().unwrap_or("").as_bytes());
    let secret = match cookie(request.headers(), FORM_COOKIE) {
        Some(secret) if secret.len() == 32 => secret.to_owned(),
        _ => new_secret()?,
    };
    let page =
        SignInPage { assets: assets::version(), csrf: secret.clone(), next: local(query.text("next")).to_owned(), ..SignInPage::default() };
    let mut response = show(&page);
    set_cookie(response.headers_mut(), &format!("{FORM_COOKIE}={secret}; Path=/sign-in; HttpOnly; SameSite=Strict"));
    Ok(response)
}

/// Checks the password and opens a session.
pub(crate) async fn sign_in(State(console): State<Console>, request: Request) -> PageResult {
    let (parts, body) = request.into_parts();
    let fields = read_form(body).await?;
    let secret = cookie(&parts.headers, FORM_COOKIE).unwrap_or("");
    if came_from_elsewhere(&parts.headers) || !same_secret(fields.text("csrf"), secret) {
        return Err(AppError::new(ErrorCode::Forbidden, "This form is no longer valid.").hint("Open the sign-in page again.").into());
    }
    match console.app.people().sign_in(fields.text("email"), fields.raw("password")).await {
        Ok(signed) => {
            let mut response = Redirect::to(local(fields.text("next"))).into_response();
            let secure = if behind_tls(&parts.headers) { "; Secure" } else { "" };
            let lasts = format!("Path=/; HttpOnly; SameSite=Lax; Max-Age={SESSION_SECONDS}{secure}");
            set_cookie(response.headers_mut(), &format!("{COOKIE}={}; {lasts}", signed.token));
            Ok(response)
        }
        Err(error) if matches!(error.code, ErrorCode::Unauthorized | ErrorCode::Busy | ErrorCode::Invalid) => {
            let page = SignInPage {
                assets: assets::version(),
                csrf: secret.to_owned(),
                next: local(fields.text("next")).to_owned(),
                email: fields.text("email").to_owned(),
                problem: Some(sentence(&error.message)),
                hint: sentence(&error.hint),
            };
            Ok((status_of(error.code), show(&page)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// Ends the session.
pub(crate) async fn sign_out(State(console): State<Console>, headers: HeaderMap, Extension(_): Extension<Fields>) -> PageResult {
    if let Some(token) = cookie(&headers, COOKIE) {
        console.app.people().sign_out(token).await?;
    }
    let mut response = Redirect::to("/sign-in").into_response();
    set_cookie(response.headers_mut(), &format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"));
    Ok(response)
}

fn new_secret() -> Result<String, AppError> {
    let mut bytes = [0_u8; 16];
    OsRandom.fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn set_cookie(headers: &mut HeaderMap, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        headers.append(header::SET_COOKIE, value);
    }
}

/// Whether a proxy in front says that the browser speaks TLS.
fn behind_tls(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|value| value.as_bytes() == b"https")
}

/// An address of this site, or the start page: nobody is sent elsewhere after signing in.
fn local(next: &str) -> &str {
    let safe = next.starts_with('/') && !next.starts_with("//") && !next.contains('\\') && !next.chars().any(char::is_control);
    if safe { next } else { "/accounts" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_never_leads_to_another_site() {
        assert_eq!(local("/accounts/a?as_of=2026-01-01"), "/accounts/a?as_of=2026-01-01");
        for hostile in ["", "https://evil.example", "//evil.example", "/\\evil.example", "/\nx", "javascript:alert(1)"] {
            assert_eq!(local(hostile), "/accounts", "{hostile}");
        }
    }
}
