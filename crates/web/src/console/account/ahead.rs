//! What contract lines will bill next and until when they can be left, in words.

use mainstay_app::lifecycle::{ContractLine, ExitRight, UsageAhead};
use mainstay_model::Day;

use crate::console::words::{Locale, day_words, spaced};

/// A contract line in force.
#[derive(Clone, Debug)]
pub struct Ahead {
    /// Product and plan.
    pub what: String,
    /// The next invoice, or why it is not known.
    pub next: String,
    /// Whether it lies far above the last one.
    pub is_shock: bool,
    /// Its use, its notice, its exit, its discount: a sentence each.
    pub notes: Vec<String>,
}

impl Ahead {
    /// Reads a line, as of a day.
    #[must_use]
    pub fn new(line: &ContractLine, today: Day, locale: Locale) -> Self {
        let notes = [
            line.usage.as_ref().map(|usage| used(usage, line, locale)),
            compared(line, locale),
            notice(line, today),
            line.exit.as_ref().map(exit),
            discount(line, locale),
        ];
        Self { what: line.label(), is_shock: line.is_bill_shock(), next: next(line, locale), notes: notes.into_iter().flatten().collect() }
    }
}

fn next(line: &ContractLine, locale: Locale) -> String {
    let due = line.next_invoice_on.map(|day| format!(" for {}", day_words(day))).unwrap_or_default();
    match (line.expected_amount, line.not_known) {
        (Some(amount), _) if line.is_last && amount <= 0.0 => {
            let unless = if line.followed_by.is_none() { ", unless it is renewed" } else { "" };
            format!("No next invoice{due}: the line ends that day{unless}")
        }
        (Some(amount), _) if line.is_last => {
            format!("Last invoice{due}: about {}; the line ends that day", locale.money(amount, &line.currency))
        }
        (Some(amount), _) => format!("Next invoice{due}: about {}", locale.money(amount, &line.currency)),
        (None, Some(gap)) => format!("Next invoice{due} not known: {}", gap.words()),
        (None, None) => format!("Next invoice{due} not known"),
    }
}

fn used(usage: &UsageAhead, line: &ContractLine, locale: Locale) -> String {
    let unit = line.limit_unit.as_deref().map_or_else(|| "units".to_owned(), spaced);
    let cost = line.overage_amount.filter(|cost| *cost > 0.0).map(|cost| format!(", for {}", locale.money(cost, &line.currency)));
    let beyond = match (usage.beyond, line.limit_quantity) {
        (Some(beyond), Some(limit)) if beyond > 0.0 => {
            format!(", {} beyond the limit of {}{}", locale.plain(beyond), locale.plain(limit), cost.unwrap_or_default())
        }
        (_, Some(limit)) => format!(", within the limit of {}", locale.plain(limit)),
        (_, None) => String::new(),
    };
    format!(
        "{} {unit} used by the end of {}, {} of {} days; at this pace {} by the end of the interval{beyond}",
        locale.plain(usage.used),
        day_words(usage.through),
        usage.days,
        usage.of_days,
        locale.plain(usage.expected)
    )
}

/// The next invoice beside the last; only where the next one is known and the line goes on.
fn compared(line: &ContractLine, locale: Locale) -> Option<String> {
    line.expected_amount.filter(|_| !line.is_last)?;
    let Some(last) = &line.last_invoice else {
        return Some("No last invoice of this line is known".to_owned());
    };
    let amount = locale.money(last.amount, &line.currency);
    Some(match line.above_last {
        Some(share) if line.is_bill_shock() => format!("Bill shock: {} above the last invoice, {amount}", locale.percent(share)),
        Some(share) if share >= 0.0005 => format!("{} above the last invoice, {amount}", locale.percent(share)),
        Some(share) if share <= -0.0005 => format!("{} below the last invoice, {amount}", locale.percent(-share)),
        Some(_) => format!("As the last invoice, {amount}"),
        None => format!("The last invoice was {amount}"),
    })
}

fn notice(line: &ContractLine, today: Day) -> Option<String> {
    let end = line.renews_on?;
    if let Some(next) = &line.followed_by {
        return Some(format!("Ends on {}; followed by {} from {} on", day_words(end), next.subscription_id, day_words(next.begins_on)));
    }
    let last = line.last_notice_on?;
    let what = if line.auto_renews { "Renews by itself on" } else { "Ends or renews on" };
    let from = line.notice_from.filter(|from| today < *from).map(|from| format!("from {} ", day_words(from))).unwrap_or_default();
    let until = if last < today {
        format!("the last day for notice was {}", day_words(last))
    } else {
        format!("notice {from}until {}", day_words(last))
    };
    Some(format!("{what} {}; {until}", day_words(end)))
}

fn exit(exit: &ExitRight) -> String {
    let from = exit.from.map_or_else(|| "at any time".to_owned(), |from| format!("from {} on", day_words(from)));
    let until = exit.until.map(|until| format!(", until {}", day_words(until))).unwrap_or_default();
    let clause = exit.clause.as_ref().map(|clause| format!(": {clause}")).unwrap_or_default();
    format!("Can be left before its end {from}{until}{clause}")
}

