//! Effects made ready: what leaves the product goes to the outbox, what people do becomes a task, what is said in the product a message.

mod message;
pub(crate) use message::{WaitingMail, in_app_message};
mod values;

use mainstay_connect::templates;
use mainstay_model::Timestamp;
use mainstay_model::play::effect::{Effect, Priority, Recipient, ReportKind, TaskKind};
use mainstay_plays::{Planned, Run};
use mainstay_store::{Absence, AccountTag, Decided, Intervention, OutboxEntry, Task, TaskStatus};
use serde_json::{Map, Value, json};

use super::compiled::CompiledPlay;
use super::look::Look;
use super::people::{Reached, Roles, role_of};
use crate::error::Result;

/// Where a run's effects take place.
pub(crate) struct Scene<'a> {
    pub(crate) play: &'a CompiledPlay,
    pub(crate) run: &'a Run,
    pub(crate) look: &'a Look,
    /// The account's row in the look; none where the account is not known.
    pub(crate) row: Option<usize>,
    pub(crate) roles: &'a Roles,
    pub(crate) absences: &'a [Absence],
    pub(crate) people: Vec<Map<String, Value>>,
    pub(crate) users: Vec<Map<String, Value>>,
    pub(crate) subject: Option<Map<String, Value>>,
    /// Where the console is, for links.
    pub(crate) base_url: &'a str,
    pub(crate) now: Timestamp,
}

