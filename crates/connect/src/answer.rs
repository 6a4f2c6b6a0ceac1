//! What became of one message that was handed to an outside system.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The end of one attempt to send.
///
/// Nothing is ever both sent and refused. After [`Answer::Retry`] the other side may still have it (its answer may be what was lost); it
/// can tell by the idempotency key, which every channel carries.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// The other side took it.
    Sent {
        /// Its name there: the Message-ID, Slack's time stamp, the webhook's id.
        id: String,
    },
    /// Not now: the network, a limit, a server in trouble, or settings that somebody has to mend. Nothing is wrong with the message.
    Retry {
        /// How long the other side asked to wait, if it did; see [`crate::Backoff::wait`].
        after: Option<Duration>,
        /// Why, for people; without secrets.
        why: String,
    },
    /// Never: the same message would be refused again.
    Refused {
        /// Why, for people; without secrets.
        why: String,
        /// The address itself is dead (a hard bounce): send nothing more there.
        bounced: bool,
    },
}

impl Answer {
    /// A retry without a wait of the other side's choosing.
    pub(crate) fn retry(why: impl Into<String>) -> Self {
        Self::Retry { after: None, why: why.into() }
    }

    /// A refusal that says nothing about the address.
    pub(crate) fn refused(why: impl Into<String>) -> Self {
        Self::Refused { why: why.into(), bounced: false }
    }
}
