//! How numbers, money, instants and bands are written for people. The only place that knows about locales.

mod locale;
mod moment;

use mainstay_model::Day;
use mainstay_model::band::{BandScale, UNKNOWN_BAND};

pub use locale::Locale;
pub use moment::Moment;

/// What stands for a value that is not known. Never zero.
pub const NOT_KNOWN: &str = "–";

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A day in words: `22 Nov 2026`.
#[must_use]
pub fn day_words(day: Day) -> String {
    let date = day.date();
    format!("{} {} {}", date.day(), month_name(date.month()), date.year())
}

/// The short name of a month.
#[must_use]
pub fn month_name(month: i8) -> &'static str {
    usize::try_from(month - 1).ok().and_then(|index| MONTHS.get(index)).copied().unwrap_or("")
}

/// Days until an event, in words: `71 days`, `today`, `12 days ago`.
#[must_use]
pub fn days_until(days: f64) -> String {
    let whole = days.round() as i64;
    match whole {
        0 => "today".to_owned(),
        1 => "1 day".to_owned(),
        -1 => "1 day ago".to_owned(),
        days if days < 0 => format!("{} days ago", -days),
        days => format!("{days} days"),
    }
}

/// A name of the workspace's language as words: `at_risk` becomes `at risk`.
#[must_use]
pub fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

/// A value such as `mid_market` or `emea` as people write it.
#[must_use]
pub fn label(name: &str) -> String {
    const ABBREVIATIONS: [&str; 8] = ["emea", "apac", "latam", "dach", "smb", "uk", "us", "qbr"];
    if ABBREVIATIONS.contains(&name) {
        return name.to_uppercase();
    }
    let words = spaced(name);
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A message of an operation as a sentence: with a capital and a full stop.
#[must_use]
pub fn sentence(message: &str) -> String {
    let mut letters = message.trim().chars();
    let Some(first) = letters.next() else { return String::new() };
    let mut text: String = first.to_uppercase().chain(letters).collect();
    if !text.ends_with(['.', '!', '?', ':', '…', '\n']) {
        text.push('.');
    }
    text
}

/// `1 problem`, `3 problems`.
#[must_use]
pub fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// A band as it is shown: always a shape and a word, the colour only helps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BandMark {
    /// The name in expressions.
    pub name: String,
    /// The word.
    pub label: String,
    /// The colour's class: `green`, `yellow`, `orange`, `red` or `grey`.
    pub tone: &'static str,
    /// The shape.
    pub shape: &'static str,
}

/// The mark of a band by its name.
#[must_use]
pub fn band_mark(scale: &BandScale, name: &str) -> BandMark {
    match scale.0.iter().find(|band| band.name == name) {
        Some(band) => {
            let (tone, shape) = tone_of(&band.color);
            BandMark { name: name.to_owned(), label: band.label.clone(), tone, shape }
        }
        None if name == UNKNOWN_BAND => BandMark { name: name.to_owned(), label: "No score".to_owned(), tone: "grey", shape: "○" },
        None => BandMark { name: name.to_owned(), label: spaced(name), tone: "grey", shape: "○" },
    }
}

/// Class and shape of a band colour.
#[must_use]
pub fn tone_of(color: &str) -> (&'static str, &'static str) {
    match color {
        "green" => ("green", "●"),
        "yellow" => ("yellow", "◆"),
        "orange" => ("orange", "▲"),
        "red" => ("red", "■"),
        _ => ("grey", "○"),
    }
}

/// Class and shape of a component's points: full points look like the best band, none like the worst.
#[must_use]
pub fn tone_of_points(points: f64) -> (&'static str, &'static str) {
    match points {
        points if points >= 80.0 => tone_of("green"),
        points if points >= 60.0 => tone_of("yellow"),
        points if points >= 25.0 => tone_of("orange"),
        _ => tone_of("red"),
    }
}

/// An address: path and query parameters, percent-encoded, empty ones left out.
#[must_use]
pub fn address(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let mut any = false;
    for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
        any = true;
    }
    if any { format!("{path}?{}", query.finish()) } else { path.to_owned() }
}

