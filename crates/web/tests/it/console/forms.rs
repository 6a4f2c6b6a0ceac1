//! The table of all mutating routes: each refuses whoever is not signed in, carries no secret, comes from elsewhere or may not do it.

use axum::http::{HeaderName, Method, StatusCode, header};
use mainstay_model::access::Role;
use mainstay_web::console::forms;

use super::visitor::Site;

/// The address of a form with something in place of each parameter.
fn address(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn no_form_does_anything_without_a_session() {
    let site = Site::open().await;
    for form in forms() {
        let answer = site.send(Method::POST, &address(form.path), &[], "csrf=x").await;
        assert_eq!((answer.status, answer.location.as_str()), (StatusCode::SEE_OTHER, "/sign-in"), "{}", form.path);
    }
}

#[tokio::test]
async fn no_form_does_anything_without_the_secret_of_its_session() {
    let site = Site::open().await;
    let (cookie, csrf) = site.signed_in(Role::Admin).await;
    let elsewhere = (HeaderName::from_static("sec-fetch-site"), "cross-site");
    for form in forms() {
        let path = address(form.path);
        for body in ["", "csrf=", "csrf=wrong", "other=1&csrf=%00"] {
            let answer = site.send(Method::POST, &path, &[(header::COOKIE, &cookie)], body).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} with `{body}`");
        }
        let answer = site.send(Method::POST, &path, &[(header::COOKIE, &cookie), elsewhere.clone()], &format!("csrf={csrf}")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} from another site");
    }
}

#[tokio::test]
async fn a_form_is_refused_to_roles_that_may_not_do_it_and_to_no_other() {
    let site = Site::open().await;
    for role in Role::ALL {
        let (cookie, csrf) = site.signed_in(role).await;
        // Signing out ends the session, so it comes last.
        for form in forms().into_iter().rev() {
            let path = address(form.path);
            let answer = site.send(Method::POST, &path, &[(header::COOKIE, &cookie)], &format!("csrf={csrf}")).await;
            let allowed = form.permission.is_none_or(|permission| role.may(permission));
            assert_eq!(answer.status != StatusCode::FORBIDDEN, allowed, "{path} for {}: {}", role.as_str(), answer.status);
        }
    }
}

#[tokio::test]
async fn pages_change_nothing_so_they_take_no_form() {
    let site = Site::open().await;
    let (cookie, csrf) = site.signed_in(Role::Admin).await;
    for path in [
        "/accounts",
        "/accounts.csv",
        "/accounts/1",
        "/plays",
        "/plays/1",
        "/plays/1/runs/1",
        "/accounts/1/renewal",
        "/accounts/1/autopsy",
        "/renewals",
        "/onboarding",
        "/models",
        "/signals",
        "/data",
        "/data/quarantine",
        "/data/quality",
        "/settings",
        "/my-day",
        "/tasks/1",
        "/sql",
    ] {
        let answer = site.send(Method::POST, path, &[(header::COOKIE, &cookie)], &format!("csrf={csrf}")).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
}
