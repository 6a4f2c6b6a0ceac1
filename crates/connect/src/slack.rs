//! Messages to Slack: through an incoming webhook or as a bot.

use std::time::Duration;

use mainstay_model::Timestamp;
use reqwest::{Client, StatusCode, Url};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::error::{ConnectError, Result};
use crate::http::{self, Reply};

pub use crate::templates::SlackMessage;

/// Where Slack's own programming interface is.
pub const API_URL: &str = "https://slack.com/api";

/// How Slack names the metadata that carries our idempotency key.
const EVENT_TYPE: &str = "mainstay_message";

/// A Slack that has not answered after so long is tried again later.
const ANSWER_LIMIT: Duration = Duration::from_secs(20);

/// Refusals of `chat.postMessage` that are about Slack's state or our rate, not about the message.
const PASSING: &[&str] = &[
    "accesslimited",
    "fatal_error",
    "internal_error",
    "message_limit_exceeded",
    "rate_limited",
    "ratelimited",
    "request_timeout",
    "service_unavailable",
    "team_added_to_org",
];

/// Refusals that somebody mends in the settings, after which the same message is taken.
const SETTINGS: &[&str] =
    &["account_inactive", "invalid_auth", "missing_scope", "not_authed", "not_in_channel", "token_expired", "token_revoked"];

/// How to get into a workspace of Slack.
#[derive(Clone, PartialEq, Eq)]
pub enum SlackAccess {
    /// An incoming webhook: it leads to one channel.
    Webhook {
        /// Its address, which is a secret.
        url: String,
    },
    /// A bot with the scope `chat:write` (and `chat:write.public` for channels it is not in).
    Bot {
        /// `xoxb-...`
        token: String,
        /// [`API_URL`], or another address in tests.
        api_url: String,
    },
}

/// Sends to Slack. Clones share the connections.
#[derive(Clone)]
pub struct Slack {
    client: Client,
    access: SlackAccess,
    url: Url,
}

impl std::fmt::Debug for Slack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let way = match self.access {
            SlackAccess::Webhook { .. } => "webhook",
            SlackAccess::Bot { .. } => "bot",
        };
        f.debug_struct("Slack").field("access", &way).finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct Post<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "<[Value]>::is_empty")]
    blocks: &'a [Value],
    #[serde(flatten)]
    bot: Option<BotPost<'a>>,
}

/// What only a bot says. Links of ours are not worth a preview, and making one would count as a click.
#[derive(Serialize)]
struct BotPost<'a> {
    channel: &'a str,
    metadata: Value,
    unfurl_links: bool,
    unfurl_media: bool,
}

#[derive(Deserialize)]
struct Posted {
    ok: bool,
    #[serde(default)]
    error: String,
    #[serde(default)]
    channel: String,
    #[serde(default)]
    ts: String,
}

impl Slack {
    /// A sender with this access.
    ///
    /// # Errors
    /// [`ConnectError::Setting`] when the address is none or the token is no bot token.
    pub fn new(access: SlackAccess) -> Result<Self> {
        Self::with_limit(access, ANSWER_LIMIT)
    }

    /// As [`Slack::new`], giving up after `answer_limit` instead of 20 seconds.
    ///
    /// # Errors
    /// As [`Slack::new`].
    pub fn with_limit(access: SlackAccess, answer_limit: Duration) -> Result<Self> {
        let wrong = |setting, why: &str| ConnectError::Setting { setting, why: why.to_owned() };
        let url = match &access {
            SlackAccess::Webhook { url } => Url::parse(url).map_err(|_| wrong("Slack webhook", "is no address"))?,
            SlackAccess::Bot { token, api_url } => {
                if !token.starts_with("xox") || !token.chars().all(|letter| letter.is_ascii_graphic()) {
                    return Err(wrong("Slack token", "is no bot token; it begins with xoxb-"));
                }
                let address = format!("{}/chat.postMessage", api_url.trim_end_matches('/'));
                Url::parse(&address).map_err(|_| wrong("Slack address", "is no address"))?
            }
        };
        Ok(Self { client: http::client(answer_limit, false)?, access, url })
    }

    /// Sends a message to `channel` (a channel's name or id, or a person's id; a webhook ignores it).
    ///
    /// A bot's message carries `key` in its metadata (`event_type` is `mainstay_message`), by which a message that came twice can be told.
    pub async fn send(&self, message: &SlackMessage, channel: &str, key: &str, now: Timestamp) -> Answer {
        match &self.access {
            SlackAccess::Webhook { .. } => {
                let post = Post { text: &message.text, blocks: &message.blocks, bot: None };
                let reply = http::send(self.client.post(self.url.clone()).json(&post), now).await;
                reply.map_or_else(|answer| answer, |reply| of_webhook(&reply, key))
            }
            SlackAccess::Bot { token, .. } => {
                let metadata = json!({ "event_type": EVENT_TYPE, "event_payload": { "key": key } });
                let bot = BotPost { channel, metadata, unfurl_links: false, unfurl_media: false };
                let post = Post { text: &message.text, blocks: &message.blocks, bot: Some(bot) };
                let reply = http::send(self.client.post(self.url.clone()).bearer_auth(token).json(&post), now).await;
                reply.map_or_else(|answer| answer, |reply| of_bot(&reply))
            }
        }
    }
}

/// An incoming webhook answers `ok`, or a status with a word.
fn of_webhook(reply: &Reply, key: &str) -> Answer {
    if reply.status.is_success() {
        return Answer::Sent { id: key.to_owned() };
    }
    passing(reply).unwrap_or_else(|| Answer::refused(format!("Slack {}", reply.quoted())))
}

/// The programming interface answers 200 with `ok: true`, or `ok: false` and a word.
fn of_bot(reply: &Reply) -> Answer {
    if let Some(answer) = passing(reply) {
        return answer;
    }
    match serde_json::from_str::<Posted>(&reply.body) {
        Ok(posted) if posted.ok => Answer::Sent { id: format!("{}/{}", posted.channel, posted.ts) },
        Ok(posted) if PASSING.contains(&posted.error.as_str()) => {
            Answer::Retry { after: reply.retry_after, why: format!("Slack answered {}", posted.error) }
        }
        Ok(posted) if SETTINGS.contains(&posted.error.as_str()) => {
            Answer::retry(format!("Slack answered {}: check the bot's token, its scopes and its channels", posted.error))
        }
        Ok(posted) => Answer::refused(format!("Slack answered {}", posted.error)),
        Err(_) => Answer::retry(format!("Slack {}, which is not JSON", reply.quoted())),
    }
}

fn passing(reply: &Reply) -> Option<Answer> {
    let passing = reply.status == StatusCode::TOO_MANY_REQUESTS || reply.status.is_server_error();
    passing.then(|| Answer::Retry { after: reply.retry_after, why: format!("Slack {}", reply.quoted()) })
}
