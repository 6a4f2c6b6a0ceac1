//! Samples of My day: tasks of the sample accounts, of plays and by hand, due and overdue, some in every group.

use mainstay_app::accounts::{AccountPage, AccountRow};
use mainstay_app::tasks::{
    Absence, CapacityPlan, CapacityWeek, ClockKind, Group, OwnerCapacity, OwnerLoad, ResponseClock, ResponseClocks, RolePromises, Task,
    TaskStatus, WeekWork, WorkItem, WorkLoad, WorkPage,
};

use super::{now, today};

/// A day of so many tasks of these accounts, every text of people from `word`.
pub(crate) fn work(accounts: &AccountPage, count: usize, word: &dyn Fn(&str) -> String) -> WorkPage {
    let tasks: Vec<WorkItem> =
        accounts.rows.iter().cycle().take(count).enumerate().map(|(index, row)| item(row, index, count, word)).collect();
    let groups = Group::ALL.map(|group| (group, tasks.iter().filter(|item| item.group == group).count()));
    WorkPage {
        total: tasks.len(),
        groups: groups.into_iter().filter(|(_, count)| *count > 0).collect(),
        overdue: tasks.iter().filter(|item| item.task.due_at.is_some_and(|due| due < now())).count(),
        at_risk: 512_000.0,
        cut: count > 1_000,
        as_of: now(),
        tasks,
    }
}

fn item(row: &AccountRow, index: usize, count: usize, word: &dyn Fn(&str) -> String) -> WorkItem {
    // Early ones are overdue or promised soon, later ones further away.
    let hours = [-3, 1, 7, 30, 100, 400][index * 6 / count.max(6)] + i64::try_from(index % 3).unwrap();
    let group = [Group::Now, Group::Now, Group::Today, Group::Week, Group::Week, Group::Later][index * 6 / count.max(6)];
    let by_hand = index % 4 == 3;
    let due = (index % 7 != 6).then(|| now().plus_seconds(hours * 3_600 + 2_460));
    let task = Task {
        id: format!("run{index}/reach/0"),
        run_id: (!by_hand).then(|| format!("run{index}")),
        step: (!by_hand).then(|| word("reach_champion")),
        account_id: row.id.clone(),
        title: word("Call Daria Novak personally"),
        body: word("NPS 2 at 08:51: “the export fails every Friday”. "),
        kind: ["call", "email", "approval", "research"][index % 4].into(),
        owner: (index % 5 != 4).then(|| "jon@acme.example".to_owned()),
        role: Some("csm".into()),
        priority: ["urgent", "normal", "high", "low"][index % 4].into(),
        created_at: now().plus_seconds(-86_400),
        due_at: due,
        sla_started_at: index.is_multiple_of(3).then(|| now().plus_seconds(-3_600)),
        status: TaskStatus::Open,
        outcome: None,
        note: None,
        done_by: None,
        done_at: None,
        money_at_stake: None,
    };
    WorkItem {
        account_name: row.name.clone(),
        band: row.band.clone(),
        score: row.score,
        arr: row.arr,
        play: (!by_hand).then(|| "usage_decline".to_owned()),
        play_label: (!by_hand).then(|| word("Usage decline detected")),
        run_started_at: Some(now().plus_seconds(-6 * 86_400)),
        assignee: task.owner.clone(),
        group,
        at_risk: 63_360.0,
        urgency: 4.2,
        rank: 266_112.0,
        outcomes: vec![word("reached"), "not_reached".into()],
        task,
    }
}

/// The same task, ended.
pub(crate) fn ended(item: &WorkItem, word: &dyn Fn(&str) -> String) -> WorkItem {
    let task = Task {
        status: TaskStatus::Done,
        outcome: Some(word("reached")),
        note: Some(word("Calls back on Friday")),
        done_by: Some("ines@acme.example".into()),
        done_at: Some(now()),
        ..item.task.clone()
    };
    WorkItem { task, ..item.clone() }
}

pub(crate) fn load(count: usize, word: &dyn Fn(&str) -> String) -> WorkLoad {
    let owner = |index: usize| OwnerLoad {
        owner: (index > 0).then(|| format!("csm{index}@acme.example")),
        name: (index > 1).then(|| word("Ines Duarte")),
        open: 12,
        overdue: 2,
        due_this_week: 7,
        away_until: (index == 2).then(|| now().plus_seconds(3 * 86_400)),
        cover: None,
        has_left: index == 3,
    };
    let promise = RolePromises { role: word("csm_manager"), kept: 9, missed: 1, running: 2, median_minutes: Some(135) };
    WorkLoad { owners: (0..count).map(owner).collect(), promises: vec![promise; count.min(2)], as_of: now() }
}

/// The books of so many people; the first is nobody's.
pub(crate) fn capacity(count: usize, word: &dyn Fn(&str) -> String) -> CapacityPlan {
    let week = |place: u64| WeekWork { open: 9 - place, foreseen: place, too_much: place == 2 };
    let owner = |index: usize| OwnerCapacity {
        owner: (index > 0).then(|| format!("csm{index}@acme.example")),
        name: (index > 1).then(|| word("Ines Duarte")),
        accounts: 1_204,
        arr: 4_120_000.0,
        at_risk: 31,
        arr_at_risk: 310_000.0,
        renewals: 12,
        renewals_arr: 96_000.0,
        open: 12,
        weeks: (0..8).map(week).collect(),
    };
    let weeks = (0..8).map(|week| CapacityWeek { from: today().plus(7 * week), median: 2.5 });
    let currency = word("USD");
    CapacityPlan {
        owners: (0..count).map(owner).collect(),
        weeks: weeks.collect(),
        mean_open: 12.0,
        currency,
        cut: count > 30,
        as_of: now(),
    }
}

/// How the clocks ran, the first with answers above its target.
pub(crate) fn clocks() -> ResponseClocks {
    let clock = |kind: ClockKind| {
        let late = kind == ClockKind::DeclineToIntervention;
        ResponseClock {
            clock: kind,
            target: kind.target(),
            unit: kind.unit(),
            begun: 15,
            in_time: 4,
            late: 3,
            unanswered: 2,
            running: 5,
            lapsed: 1,
            mean: late.then_some(16.25),
            median: late.then_some(12.0),
        }
    };
    ResponseClocks { clocks: ClockKind::ALL.map(clock).to_vec(), days: 90, as_of: now() }
}

pub(crate) fn absences(count: usize) -> Vec<Absence> {
    let away = |index: usize| Absence {
        person: format!("csm{index}@acme.example"),
        from_at: now().plus_seconds(if index == 0 { -86_400 } else { 86_400 }),
        until_at: now().plus_seconds(3 * 86_400),
        cover: index.is_multiple_of(2).then(|| "jon@acme.example".to_owned()),
    };
    (0..count).map(away).collect()
}