/// One part of a path, percent-encoded.
#[must_use]
pub fn segment(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push_str(&format!("{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use mainstay_model::signal::Unit;
    use mainstay_model::{Timestamp, Zone};
    use serde_json::Value;

    use super::*;

    #[test]
    fn numbers_are_grouped_as_the_reader_writes_them() {
        assert_eq!(Locale::default().number(1_234_567.891, 2), "1,234,567.89");
        assert_eq!(Locale::of_header(Some("de-DE,de;q=0.9")).number(1_234_567.891, 2), "1.234.567,89");
        assert_eq!(Locale::of_header(Some("fr")).number(-1_234.5, 1), "−1\u{202f}234,5");
        assert_eq!(Locale::of_header(Some("de-CH")).count(412_000), "412’000");
    }

    #[test]
    fn what_rounds_to_zero_has_no_minus() {
        assert_eq!(Locale::default().number(-0.004, 2), "0.00");
        assert_eq!(Locale::default().change(-0.01), "0.0");
        assert_eq!(Locale::default().change(3.04), "+3.0");
    }

    #[test]
    fn a_score_never_looks_like_a_better_band_than_its_own() {
        let score = |score| Locale::default().score(score, &BandScale::default());
        assert_eq!([score(79.99), score(79.94), score(80.0), score(57.46)], ["79.99", "79.9", "80.0", "57.5"]);
    }

    #[test]
    fn money_keeps_cents_only_where_they_matter() {
        assert_eq!(Locale::default().money(184_000.0, "USD"), "$184,000");
        assert_eq!(Locale::default().money(9.5, "EUR"), "€9.50");
        assert_eq!(Locale::default().money_short(4_120_000.0, "USD"), "$4.1 M");
        assert_eq!(Locale::default().money_short(-512_300.0, "CHF"), "−512 k CHF");
    }

    #[test]
    fn an_unknown_value_is_never_shown_as_zero() {
        assert_eq!(Locale::default().value(&Value::Null, Unit::Money, "USD"), NOT_KNOWN);
        assert_eq!(Locale::default().number(f64::NAN, 1), NOT_KNOWN);
    }

    #[test]
    fn instants_get_the_shortest_name_that_is_exact() {
        let moment = Moment { zone: Zone::utc(), now: Timestamp::parse("2026-11-22T10:00:00Z").unwrap() };
        let at = |text| Timestamp::parse(text).unwrap();
        assert_eq!(moment.short(at("2026-11-22T09:14:00Z")), "today 09:14");
        assert_eq!(moment.short(at("2026-11-18T09:14:00Z")), "Wed 18");
        assert_eq!(moment.short(at("2026-10-22T09:14:00Z")), "22 Oct");
        assert_eq!(moment.short(at("2025-10-22T09:14:00Z")), "22 Oct 2025");
        assert_eq!(moment.ago(at("2026-11-22T09:46:00Z")), "14 min ago");
        let to_come =
            ["2026-11-22T17:00:00Z", "2026-11-23T09:00:00Z", "2026-11-25T09:00:00Z", "2026-12-22T09:00:00Z", "2027-01-02T09:00:00Z"];
        assert_eq!(to_come.map(|text| moment.ahead(at(text))), ["today 17:00", "tomorrow 09:00", "Wed 25", "22 Dec", "2 Jan 2027"]);
        let from = at("2026-11-22T10:00:00Z");
        let later = ["2026-11-22T10:41:30Z", "2026-11-22T15:10:00Z", "2026-11-26T09:00:00Z"];
        assert_eq!(later.map(|text| moment.between(from, at(text))), ["41 min", "5 h", "3 days"]);
        assert_eq!(moment.weekday(), "Sunday 22 November");
    }

    #[test]
    fn addresses_survive_any_text() {
        assert_eq!(
            address("/accounts", &[("filter", "arr > 5 and band = 'at_risk'"), ("search", "")]),
            "/accounts?filter=arr+%3E+5+and+band+%3D+%27at_risk%27"
        );
        assert_eq!(segment("a/b?c#d é"), "a%2Fb%3Fc%23d%20%C3%A9");
    }
}
