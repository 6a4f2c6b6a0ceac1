//! The way in and out, and what every answer carries.

use axum::http::{Method, StatusCode, header};
use mainstay_model::access::Role;

use super::visitor::{Answered, Site};

/// Sends the sign-in form as a browser does: with the cookie and the hidden secret of the page.
async fn sign_in(site: &Site, email: &str, password: &str, next: &str) -> Answered {
    let page = site.send(Method::GET, &format!("/sign-in?next={next}"), &[], "").await;
    let cookie = page.cookies.first().unwrap().split(';').next().unwrap().to_owned();
    let secret = cookie.split_once('=').unwrap().1;
    assert!(page.body.contains(&format!("name=\"csrf\" value=\"{secret}\"")));
    let body = format!("csrf={secret}&email={email}&password={password}&next={next}");
    site.send(Method::POST, "/sign-in", &[(header::COOKIE, &cookie)], &body).await
}

#[tokio::test]
async fn signing_in_leads_to_the_page_that_was_asked_for() {
    let site = Site::open().await;
    let asked = site.send(Method::GET, "/accounts?filter=arr+%3E+5", &[], "").await;
    assert_eq!(asked.location, "/sign-in?next=%2Faccounts%3Ffilter%3Darr%2B%253E%2B5");
    let person = site.person(Role::Csm).await;
    let answer = sign_in(&site, &person.email, &person.password, "%2Faccounts%3Ffilter%3Darr%2B%253E%2B5").await;
    assert_eq!((answer.status, answer.location.as_str()), (StatusCode::SEE_OTHER, "/accounts?filter=arr+%3E+5"));
    let cookie = answer.cookies.first().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let page = site.send(Method::GET, "/accounts", &[(header::COOKIE, cookie.split(';').next().unwrap())], "").await;
    assert_eq!(page.status, StatusCode::OK);
}

#[tokio::test]
async fn a_wrong_password_is_told_without_saying_which_of_the_two_is_wrong() {
    let site = Site::open().await;
    let person = site.person(Role::Csm).await;
    let wrong = sign_in(&site, &person.email, "not-the-password", "").await;
    let nobody = sign_in(&site, "nobody@acme.example", "not-the-password", "").await;
    assert_eq!((wrong.status, nobody.status), (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED));
    assert!(wrong.body.contains("do not belong together") && nobody.body.contains("do not belong together"));
    assert!(wrong.cookies.is_empty());
}

#[tokio::test]
async fn guessing_passwords_is_throttled() {
    let site = Site::open().await;
    let person = site.person(Role::Csm).await;
    for _ in 0..5 {
        sign_in(&site, &person.email, "not-the-password", "").await;
    }
    let locked = sign_in(&site, &person.email, &person.password, "").await;
    assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn the_sign_in_form_is_double_submitted() {
    let site = Site::open().await;
    let person = site.person(Role::Csm).await;
    let body = format!("csrf=x&email={}&password={}", person.email, person.password);
    for cookies in [&[][..], &[(header::COOKIE, "mainstay_form=")][..], &[(header::COOKIE, "mainstay_form=y")][..]] {
        let answer = site.send(Method::POST, "/sign-in", cookies, &body).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn signing_out_ends_the_session_for_good() {
    let site = Site::open().await;
    let (cookie, csrf) = site.signed_in(Role::Viewer).await;
    let answer = site.send(Method::POST, "/sign-out", &[(header::COOKIE, &cookie)], &format!("csrf={csrf}")).await;
    assert_eq!(answer.location, "/sign-in");
    let after = site.send(Method::GET, "/accounts", &[(header::COOKIE, &cookie)], "").await;
    assert_eq!(after.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn every_page_answers_before_there_is_any_data() {
    let site = Site::open().await;
    let (cookie, _) = site.signed_in(Role::Admin).await;
    let pages = [
        "/accounts",
        "/accounts.csv",
        "/models",
        "/signals",
        "/data",
        "/data/quarantine",
        "/data/quality",
        "/data/keys",
        "/settings",
        "/sql",
    ];
    for path in pages {
        let answer = site.send(Method::GET, path, &[(header::COOKIE, &cookie)], "").await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
    }
    let missing = site.send(Method::GET, "/accounts/nobody", &[(header::COOKIE, &cookie)], "").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}
