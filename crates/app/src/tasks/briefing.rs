//! A person's day in a message: what is now, today and this week, with the money at risk; once a day, by mail and Slack.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use mainstay_model::{Day, Timestamp, Workspace};
use mainstay_plays::due::at_minute;
use mainstay_plays::windows::BusinessTime;
use mainstay_store::{Absence, OutboxEntry};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Group, Whose, WorkItem, WorkPage, WorkQuery};
use crate::app::App;
use crate::error::Result;
use crate::people::address;

/// The channel of short mails.
const NOTICE: &str = "notice";
/// Tasks of a group that a briefing names; of more it says how many.
const NAMED: usize = 10;

/// A day's briefings still leave this long after their time; who starts the server later has begun the day without one. 1 hour.
const LATE_SECONDS: i64 = 3_600;

/// A person's day in words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Briefing {
    /// For whom, by address.
    pub to: String,
    /// The subject line.
    pub subject: String,
    /// The text, plain.
    pub text: String,
}

/// What became of a person's briefing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BriefingSent {
    /// The briefing.
    #[serde(flatten)]
    pub briefing: Briefing,
    /// Whether it was put into the outbox now; otherwise this day's one was there before.
    pub queued: bool,
}

impl App {
    /// A person's briefing; none for somebody with nothing to do this week.
    ///
    /// # Errors
    /// When the address is none, or the store cannot be read.
    pub async fn briefing_of(&self, person: &str) -> Result<Option<Briefing>> {
        let query = WorkQuery { whose: Whose::Of(person.to_owned()), limit: usize::MAX, ..WorkQuery::default() };
        let page = self.list_tasks(&query).await?;
        Ok(briefing(&address(person)?, &page, &self.workspace()))
    }

    /// Puts the briefings of a person, or of everybody who has open tasks and is not away, into the outbox. Each leaves once a day.
    ///
    /// # Errors
    /// When the address is none, or the store cannot be read or written.
    pub async fn send_briefings(&self, only: Option<&str>) -> Result<Vec<BriefingSent>> {
        let now = self.now();
        let people = match only {
            Some(person) => vec![address(person)?],
            None => self.briefing_readers(now).await?,
        };
        let mut sent = Vec::new();
        for person in people {
            if let Some(briefing) = self.briefing_of(&person).await? {
                let queued = self.store().add_outbox(&self.briefing_entries(&briefing, now)).await? > 0;
                sent.push(BriefingSent { briefing, queued });
            }
        }
        Ok(sent)
    }

    /// Sends the day's briefings once their time has come (`briefing`), on days of the business calendar; answers how many. Each leaves once a day.
    /// Without mail and Slack nothing is made, as nobody would get it.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn send_due_briefings(&self) -> Result<usize> {
        let (now, workspace, channels) = (self.now(), self.workspace(), self.channels());
        if (channels.mail.is_none() && channels.slack.is_none()) || !is_time(&workspace, now) {
            return Ok(0);
        }
        let day = workspace.zone.day_of(now);
        let mut sent = 0;
        for person in self.briefing_readers(now).await? {
            if self.store().outbox_entry(&key(&person, day, NOTICE)).await?.is_some() {
                continue;
            }
            if let Some(briefing) = self.briefing_of(&person).await? {
                sent += usize::from(self.store().add_outbox(&self.briefing_entries(&briefing, now)).await? > 0);
            }
        }
        Ok(sent)
    }

    /// Everybody who has open tasks or covers for somebody who has, and is not away.
    async fn briefing_readers(&self, now: Timestamp) -> Result<Vec<String>> {
        let absences = self.store().absences_since(now).await?;
        let counts = self.store().count_open_tasks(now, now).await?;
        let here = |person: &String| !absences.iter().any(|away: &Absence| away.person == *person && away.from_at <= now);
        let owners = counts.into_iter().filter_map(|count| count.owner);
        let doers = owners.map(|owner| crate::plays::standing_in(owner, &absences, now));
        Ok(doers.filter(here).collect::<BTreeSet<_>>().into_iter().collect())
    }

    fn briefing_entries(&self, briefing: &Briefing, now: Timestamp) -> [OutboxEntry; 2] {
        let day = self.workspace().zone.day_of(now);
        let page = format!("{}/my-day", self.channels().base_url);
        let payload = json!({ "to": briefing.to, "title": briefing.subject, "body": briefing.text, "page": page }).to_string();
        ["slack", NOTICE].map(|channel| OutboxEntry::waiting(key(&briefing.to, day, channel), String::new(), channel, payload.clone(), now))
    }
}

/// Whether the briefings of the day leave now.
fn is_time(workspace: &Workspace, now: Timestamp) -> bool {
    let outreach = &workspace.outreach;
    let (day, calendar) = (workspace.zone.day_of(now), outreach.calendar(&workspace.calendars));
    let due = outreach.briefing_minute.map(|minute| at_minute(day, minute, &workspace.zone));
    let worked = BusinessTime::new(&calendar, &workspace.zone).hours_of(day).is_some();
    worked && due.is_some_and(|due| due <= now && now < due.plus_seconds(LATE_SECONDS))
}

fn key(person: &str, day: Day, channel: &str) -> String {
    format!("briefing/{person}/{day}/{channel}")
}

fn briefing(to: &str, page: &WorkPage, workspace: &Workspace) -> Option<Briefing> {
    let of = |group: Group| page.tasks.iter().filter(move |item| item.group == group);
    let soon = [(Group::Now, "now", "Now"), (Group::Today, "today", "Today"), (Group::Week, "this week", "This week")];
    let counts: Vec<String> = soon
        .into_iter()
        .map(|(group, words, _)| (of(group).count(), words))
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| format!("{count} {words}"))
        .collect();
    if counts.is_empty() {
        return None;
    }
    let mut text = String::new();
    for (group, _, title) in soon {
        let items: Vec<&WorkItem> = of(group).collect();
        if items.is_empty() {
            continue;
        }
        // Writing to a text does not fail.
        let _ = writeln!(text, "{title}");
        for item in items.iter().take(NAMED) {
            let _ = writeln!(text, "- {}", line(item, workspace));
        }
        if items.len() > NAMED {
            let _ = writeln!(text, "- and {} more", items.len() - NAMED);
        }
        text.push('\n');
    }
    Some(Briefing { to: to.to_owned(), subject: format!("Your day: {}", counts.join(", ")), text: text.trim_end().to_owned() })
}

/// `Call Daria · Helio Energy · 63360 USD at risk · due 10 Mar 14:00`.
fn line(item: &WorkItem, workspace: &Workspace) -> String {
    let mut line = format!("{} · {}", item.task.title, item.account_name);
    if item.at_risk >= 1.0 {
        let _ = write!(line, " · {:.0} {} at risk", item.at_risk, workspace.currency);
    }
    if let Some(due) = item.task.due_at {
        let _ = write!(line, " · due {}", workspace.zone.civil(due).strftime("%-d %b %H:%M"));
    }
    line
}
