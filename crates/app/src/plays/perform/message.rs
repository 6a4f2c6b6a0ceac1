//! Messages to people: one entry of the outbox for each of them, filled and sent when its time has come.

use mainstay_model::play::effect::{Effect, Recipient};
use mainstay_plays::Planned;
use mainstay_store::{Decided, InAppMessage};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Scene;
use crate::error::Result;
use crate::plays::people::{Reached, audience};

/// The category of messages that say none themselves and have no template that does.
pub(crate) const DEFAULT_CATEGORY: &str = "success";

/// A mail that waits in the outbox.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct WaitingMail {
    /// The person's id at the customer.
    pub(crate) person: String,
    /// Their name.
    pub(crate) name: String,
    /// Their address.
    pub(crate) address: String,
    /// The template; none for a survey or an invitation in the product's own words.
    pub(crate) template: Option<String>,
    /// The subject of what has no template.
    pub(crate) title: Option<String>,
    /// What it counts as for caps and consent.
    pub(crate) category: String,
    /// Whether it goes whatever caps and windows say.
    pub(crate) transactional: bool,
    /// Whether it goes to a colleague.
    #[serde(default)]
    pub(crate) to_colleague: bool,
    /// In whose name, by address; the workspace's sender where absent.
    pub(crate) from: Option<String>,
    /// The priority of its play.
    pub(crate) priority: u8,
    /// When it is no longer worth sending, in microseconds.
    pub(crate) stale_at: Option<i64>,
    /// The survey it brings.
    pub(crate) survey: Option<String>,
    /// The meeting it invites to.
    pub(crate) invitation: Option<WaitingInvitation>,
    /// What the template may name.
    pub(crate) values: Value,
}

/// A meeting that a mail invites to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct WaitingInvitation {
    /// When it is proposed, in microseconds.
    pub(crate) start_at: i64,
    /// How long it takes, in minutes.
    pub(crate) duration_minutes: u32,
}

