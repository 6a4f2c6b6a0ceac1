//! Mail to people at the customer: consent, caps and windows first, then the template, then the relay.

use mainstay_connect::Answer;
use mainstay_connect::calendar::Invitation;
use mainstay_connect::smtp::{Mail, Unsubscribe};
use mainstay_connect::templates::{Footer, RenderedEmail, Template};
use mainstay_connect::tracking;
use mainstay_model::outreach::{Consent, Outreach, TemplateText};
use mainstay_model::{Timestamp, Zone};
use mainstay_plays::caps::{self, Limits, Reason, Sent};
use mainstay_store::{ConsentState, Message, MessageFilter, MessageVerdict, OutboxEntry, RunStatus, Verdict};

use super::{Fate, refused};
use crate::app::App;
use crate::error::Result;
use crate::plays::perform::WaitingMail;

/// Caps look back so far at most: the longest period.
const CAPS_DAYS: i64 = 30;
/// Messages of an account that caps look at.
const MAX_HISTORY: u32 = 1_000;
/// What is missing when no mail can leave.
pub(super) const NO_MAIL: &str = "mail is not connected; set MAINSTAY_SMTP_HOST or MAINSTAY_MAIL_FOLDER and restart";

impl App {
    pub(super) async fn send_mail(&self, entry: &OutboxEntry, payload: serde_json::Value, now: Timestamp) -> Result<Fate> {
        let Ok(mail) = serde_json::from_value::<WaitingMail>(payload) else { return Ok(refused("the mail cannot be read")) };
        if let Some(verdict) = self.hold_mail(entry, &mail, now).await? {
            return Ok(Fate::Held(verdict));
        }
        let channels = self.channels();
        let Some(post) = &channels.mail else { return Ok(Fate::Waits(NO_MAIL)) };
        let workspace = self.workspace();
        let Some(sender) = &workspace.outreach.channels.email_from else {
            return Ok(Fate::Waits("no sender; set `channels.email.from` in mainstay.yaml"));
        };
        let unsubscribe = channels.tracker.as_ref().map(|tracker| tracker.unsubscribe_url(&entry.key, &mail.address, &mail.category));
        let survey = match (&mail.survey, &channels.tracker) {
            (None, _) => None,
            (Some(kind), Some(tracker)) => Some(tracker.survey_url(&entry.key, kind, &entry.account_id, &mail.person)),
            (Some(_), None) => {
                return Ok(Fate::Waits("the answers to a survey need a public address; set MAINSTAY_PUBLIC_URL and restart"));
            }
        };
        let rendered = match self.render(&mail, unsubscribe.as_deref(), survey) {
            Ok(rendered) => rendered,
            Err(why) => return Ok(refused(&why)),
        };
        let consent = self.tracking_of(&mail, &workspace.outreach).await?;
        let tracked = consent.opens && channels.tracker.is_some();
        let html = match &channels.tracker {
            Some(tracker) => tracking::tracked(&rendered.html, tracker, &entry.key, consent),
            None => rendered.html.clone(),
        };
        let sent = Mail {
            key: entry.key.clone(),
            from: sender.clone(),
            to: recipient(&mail.name, &mail.address),
            reply_to: mail.from.clone(),
            in_reply_to: None,
            subject: rendered.subject.clone(),
            text: rendered.text,
            html: Some(html),
            invitation: mail.invitation.as_ref().map(|_| self.invitation(entry, &mail, sender, &rendered.subject, now)),
            unsubscribe: unsubscribe.filter(|_| !mail.transactional).map(|url| Unsubscribe { url, mailto: None }),
        };
        let answer = post.send(&sent, now).await;
        if matches!(answer, Answer::Refused { bounced: true, .. }) {
            self.bury_address(&mail.address, "the relay refused it", now).await?;
        }
        Ok(Fate::Answered(answer, Some(Box::new(message(entry, &mail, rendered.subject, tracked, now)))))
    }

