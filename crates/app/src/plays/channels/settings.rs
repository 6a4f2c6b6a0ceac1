//! Channels by their settings, as the guide names them.

use std::collections::BTreeMap;
use std::path::Path;

use mainstay_connect::identity::IdentitySecret;
use mainstay_connect::maildir::Maildir;
use mainstay_connect::slack::{API_URL, Slack, SlackAccess};
use mainstay_connect::smtp::{Security, Smtp, SmtpLimits, SmtpSettings};
use mainstay_connect::webhook::{Secret, WebhookSettings, Webhooks};
use mainstay_connect::{ConnectError, Post};

use super::Channels;
use crate::error::{AppError, ErrorCode, Result};

/// The port of a relay that is told to use TLS.
const SMTP_PORT: u16 = 587;
/// What the names of variables with an endpoint's secret begin with; the rest is the endpoint's name in capitals.
const WEBHOOK_SECRET: &str = "MAINSTAY_WEBHOOK_SECRET_";

impl Channels {
    /// Channels as these variables set them, named as in the guide. `console` is where the console is, unless `MAINSTAY_PUBLIC_URL` says it better.
    ///
    /// # Errors
    /// [`ErrorCode::Configuration`] for what cannot be used, with the name of its variable.
    pub fn from_variables(console: &str, variables: &BTreeMap<String, String>) -> Result<Self> {
        let given = Variables(variables);
        let base_url = given.get("MAINSTAY_PUBLIC_URL").unwrap_or(console).trim_end_matches('/').to_owned();
        let webhooks = Webhooks::new(WebhookSettings::default());
        if let Err(error) = &webhooks {
            tracing::warn!(%error, "webhooks cannot be sent");
        }
        Ok(Self {
            mail: mail(given)?,
            mail_inbox: folder(given, "MAINSTAY_MAIL_INBOX")?,
            mail_secret: secret(given, "MAINSTAY_MAIL_SECRET")?,
            in_app_secret: secret(given, "MAINSTAY_IN_APP_SECRET")?,
            slack: slack(given)?,
            webhooks: webhooks.ok(),
            webhook_secrets: secrets(given)?,
            tracker: None,
            base_url,
        })
    }
}

/// What is set; a variable that is empty is not.
#[derive(Clone, Copy)]
struct Variables<'a>(&'a BTreeMap<String, String>);

impl<'a> Variables<'a> {
    fn get(self, name: &str) -> Option<&'a str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }
}

/// The relay where there is one, else the folder.
fn mail(given: Variables) -> Result<Option<Post>> {
    Ok(match smtp(given)? {
        Some(smtp) => Some(Post::Relay(smtp)),
        None => folder(given, "MAINSTAY_MAIL_FOLDER")?.map(Post::Folder),
    })
}

fn folder(given: Variables, name: &str) -> Result<Option<Maildir>> {
    given.get(name).map(|path| Maildir::open(Path::new(path)).map_err(|error| unusable(name, error))).transpose()
}

fn secret(given: Variables, name: &str) -> Result<Option<IdentitySecret>> {
    given.get(name).map(|text| IdentitySecret::new(text).map_err(|error| unusable(name, error))).transpose()
}

fn smtp(given: Variables) -> Result<Option<Smtp>> {
    let Some(host) = given.get("MAINSTAY_SMTP_HOST") else { return Ok(None) };
    let port = match given.get("MAINSTAY_SMTP_PORT") {
        None => SMTP_PORT,
        Some(text) => text.parse().map_err(|_| wrong("MAINSTAY_SMTP_PORT", &format!("`{text}` is no port; write a number such as 587")))?,
    };
    let security = match given.get("MAINSTAY_SMTP_SECURITY") {
        None | Some("starttls") => Security::StartTls,
        Some("tls") => Security::Tls,
        Some("none") => Security::None,
        Some(other) => return Err(wrong("MAINSTAY_SMTP_SECURITY", &format!("`{other}` is not known; write starttls, tls or none"))),
    };
    let credentials = match (given.get("MAINSTAY_SMTP_USER"), given.get("MAINSTAY_SMTP_PASSWORD")) {
        (Some(user), Some(password)) => Some((user.to_owned(), password.to_owned())),
        (None, None) => None,
        (Some(_), None) => return Err(wrong("MAINSTAY_SMTP_PASSWORD", "is missing; a user needs one")),
        (None, Some(_)) => return Err(wrong("MAINSTAY_SMTP_USER", "is missing; a password needs one")),
    };
    let read =
        |path: &str| std::fs::read(path).map_err(|error| wrong("MAINSTAY_SMTP_ROOT", &format!("{path} cannot be read")).caused_by(error));
    let root_pem = given.get("MAINSTAY_SMTP_ROOT").map(read).transpose()?;
    let hello = given.get("MAINSTAY_SMTP_HELLO").map(str::to_owned);
    let settings = SmtpSettings { host: host.to_owned(), port, security, credentials, hello, root_pem, limits: SmtpLimits::default() };
    Smtp::new(settings).map(Some).map_err(|error| unusable("MAINSTAY_SMTP_*", error))
}

