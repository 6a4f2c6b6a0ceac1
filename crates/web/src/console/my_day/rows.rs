//! Tasks as rows: what is to be done, why, for whom, what rides on it, how much time is left.

use mainstay_app::tasks::{Group, WorkItem, WorkPage};
use mainstay_model::Workspace;

use super::team::{Colleague, name_of};
use super::view::View;
use crate::console::words::{BandMark, Locale, Moment, NOT_KNOWN, band_mark, label, segment, spaced};

/// Rows of a group while all groups are shown.
const ROWS_PER_GROUP: usize = 25;
/// Rows of a group that is shown alone.
const ROWS_ALONE: usize = 200;
/// Letters of a task's text that a row shows.
const BODY_CHARS: usize = 160;

/// A group of tasks.
#[derive(Clone, Debug)]
pub struct GroupShown {
    /// Its word.
    pub key: &'static str,
    /// What people read.
    pub title: &'static str,
    /// How many tasks are in it.
    pub count: String,
    /// Its rows.
    pub rows: Vec<Row>,
    /// How many more there are, and where.
    pub more: Option<(String, String)>,
}

/// A task.
#[derive(Clone, Debug)]
pub struct Row {
    /// Where its page is.
    pub href: String,
    /// The same, leading back to the day.
    pub act_href: String,
    /// What is to be done.
    pub title: String,
    /// More about it, cut short.
    pub body: String,
    /// Why it is there.
    pub reason: Reason,
    /// What the button says.
    pub act: &'static str,
    /// `urgent` or `high`; empty for others.
    pub priority: &'static str,
    /// Whose it is, where that is not plain.
    pub owner: String,
    /// The account's id.
    pub account: String,
    /// What people call the account.
    pub account_name: String,
    /// Where its page is.
    pub account_href: String,
    /// Its band.
    pub band: BandMark,
    /// Its score; empty where there is none.
    pub score: String,
    /// The yearly money behind it.
    pub money: String,
    /// How the rank comes about.
    pub rank: String,
    /// How much time is left.
    pub clock: Clock,
}

/// Why a task is there.
#[derive(Clone, Debug)]
pub struct Reason {
    /// What people call the play; or that somebody made it.
    pub text: String,
    /// The play's page; empty for tasks made by hand.
    pub href: String,
    /// The step that made it and the day on which its run began.
    pub detail: String,
}

/// How much time is left.
#[derive(Clone, Debug)]
pub struct Clock {
    /// `41 min left`, `2 h overdue`, `today 17:00`.
    pub words: String,
    /// The instant in full.
    pub exact: String,
    /// The instant for machines; empty where there is none.
    pub machine: String,
    /// Whether it has passed.
    pub late: bool,
    /// Whether it is a promise whose clock runs.
    pub promised: bool,
}

/// What rows are made with.
pub(super) struct Hand<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) view: &'a View,
    pub(super) me: &'a str,
    pub(super) colleagues: &'a [Colleague],
    pub(super) locale: Locale,
    pub(super) moment: &'a Moment,
}