    /// Whether the mail has to wait or never goes.
    async fn hold_mail(&self, entry: &OutboxEntry, mail: &WaitingMail, now: Timestamp) -> Result<Option<MessageVerdict>> {
        let verdict = |verdict: Verdict, reason: String, until_at: Option<Timestamp>| MessageVerdict {
            id: format!("{}@{}", entry.key, now.micros()),
            at: now,
            account_id: entry.account_id.clone(),
            person: Some(mail.person.clone()),
            run_id: entry.run_id.clone(),
            step: entry.step.clone(),
            key: entry.key.clone(),
            verdict,
            reason,
            until_at,
        };
        if let Some(reason) = self.suppressed(&mail.address, &mail.category, mail.transactional).await? {
            return Ok(Some(verdict(Verdict::Suppressed, reason, None)));
        }
        let since = now.plus_seconds(-CAPS_DAYS * 86_400);
        let filter = MessageFilter {
            account_id: Some(entry.account_id.clone()),
            since: Some(since),
            limit: MAX_HISTORY,
            ..MessageFilter::default()
        };
        let history: Vec<Sent> = self
            .store()
            .messages(&filter)
            .await?
            .into_iter()
            .filter(|sent| sent.category != "transactional" && sent.channel == "email")
            .map(|sent| Sent { at: sent.sent_at, person: sent.person.unwrap_or(sent.address), category: sent.category })
            .collect();
        let workspace = self.workspace();
        let zone = self.zone_of(&entry.account_id).unwrap_or_else(|| workspace.zone.clone());
        let (silenced, excluded) = self.conflicts(entry).await?;
        let limits = Limits {
            caps: &workspace.outreach.caps,
            window: &workspace.outreach.send_window,
            zone: &zone,
            silenced: silenced.as_ref().map(|(play, below)| (play.as_str(), *below)),
            excluded_by: excluded.as_deref(),
        };
        let asked = caps::Message {
            person: &mail.person,
            category: &mail.category,
            transactional: mail.transactional,
            priority: mail.priority,
            stale_at: mail.stale_at.map(Timestamp),
        };
        Ok(match caps::allow(&asked, &history, &limits, now) {
            caps::Verdict::Send => None,
            caps::Verdict::Delay { until, reason } => Some(verdict(Verdict::Delayed, in_words(&reason), Some(until))),
            caps::Verdict::Suppress { reason } => Some(verdict(Verdict::Suppressed, in_words(&reason), None)),
        })
    }

    /// Which active run of the account silences marketing, and which excludes the play that the entry comes from.
    async fn conflicts(&self, entry: &OutboxEntry) -> Result<(Option<(String, u8)>, Option<String>)> {
        let runs = self.store().runs_of_accounts(std::slice::from_ref(&entry.account_id)).await?;
        let Some(own) = runs.iter().find(|run| Some(&run.id) == entry.run_id.as_ref()).map(|run| run.play.clone()) else {
            return Ok((None, None));
        };
        let workspace = self.workspace();
        let active = runs.iter().filter(|run| run.status == RunStatus::Running && run.play != own);
        let (mut silenced, mut excluded) = (None, None);
        for play in active.filter_map(|run| workspace.plays.get(&run.play)) {
            if let Some(below) = play.silences_below {
                silenced = silenced.or(Some((play.name.clone(), below)));
            }
            if play.excludes.contains(&own) {
                excluded = excluded.or(Some(play.name.clone()));
            }
        }
        Ok((silenced, excluded))
    }

    fn render(&self, mail: &WaitingMail, unsubscribe: Option<&str>, survey: Option<String>) -> std::result::Result<RenderedEmail, String> {
        let workspace = self.workspace();
        let language = &workspace.outreach.channels.language;
        let mut values = mail.values.clone();
        if let Some(links) = values.get_mut("links").and_then(serde_json::Value::as_object_mut) {
            links.insert("unsubscribe".to_owned(), unsubscribe.unwrap_or_default().into());
        }
        if let (Some(url), Some(values)) = (survey, values.as_object_mut()) {
            values.insert("survey".to_owned(), serde_json::json!({ "url": url }));
        }
        let (path, text) = match &mail.template {
            Some(name) => {
                let languages = workspace.templates.get(name).ok_or_else(|| format!("there is no template `{name}` any more"))?;
                let (language, text) = languages
                    .get_key_value(language)
                    .or_else(|| languages.iter().next())
                    .ok_or_else(|| format!("the template `{name}` has no text"))?;
                (format!("templates/{language}/{name}.md"), file_of(text))
            }
            None => ("templates/en/built_in.md".to_owned(), built_in(mail)),
        };
        let template = Template::parse(&path, &text).map_err(|error| error.to_string())?;
        let footer = Footer {
            sender: workspace.name.clone(),
            unsubscribe: unsubscribe.filter(|_| !mail.transactional).map(|url| ("Unsubscribe".to_owned(), url.to_owned())),
        };
        template.render_email(&values, &footer).map_err(|error| error.to_string())
    }

