//! The readiness report of a renewal: health, usage trends, what is open, where there is room to grow.

use mainstay_model::signal::{Measure, Unit};
use mainstay_model::{Timestamp, Workspace};
use mainstay_store::{TaskFilter, TaskStatus};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{ContractLine, Renewal};
use crate::accounts::{AccountView, AsOf};
use crate::app::App;
use crate::error::Result;

/// An answer or a departure so old is no open matter any more.
const RECENT_SECONDS: i64 = 180 * 86_400;
/// Open tasks that are listed at most.
const MAX_TASKS: u32 = 100;

/// What there is to know before a renewal is talked about.
#[derive(Clone, Debug, Serialize)]
pub struct Readiness {
    /// The account with its score, why it is so, and how it changed.
    pub account: AccountView,
    /// Its contract lines that renew or lately did.
    pub renewals: Vec<Renewal>,
    /// Its contract lines in force: what they will bill next, and until when they can be left.
    pub contracts: Vec<ContractLine>,
    /// Signals that the workspace compares with the time before.
    pub usage: Vec<UsageTrend>,
    /// What is open, unpaid, late or said against us.
    pub issues: Vec<Finding>,
    /// Where there is room to grow.
    pub opportunities: Vec<Finding>,
}

/// A signal and how it changed against the window before.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct UsageTrend {
    /// The signal.
    pub name: String,
    /// What people read.
    pub label: String,
    /// How it is written.
    pub unit: Unit,
    /// Its value; null where it is not known.
    pub value: Value,
    /// The signal that compares it.
    pub compared_by: String,
    /// The change as a share: -0.5 is half as much.
    pub change: Option<f64>,
}

/// Something to know.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Finding {
    /// `health`, `ticket`, `invoice`, `next_invoice`, `answer`, `person`, `task`, `deal`, `request` or `segment`.
    pub kind: String,
    /// One line.
    pub title: String,
    /// More, or empty.
    pub detail: String,
    /// Since when.
    pub since: Option<Timestamp>,
}

type Record = Map<String, Value>;

impl App {
    /// What there is to know before the renewal of an account is talked about. Tasks are those of now, whatever the instant.
    ///
    /// # Errors
    /// When there is no such account, or was none then.
    pub async fn readiness(&self, id: &str, at: &AsOf) -> Result<Readiness> {
        let (account, renewals, outlook) =
            tokio::try_join!(self.show_account(id, at), self.renewals_of(id, at), self.contract_outlook(id, at))?;
        let (tickets, invoices, surveys, people, deals, requests) = tokio::try_join!(
            self.records_of(id, "tickets", at),
            self.records_of(id, "invoices", at),
            self.records_of(id, "surveys", at),
            self.records_of(id, "people", at),
            self.records_of(id, "opportunities", at),
            self.records_of(id, "feature_requests", at),
        )?;
        let as_of = account.as_of;
        let mut issues: Vec<Finding> = weaknesses(&account);
        issues.extend(tickets.iter().filter_map(open_ticket));
        issues.extend(invoices.iter().filter_map(|record| unpaid(record, as_of)));
        issues.extend(outlook.lines.iter().filter_map(bill_shock));
        issues.extend(surveys.iter().filter_map(|record| detractor(record, as_of)));
        issues.extend(people.iter().filter_map(|record| gone(record, as_of)));
        issues.extend(self.late_tasks(id, as_of).await?);
        let mut opportunities: Vec<Finding> = deals.iter().filter_map(open_deal).collect();
        opportunities.extend(requests.iter().filter_map(premium_request));
        opportunities.extend(account.segments.iter().map(|label| finding("segment", label.clone(), String::new(), None)));
        Ok(Readiness { usage: usage(&account, &self.workspace()), account, renewals, contracts: outlook.lines, issues, opportunities })
    }

