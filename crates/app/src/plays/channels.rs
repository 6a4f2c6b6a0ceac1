//! The channels of a running server: which are connected, and with what. Secrets come from the environment, through the edge.

mod settings;

use std::collections::BTreeMap;

use mainstay_connect::slack::Slack;
use mainstay_connect::smtp::Smtp;
use mainstay_connect::tracking::Tracker;
use mainstay_connect::webhook::{Secret, Webhooks};

/// What messages leave by. The default is connected to nothing: entries of the outbox wait, and say what is missing.
#[derive(Debug, Default)]
pub struct Channels {
    /// The relay for mail.
    pub smtp: Option<Smtp>,
    /// Slack.
    pub slack: Option<Slack>,
    /// Signed calls of endpoints.
    pub webhooks: Option<Webhooks>,
    /// The secrets of endpoints, by the name that the workspace gives them.
    pub webhook_secrets: BTreeMap<String, Secret>,
    /// Links that tell who opened, clicked or unsubscribed; they need a public address.
    pub tracker: Option<Tracker>,
    /// Where the console is, for links in messages to colleagues.
    pub base_url: String,
}