    async fn tracking_of(&self, mail: &WaitingMail, outreach: &Outreach) -> Result<tracking::Consent> {
        let stated = self.store().consents_of(&mail.address).await?;
        let state = stated.into_iter().find(|one| one.channel == "tracking").map(|one| one.state);
        let may = match outreach.tracking.consent {
            Consent::OptIn => state == Some(ConsentState::Given),
            Consent::OptOut => state != Some(ConsentState::Withdrawn),
        };
        Ok(tracking::Consent { opens: may && outreach.tracking.opens, clicks: may && outreach.tracking.clicks })
    }

    fn invitation(&self, entry: &OutboxEntry, mail: &WaitingMail, sender: &str, title: &str, now: Timestamp) -> String {
        let (start, minutes) =
            mail.invitation.as_ref().map_or((now, 30), |meeting| (Timestamp(meeting.start_at), meeting.duration_minutes));
        let organizer = mail.from.clone().unwrap_or_else(|| sender.to_owned());
        Invitation {
            uid: entry.key.clone(),
            sequence: 0,
            title: title.to_owned(),
            description: String::new(),
            location: None,
            start,
            duration: std::time::Duration::from_mins(u64::from(minutes)),
            organizer: (organizer.clone(), organizer),
            guest: (mail.name.clone(), mail.address.clone()),
        }
        .request(now)
    }

    /// The zone that an account names.
    fn zone_of(&self, account: &str) -> Option<Zone> {
        let state = self.state();
        let records = state.records.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let fields = records.fold("accounts", account, self.now(), None)?;
        Zone::named(fields.get("time_zone")?.as_str()?).ok()
    }
}

fn message(entry: &OutboxEntry, mail: &WaitingMail, subject: String, tracked: bool, now: Timestamp) -> Message {
    Message {
        key: entry.key.clone(),
        channel: "email".to_owned(),
        category: if mail.transactional { "transactional".to_owned() } else { mail.category.clone() },
        account_id: entry.account_id.clone(),
        person: Some(mail.person.clone()),
        address: mail.address.clone(),
        subject,
        run_id: entry.run_id.clone(),
        step: entry.step.clone(),
        created_at: entry.created_at,
        sent_at: now,
        opened_at: None,
        clicked_at: None,
        replied_at: None,
        bounced_at: None,
        message_id: None,
        to_colleague: mail.to_colleague,
        tracked,
    }
}

/// A person with their address. A name may hold what means something in addresses, a comma say, so it is quoted; one that is the address says nothing.
fn recipient(name: &str, address: &str) -> String {
    let name = name.replace(['"', '\\'], "");
    if name.trim().is_empty() || name == address { address.to_owned() } else { format!("\"{}\" <{address}>", name.trim()) }
}

/// A template as its file was.
pub(super) fn file_of(text: &TemplateText) -> String {
    let line = |name: &str, value: &Option<String>| value.as_ref().map(|value| format!("{name}: {value}\n")).unwrap_or_default();
    format!(
        "---\n{}{}{}---\n{}",
        line("subject", &text.subject),
        line("preheader", &text.preheader),
        line("category", &text.category),
        text.body
    )
}

/// The product's own words for a survey or an invitation without a template.
fn built_in(mail: &WaitingMail) -> String {
    let title = mail.title.clone().unwrap_or_else(|| "A message".to_owned());
    let body = match &mail.survey {
        Some(_) => {
            "Hello {{ recipient.first_name }},\n\none short question, if you have a minute: [give your answer]({{ survey.url }}).\n\nThank you!"
        }
        None => {
            "Hello {{ recipient.first_name }},\n\nyou will find the invitation attached. If the time does not suit you, just answer this mail."
        }
    };
    format!("---\nsubject: {title}\n---\n{body}\n")
}

fn in_words(reason: &Reason) -> String {
    match reason {
        Reason::Stale => "it came too late to be worth sending".to_owned(),
        Reason::Window => "outside of the send window".to_owned(),
        Reason::PersonCap => "the person has had enough messages".to_owned(),
        Reason::AccountCap => "the account has had enough messages".to_owned(),
        Reason::CategoryCap(category) => format!("the person has had enough messages of the category {category}"),
        Reason::Silenced { by } => format!("silenced by the play {by}"),
        Reason::Excluded { by } => format!("excluded by the play {by}"),
    }
}

#[cfg(test)]
mod tests {
    use super::recipient;

    #[test]
    fn names_of_all_kinds_stand_before_an_address_and_the_address_itself_does_not() {
        assert_eq!(recipient("Müller, Jörg \"Jo\"", "jo@acme.example"), "\"Müller, Jörg Jo\" <jo@acme.example>");
        assert_eq!(recipient("ann@vendor.example", "ann@vendor.example"), "ann@vendor.example");
        assert_eq!(recipient(" ", "ann@vendor.example"), "ann@vendor.example");
    }
}
