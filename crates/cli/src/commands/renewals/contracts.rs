//! What the contract lines of an account will bill next, as a table with a note for each thing that a number cannot say.

use mainstay_app::lifecycle::{ContractLine, ContractOutlook, ExitRight, UsageAhead};
use mainstay_model::Day;

use crate::output::table::Table;
use crate::output::words;

/// The lines, and below them what is known of their use, exits and discounts.
pub(super) fn table(outlook: &ContractOutlook) -> String {
    let mut table = Table::new(&[
        "line",
        "product",
        "next invoice",
        ">expected",
        ">overage",
        ">last",
        ">above",
        "currency",
        "notice by",
        "exit until",
        "discount ends",
    ]);
    for line in &outlook.lines {
        table.row([
            line.subscription_id.clone(),
            line.product.clone().unwrap_or_default(),
            day(line.next_invoice_on),
            amount(line.expected_amount),
            amount(line.overage_amount),
            amount(line.last_invoice.as_ref().map(|last| last.amount)),
            words::rate(line.above_last),
            line.currency.clone(),
            day(line.last_notice_on),
            day(line.exit.as_ref().and_then(|exit| exit.until)),
            day(line.discount_ends_on),
        ]);
    }
    let notes: String = outlook.lines.iter().flat_map(notes).map(|note| note + "\n").collect();
    format!("{}{notes}as of {}\n", table.or("no contract line is in force"), words::instant(Some(outlook.as_of)))
}

fn day(day: Option<Day>) -> String {
    day.map_or_else(|| "-".to_owned(), |day| day.to_string())
}

fn amount(amount: Option<f64>) -> String {
    amount.map_or_else(|| "-".to_owned(), words::money)
}

/// What is to be said of a line beside its numbers.
fn notes(line: &ContractLine) -> Vec<String> {
    let unit = line.limit_unit.as_deref().unwrap_or("units");
    let unknown = line.not_known.map(|gap| format!("the next invoice is not known: {}", gap.words()));
    let followed = line.followed_by.as_ref().zip(line.renews_on);
    let followed = followed.map(|(next, end)| format!("it ends on {end}, followed by {} from {} on", next.subscription_id, next.begins_on));
    let is_last = line.is_last && followed.is_none();
    let last = is_last.then(|| "it ends with this billing interval, unless it is renewed".to_owned());
    let shock = line.is_bill_shock().then(|| format!("bill shock: {} above the last invoice", words::rate(line.above_last)));
    let used = line.usage.as_ref().map(|usage| used(usage, unit, line.limit_quantity));
    let exit = line.exit.as_ref().map(exit);
    let discount = line.discount_ends_on.zip(line.amount_after_discount);
    let discount = discount.map(|(on, amount)| format!("from {on} on, without discount, an interval costs {}", words::money(amount)));
    // A text of the records must not break the line, nor speak to the terminal.
    let clean = |text: String| text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect::<String>();
    let said = [unknown, followed, last, shock, used, exit, discount].into_iter().flatten();
    said.map(|note| clean(format!("{}: {note}", line.subscription_id))).collect()
}

fn used(usage: &UsageAhead, unit: &str, limit: Option<f64>) -> String {
    let number = words::number_text;
    let beyond = match (usage.beyond, limit) {
        (Some(beyond), Some(limit)) if beyond > 0.0 => format!(", {} beyond the limit of {}", number(beyond), number(limit)),
        (_, Some(limit)) => format!(", within the limit of {}", number(limit)),
        (_, None) => String::new(),
    };
    format!(
        "{} {unit} used by the end of {}, {} of {} days; at this pace {} by the end of the interval{beyond}",
        number(usage.used),
        usage.through,
        usage.days,
        usage.of_days,
        number(usage.expected)
    )
}

fn exit(exit: &ExitRight) -> String {
    let from = exit.from.map_or_else(|| "at any time".to_owned(), |from| format!("from {from} on"));
    let until = exit.until.map(|until| format!(", until {until}")).unwrap_or_default();
    let clause = exit.clause.as_ref().map(|clause| format!(": {clause}")).unwrap_or_default();
    format!("can be left before its end {from}{until}{clause}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn use_is_told_with_its_pace_and_its_limit() {
        let ahead = |beyond| UsageAhead { used: 6000.0, through: date("2026-04-15"), days: 15, of_days: 30, expected: 12_000.0, beyond };
        let told = "6000 calls used by the end of 2026-04-15, 15 of 30 days; at this pace 12000 by the end of the interval";
        assert_eq!(used(&ahead(Some(2_000.0)), "calls", Some(10_000.0)), format!("{told}, 2000 beyond the limit of 10000"));
        assert_eq!(used(&ahead(Some(0.0)), "calls", Some(20_000.0)), format!("{told}, within the limit of 20000"));
        assert_eq!(used(&ahead(None), "calls", None), told);
    }

    #[test]
    fn an_exit_is_told_with_what_is_known_of_it() {
        let right = ExitRight { clause: Some("on a change of control".into()), from: None, until: Some(date("2026-12-31")) };
        assert_eq!(exit(&right), "can be left before its end at any time, until 2026-12-31: on a change of control");
        let bare = ExitRight { clause: None, from: Some(date("2026-07-01")), until: None };
        assert_eq!(exit(&bare), "can be left before its end from 2026-07-01 on");
    }
}
