//! The actions of a step: how each is written, and how it becomes an effect.

use std::collections::BTreeMap;

use mainstay_model::lifecycle::Lifecycle;
use mainstay_model::outreach::{Outreach, Template};
use mainstay_model::play::effect::{Approval, Audience, Email, Invite, Priority, ReportKind, Slack, SurveyKind, Task, TaskKind, Ticket};
use mainstay_model::play::{Effect, Length, Recipient};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::decode::{self, Decode, Json, Keys, Read, Word, Words, document};
use crate::document::{At, Place};
use crate::kinds::lifecycle::check_stage;
use crate::nearest;
use crate::problem::{Code, Report};
use crate::yaml::{Content, Node};

document! {
    /// A task for somebody of the company.
    TaskDoc {
        to: At<String>,
        title: At<String>,
        body: Option<At<String>>,
        kind: Option<Word<TaskKind>>,
        due: Option<Read<Length>>,
        priority: Option<Word<Priority>>,
        offer: Option<At<String>>,
    }
}

document! {
    /// A mail from a template.
    EmailDoc {
        to: At<String>,
        template: At<String>,
        category: Option<At<String>>,
        from: Option<At<String>>,
        transactional: Option<At<bool>>,
        stale_after: Option<Read<Length>>,
    }
}

document! {
    /// A Slack message: to a role or a channel, from a template or with a text.
    SlackDoc {
        to: Option<At<String>>,
        channel: Option<At<String>>,
        template: Option<At<String>>,
        text: Option<At<String>>,
    }
}

document! {
    /// A message inside the customer's view of the product.
    InAppDoc {
        to: At<String>,
        template: At<String>,
    }
}

document! {
    /// A signed call of an endpoint under `webhooks`.
    WebhookDoc {
        url_setting: At<String>,
        body: Option<Json>,
    }
}

document! {
    /// A field of the CRM.
    CrmDoc {
        field: At<String>,
        value: Json,
    }
}

document! {
    /// A support ticket.
    TicketDoc {
        to: At<String>,
        priority: Option<Word<Priority>>,
        subject: At<String>,
        body: Option<At<String>>,
    }
}

document! {
    /// A report, made and announced.
    ReportDoc {
        kind: Word<ReportKind>,
        to: At<String>,
    }
}

document! {
    /// A survey.
    SurveyDoc {
        kind: Word<SurveyKind>,
        to: At<String>,
        template: Option<At<String>>,
    }
}

document! {
    /// The account moves to a stage.
    StageDoc {
        to: At<String>,
    }
}

document! {
    /// The rest of the list waits for somebody's yes.
    ApprovalDoc {
        by: At<String>,
        title: At<String>,
        r#for: Read<Length>,
        r#else: Option<At<String>>,
    }
}

document! {
    /// A task for somebody on the ladder, and a message.
    EscalateDoc {
        to: At<String>,
        reason: Option<At<String>>,
    }
}

document! {
    /// A calendar invitation.
    InviteDoc {
        to: At<String>,
        title: At<String>,
        duration: Option<Read<Length>>,
        within: Option<Read<Length>>,
    }
}

document! {
    /// Something to look up.
    EnrichDoc {
        what: At<String>,
    }
}

macro_rules! actions {
    ($($key:literal $variant:ident $doc:ty,)*) => {
        /// An action as written.
        pub(crate) enum Action { $($variant($doc),)* }

        /// The keys of actions.
        pub(crate) const ACTIONS: &[&str] = &[$($key,)*];

        fn read(key: &str, node: &Node, report: &mut Report) -> Option<Action> {
            match key {
                $($key => <$doc>::decode(node, report).map(Action::$variant),)*
                _ => None,
            }
        }

        fn schemas(generator: &mut SchemaGenerator) -> Vec<(&'static str, Schema)> {
            vec![$(($key, generator.subschema_for::<$doc>()),)*]
        }
    };
}

