//! What a step does: one variant per action, with whom it reaches.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::times::Length;

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

/// Declares words of the language: variant, word.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident $word:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$variant_meta])* $variant,)* }

        impl $name {
            /// Every one with its word.
            pub const WORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$variant),)*];

            /// The word it is written with.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

words! {
    /// What a task asks for.
    TaskKind {
        /// Anything.
        #[default]
        Todo "todo",
        /// A call.
        Call "call",
        /// A message by hand.
        Email "email",
        /// A meeting.
        Meeting "meeting",
        /// Something to find out.
        Research "research",
        /// Something to look through.
        Review "review",
    }
}

words! {
    /// How urgent a task or ticket is.
    Priority {
        /// When there is time.
        Low "low",
        /// As it comes.
        #[default]
        Normal "normal",
        /// Before the others.
        High "high",
        /// At once.
        Urgent "urgent",
    }
}

words! {
    /// Reports that the product makes.
    ReportKind {
        /// How the product is used.
        #[default]
        Usage "usage",
        /// Score, trends, issues and chances before a renewal.
        RenewalReadiness "renewal_readiness",
        /// What the product is worth to the customer.
        Roi "roi",
        /// How an account was lost.
        Autopsy "autopsy",
    }
}

words! {
    /// Surveys.
    SurveyKind {
        /// Whether one would recommend it.
        #[default]
        Nps "nps",
        /// Whether one is content.
        Csat "csat",
        /// Whether it was easy.
        Ces "ces",
        /// Whether what was said has been dealt with.
        FollowUp "follow_up",
    }
}

/// Whom an action reaches.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// A role of the company, by its name in `roles`.
    Role(String),
    /// People at the customer.
    Customer(Audience),
}

/// People at the customer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// The champion.
    Champion,
    /// The sponsor.
    Sponsor,
    /// The administrators.
    Admins,
    /// Everybody who uses the product.
    Users,
    /// The user or person whose run it is.
    Subject,
    /// Who sent the event or answer that began the run.
    Respondent,
    /// The champion who left.
    FormerChampion,
    /// All known contacts but the champion.
    Contacts,
}

impl Audience {
    /// Every audience with the words it is written with; the first of several is the canonical one.
    pub const WORDS: &'static [(&'static str, Self)] = &[
        ("champion", Self::Champion),
        ("sponsor", Self::Sponsor),
        ("admins", Self::Admins),
        ("users", Self::Users),
        ("user", Self::Subject),
        ("person", Self::Subject),
        ("respondent", Self::Respondent),
        ("former_champion", Self::FormerChampion),
        ("contacts", Self::Contacts),
    ];

    /// The audience of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, audience)| *audience)
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Role(name) => f.write_str(name),
            Self::Customer(audience) => {
                let word = Audience::WORDS.iter().find(|(_, known)| known == audience);
                f.write_str(word.map_or("", |(word, _)| word))
            }
        }
    }
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
