//! Signed outgoing webhooks, as Standard Webhooks describes them.

mod signature;

use std::time::Duration;

use mainstay_model::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Client, StatusCode, Url};

use crate::answer::Answer;
use crate::error::Result;
use crate::http;

pub use signature::{Secret, Unverified, sign, verify};

/// How webhooks are sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WebhookSettings {
    /// An endpoint that has not answered after so long is tried again later.
    pub answer_limit: Duration,
    /// Whether endpoints in this network or on this machine may be reached. Off, so that nobody who can name an endpoint can look around.
    pub allow_private: bool,
}

impl Default for WebhookSettings {
    fn default() -> Self {
        Self { answer_limit: Duration::from_secs(20), allow_private: false }
    }
}

/// One call of an endpoint.
#[derive(Clone, Debug)]
pub struct Webhook<'a> {
    /// Where.
    pub url: &'a str,
    /// The endpoint's secret; it is sent unsigned without one.
    pub secret: Option<&'a Secret>,
    /// The idempotency key, sent as `webhook-id`: the same for every attempt.
    pub key: &'a str,
    /// JSON, sent and signed to the byte as it is here.
    pub body: &'a str,
}

/// Sends webhooks. Clones share the connections.
#[derive(Clone, Debug)]
pub struct Webhooks {
    client: Client,
    settings: WebhookSettings,
}

impl Webhooks {
    /// A sender with these settings.
    ///
    /// # Errors
    /// [`crate::ConnectError::Setting`] when the system's TLS roots cannot be read.
    pub fn new(settings: WebhookSettings) -> Result<Self> {
        Ok(Self { client: http::client(settings.answer_limit, !settings.allow_private)?, settings })
    }

    /// Calls the endpoint once. 2xx is sent; 408, 425, 429, 5xx and silence are worth another try; everything else, a redirect too, is refused.
    pub async fn send(&self, webhook: &Webhook<'_>, now: Timestamp) -> Answer {
        let Ok(url) = Url::parse(webhook.url) else { return Answer::refused("the endpoint's address is none") };
        if !matches!(url.scheme(), "http" | "https") {
            return Answer::refused("the endpoint's address must begin with https:// or http://");
        }
        if !self.settings.allow_private && !http::may_be_public(&url) {
            return Answer::refused("the endpoint lies in a private network, which the settings do not allow");
        }
        let Ok(id) = HeaderValue::from_str(webhook.key) else { return Answer::refused("the idempotency key cannot be sent as a header") };
        let seconds = now.micros().div_euclid(1_000_000);
        let mut request = self
            .client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", seconds)
            .body(webhook.body.to_owned());
        if let Some(secret) = webhook.secret {
            request = request.header("webhook-signature", sign(secret, webhook.key, seconds, webhook.body.as_bytes()));
        }
        match http::send(request, now).await {
            Ok(reply) if reply.status.is_success() => Answer::Sent { id: webhook.key.to_owned() },
            Ok(reply) if is_passing(reply.status) => {
                Answer::Retry { after: reply.retry_after, why: format!("the endpoint {}", reply.quoted()) }
            }
            Ok(reply) if reply.status == StatusCode::GONE => Answer::refused("the endpoint answered 410 Gone: it wants no more webhooks"),
            Ok(reply) if reply.status.is_redirection() => {
                Answer::refused(format!("the endpoint answered {}: redirects are not followed; correct its address", reply.status))
            }
            Ok(reply) => Answer::refused(format!("the endpoint {}", reply.quoted())),
            Err(answer) => answer,
        }
    }
}

/// Whether an answer is one of the server's state and not of the message.
fn is_passing(status: StatusCode) -> bool {
    status.is_server_error() || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS)
}