impl Scene<'_> {
    /// Makes a message ready for each person it reaches. Where it reaches nobody, somebody is asked to find out whom.
    pub(super) fn message(&self, planned: &Planned, into: &mut Decided) -> Result<()> {
        match &planned.effect {
            Effect::Slack(slack) => {
                let address = slack.to.as_ref().map(|to| self.owner(to)).transpose()?.flatten().and_then(|owner| owner.email);
                let text = slack.text.as_deref().map(|text| self.text(text));
                let payload = json!({
                    "to": address, "role": slack.to.as_ref().and_then(super::role_of), "channel": slack.channel, "template": slack.template,
                    "text": text, "values": self.values(),
                });
                into.outbox.push(self.entry(planned, "", "slack", payload));
                Ok(())
            }
            Effect::InApp { to, template } => {
                let everybody = matches!(to, Recipient::Customer(mainstay_model::play::effect::Audience::Users));
                let users: Vec<Option<String>> =
                    if everybody { vec![None] } else { self.reached(to)?.into_iter().map(|one| Some(one.id)).collect() };
                for (number, user_id) in users.into_iter().enumerate() {
                    let payload = json!({ "user_id": user_id, "template": template, "values": self.values(), "stale_at": planned.stale_at.map(mainstay_model::Timestamp::micros) });
                    into.outbox.push(self.entry(planned, &suffix(number), "in_app", payload));
                }
                Ok(())
            }
            effect => self.mail(planned, effect, into),
        }
    }

    fn mail(&self, planned: &Planned, effect: &Effect, into: &mut Decided) -> Result<()> {
        let Some(to) = effect.to() else { return Ok(()) };
        let people: Vec<Reached> = self.reached(to)?.into_iter().filter(|person| person.email.is_some()).collect();
        if people.is_empty() {
            let title = format!("No address for {to} at {}: {}", self.account_name(), effect.action());
            let body = "The product had nobody to write to. Find out whom to reach, and reach them yourself.".to_owned();
            let owner = Recipient::Role("csm".to_owned());
            into.tasks.push(self.task(planned, &owner, title, body, "research", mainstay_model::play::effect::Priority::Normal)?);
            return Ok(());
        }
        let values = self.values();
        for (number, person) in people.into_iter().enumerate() {
            let mut mail = self.waiting(planned, effect, person, values.clone())?;
            // Caps, windows and consent protect customers; colleagues get what their work needs.
            mail.to_colleague = matches!(to, Recipient::Role(_));
            mail.transactional |= mail.to_colleague;
            let payload = serde_json::to_value(mail).unwrap_or_default();
            into.outbox.push(self.entry(planned, &suffix(number), "email", payload));
        }
        Ok(())
    }

    fn waiting(&self, planned: &Planned, effect: &Effect, person: Reached, mut values: Value) -> Result<WaitingMail> {
        let template = effect.template().map(str::to_owned);
        let of_template = template.as_ref().and_then(|name| self.look.plan.workspace.templates.get(name)).and_then(|languages| {
            let language = &self.look.plan.workspace.outreach.channels.language;
            languages.get(language).or_else(|| languages.values().next())?.category.clone()
        });
        if let Some(values) = values.as_object_mut() {
            let first = person.name.split_whitespace().next().unwrap_or_default();
            values.insert(
                "recipient".to_owned(),
                json!({ "id": person.id, "name": person.name, "first_name": first, "email": person.email }),
            );
        }
        let mut mail = WaitingMail {
            person: person.id,
            name: person.name,
            address: person.email.unwrap_or_default(),
            template,
            title: None,
            category: of_template.unwrap_or_else(|| DEFAULT_CATEGORY.to_owned()),
            transactional: false,
            to_colleague: false,
            from: None,
            priority: self.play.play.priority,
            stale_at: planned.stale_at.map(mainstay_model::Timestamp::micros),
            survey: None,
            invitation: None,
            values,
        };
        match effect {
            Effect::Email(email) => {
                mail.transactional = email.transactional;
                if let Some(category) = &email.category {
                    mail.category.clone_from(category);
                }
                mail.from = email.from.as_ref().map(|from| self.owner(from)).transpose()?.flatten().and_then(|owner| owner.email);
            }
            Effect::Survey { kind, .. } => {
                mail.survey = Some(kind.word().to_owned());
                "survey".clone_into(&mut mail.category);
                mail.title = Some(format!("A question from {}", self.look.plan.workspace.name));
            }
            Effect::Invite(invite) => {
                mail.title = Some(self.line(&invite.title));
                let start_at = planned.due_at.unwrap_or(planned.at).plus_seconds(86_400);
                mail.invitation = Some(WaitingInvitation { start_at: start_at.micros(), duration_minutes: invite.duration_minutes });
                mail.from = self.owner(&Recipient::Role("csm".to_owned()))?.and_then(|owner| owner.email);
            }
            _ => {}
        }
        Ok(mail)
    }

    /// Who an action reaches.
    fn reached(&self, to: &Recipient) -> Result<Vec<Reached>> {
        Ok(match to {
            Recipient::Role(_) => self.owner(to)?.into_iter().collect(),
            Recipient::Customer(who) => audience(*who, self.run, &self.people, &self.users),
        })
    }
}

/// Puts a message into the customer's product.
pub(crate) fn in_app_message(
    key: &str,
    account: &str,
    payload: &Map<String, Value>,
    rendered: (String, String, Option<String>),
    now: mainstay_model::Timestamp,
) -> InAppMessage {
    let (title, body, url) = rendered;
    InAppMessage {
        key: key.to_owned(),
        account_id: account.to_owned(),
        user_id: payload.get("user_id").and_then(Value::as_str).map(str::to_owned),
        title,
        body,
        url,
        created_at: now,
        expires_at: Some(now.plus_seconds(14 * 86_400)),
    }
}

/// What tells the messages of one effect apart; the first has the effect's own key.
fn suffix(number: usize) -> String {
    if number == 0 { String::new() } else { format!("/{number}") }
}
