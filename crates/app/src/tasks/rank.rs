//! What a task is ranked by: the revenue that is at risk, times how much the task hurries.
//!
//! ```text
//! at risk = ARR x (100 - score) / 100       at least a tenth of the ARR; half of it without a score
//! urgency = 4 / (1 + days left)             4 when due, and 1 more for each day overdue, up to 10
//!           x 2 for a promise (`within`), x 2 urgent, x 1.5 high, x 0.5 low
//!           without a due time as if it were due in a week
//! rank    = max(at risk, 1) x urgency
//! ```
//! ARR and score are the account's kept columns as they are now. An account without a known ARR counts with what was at stake when the task was made.

use mainstay_model::{Timestamp, Zone};
use mainstay_store::Task;

use super::Group;

/// Days of a task that has no due time.
const DAYS_WITHOUT_DUE: f64 = 7.0;
/// Seconds before its due time at which a task belongs to now. 2 hours.
const NOW_SECONDS: i64 = 7_200;
/// Micros of a day.
const DAY_MICROS: f64 = 86_400_000_000.0;

/// The part of a yearly revenue that is at risk, by the account's score.
pub(super) fn at_risk(arr: Option<f64>, score: Option<f64>) -> f64 {
    let share = score.map_or(0.5, |score| ((100.0 - score) / 100.0).clamp(0.1, 1.0));
    arr.unwrap_or(0.0).max(0.0) * share
}

/// How much a task hurries.
pub(super) fn urgency(task: &Task, now: Timestamp) -> f64 {
    let days_left = task.due_at.map_or(DAYS_WITHOUT_DUE, |due| (due.micros() - now.micros()) as f64 / DAY_MICROS);
    let by_time = if days_left > 0.0 { 4.0 / (1.0 + days_left) } else { (4.0 - days_left).min(10.0) };
    let promised = if task.sla_started_at.is_some() { 2.0 } else { 1.0 };
    let priority = match task.priority.as_str() {
        "urgent" => 2.0,
        "high" => 1.5,
        "low" => 0.5,
        _ => 1.0,
    };
    by_time * promised * priority
}

/// What a task is ranked by.
pub(super) fn rank(at_risk: f64, urgency: f64) -> f64 {
    at_risk.max(1.0) * urgency
}

/// How soon a task is to be looked at.
pub(super) fn group(task: &Task, now: Timestamp, zone: &Zone) -> Group {
    let Some(due) = task.due_at else {
        return match task.priority.as_str() {
            "urgent" => Group::Now,
            "high" => Group::Today,
            "low" => Group::Later,
            _ => Group::Week,
        };
    };
    let today = zone.day_of(now);
    if due <= now.plus_seconds(NOW_SECONDS) {
        Group::Now
    } else if due < zone.start_of(today.plus(1)) {
        Group::Today
    } else if due < week_end(now, zone) {
        Group::Week
    } else {
        Group::Later
    }
}

/// The instant at which this week ends: six days after today, in a zone.
pub(super) fn week_end(now: Timestamp, zone: &Zone) -> Timestamp {
    zone.start_of(zone.day_of(now).plus(7))
}

#[cfg(test)]
mod tests {
    use mainstay_store::TaskStatus;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn task(due: Option<&str>, priority: &str, promised: bool) -> Task {
        Task {
            id: "t".into(),
            run_id: None,
            step: None,
            account_id: "acme".into(),
            title: "Call".into(),
            body: String::new(),
            kind: "call".into(),
            owner: None,
            role: None,
            priority: priority.into(),
            created_at: at("2026-03-01T00:00:00Z"),
            due_at: due.map(at),
            sla_started_at: promised.then(|| at("2026-03-01T00:00:00Z")),
            status: TaskStatus::Open,
            outcome: None,
            note: None,
            done_by: None,
            done_at: None,
            money_at_stake: None,
        }
    }

    #[test]
    fn money_counts_by_the_share_that_the_score_leaves_open() {
        assert!((at_risk(Some(96_000.0), Some(34.0)) - 63_360.0).abs() < 1e-6);
        assert!((at_risk(Some(96_000.0), Some(99.0)) - 9_600.0).abs() < 1e-6, "a healthy account counts a tenth");
        assert!((at_risk(Some(96_000.0), None) - 48_000.0).abs() < 1e-6);
        assert!(at_risk(None, Some(10.0)).abs() < f64::EPSILON && at_risk(Some(-5.0), None).abs() < f64::EPSILON);
    }

    #[test]
    fn a_task_hurries_more_the_nearer_it_is_and_still_more_when_it_is_late() {
        let now = at("2026-03-10T12:00:00Z");
        let of = |due: Option<&str>| urgency(&task(due, "normal", false), now);
        let order = [
            of(Some("2026-03-01T12:00:00Z")),
            of(Some("2026-03-09T12:00:00Z")),
            of(Some("2026-03-10T12:00:00Z")),
            of(Some("2026-03-11T12:00:00Z")),
            of(None),
            of(Some("2026-03-30T12:00:00Z")),
        ];
        assert!(order.windows(2).all(|pair| pair[0] > pair[1]), "{order:?}");
        assert!((order[0] - 10.0).abs() < 1e-9 && (order[2] - 4.0).abs() < 1e-9 && (order[3] - 2.0).abs() < 1e-9, "{order:?}");
        let urgent = urgency(&task(Some("2026-03-11T12:00:00Z"), "urgent", true), now);
        assert!((urgent - 8.0).abs() < 1e-9, "a promise and an urgent priority double it each");
    }

    #[test]
    fn money_decides_between_equals_and_an_account_without_any_still_has_an_order() {
        assert!(rank(50_000.0, 2.0) > rank(30_000.0, 2.0));
        assert!(rank(30_000.0, 4.0) > rank(50_000.0, 2.0));
        assert!(rank(0.0, 4.0) > rank(0.0, 2.0));
    }

    #[test]
    fn groups_are_days_of_the_workspace_s_zone() {
        let (now, zone) = (at("2026-03-10T12:00:00Z"), Zone::named("America/New_York").unwrap());
        for (due, priority, expected) in [
            (Some("2026-03-10T14:00:00Z"), "low", Group::Now),
            (Some("2026-03-01T00:00:00Z"), "low", Group::Now),
            (Some("2026-03-10T14:00:01Z"), "urgent", Group::Today),
            (Some("2026-03-11T03:59:59Z"), "normal", Group::Today),
            (Some("2026-03-11T04:00:00Z"), "normal", Group::Week),
            (Some("2026-03-17T03:59:59Z"), "normal", Group::Week),
            (Some("2026-03-17T04:00:00Z"), "urgent", Group::Later),
            (None, "urgent", Group::Now),
            (None, "high", Group::Today),
            (None, "normal", Group::Week),
            (None, "low", Group::Later),
        ] {
            assert_eq!(group(&task(due, priority, false), now, &zone), expected, "{due:?} {priority}");
        }
    }
}