impl Scene<'_> {
    /// Makes one effect ready.
    pub(crate) fn perform(&self, planned: &Planned, into: &mut Decided) -> Result<()> {
        match &planned.effect {
            Effect::Task(task) => {
                let (title, body) = (self.line(&task.title), task.body.as_deref().map(|body| self.text(body)).unwrap_or_default());
                let body = match &task.offer {
                    Some(offer) => format!("{body}\n\nOffer: {}", offer.replace('_', " ")).trim().to_owned(),
                    None => body,
                };
                into.tasks.push(self.task(planned, &task.to, title, body, task.kind.word(), task.priority)?);
            }
            Effect::Escalate { to, reason } => {
                let reason = reason.as_deref().map(|reason| self.text(reason)).unwrap_or_default();
                let title = format!("Escalation: {} at {}", self.play.play.label, self.account_name());
                into.tasks.push(self.task(planned, to, title.clone(), reason.clone(), "escalation", Priority::Urgent)?);
                self.tell(planned, to, &title, &reason, into)?;
            }
            Effect::Approval(approval) => {
                let title = self.line(&approval.title);
                into.tasks.push(self.task(planned, &approval.by, title.clone(), String::new(), "approval", Priority::High)?);
                self.tell(planned, &approval.by, &title, "Your answer is waited for.", into)?;
            }
            Effect::Ticket(ticket) => {
                let (title, body) = (self.line(&ticket.subject), ticket.body.as_deref().map(|body| self.text(body)).unwrap_or_default());
                into.tasks.push(self.task(planned, &ticket.to, title, body, "ticket", ticket.priority)?);
            }
            Effect::Report { kind, to } => {
                let title = format!("{} report: {}", capital(&kind.word().replace('_', " ")), self.account_name());
                self.tell(planned, to, &title, &report_page(self.base_url, &self.run.subject.account, *kind), into)?;
            }
            Effect::Enrich { what } => self.enrich(planned, what, into)?,
            Effect::Tag(tag) => into.tags.push(AccountTag {
                account_id: self.run.subject.account.clone(),
                tag: tag.clone(),
                set_at: planned.at,
                set_by: self.run.play.clone(),
            }),
            Effect::Untag(tag) => into.removed_tags.push((self.run.subject.account.clone(), tag.clone())),
            Effect::Note(note) => into.interventions.push(self.intervention(planned, self.text(note))),
            Effect::Stage(stage) => {
                let fields = json!({ "stage": stage, "stage_by": self.run.play, "stage_reason": null });
                into.outbox.push(self.entry(planned, "", "account", json!({ "fields": fields })));
            }
            Effect::CrmField { field, value, .. } => {
                into.outbox.push(self.entry(planned, "", "crm", json!({ "field": field, "value": value })));
            }
            Effect::Webhook { endpoint, body } => {
                into.outbox.push(self.entry(planned, "", "webhook", json!({ "endpoint": endpoint, "body": self.filled(body) })));
            }
            Effect::Email(_) | Effect::Slack(_) | Effect::InApp { .. } | Effect::Survey { .. } | Effect::Invite(_) => {
                self.message(planned, into)?;
            }
            // Other runs are moved in the same transaction, by whoever decides about runs.
            Effect::Start(_) | Effect::Stop(_) => {}
        }
        Ok(())
    }

    fn task(&self, planned: &Planned, to: &Recipient, title: String, body: String, kind: &str, priority: Priority) -> Result<Task> {
        let role = role_of(to).map(str::to_owned);
        let owner = self.owner(to)?;
        Ok(Task {
            id: planned.key.clone(),
            run_id: Some(self.run.id.clone()),
            step: Some(planned.step.clone()),
            account_id: self.run.subject.account.clone(),
            title,
            body,
            kind: kind.to_owned(),
            // As people sign in: addresses are kept in lower case.
            owner: owner.and_then(|owner| owner.email).map(|address| address.to_lowercase()),
            role,
            priority: priority.word().to_owned(),
            created_at: self.now,
            due_at: planned.due_at,
            sla_started_at: planned.promised.then_some(planned.at),
            status: TaskStatus::Open,
            outcome: None,
            note: None,
            done_by: None,
            done_at: None,
            money_at_stake: self.row.and_then(|row| self.look.json(row, "arr").as_f64()).map(|arr| format!("{arr:.0}")),
        })
    }

    /// Who has a role, or the owner of the account where an action names people at the customer.
    fn owner(&self, to: &Recipient) -> Result<Option<Reached>> {
        let Some(row) = self.row else { return Ok(None) };
        let role = role_of(to).unwrap_or("csm");
        self.roles.holder(role, self.look, row, self.absences, self.now)
    }

    /// Tells somebody of the company, by Slack and by mail.
    fn tell(&self, planned: &Planned, to: &Recipient, title: &str, body: &str, into: &mut Decided) -> Result<()> {
        let address = self.owner(to)?.and_then(|owner| owner.email);
        let payload = json!({ "to": address, "role": role_of(to), "title": title, "body": body });
        into.outbox.push(self.entry(planned, "/slack", "slack", payload.clone()));
        if address.is_some() {
            into.outbox.push(self.entry(planned, "/mail", "notice", payload));
        }
        Ok(())
    }

    fn enrich(&self, planned: &Planned, what: &str, into: &mut Decided) -> Result<()> {
        let readable = what.replace('_', " ");
        if self.look.plan.workspace.outreach.webhooks.contains_key("enrichment") {
            let body = json!({ "what": what, "account": self.run.subject.account, "trigger": self.run.trigger });
            into.outbox.push(self.entry(planned, "", "webhook", json!({ "endpoint": "enrichment", "body": body })));
            return Ok(());
        }
        let title = format!("Find out: {readable} at {}", self.account_name());
        let to = Recipient::Role("csm".to_owned());
        into.tasks.push(self.task(planned, &to, title, String::new(), TaskKind::Research.word(), Priority::Normal)?);
        Ok(())
    }

    fn intervention(&self, planned: &Planned, what: String) -> Intervention {
        Intervention {
            id: planned.key.clone(),
            account_id: self.run.subject.account.clone(),
            run_id: Some(self.run.id.clone()),
            task_id: None,
            at: planned.at,
            who: self.run.play.clone(),
            what,
            outcome: None,
            learned: None,
        }
    }

    /// An entry of the outbox under the effect's key and, where one effect makes several, what tells them apart.
    fn entry(&self, planned: &Planned, suffix: &str, channel: &str, payload: Value) -> OutboxEntry {
        let account_id = self.run.subject.account.clone();
        OutboxEntry {
            run_id: Some(self.run.id.clone()),
            step: Some(planned.step.clone()),
            ..OutboxEntry::waiting(format!("{}{suffix}", planned.key), account_id, channel, payload.to_string(), self.now)
        }
    }

    fn account_name(&self) -> String {
        let named = self.row.and_then(|row| self.look.json(row, "name").as_str().map(str::to_owned));
        named.unwrap_or_else(|| self.run.subject.account.clone())
    }

    /// A line that is a template itself. One that cannot be filled is shown as it was written: work is not lost over a word.
    fn line(&self, source: &str) -> String {
        templates::render_line(&self.play.play.name, source, &self.values()).unwrap_or_else(|error| self.as_written(source, &error))
    }

    fn text(&self, source: &str) -> String {
        templates::render_text(&self.play.play.name, source, &self.values()).unwrap_or_else(|error| self.as_written(source, &error))
    }

    fn as_written(&self, source: &str, error: &mainstay_connect::ConnectError) -> String {
        tracing::warn!(play = self.run.play, run = self.run.id, %error, "a text of a play could not be filled; it is shown as it was written");
        source.to_owned()
    }

    /// A body whose texts are templates.
    fn filled(&self, body: &Value) -> Value {
        match body {
            Value::String(text) => Value::from(self.text(text)),
            Value::Array(items) => items.iter().map(|item| self.filled(item)).collect(),
            Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), self.filled(value))).collect::<Map<_, _>>().into(),
            other => other.clone(),
        }
    }
}

/// The page that a report is.
fn report_page(base_url: &str, account: &str, kind: ReportKind) -> String {
    let page = match kind {
        ReportKind::RenewalReadiness => "/renewal",
        ReportKind::Autopsy => "/autopsy",
        ReportKind::Usage | ReportKind::Roi => "",
    };
    format!("{base_url}/accounts/{account}{page}")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
