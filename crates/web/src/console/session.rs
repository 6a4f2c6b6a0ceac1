//! Who visits: the session cookie, the form secret, and the two guards in front of every page and every form.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use mainstay_app::people::Person;
use mainstay_app::{AppError, ErrorCode};
use mainstay_model::access::Permission;

use super::Console;
use super::error::PageError;
use super::words::{Locale, Moment, address};

/// The name of the session cookie.
pub const COOKIE: &str = "mainstay_session";
/// The largest form that is read: a quarantined record of 1 MB, percent-encoded.
const FORM_LIMIT: usize = 4 << 20;

/// One visit of a signed-in person.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Who.
    pub person: Person,
    /// The secret that each form of the session carries.
    pub csrf: String,
    /// How the reader writes numbers.
    pub locale: Locale,
    /// Where the reader is in time.
    pub moment: Moment,
    /// What has just been done, said once.
    pub notice: Option<String>,
}

/// The fields of a form whose secret was right.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads a form's body or an address's query.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(bytes).into_owned().collect())
    }

    /// A field, trimmed; empty where absent.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
    }

    /// A field as it was sent.
    #[must_use]
    pub fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// Every value of a field that can come several times.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A field that must not be empty.
    ///
    /// # Errors
    /// `Invalid`, naming what is missing.
    pub fn required(&self, name: &str, what: &str) -> Result<&str, AppError> {
        match self.text(name) {
            "" => Err(AppError::invalid(format!("{what} is missing.")).hint("Fill it in and send the form again.")),
            text => Ok(text),
        }
    }
}

/// The value of a cookie.
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// Lets signed-in people through; sends others to the sign-in page and then back.
pub(crate) async fn require_session(State(console): State<Console>, mut request: Request, next: Next) -> Response {
    let signed = match cookie(request.headers(), COOKIE) {
        Some(token) => console.app.people().session(token).await,
        None => Ok(None),
    };
    let signed = match signed {
        Ok(Some(signed)) => signed,
        Ok(None) => return to_sign_in(&request),
        Err(error) => return PageError::from(error).into_response(),
    };
    let query = Fields::read(request.uri().query().unwrap_or("").as_bytes());
    let language = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let visit = Visit {
        person: signed.person,
        csrf: signed.csrf,
        locale: Locale::of_header(language),
        moment: Moment { zone: console.app.workspace().zone.clone(), now: console.app.now() },
        notice: super::notices::said(query.text("done")),
    };
    request.extensions_mut().insert(visit);
    request.extensions_mut().insert(query);
    let mut response = next.run(request).await;
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    response
}

fn to_sign_in(request: &Request) -> Response {
    let wanted = match *request.method() {
        Method::GET => request.uri().path_and_query().map_or("", |path| path.as_str()),
        _ => "",
    };
    Redirect::to(&address("/sign-in", &[("next", wanted)])).into_response()
}

/// Lets a form through when it carries the session's secret and the person may do what it does.
pub(crate) async fn require_form(State(permission): State<Option<Permission>>, request: Request, next: Next) -> Response {
    match check_form(permission, request).await {
        Ok(request) => next.run(request).await,
        Err(error) => PageError::from(error).into_response(),
    }
}

async fn check_form(permission: Option<Permission>, request: Request) -> Result<Request, AppError> {
    let (mut parts, body) = request.into_parts();
    let Some(visit) = parts.extensions.get::<Visit>() else {
        return Err(AppError::new(ErrorCode::Unauthorized, "You are not signed in."));
    };
    let fields = read_form(body).await?;
    if came_from_elsewhere(&parts.headers) || !same_secret(fields.text("csrf"), &visit.csrf) {
        return Err(AppError::new(ErrorCode::Forbidden, "This form does not belong to your session, so nothing was done.")
            .hint("Open the page again and send the form from there."));
    }
    if let Some(permission) = permission
        && !visit.person.role.may(permission)
    {
        return Err(AppError::new(ErrorCode::Forbidden, format!("The role `{}` may not do this.", visit.person.role.as_str()))
            .hint("Ask an administrator to do it, or to change your role."));
    }
    parts.extensions.insert(fields);
    Ok(Request::from_parts(parts, Body::empty()))
}

/// The fields of a form.
pub(crate) async fn read_form(body: Body) -> Result<Fields, AppError> {
    match to_bytes(body, FORM_LIMIT).await {
        Ok(bytes) => Ok(Fields::read(&bytes)),
        Err(error) => Err(AppError::invalid("The form could not be read to its end.").hint("Send at most 4 MB.").caused_by(error)),
    }
}

/// Whether the browser says that another site sent the request.
pub(crate) fn came_from_elsewhere(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok()).unwrap_or("none");
    !matches!(site, "same-origin" | "none")
}

/// Compares two secrets in a time that does not depend on where they differ; an empty one never equals.
pub(crate) fn same_secret(given: &str, kept: &str) -> bool {
    let different = given.bytes().zip(kept.bytes()).fold(0_u8, |different, (one, other)| different | (one ^ other));
    !kept.is_empty() && given.len() == kept.len() && different == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_secret_opens_nothing() {
        assert!(!same_secret("", ""));
        assert!(!same_secret("abc", "abd"));
        assert!(!same_secret("abc", "abcd"));
        assert!(same_secret("abc", "abc"));
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "a=1; mainstay_session=xyz; b=2".parse().unwrap());
        assert_eq!(cookie(&headers, COOKIE), Some("xyz"));
        assert_eq!(cookie(&headers, "c"), None);
    }
}
