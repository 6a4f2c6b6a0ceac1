//! What a play sent by each channel and what came back, as lines of a table.

use mainstay_app::play_book::MessagesSent;

use super::whole;
use crate::console::words::{Locale, label};

/// One channel.
#[derive(Clone, Debug)]
pub struct ChannelLine {
    /// The channel.
    pub channel: String,
    /// How many messages left.
    pub sent: String,
    /// How many were opened, clicked and answered, and how many came back; each with its share of those that left.
    pub answers: [Answers; 4],
}

/// How many messages got one kind of answer.
#[derive(Clone, Debug)]
pub struct Answers {
    /// How many.
    pub count: String,
    /// Their share of those that left; empty for none.
    pub share: String,
}

/// One channel of a play.
#[must_use]
pub fn channel_line(sent: &MessagesSent, locale: Locale) -> ChannelLine {
    let answers = |count: u64| Answers {
        count: locale.count(whole(count)),
        share: if count > 0 { locale.percent(count as f64 / sent.sent.max(1) as f64) } else { String::new() },
    };
    ChannelLine {
        channel: label(&sent.channel),
        sent: locale.count(whole(sent.sent)),
        answers: [sent.opened, sent.clicked, sent.replied, sent.bounced].map(answers),
    }
}
