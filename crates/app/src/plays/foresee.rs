//! What runs under way will ask of people: the tasks that their steps make when they come due, told ahead.

use mainstay_model::Timestamp;
use mainstay_model::play::effect::{Approval, Task, Ticket};
use mainstay_model::play::{Body, Effect, Play, Step};
use mainstay_plays::windows::BusinessTime;
use mainstay_plays::{Run, StepRecord, StepState, due};

use super::people::role_of;

/// Who gets the tasks that name no role.
const OWNER: &str = "csm";
/// Times of one step that are looked at: daily ones for eight weeks.
const MOST_TIMES: usize = 60;

/// A task that is to come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Foreseen<'p> {
    /// When its step comes due, or what the step waits for is over.
    pub(crate) at: Timestamp,
    /// The role that it is for.
    pub(crate) role: &'p str,
}

/// Until when is looked ahead, and by what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outlook<'a> {
    /// What comes at this instant or later is left out.
    pub(crate) until: Timestamp,
    /// The calendar in which business time is counted.
    pub(crate) business: &'a BusinessTime<'a>,
    /// Whether people look up what no endpoint enriches.
    pub(crate) enriches_by_hand: bool,
}

/// The tasks that the steps of a run will make, as far as the times of the steps are known: one that follows a step that is not decided has none
/// yet. Conditions are not asked: a step counts with its plain effects and, of its branches or of what it does when it has waited, the one that
/// makes the most tasks.
pub(crate) fn foresee<'p>(run: &Run, play: &'p Play, outlook: Outlook<'_>) -> Vec<Foreseen<'p>> {
    let mut ahead = Ahead { run, outlook, found: Vec::new() };
    for record in &run.steps {
        if let Some((_, step)) = play.step(&record.name) {
            ahead.step(record, step);
        }
    }
    ahead.found.retain(|task| task.at < outlook.until);
    ahead.found
}

struct Ahead<'r, 'p> {
    run: &'r Run,
    outlook: Outlook<'r>,
    found: Vec<Foreseen<'p>>,
}

impl<'p> Ahead<'_, 'p> {
    fn step(&mut self, record: &StepRecord, step: &'p Step) {
        match record.state {
            StepState::Pending => {
                for at in record.due_at.map(|due| self.times(due, step)).unwrap_or_default() {
                    self.list(&step.effects, at);
                    self.follow(step, at);
                }
            }
            StepState::Waiting { until } => self.most(step.lists().into_iter().skip(1), until),
            StepState::Approving { list, next, until, .. } => {
                let rest = step.lists().get(list).copied().and_then(|effects| effects.get(next..)).unwrap_or_default();
                self.list(rest, until);
                if list == 0 {
                    self.follow(step, until);
                }
            }
            StepState::Decided => {}
        }
    }

    /// The times at which a step comes, the first of them known.
    fn times(&self, first: Timestamp, step: &Step) -> Vec<Timestamp> {
        let Outlook { until, business, .. } = self.outlook;
        let mut times = vec![first];
        let Some(repeat) = &step.repeat else { return times };
        let last = repeat.until.as_ref().map(|moment| due::due_at(moment, self.run, business));
        let is_over = |at: Timestamp| last.is_some_and(|last| last.is_none_or(|last| at > last));
        let mut at = first;
        while times.len() < MOST_TIMES {
            let next = due::after(at, repeat.every, &self.run.clock.zone, business);
            if next <= at || next >= until || is_over(next) {
                break;
            }
            times.push(next);
            at = next;
        }
        times
    }

    /// What follows a step's plain effects.
    fn follow(&mut self, step: &'p Step, at: Timestamp) {
        match &step.body {
            Body::Plain => {}
            Body::Choose(branches) => self.most(branches.iter().map(|branch| branch.effects.as_slice()), at),
            Body::Wait { length, then, otherwise, .. } => {
                let over = due::after(at, *length, &self.run.clock.zone, self.outlook.business);
                self.most([then.as_slice(), otherwise.as_slice()].into_iter(), over);
            }
        }
    }

    /// The tasks of that list of effects which makes the most.
    fn most(&mut self, lists: impl Iterator<Item = &'p [Effect]>, at: Timestamp) {
        let by_hand = self.outlook.enriches_by_hand;
        if let Some(most) = lists.max_by_key(|effects| effects.iter().filter_map(|effect| role_of_task(effect, by_hand)).count()) {
            self.list(most, at);
        }
    }

    fn list(&mut self, effects: &'p [Effect], at: Timestamp) {
        let by_hand = self.outlook.enriches_by_hand;
        self.found.extend(effects.iter().filter_map(|effect| role_of_task(effect, by_hand)).map(|role| Foreseen { at, role }));
    }
}

