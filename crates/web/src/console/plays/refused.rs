//! For whom a play did not start and why, as lines of the play's page and of the account's.

use mainstay_app::play_book::RefusalLine;

use super::whole;
use crate::console::words::{Locale, Moment, segment};

/// One refusal in a list.
#[derive(Clone, Debug)]
pub struct RefusedRow {
    /// The play.
    pub play: String,
    /// The play's page.
    pub play_href: String,
    /// The account, and its subscription, person or user.
    pub subject: String,
    /// The account's page.
    pub account_href: String,
    /// Why, in words that complete a sentence.
    pub why: String,
    /// `12 times so far`; empty for once.
    pub times: String,
    /// When it was refused last.
    pub when: String,
    /// When exactly.
    pub exact: String,
    /// The same for machines.
    pub machine: String,
}

/// One refusal in a list.
#[must_use]
pub fn refused_row(line: &RefusalLine, locale: Locale, moment: &Moment) -> RefusedRow {
    RefusedRow {
        play: line.play.clone(),
        play_href: format!("/plays/{}", segment(&line.play)),
        subject: if line.subject == line.account_id { line.account_id.clone() } else { format!("{} · {}", line.account_id, line.subject) },
        account_href: format!("/accounts/{}", segment(&line.account_id)),
        why: line.why.clone(),
        times: if line.times > 1 { format!("{} times so far", locale.count(whole(line.times))) } else { String::new() },
        when: moment.ago(line.at),
        exact: moment.full(line.at),
        machine: line.at.to_rfc3339(),
    }
}