fn discount(line: &ContractLine, locale: Locale) -> Option<String> {
    let ends = day_words(line.discount_ends_on?);
    let then = line.amount_after_discount.map(|amount| format!("; an interval then costs {}", locale.money(amount, &line.currency)));
    Some(format!("The discount ends: {ends} is the first day without{}", then.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use mainstay_app::lifecycle::{FollowedBy, Gap, LastInvoice};
    use mainstay_model::Timestamp;

    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    /// 500 a month with 10,000 calls, of which 12,000 are expected.
    fn line() -> ContractLine {
        ContractLine {
            subscription_id: "s1".into(),
            product: Some("core_api".into()),
            plan: None,
            currency: "USD".into(),
            interval_from: Some(day("2026-04-01")),
            next_invoice_on: Some(day("2026-05-01")),
            by_use: false,
            is_last: false,
            expected_amount: Some(540.0),
            not_known: None,
            base_amount: Some(500.0),
            overage_amount: Some(40.0),
            usage: Some(UsageAhead {
                used: 6_000.0,
                through: day("2026-04-15"),
                days: 15,
                of_days: 30,
                expected: 12_000.0,
                beyond: Some(2_000.0),
            }),
            limit_quantity: Some(10_000.0),
            limit_unit: Some("calls".into()),
            last_invoice: Some(LastInvoice { number: None, amount: 500.0, issued_at: Timestamp(0) }),
            above_last: Some(0.08),
            auto_renews: true,
            renews_on: Some(day("2027-01-01")),
            notice_from: None,
            last_notice_on: Some(day("2026-12-01")),
            exit: Some(ExitRight { clause: Some("on a merger".into()), from: Some(day("2026-07-01")), until: Some(day("2026-12-31")) }),
            followed_by: None,
            discount_ends_on: Some(day("2026-06-01")),
            amount_after_discount: Some(600.0),
        }
    }

    fn shown(line: &ContractLine) -> Ahead {
        Ahead::new(line, day("2026-04-16"), Locale::default())
    }

    #[test]
    fn a_line_tells_its_next_invoice_and_why() {
        let ahead = shown(&line());
        assert_eq!((ahead.what.as_str(), ahead.next.as_str()), ("core api", "Next invoice for 1 May 2026: about $540"));
        assert_eq!(
            ahead.notes,
            [
                "6,000 calls used by the end of 15 Apr 2026, 15 of 30 days; at this pace 12,000 by the end of the interval, 2,000 beyond the limit of 10,000, for $40",
                "8 % above the last invoice, $500",
                "Renews by itself on 1 Jan 2027; notice until 1 Dec 2026",
                "Can be left before its end from 1 Jul 2026 on, until 31 Dec 2026: on a merger",
                "The discount ends: 1 Jun 2026 is the first day without; an interval then costs $600",
            ]
        );
    }

    #[test]
    fn a_line_that_another_one_follows_says_which_and_has_no_notice() {
        let next = FollowedBy { subscription_id: "s2".into(), begins_on: day("2026-05-02") };
        let followed = shown(&ContractLine {
            expected_amount: Some(0.0),
            usage: None,
            is_last: true,
            auto_renews: false,
            renews_on: Some(day("2026-05-01")),
            last_notice_on: None,
            exit: None,
            followed_by: Some(next),
            discount_ends_on: None,
            ..line()
        });
        assert_eq!(followed.next, "No next invoice for 1 May 2026: the line ends that day");
        assert_eq!(followed.notes, ["Ends on 1 May 2026; followed by s2 from 2 May 2026 on"]);
    }

    #[test]
    fn what_is_not_known_is_said_instead_of_a_number() {
        let unknown = ContractLine {
            expected_amount: None,
            not_known: Some(Gap::Usage),
            usage: None,
            exit: None,
            discount_ends_on: None,
            last_notice_on: Some(day("2026-04-15")),
            ..line()
        };
        let ahead = shown(&unknown);
        assert_eq!(ahead.next, "Next invoice for 1 May 2026 not known: what is used is not known");
        assert_eq!(ahead.notes, ["Renews by itself on 1 Jan 2027; the last day for notice was 15 Apr 2026"]);
        let alone = shown(&ContractLine { last_invoice: None, above_last: None, ..line() });
        assert!(alone.notes[1].contains("No last invoice"));
        let less = shown(&ContractLine { above_last: Some(-0.1), ..line() });
        assert_eq!((less.notes[1].as_str(), less.is_shock), ("10 % below the last invoice, $500", false));
        let shock = shown(&ContractLine { above_last: Some(0.3), ..line() });
        assert_eq!((shock.notes[1].as_str(), shock.is_shock), ("Bill shock: 30 % above the last invoice, $500", true));
        let ending = ContractLine { expected_amount: Some(0.0), usage: None, is_last: true, ..line() };
        assert_eq!(shown(&ending).next, "No next invoice for 1 May 2026: the line ends that day, unless it is renewed");
        let used_up = shown(&ContractLine { expected_amount: Some(40.0), is_last: true, ..line() });
        assert_eq!(used_up.next, "Last invoice for 1 May 2026: about $40; the line ends that day");
        assert!(!used_up.notes.iter().any(|note| note.contains("the last invoice")), "what is left is not compared with a whole one");
    }
}