    async fn late_tasks(&self, id: &str, as_of: Timestamp) -> Result<Vec<Finding>> {
        let filter = TaskFilter {
            account_id: Some(id.to_owned()),
            status: Some(TaskStatus::Open),
            due_before: Some(as_of),
            limit: MAX_TASKS,
            ..TaskFilter::default()
        };
        let late = self.store().tasks(&filter).await?;
        Ok(late.into_iter().map(|task| finding("task", task.title, task.owner.or(task.role).unwrap_or_default(), task.due_at)).collect())
    }
}

fn finding(kind: &str, title: String, detail: String, since: Option<Timestamp>) -> Finding {
    Finding { kind: kind.to_owned(), title, detail, since }
}

/// The signals that compare another one with the time before.
fn usage(account: &AccountView, workspace: &Workspace) -> Vec<UsageTrend> {
    let value = |name: &str| account.signals.iter().find(|signal| signal.name == name);
    let trend = |comparing: &mainstay_model::signal::Signal| {
        let Measure::Change { of } = &comparing.measure else { return None };
        let compared = value(of)?;
        Some(UsageTrend {
            name: of.clone(),
            label: compared.label.clone(),
            unit: compared.unit,
            value: compared.value.clone(),
            compared_by: comparing.name.clone(),
            change: value(&comparing.name)?.value.as_f64(),
        })
    };
    workspace.signals.values().filter_map(trend).filter(|trend| !trend.value.is_null()).collect()
}

/// The components that cost points.
fn weaknesses(account: &AccountView) -> Vec<Finding> {
    let parts = account.explanation.iter().flat_map(|explanation| &explanation.components);
    let weak = parts.filter(|part| part.points.is_some_and(|points| points < 100.0));
    weak.map(|part| {
        let level = part.level.as_deref().map(|level| level.replace('_', " ")).unwrap_or_default();
        let detail =
            format!("{level}{}{} of {} points", if level.is_empty() { "" } else { ", " }, part.contribution, part.max_contribution);
        finding("health", part.label.clone(), detail, None)
    })
    .collect()
}

fn text<'a>(record: &'a Record, name: &str) -> &'a str {
    record.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn instant(record: &Record, name: &str) -> Option<Timestamp> {
    Timestamp::parse(text(record, name)).ok()
}

