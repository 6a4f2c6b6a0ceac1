//! The channels of a running server: which are connected, and with what. Secrets come from the environment, through the edge.

mod settings;

use std::collections::BTreeMap;

use mainstay_connect::Post;
use mainstay_connect::identity::IdentitySecret;
use mainstay_connect::maildir::Maildir;
use mainstay_connect::slack::Slack;
use mainstay_connect::tracking::Tracker;
use mainstay_connect::webhook::{Secret, Webhooks};

/// What messages leave by. The default is connected to nothing: entries of the outbox wait, and say what is missing.
#[derive(Debug, Default)]
pub struct Channels {
    /// How mail leaves: through a relay, or into a folder.
    pub mail: Option<Post>,
    /// The folder in which mail that comes in is laid.
    pub mail_inbox: Option<Maildir>,
    /// What whoever hands mail in over HTTP shows.
    pub mail_secret: Option<IdentitySecret>,
    /// What the customer's product vouches for its users with.
    pub in_app_secret: Option<IdentitySecret>,
    /// Slack.
    pub slack: Option<Slack>,
    /// Signed calls of endpoints.
    pub webhooks: Option<Webhooks>,
    /// The secrets of endpoints, by the name that the workspace gives them.
    pub webhook_secrets: BTreeMap<String, Secret>,
    /// Links that tell who opened, clicked, answered or unsubscribed; they need a public address: see [`crate::App::tracker`].
    pub tracker: Option<Tracker>,
    /// Where the console is, for links in messages to colleagues.
    pub base_url: String,
}