actions! {
    "task" Task TaskDoc,
    "email" Email EmailDoc,
    "slack" Slack SlackDoc,
    "in_app" InApp InAppDoc,
    "webhook" Webhook WebhookDoc,
    "crm.flag" CrmFlag CrmDoc,
    "crm.field" CrmField CrmDoc,
    "ticket" Ticket TicketDoc,
    "report" Report ReportDoc,
    "survey" Survey SurveyDoc,
    "tag" Tag At<String>,
    "untag" Untag At<String>,
    "stage" Stage StageDoc,
    "start" Start At<String>,
    "stop" Stop At<String>,
    "approval" Approval ApprovalDoc,
    "escalate" Escalate EscalateDoc,
    "invite" Invite InviteDoc,
    "enrich" Enrich EnrichDoc,
    "note" Note At<String>,
}

/// The keys of an action in canonical order, where it has some.
pub(crate) fn keys(action: &str) -> Option<&'static [&'static str]> {
    Some(match action {
        "task" => TaskDoc::KEYS,
        "email" => EmailDoc::KEYS,
        "slack" => SlackDoc::KEYS,
        "in_app" => InAppDoc::KEYS,
        "webhook" => WebhookDoc::KEYS,
        "crm.flag" | "crm.field" => CrmDoc::KEYS,
        "ticket" => TicketDoc::KEYS,
        "report" => ReportDoc::KEYS,
        "survey" => SurveyDoc::KEYS,
        "approval" => ApprovalDoc::KEYS,
        "escalate" => EscalateDoc::KEYS,
        "invite" => InviteDoc::KEYS,
        _ => return None,
    })
}

/// An action: a map with one key.
pub(crate) struct ActionDoc {
    pub(crate) action: Action,
    pub(crate) place: Place,
}

impl Decode for ActionDoc {
    fn decode(node: &Node, report: &mut Report) -> Option<Self> {
        if !matches!(node.content, Content::Map { .. }) {
            let message = format!("an action is a key with a value, like `- task: {{ ... }}`; found {}", node.describe());
            report.error(Code::WrongType, node.place, message);
            return None;
        }
        let entries = decode::known_entries(node, ACTIONS, report)?;
        let [entry] = entries else {
            report.error(Code::BadValue, node.place, "an action has one key; write each on a line of its own, with a dash");
            return None;
        };
        Some(Self { action: read(&entry.key.text, &entry.value, report)?, place: entry.key_place })
    }
}

impl JsonSchema for ActionDoc {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Action".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let properties: serde_json::Map<String, serde_json::Value> =
            schemas(generator).into_iter().map(|(key, schema)| (key.to_owned(), schema.to_value())).collect();
        json_schema!({ "type": "object", "properties": properties, "additionalProperties": false, "minProperties": 1, "maxProperties": 1 })
    }
}

macro_rules! word_of_model {
    ($($kind:ident,)*) => {$(
        impl Words for $kind {
            const WORDS: &'static [(&'static str, Self)] = Self::WORDS;
        }
    )*};
}
word_of_model! { TaskKind, Priority, ReportKind, SurveyKind, }

/// What actions may name.
pub(crate) struct Named<'a> {
    pub(crate) outreach: &'a Outreach,
    pub(crate) lifecycle: &'a Lifecycle,
    pub(crate) templates: &'a BTreeMap<String, Template>,
    pub(crate) plays: &'a [String],
}