fn number(record: &Record, name: &str) -> Option<f64> {
    let value = record.get(name)?;
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

fn truth(record: &Record, name: &str) -> bool {
    record.get(name).is_some_and(|value| value.as_bool() == Some(true) || value.as_str() == Some("true"))
}

fn joined(parts: &[&str]) -> String {
    parts.iter().filter(|part| !part.is_empty()).map(|part| part.replace('_', " ")).collect::<Vec<_>>().join(" · ")
}

fn open_ticket(record: &Record) -> Option<Finding> {
    if matches!(text(record, "status"), "solved" | "closed") || instant(record, "solved_at").is_some() {
        return None;
    }
    let escalated = if truth(record, "escalated") { "escalated" } else { "" };
    let detail = joined(&[text(record, "priority"), escalated, text(record, "category")]);
    Some(finding("ticket", text(record, "subject").to_owned(), detail, instant(record, "created_at")))
}

fn unpaid(record: &Record, as_of: Timestamp) -> Option<Finding> {
    let due = instant(record, "due_at").filter(|due| *due < as_of)?;
    let settled = instant(record, "paid_at").is_some() || matches!(text(record, "status"), "paid" | "void");
    let amount = number(record, "amount").map(|amount| amount.to_string()).unwrap_or_default();
    let detail = joined(&[format!("{amount} {}", text(record, "currency")).trim(), text(record, "status")]);
    (!settled).then(|| finding("invoice", format!("Invoice {} is not paid", text(record, "number")), detail, Some(due)))
}

/// A next invoice far above the last one.
fn bill_shock(line: &ContractLine) -> Option<Finding> {
    let (amount, share, due) = (line.expected_amount?, line.above_last?, line.next_invoice_on?);
    let title = format!("The next invoice of {} is {:.0} % above the last", line.label(), share * 100.0);
    let detail = format!("about {amount:.2} {} for {due}, at the present pace", line.currency);
    line.is_bill_shock().then(|| finding("next_invoice", title, detail, None))
}

fn detractor(record: &Record, as_of: Timestamp) -> Option<Finding> {
    let at = instant(record, "answered_at").filter(|at| is_recent(*at, as_of))?;
    let score = number(record, "score").filter(|score| *score <= 6.0 && text(record, "kind") == "nps")?;
    Some(finding("answer", format!("NPS {score}"), text(record, "comment").to_owned(), Some(at)))
}

fn gone(record: &Record, as_of: Timestamp) -> Option<Finding> {
    let day = mainstay_model::Day::parse(text(record, "left_on")).ok()?;
    let at = Timestamp(i64::from(day.0) * 86_400_000_000);
    let role = text(record, "role");
    let counts = matches!(role, "champion" | "sponsor" | "admin") && is_recent(at, as_of);
    counts.then(|| finding("person", format!("{} left", text(record, "name")), joined(&[role, text(record, "title")]), Some(at)))
}

fn is_recent(at: Timestamp, as_of: Timestamp) -> bool {
    at <= as_of && at >= as_of.plus_seconds(-RECENT_SECONDS)
}

fn open_deal(record: &Record) -> Option<Finding> {
    if text(record, "kind") != "expansion" || instant(record, "closed_at").is_some() || record.get("won").is_some_and(|won| !won.is_null())
    {
        return None;
    }
    let amount = number(record, "amount").map(|amount| amount.to_string()).unwrap_or_default();
    let detail = joined(&[text(record, "stage"), format!("{amount} {}", text(record, "currency")).trim()]);
    Some(finding("deal", "Expansion in the pipeline".to_owned(), detail, instant(record, "created_at")))
}

fn premium_request(record: &Record) -> Option<Finding> {
    let open = !matches!(text(record, "status"), "shipped" | "declined");
    let wanted = truth(record, "premium") && open;
    wanted.then(|| finding("request", text(record, "title").to_owned(), text(record, "status").to_owned(), instant(record, "requested_at")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(value: Value) -> Record {
        value.as_object().cloned().unwrap_or_default()
    }

    fn now() -> Timestamp {
        Timestamp::parse("2026-03-01T00:00:00Z").unwrap()
    }

    #[test]
    fn only_what_is_still_open_is_an_issue() {
        let ticket =
            |status: &str| open_ticket(&record(json!({"subject": "Slow", "status": status, "priority": "high", "escalated": true})));
        assert_eq!(ticket("open").unwrap().detail, "high · escalated");
        assert_eq!(ticket("solved"), None);
        let invoice =
            |due: &str, status: &str| unpaid(&record(json!({"number": "7", "due_at": due, "status": status, "amount": "12.5"})), now());
        assert_eq!(invoice("2026-02-01T00:00:00Z", "open").unwrap().detail, "12.5 · open");
        assert_eq!(invoice("2026-02-01T00:00:00Z", "paid"), None);
        assert_eq!(invoice("2026-04-01T00:00:00Z", "open"), None, "not due yet");
    }

    #[test]
    fn answers_and_departures_grow_old() {
        let answer = |at: &str, score| detractor(&record(json!({"kind": "nps", "score": score, "answered_at": at})), now());
        assert!(answer("2026-02-01T00:00:00Z", 6).is_some() && answer("2026-02-01T00:00:00Z", 7).is_none());
        assert!(answer("2025-08-01T00:00:00Z", 0).is_none());
        let left = |day: &str, role: &str| gone(&record(json!({"name": "Ann", "left_on": day, "role": role})), now());
        assert_eq!(left("2026-01-10", "champion").unwrap().title, "Ann left");
        assert!(left("2026-01-10", "user").is_none() && left("2025-01-10", "champion").is_none());
    }
}
