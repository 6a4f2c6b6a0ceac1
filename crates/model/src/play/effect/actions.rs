//! What the actions with several fields carry.

use serde::{Deserialize, Serialize};

use super::recipient::Recipient;
use super::words::{Priority, TaskKind};
use crate::play::times::Length;

/// A task for somebody of the company.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Task {
    /// Whose it is.
    pub to: Recipient,
    /// One line.
    pub title: String,
    /// More, in Markdown.
    pub body: Option<String>,
    /// What is to be done.
    pub kind: TaskKind,
    /// When it is due, after the step's instant.
    pub due: Option<Length>,
    /// How urgent it is.
    pub priority: Priority,
    /// Something that may be offered, by name.
    pub offer: Option<String>,
}

/// A mail.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Email {
    /// To whom.
    pub to: Recipient,
    /// Name of the template.
    pub template: String,
    /// What it counts as for caps and consent; the template's where absent, else `success`.
    pub category: Option<String>,
    /// In whose name; the workspace's sender where absent.
    pub from: Option<Recipient>,
    /// Whether it must go whatever caps and windows say.
    pub transactional: bool,
    /// So long after the step's instant it is no longer worth sending.
    pub stale_after: Option<Length>,
}

/// A Slack message: a template or a text, to a person or a channel.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Slack {
    /// To whom; the workspace's channel where neither is said.
    pub to: Option<Recipient>,
    /// Into which channel.
    pub channel: Option<String>,
    /// Name of the template.
    pub template: Option<String>,
    /// The text itself.
    pub text: Option<String>,
}

/// A support ticket.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Ticket {
    /// Who works on it.
    pub to: Recipient,
    /// How urgent it is.
    pub priority: Priority,
    /// One line.
    pub subject: String,
    /// More.
    pub body: Option<String>,
}

/// A question to somebody before anything further is done.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Approval {
    /// Who answers.
    pub by: Recipient,
    /// The question.
    pub title: String,
    /// How long it is waited for.
    pub length: Length,
    /// Whether the rest is done when nobody answers; it never is after a no.
    pub proceeds: bool,
}

/// A calendar invitation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Invite {
    /// Who is invited.
    pub to: Recipient,
    /// What the meeting is called.
    pub title: String,
    /// How long it is, in minutes.
    pub duration_minutes: u32,
    /// It is proposed for the first business time within so long.
    pub within: Length,
}