/// The role that the task of an effect is for; none for effects that make none. As `perform` makes them.
fn role_of_task(effect: &Effect, enriches_by_hand: bool) -> Option<&str> {
    let to = match effect {
        Effect::Task(Task { to, .. }) | Effect::Escalate { to, .. } | Effect::Ticket(Ticket { to, .. }) => to,
        Effect::Approval(Approval { by, .. }) => by,
        Effect::Enrich { .. } => return enriches_by_hand.then_some(OWNER),
        _ => return None,
    };
    Some(role_of(to).unwrap_or(OWNER))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use mainstay_model::Zone;
    use mainstay_model::play::effect::{Audience, Priority, TaskKind};
    use mainstay_model::play::step::{Awaited, Branch, Repeat};
    use mainstay_model::play::{Length, Moment, Offset, Per, Purpose, Recipient, Reentry, Trigger};
    use mainstay_model::workspace::Calendar;
    use mainstay_plays::{Opening, Subject};

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn task(to: Recipient) -> Effect {
        let (title, kind) = ("Call".to_owned(), TaskKind::Call);
        Effect::Task(Task { to, title, body: None, kind, due: None, priority: Priority::Normal, offer: None })
    }

    fn for_role(role: &str) -> Effect {
        task(Recipient::Role(role.to_owned()))
    }

    fn step(name: &str, effects: Vec<Effect>, body: Body) -> Step {
        let at = Moment { offset: Offset::Day(1), minute_of_day: None };
        Step { name: name.to_owned(), at, when: None, unless: None, within: None, repeat: None, effects, body }
    }

    fn play(steps: Vec<Step>) -> Play {
        Play {
            name: "gold".to_owned(),
            label: "Gold".to_owned(),
            description: String::new(),
            purpose: Purpose::Expansion,
            per: Per::Account,
            trigger: Trigger::ByHand,
            qualify: None,
            reentry: Reentry::default(),
            holdout: 0.0,
            pilot: None,
            priority: 50,
            excludes: Vec::new(),
            silences_below: None,
            backfill: false,
            goals: Vec::new(),
            exits: Vec::new(),
            steps,
            conditions: Vec::new(),
            baselines: Vec::new(),
            version: "1".to_owned(),
        }
    }

    /// A run of a play whose only step stands so.
    fn run(play: &Play, state: StepState, due_at: Option<Timestamp>) -> Run {
        let opening = Opening {
            subject: Subject { account: "acme".to_owned(), record: None },
            at: at("2026-03-10T09:00:00Z"),
            zone: Zone::utc(),
            play_hour_minute: 540,
            date: None,
            held_out: false,
            baseline: BTreeMap::new(),
            trigger: BTreeMap::new(),
            previous_band: None,
            previous_score: None,
        };
        let mut run = Run::open(play, opening);
        for record in &mut run.steps {
            (record.state, record.due_at) = (state.clone(), due_at);
        }
        run
    }

    /// Days of March and roles, up to the end of the month.
    fn ahead(play: &Play, state: StepState, due_at: Option<Timestamp>) -> Vec<(i8, &str)> {
        let (calendar, zone) = (Calendar::default(), Zone::utc());
        let business = BusinessTime::new(&calendar, &zone);
        let outlook = Outlook { until: at("2026-04-01T00:00:00Z"), business: &business, enriches_by_hand: true };
        let found = foresee(&run(play, state, due_at), play, outlook);
        found.into_iter().map(|task| (zone.civil(task.at).day(), task.role)).collect()
    }

    #[test]
    fn a_step_to_come_counts_with_the_tasks_of_its_roles_and_only_where_its_time_is_known() {
        let customers = task(Recipient::Customer(Audience::Champion));
        let effects = vec![for_role("support"), Effect::Note("seen".to_owned()), customers, Effect::Enrich { what: "news".to_owned() }];
        let play = play(vec![step("call", effects, Body::Plain)]);
        let due = Some(at("2026-03-12T09:00:00Z"));
        assert_eq!(ahead(&play, StepState::Pending, due), [(12, "support"), (12, "csm"), (12, "csm")]);
        assert!(ahead(&play, StepState::Pending, None).is_empty(), "it follows a step that is not decided");
        assert!(ahead(&play, StepState::Decided, due).is_empty());
        assert!(ahead(&play, StepState::Pending, Some(at("2026-04-01T00:00:00Z"))).is_empty(), "that is too far ahead");
    }

    #[test]
    fn of_branches_the_one_with_the_most_tasks_counts() {
        let branch = |effects| Branch { when: None, effects };
        let body = Body::Choose(vec![branch(vec![for_role("sales"), for_role("sales")]), branch(vec![for_role("csm")])]);
        let play = play(vec![step("choose", vec![for_role("csm")], body)]);
        let found = ahead(&play, StepState::Pending, Some(at("2026-03-12T09:00:00Z")));
        assert_eq!(found, [(12, "csm"), (12, "sales"), (12, "sales")]);
    }

    #[test]
    fn what_is_done_after_a_wait_counts_when_the_wait_is_over_and_what_was_done_before_counts_no_more() {
        let body = Body::Wait { on: Awaited::Reply, length: Length::Days(3), then: vec![], otherwise: vec![for_role("csm_manager")] };
        let play = play(vec![step("wait", vec![for_role("csm")], body)]);
        let found = ahead(&play, StepState::Pending, Some(at("2026-03-12T09:00:00Z")));
        assert_eq!(found, [(12, "csm"), (15, "csm_manager")]);
        let waiting = StepState::Waiting { until: at("2026-03-20T09:00:00Z") };
        assert_eq!(ahead(&play, waiting, Some(at("2026-03-12T09:00:00Z"))), [(20, "csm_manager")]);
        let approving = StepState::Approving { list: 0, next: 1, until: at("2026-03-14T09:00:00Z"), proceeds: false };
        assert_eq!(ahead(&play, approving, None), [(17, "csm_manager")], "the wait begins once there is an answer");
    }

    #[test]
    fn a_step_that_comes_again_counts_each_time() {
        let repeat = Some(Repeat { every: Length::Days(7), until: None });
        let play = play(vec![Step { repeat, ..step("weekly", vec![for_role("csm")], Body::Plain) }]);
        let found = ahead(&play, StepState::Pending, Some(at("2026-03-12T09:00:00Z")));
        assert_eq!(found, [(12, "csm"), (19, "csm"), (26, "csm")]);
    }
}