fn slack(given: Variables) -> Result<Option<Slack>> {
    let (name, access) = match (given.get("MAINSTAY_SLACK_TOKEN"), given.get("MAINSTAY_SLACK_WEBHOOK")) {
        (Some(token), _) => ("MAINSTAY_SLACK_TOKEN", SlackAccess::Bot { token: token.to_owned(), api_url: API_URL.to_owned() }),
        (None, Some(url)) => ("MAINSTAY_SLACK_WEBHOOK", SlackAccess::Webhook { url: url.to_owned() }),
        (None, None) => return Ok(None),
    };
    Slack::new(access).map(Some).map_err(|error| unusable(name, error))
}

fn secrets(given: Variables) -> Result<BTreeMap<String, Secret>> {
    let named = given.0.keys().filter_map(|name| Some((name, name.strip_prefix(WEBHOOK_SECRET)?, given.get(name)?)));
    named.map(|(name, endpoint, text)| Ok((endpoint.to_lowercase(), Secret::parse(text).map_err(|error| unusable(name, error))?))).collect()
}

fn wrong(name: &str, why: &str) -> AppError {
    AppError::new(ErrorCode::Configuration, format!("{name}: {why}"))
}

fn unusable(name: &str, error: ConnectError) -> AppError {
    AppError::new(ErrorCode::Configuration, format!("{name}: {error}")).caused_by(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn channels(variables: &[(&str, &str)]) -> Result<Channels> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Channels::from_variables("http://127.0.0.1:8080", &variables)
    }

    #[test]
    fn what_is_not_set_is_not_connected() {
        let channels = channels(&[("MAINSTAY_SMTP_HOST", " ")]).unwrap();
        assert!(
            channels.mail.is_none() && channels.mail_secret.is_none() && channels.slack.is_none() && channels.webhook_secrets.is_empty()
        );
        assert_eq!(channels.base_url, "http://127.0.0.1:8080");
    }

    #[test]
    fn what_is_set_is_connected() {
        let channels = channels(&[
            ("MAINSTAY_SMTP_HOST", "localhost"),
            ("MAINSTAY_SMTP_SECURITY", "none"),
            ("MAINSTAY_MAIL_FOLDER", "/dev/null/not-looked-at-beside-a-relay"),
            ("MAINSTAY_IN_APP_SECRET", "0123456789abcdef"),
            ("MAINSTAY_SLACK_WEBHOOK", "https://hooks.slack.example/x"),
            ("MAINSTAY_WEBHOOK_SECRET_PROVISIONING", SECRET),
            ("MAINSTAY_PUBLIC_URL", "https://mainstay.example/"),
        ])
        .unwrap();
        assert!(matches!(channels.mail, Some(Post::Relay(_))) && channels.in_app_secret.is_some() && channels.slack.is_some());
        assert_eq!(channels.webhook_secrets.keys().collect::<Vec<_>>(), ["provisioning"]);
        assert_eq!(channels.base_url, "https://mainstay.example");
    }

    #[test]
    fn what_cannot_be_used_is_named_without_its_secret() {
        let host = ("MAINSTAY_SMTP_HOST", "relay.example");
        for (name, value) in [
            ("MAINSTAY_SMTP_PORT", "many"),
            ("MAINSTAY_SMTP_SECURITY", "ssl"),
            ("MAINSTAY_SLACK_TOKEN", "hush"),
            ("MAINSTAY_WEBHOOK_SECRET_X", "hush"),
            ("MAINSTAY_MAIL_SECRET", "hush"),
            ("MAINSTAY_IN_APP_SECRET", "hush"),
            ("MAINSTAY_MAIL_INBOX", "/dev/null/inbox"),
        ] {
            let error = channels(&[host, (name, value)]).unwrap_err();
            assert_eq!(error.code, ErrorCode::Configuration);
            assert!(error.message.starts_with(name) && !error.message.contains("hush"), "{}", error.message);
        }
        assert!(channels(&[host, ("MAINSTAY_SMTP_USER", "ann")]).is_err(), "a user without a password");
    }
}
