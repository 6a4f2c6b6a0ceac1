//! What a step does: one variant per action, with whom it reaches.

mod actions;
mod recipient;
mod words;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use actions::{Approval, Email, Invite, Slack, Task, Ticket};
pub use recipient::{Audience, Recipient};
pub use words::{Priority, ReportKind, SurveyKind, TaskKind};

/// An action of a play. Texts named `title`, `body`, `reason`, `text` are templates.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// A task for somebody of the company.
    Task(Task),
    /// A mail from a template.
    Email(Email),
    /// A Slack message, to a person or a channel.
    Slack(Slack),
    /// A message inside the customer's view of the product.
    InApp {
        /// To whom.
        to: Recipient,
        /// Name of the template.
        template: String,
    },
    /// A signed call of a named endpoint.
    Webhook {
        /// The name under `webhooks` in `mainstay.yaml`.
        endpoint: String,
        /// What is sent; texts in it are templates.
        body: Value,
    },
    /// A field of the CRM is set.
    CrmField {
        /// The field.
        field: String,
        /// The value.
        value: Value,
        /// Whether it was written as a flag (`crm.flag`).
        flag: bool,
    },
    /// A support ticket.
    Ticket(Ticket),
    /// A report is made and announced.
    Report {
        /// Which.
        kind: ReportKind,
        /// To whom.
        to: Recipient,
    },
    /// A survey is sent.
    Survey {
        /// Which.
        kind: SurveyKind,
        /// To whom.
        to: Recipient,
        /// Name of the template that brings it; the product's own where absent.
        template: Option<String>,
    },
    /// The account gets a tag.
    Tag(String),
    /// It loses one.
    Untag(String),
    /// It moves to a stage.
    Stage(String),
    /// Another play starts for it.
    Start(String),
    /// Its run of another play stops.
    Stop(String),
    /// Somebody is asked; the rest of the list waits for the answer.
    Approval(Approval),
    /// The next on the ladder gets a task and a message.
    Escalate {
        /// To whom.
        to: Recipient,
        /// Why.
        reason: Option<String>,
    },
    /// A calendar invitation.
    Invite(Invite),
    /// Something is looked up by the enrichment endpoint, or by a person where there is none.
    Enrich {
        /// What.
        what: String,
    },
    /// A line in the account's log.
    Note(String),
}

impl Effect {
    /// The key it is written with: `crm.flag`, `email`.
    #[must_use]
    pub const fn action(&self) -> &'static str {
        match self {
            Self::Task(_) => "task",
            Self::Email(_) => "email",
            Self::Slack(_) => "slack",
            Self::InApp { .. } => "in_app",
            Self::Webhook { .. } => "webhook",
            Self::CrmField { flag: true, .. } => "crm.flag",
            Self::CrmField { flag: false, .. } => "crm.field",
            Self::Ticket(_) => "ticket",
            Self::Report { .. } => "report",
            Self::Survey { .. } => "survey",
            Self::Tag(_) => "tag",
            Self::Untag(_) => "untag",
            Self::Stage(_) => "stage",
            Self::Start(_) => "start",
            Self::Stop(_) => "stop",
            Self::Approval(_) => "approval",
            Self::Escalate { .. } => "escalate",
            Self::Invite(_) => "invite",
            Self::Enrich { .. } => "enrich",
            Self::Note(_) => "note",
        }
    }

    /// Whom it reaches, where it reaches somebody.
    #[must_use]
    pub const fn to(&self) -> Option<&Recipient> {
        match self {
            Self::Task(Task { to, .. })
            | Self::Email(Email { to, .. })
            | Self::InApp { to, .. }
            | Self::Ticket(Ticket { to, .. })
            | Self::Report { to, .. }
            | Self::Survey { to, .. }
            | Self::Escalate { to, .. }
            | Self::Invite(Invite { to, .. })
            | Self::Approval(Approval { by: to, .. }) => Some(to),
            Self::Slack(slack) => slack.to.as_ref(),
            Self::Webhook { .. }
            | Self::CrmField { .. }
            | Self::Tag(_)
            | Self::Untag(_)
            | Self::Stage(_)
            | Self::Start(_)
            | Self::Stop(_)
            | Self::Enrich { .. }
            | Self::Note(_) => None,
        }
    }

    /// Whether it is a message to people at the customer: caps, send windows and staleness are about these.
    #[must_use]
    pub const fn is_message(&self) -> bool {
        match self {
            Self::Email(_) | Self::InApp { .. } | Self::Survey { .. } | Self::Invite(_) => true,
            Self::Slack(slack) => matches!(slack.to, Some(Recipient::Customer(_))),
            _ => false,
        }
    }

    /// The template it names.
    #[must_use]
    pub fn template(&self) -> Option<&str> {
        match self {
            Self::Email(email) => Some(&email.template),
            Self::InApp { template, .. } => Some(template),
            Self::Slack(slack) => slack.template.as_deref(),
            Self::Survey { template, .. } => template.as_deref(),
            _ => None,
        }
    }

    /// The texts in it that are templates themselves.
    #[must_use]
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Self::Task(task) => std::iter::once(task.title.as_str()).chain(task.body.as_deref()).collect(),
            Self::Slack(slack) => slack.text.as_deref().into_iter().collect(),
            Self::Ticket(ticket) => std::iter::once(ticket.subject.as_str()).chain(ticket.body.as_deref()).collect(),
            Self::Approval(approval) => vec![&approval.title],
            Self::Escalate { reason, .. } => reason.as_deref().into_iter().collect(),
            Self::Invite(invite) => vec![&invite.title],
            Self::Note(text) => vec![text],
            Self::Webhook { body, .. } => texts_of(body),
            Self::CrmField { value, .. } => texts_of(value),
            _ => Vec::new(),
        }
    }

    /// How it reads in logs and scenarios: the action and whom or what it is about. The first is how the product writes it; the others are
    /// also understood.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let action = self.action();
        let to = self.to().map(ToString::to_string);
        let value = match self {
            Self::Slack(Slack { to: None, channel: Some(channel), .. }) => Some(channel.clone()),
            Self::Webhook { endpoint, .. } => Some(endpoint.clone()),
            Self::CrmField { field, .. } => Some(field.clone()),
            Self::Report { kind, .. } => Some(kind.word().to_owned()),
            Self::Survey { kind, .. } => Some(kind.word().to_owned()),
            Self::Tag(name) | Self::Untag(name) | Self::Stage(name) | Self::Start(name) | Self::Stop(name) => Some(name.clone()),
            Self::Enrich { what } => Some(what.clone()),
            _ => None,
        };
        let mut words = vec![value.clone(), to.clone()];
        if let (Some(value), Some(to)) = (&value, &to) {
            words.push(Some(format!("{value} {to}")));
        }
        let mut lines: Vec<String> = words.into_iter().flatten().map(|word| format!("{action} {word}")).collect();
        lines.push(action.to_owned());
        if matches!(self, Self::CrmField { .. }) {
            lines.reverse();
        }
        lines
    }
}

/// The texts anywhere in a JSON value.
fn texts_of(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts_of).collect(),
        Value::Object(fields) => fields.values().flat_map(texts_of).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}