impl Named<'_> {
    /// The effect of an action; `None` after a report.
    pub(crate) fn effect(&self, doc: &ActionDoc, report: &mut Report) -> Option<Effect> {
        let text = |value: &Option<At<String>>| value.as_ref().map(|value| value.value.clone());
        Some(match &doc.action {
            Action::Task(task) => Effect::Task(Task {
                to: self.colleague(&task.to, report)?,
                title: task.title.value.clone(),
                body: text(&task.body),
                kind: task.kind.map_or_else(TaskKind::default, |word| word.value),
                due: task.due.as_ref().map(|due| due.value),
                priority: task.priority.map_or_else(Priority::default, |word| word.value),
                offer: text(&task.offer),
            }),
            Action::Email(email) => Effect::Email(self.email(email, report)?),
            Action::Slack(slack) => Effect::Slack(self.slack(slack, doc.place, report)?),
            Action::InApp(message) => {
                let template = self.template(&message.template, "in_app/", report)?;
                Effect::InApp { to: self.recipient(&message.to, report)?, template }
            }
            Action::Webhook(hook) => {
                let body = hook.body.as_ref().map_or(serde_json::Value::Null, |body| body.value.clone());
                Effect::Webhook { endpoint: self.endpoint(&hook.url_setting, report)?, body }
            }
            Action::CrmFlag(crm) => Effect::CrmField { field: crm.field.value.clone(), value: crm.value.value.clone(), flag: true },
            Action::CrmField(crm) => Effect::CrmField { field: crm.field.value.clone(), value: crm.value.value.clone(), flag: false },
            Action::Ticket(ticket) => Effect::Ticket(Ticket {
                to: self.colleague(&ticket.to, report)?,
                priority: ticket.priority.map_or_else(Priority::default, |word| word.value),
                subject: ticket.subject.value.clone(),
                body: text(&ticket.body),
            }),
            Action::Report(made) => Effect::Report { kind: made.kind.value, to: self.recipient(&made.to, report)? },
            Action::Survey(survey) => {
                let template = match &survey.template {
                    Some(template) => Some(self.template(template, "", report)?),
                    None => None,
                };
                Effect::Survey { kind: survey.kind.value, to: self.recipient(&survey.to, report)?, template }
            }
            Action::Tag(name) => Effect::Tag(name.value.clone()),
            Action::Untag(name) => Effect::Untag(name.value.clone()),
            Action::Stage(stage) => check_stage(&stage.to, self.lifecycle, report).then(|| Effect::Stage(stage.to.value.clone()))?,
            Action::Start(play) => Effect::Start(self.play(play, report)?),
            Action::Stop(play) => Effect::Stop(self.play(play, report)?),
            Action::Approval(approval) => Effect::Approval(self.approval(approval, report)?),
            Action::Escalate(escalate) => Effect::Escalate { to: self.colleague(&escalate.to, report)?, reason: text(&escalate.reason) },
            Action::Invite(invite) => Effect::Invite(self.invite(invite, report)?),
            Action::Enrich(enrich) => Effect::Enrich { what: enrich.what.value.clone() },
            Action::Note(note) => Effect::Note(note.value.clone()),
        })
    }

    fn email(&self, doc: &EmailDoc, report: &mut Report) -> Option<Email> {
        let to = self.recipient(&doc.to, report);
        let template = self.template(&doc.template, "", report);
        let from = match &doc.from {
            Some(from) => Some(self.colleague(from, report)?),
            None => None,
        };
        Some(Email {
            to: to?,
            template: template?,
            category: doc.category.as_ref().map(|category| category.value.clone()),
            from,
            transactional: doc.transactional.as_ref().is_some_and(|said| said.value),
            stale_after: doc.stale_after.as_ref().map(|length| length.value),
        })
    }

    fn slack(&self, doc: &SlackDoc, place: Place, report: &mut Report) -> Option<Slack> {
        if doc.to.is_some() && doc.channel.is_some() {
            report.error(Code::BadValue, place, "a Slack message goes `to` somebody or into a `channel`, not both");
            return None;
        }
        if doc.template.is_some() == doc.text.is_some() {
            report.error(Code::MissingKey, place, "a Slack message has either a `template` or a `text`");
            return None;
        }
        let to = match &doc.to {
            Some(to) => Some(self.recipient(to, report)?),
            None => None,
        };
        let template = match &doc.template {
            Some(template) => Some(self.template(template, "slack/", report)?),
            None => None,
        };
        let text = |value: &Option<At<String>>| value.as_ref().map(|value| value.value.clone());
        Some(Slack { to, channel: text(&doc.channel), template, text: text(&doc.text) })
    }

    fn approval(&self, doc: &ApprovalDoc, report: &mut Report) -> Option<Approval> {
        let proceeds = match doc.r#else.as_ref().map(|word| (word.value.as_str(), word.place)) {
            None | Some(("skip", _)) => false,
            Some(("proceed", _)) => true,
            Some((other, place)) => {
                report.error(Code::BadValue, place, format!("`{other}` is not known here: skip (default) or proceed"));
                return None;
            }
        };
        Some(Approval { by: self.colleague(&doc.by, report)?, title: doc.title.value.clone(), length: doc.r#for.value, proceeds })
    }

    fn invite(&self, doc: &InviteDoc, report: &mut Report) -> Option<Invite> {
        let duration_minutes = match doc.duration.as_ref().map(|duration| (duration.value, duration.place)) {
            None => 30,
            Some((Length::Minutes(minutes), _)) if (5..=600).contains(&minutes) => minutes,
            Some((_, place)) => {
                report.error(Code::BadValue, place, "a meeting lasts from 5 minutes to 10 hours");
                return None;
            }
        };
        let within = doc.within.as_ref().map_or(Length::BusinessDays(10), |within| within.value);
        Some(Invite { to: self.recipient(&doc.to, report)?, title: doc.title.value.clone(), duration_minutes, within })
    }

    /// Somebody of the company or of the customer.
    fn recipient(&self, written: &At<String>, report: &mut Report) -> Option<Recipient> {
        if let Some(audience) = Audience::parse(&written.value) {
            return Some(Recipient::Customer(audience));
        }
        let roles: Vec<&str> = self.outreach.roles.keys().map(String::as_str).chain(mainstay_model::outreach::ROLES).collect();
        if roles.contains(&written.value.as_str()) {
            return Some(Recipient::Role(written.value.clone()));
        }
        let known: Vec<&str> = roles.into_iter().chain(Audience::WORDS.iter().map(|(word, _)| *word)).collect();
        let message = format!("nobody is called `{}`: neither a role nor people at the customer", written.value);
        report.error_with(Code::UnknownName, written.place, message, nearest::hint(&written.value, &known, "recipients"));
        None
    }

    /// Somebody of the company.
    fn colleague(&self, written: &At<String>, report: &mut Report) -> Option<Recipient> {
        match self.recipient(written, report)? {
            role @ Recipient::Role(_) => Some(role),
            Recipient::Customer(_) => {
                report.error(
                    Code::BadValue,
                    written.place,
                    format!("`{}` is a customer; this is for somebody of the company", written.value),
                );
                None
            }
        }
    }

    fn template(&self, written: &At<String>, folder: &str, report: &mut Report) -> Option<String> {
        let name = format!("{folder}{}", written.value);
        if self.templates.contains_key(&name) {
            return Some(name);
        }
        let known: Vec<&str> =
            self.templates.keys().filter_map(|known| known.strip_prefix(folder)).filter(|known| !known.contains('/')).collect();
        let message = format!("there is no template `{}`", written.value);
        let file = format!("write templates/{}/{name}.md", self.outreach.channels.language);
        let hint = nearest::nearest(&written.value, known).map_or(file, |near| format!("did you mean `{near}`?"));
        report.error_with(Code::UnknownName, written.place, message, hint);
        None
    }

    fn play(&self, written: &At<String>, report: &mut Report) -> Option<String> {
        if self.plays.contains(&written.value) {
            return Some(written.value.clone());
        }
        let known: Vec<&str> = self.plays.iter().map(String::as_str).collect();
        let message = format!("there is no play `{}`", written.value);
        report.error_with(Code::UnknownName, written.place, message, nearest::hint(&written.value, &known, "plays"));
        None
    }

    /// A play named in `excludes`.
    pub(crate) fn excluded(&self, written: &At<String>, report: &mut Report) -> Option<String> {
        self.play(written, report)
    }

    fn endpoint(&self, written: &At<String>, report: &mut Report) -> Option<String> {
        if self.outreach.webhooks.contains_key(&written.value) {
            return Some(written.value.clone());
        }
        let known: Vec<&str> = self.outreach.webhooks.keys().map(String::as_str).collect();
        let message = format!("mainstay.yaml declares no webhook `{}`", written.value);
        report.error_with(Code::UnknownName, written.place, message, nearest::hint(&written.value, &known, "webhooks"));
        None
    }
}
