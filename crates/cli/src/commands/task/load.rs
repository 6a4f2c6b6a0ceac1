//! `mainstay task load`: who has how much to do, now and in the weeks ahead.

use mainstay_app::Result;
use mainstay_app::tasks::{CapacityPlan, ClockUnit, OwnerCapacity, ResponseClocks, WeekWork, WorkLoad};
use serde::Serialize;

use crate::desk::Desk;
use crate::output::table::Table;
use crate::output::words;

/// Everything about how much everybody has to do.
#[derive(Serialize)]
pub(super) struct Load {
    #[serde(flatten)]
    load: WorkLoad,
    capacity: CapacityPlan,
    clocks: ResponseClocks,
}

impl Load {
    /// Asks the data or the server.
    pub(super) async fn read(desk: &Desk) -> Result<Self> {
        Ok(Self { load: desk.work_load().await?, capacity: desk.plan_capacity().await?, clocks: desk.response_clocks().await? })
    }

    /// Who has what, promises, the weeks ahead, and response clocks, as tables.
    pub(super) fn table(&self) -> String {
        let mut text = owners(&self.load);
        if !self.load.promises.is_empty() {
            text.push('\n');
            text.push_str(&promises(&self.load));
        }
        if !self.capacity.owners.is_empty() {
            text.push('\n');
            text.push_str(&books(&self.capacity));
            text.push('\n');
            text.push_str(&weeks(&self.capacity));
        }
        text.push('\n');
        text.push_str(&clocks(&self.clocks));
        text
    }
}

fn owners(load: &WorkLoad) -> String {
    let mut table = Table::new(&["owner", ">open", ">overdue", ">this week", "away until", "cover"]);
    for one in &load.owners {
        let left = if one.has_left { " (has left)" } else { "" };
        table.row([
            one.owner.as_ref().map_or_else(|| "nobody".to_owned(), |owner| format!("{owner}{left}")),
            words::count(one.open),
            words::count(one.overdue),
            words::count(one.due_this_week),
            words::instant_if_any(one.away_until),
            one.cover.clone().unwrap_or_default(),
        ]);
    }
    table.or("nobody has anything to do")
}

fn promises(load: &WorkLoad) -> String {
    let mut table = Table::new(&["promises to", ">kept", ">missed", ">running", ">median minutes worked"]);
    for one in &load.promises {
        table.row([
            one.role.clone(),
            words::count(one.kept),
            words::count(one.missed),
            words::count(one.running),
            one.median_minutes.map_or_else(|| "-".to_owned(), |minutes| minutes.to_string()),
        ]);
    }
    table.or("")
}

fn books(plan: &CapacityPlan) -> String {
    let mut table = Table::new(&["book of", ">accounts", ">arr", ">at risk", ">their arr", ">renewals in 90 days", ">worth"]);
    for one in &plan.owners {
        table.row([
            name(one),
            words::count(one.accounts),
            words::money(one.arr),
            words::count(one.at_risk),
            words::money(one.arr_at_risk),
            words::count(one.renewals),
            words::money(one.renewals_arr),
        ]);
    }
    table.or("")
}

fn weeks(plan: &CapacityPlan) -> String {
    let titles = ["work of", ">this week", ">week 2", ">week 3", ">week 4", ">week 5", ">week 6", ">week 7", ">week 8"];
    let mut table = Table::new(&titles);
    for one in &plan.owners {
        let [first, second, third, fourth, fifth, sixth, seventh, eighth] =
            std::array::from_fn(|place| one.weeks.get(place).map_or_else(String::new, |week| work(*week)));
        table.row([name(one), first, second, third, fourth, fifth, sixth, seventh, eighth]);
    }
    let mut text = table.or("");
    text.push_str(
        "open tasks by the week in which they are due + those that running plays will make; ! is more than 1.5 times the team's median\n",
    );
    let mean = words::number_text((plan.mean_open * 10.0).round() / 10.0);
    let cut = if plan.cut { "; there is more work than was looked at" } else { "" };
    text.push_str(&format!("on average {mean} open tasks each{cut}\n"));
    text
}

/// `4`, `4 + 2` with what plays will make, `9 + 2 !` where that is too much.
fn work(week: WeekWork) -> String {
    let foreseen = if week.foreseen == 0 { String::new() } else { format!(" + {}", words::count(week.foreseen)) };
    let mark = if week.too_much { " !" } else { "" };
    format!("{}{foreseen}{mark}", words::count(week.open))
}

fn clocks(found: &ResponseClocks) -> String {
    let titles =
        ["response clock", ">target", ">begun", ">in time", ">late", ">unanswered", ">running", ">lapsed", ">mean", ">median", "in"];
    let mut table = Table::new(&titles);
    for one in &found.clocks {
        let time = |time: Option<f64>| time.map_or_else(|| "-".to_owned(), |time| format!("{time:.1}"));
        let unit = match one.unit {
            ClockUnit::Days => "days",
            ClockUnit::BusinessHours => "business hours",
        };
        table.row([
            one.clock.label().to_owned(),
            one.target.to_string(),
            words::count(one.begun),
            words::count(one.in_time),
            words::count(one.late),
            words::count(one.unanswered),
            words::count(one.running),
            words::count(one.lapsed),
            time(one.mean),
            time(one.median),
            unit.to_owned(),
        ]);
    }
    table.or("") + &format!("what began in the last {} days\n", found.days)
}

fn name(one: &OwnerCapacity) -> String {
    one.owner.clone().unwrap_or_else(|| "nobody".to_owned())
}
