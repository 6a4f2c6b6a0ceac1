//! Caps are never exceeded, and delay before they suppress.

use std::collections::BTreeMap;

use mainstay_model::Timestamp;
use mainstay_model::outreach::{Cap, CapPeriod, Caps, SendWindow};
use mainstay_plays::caps::{Limits, Message, Reason, Sent, Verdict, allow};
use proptest::prelude::*;

use crate::make::{at, berlin};

fn message<'a>(person: &'a str, category: &'a str) -> Message<'a> {
    Message { person, category, transactional: false, priority: 50, stale_at: None }
}

#[test]
fn the_third_message_of_a_week_waits_until_the_first_is_a_week_old() {
    let (caps, window, zone) = (Caps::default(), SendWindow::default(), berlin());
    let limits = Limits { caps: &caps, window: &window, zone: &zone, silenced: None, excluded_by: None };
    let sent = |text: &str| Sent { at: at(text), person: "ann".into(), category: "success".into() };
    let history = [sent("2026-03-02T10:00"), sent("2026-03-04T10:00")];
    let now = at("2026-03-05T10:00");
    let until = at("2026-03-09T10:00");
    assert_eq!(allow(&message("ann", "success"), &history, &limits, now), Verdict::Delay { until, reason: Reason::PersonCap });
    assert_eq!(allow(&message("bob", "success"), &history, &limits, now), Verdict::Send);
    let stale = Message { stale_at: Some(at("2026-03-08T10:00")), ..message("ann", "success") };
    assert_eq!(allow(&stale, &history, &limits, now), Verdict::Suppress { reason: Reason::PersonCap });
    let must = Message { transactional: true, ..message("ann", "service") };
    assert_eq!(allow(&must, &history, &limits, at("2026-03-07T23:00")), Verdict::Send);
}

#[test]
fn other_plays_silence_marketing_of_lower_priority_only() {
    let (caps, window, zone) = (Caps::default(), SendWindow::default(), berlin());
    let limits = Limits { caps: &caps, window: &window, zone: &zone, silenced: Some(("renewal", 60)), excluded_by: None };
    let now = at("2026-03-05T10:00");
    assert!(matches!(allow(&message("ann", "marketing"), &[], &limits, now), Verdict::Delay { reason: Reason::Silenced { .. }, .. }));
    assert_eq!(allow(&message("ann", "success"), &[], &limits, now), Verdict::Send);
    assert_eq!(allow(&Message { priority: 60, ..message("ann", "marketing") }, &[], &limits, now), Verdict::Send);
    let excluded = Limits { excluded_by: Some("renewal"), ..limits };
    assert!(matches!(allow(&message("ann", "success"), &[], &excluded, now), Verdict::Suppress { reason: Reason::Excluded { .. } }));
}

proptest! {
    #[test]
    fn caps_are_never_exceeded(wishes in proptest::collection::vec((0_u8..3, 0_u8..2, 0_i64..200), 1..80), person in 1_u32..4, account in 1_u32..6) {
        let cap = |count| Some(Cap { count, per: CapPeriod::Week });
        let caps = Caps { person: cap(person), account: cap(account), categories: BTreeMap::from([("marketing".to_owned(), Cap { count: 1, per: CapPeriod::Day })]) };
        let (window, zone) = (SendWindow::default(), berlin());
        let limits = Limits { caps: &caps, window: &window, zone: &zone, silenced: None, excluded_by: None };
        let mut history: Vec<Sent> = Vec::new();
        let mut now = at("2026-03-02T10:00");
        for (who, what, hours) in wishes {
            now = now.plus_seconds(hours * 360);
            let person = ["ann", "bob", "cem"][usize::from(who)];
            let category = ["success", "marketing"][usize::from(what)];
            // What is delayed goes out at the very instant it is told.
            let sent_at = match allow(&message(person, category), &history, &limits, now) {
                Verdict::Send => now,
                Verdict::Delay { until, .. } => {
                    prop_assert_eq!(allow(&message(person, category), &history, &limits, until), Verdict::Send);
                    until
                }
                Verdict::Suppress { .. } => continue,
            };
            now = now.max(sent_at);
            history.push(Sent { at: sent_at, person: person.into(), category: category.into() });
        }
        for last in &history {
            let within = |seconds: i64| history.iter().filter(move |sent| sent.at <= last.at && sent.at.plus_seconds(seconds) > last.at);
            let week = CapPeriod::Week.seconds();
            prop_assert!(within(week).count() <= account as usize);
            prop_assert!(within(week).filter(|sent| sent.person == last.person).count() <= person as usize);
            let _: Timestamp = last.at;
        }
    }
}
