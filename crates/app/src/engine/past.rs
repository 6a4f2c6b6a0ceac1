//! From which day on the past of each account became another: what was answered about earlier days holds still.

use hashbrown::HashMap;
use mainstay_model::Day;

/// Changes of one account that are told apart; of more, the oldest are taken together.
const TOLD_APART: usize = 4;

/// The changes of past days, in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct PastChanges {
    count: u64,
    /// For each account, the numbers of its changes among all, from 1, and from which day on each was; both ascend.
    of: HashMap<u32, Vec<(u64, Day)>>,
}

impl PastChanges {
    /// How many there were.
    pub(crate) const fn count(&self) -> u64 {
        self.count
    }

    /// An account's days from this one on have changed.
    pub(super) fn note(&mut self, subject: u32, from: Day) {
        self.count += 1;
        let changes = self.of.entry(subject).or_default();
        // Whoever has not seen an older change has not seen this one either, and this one goes back as far.
        while changes.last().is_some_and(|(_, day)| *day >= from) {
            changes.pop();
        }
        changes.push((self.count, from));
        if changes.len() > TOLD_APART {
            let (_, day) = changes.remove(0);
            if let Some(oldest) = changes.first_mut() {
                oldest.1 = day;
            }
        }
    }

    /// From which day on an account's past has changed since there were `count` changes; none where it has not.
    pub(crate) fn since(&self, subject: u32, count: u64) -> Option<Day> {
        self.of.get(&subject)?.iter().find(|(at, _)| *at > count).map(|(_, day)| *day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(changes: &[(u32, i32)]) -> PastChanges {
        let mut past = PastChanges::default();
        changes.iter().for_each(|(subject, day)| past.note(*subject, Day(*day)));
        past
    }

    #[test]
    fn an_account_s_past_has_changed_from_the_oldest_day_of_the_changes_that_were_not_seen() {
        let past = noted(&[(1, 50), (2, 10), (1, 30), (1, 40)]);
        let since = |count: u64| past.since(1, count).map(|day| day.0);
        assert_eq!([0, 1, 2, 3, 4].map(since), [Some(30), Some(30), Some(30), Some(40), None]);
        assert_eq!((past.since(2, 1), past.since(2, 2), past.since(3, 0)), (Some(Day(10)), None, None));
        assert_eq!(past.count(), 4);
    }

    #[test]
    fn of_many_changes_the_oldest_are_taken_together_and_none_is_lost() {
        let days: Vec<(u32, i32)> = (0..10).map(|day| (1, day)).collect();
        let past = noted(&days);
        for seen in 0..10_u64 {
            let told = past.since(1, seen).unwrap();
            assert!(told.0 <= i32::try_from(seen).unwrap(), "after {seen} changes the next is of day {seen}, not {}", told.0);
        }
        assert_eq!(past.since(1, 9), Some(Day(9)), "the newest is told exactly");
        assert_eq!(past.since(1, 10), None);
    }
}