impl Hand<'_> {
    /// The groups that have tasks, each with its first rows.
    pub(super) fn groups(&self, work: &WorkPage) -> Vec<GroupShown> {
        let shown = |group: &Group| self.view.group.is_empty() || self.view.group == group.as_str();
        Group::ALL.into_iter().filter(shown).filter_map(|group| self.group(group, work)).collect()
    }

    fn group(&self, group: Group, work: &WorkPage) -> Option<GroupShown> {
        let items: Vec<&WorkItem> = work.tasks.iter().filter(|item| item.group == group).collect();
        let most = if self.view.group.is_empty() { ROWS_PER_GROUP } else { ROWS_ALONE };
        let rest = items.len().saturating_sub(most);
        let alone = View { group: group.as_str().to_owned(), ..self.view.clone() };
        (!items.is_empty()).then(|| GroupShown {
            key: group.as_str(),
            title: title(group),
            count: self.locale.count(items.len()),
            rows: items.iter().take(most).map(|item| self.row(item)).collect(),
            more: (rest > 0).then(|| (self.locale.count(rest), if self.view.group.is_empty() { alone.here() } else { String::new() })),
        })
    }

    pub(super) fn row(&self, item: &WorkItem) -> Row {
        let task = &item.task;
        let money = |amount: f64| self.locale.money(amount, &self.workspace.currency);
        let href = format!("/tasks/{}", segment(&task.id));
        Row {
            act_href: self.view.from(&href),
            href,
            title: task.title.clone(),
            body: cut(&task.body, BODY_CHARS),
            reason: reason(item, self.moment),
            act: if task.kind == "approval" { "Answer" } else { "Done" },
            priority: match task.priority.as_str() {
                "urgent" => "urgent",
                "high" => "high",
                _ => "",
            },
            owner: self.owner(item),
            account: task.account_id.clone(),
            account_name: item.account_name.clone(),
            account_href: format!("/accounts/{}", segment(&task.account_id)),
            band: band_mark(&self.workspace.bands, &item.band),
            score: item.score.map(|score| self.locale.score(score, &self.workspace.bands)).unwrap_or_default(),
            money: item.arr.map_or_else(|| NOT_KNOWN.to_owned(), money),
            rank: format!("{} at risk × urgency {}", money(item.at_risk), self.locale.number(item.urgency, 1)),
            clock: clock(item, self.moment),
        }
    }

    /// Whose a task is, where it is not the reader's own, or is done for somebody else.
    fn owner(&self, item: &WorkItem) -> String {
        let Some(owner) = item.task.owner.as_deref() else { return "nobody’s".to_owned() };
        let name = name_of(owner, self.colleagues);
        match item.assignee.as_deref() {
            Some(cover) if cover != owner && cover == self.me => format!("for {name}, who is away"),
            Some(cover) if cover != owner => format!("{} for {name}", name_of(cover, self.colleagues)),
            _ if self.view.is_shared() => name,
            _ => String::new(),
        }
    }
}

const fn title(group: Group) -> &'static str {
    match group {
        Group::Now => "Now",
        Group::Today => "Today",
        Group::Week => "This week",
        Group::Later => "Later",
    }
}

pub(super) fn reason(item: &WorkItem, moment: &Moment) -> Reason {
    match (&item.play, &item.play_label) {
        (Some(play), Some(name)) => {
            let step = item.task.step.as_deref().map(|step| format!("step “{}”", spaced(step)));
            let since = item.run_started_at.map(|at| format!("since {}", moment.short(at)));
            let detail: Vec<String> = step.into_iter().chain(since).collect();
            Reason { text: name.clone(), href: format!("/plays/{}", segment(play)), detail: detail.join(", ") }
        }
        _ if item.task.run_id.is_some() => Reason { text: "A play that is gone".to_owned(), href: String::new(), detail: String::new() },
        _ => Reason { text: "Made by hand".to_owned(), href: String::new(), detail: moment.short(item.task.created_at) },
    }
}

pub(super) fn clock(item: &WorkItem, moment: &Moment) -> Clock {
    let promised = item.task.sla_started_at.is_some();
    let Some(due) = item.task.due_at else {
        return Clock { words: "no due time".to_owned(), exact: String::new(), machine: String::new(), late: false, promised };
    };
    let late = due < moment.now;
    let words = if late {
        format!("{} overdue", moment.between(due, moment.now))
    } else if promised {
        format!("{} left", moment.between(moment.now, due))
    } else {
        moment.ahead(due)
    };
    Clock { words, exact: moment.full(due), machine: due.to_rfc3339(), late, promised }
}

/// An outcome as people read it.
pub(super) fn outcome_words(outcome: &str) -> String {
    label(outcome)
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most).collect();
    format!("{}…", kept.trim_end())
}
