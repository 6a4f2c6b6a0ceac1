//! How numbers, money, instants and bands are written for people. The only place that knows about locales.

use mainstay_model::band::{BandScale, UNKNOWN_BAND};
use mainstay_model::signal::Unit;
use mainstay_model::{Day, Timestamp, Zone};
use serde_json::Value;

/// What stands for a value that is not known. Never zero.
pub const NOT_KNOWN: &str = "–";

/// How a reader writes numbers, from the browser's first language.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Locale {
    group: char,
    decimal: char,
}

impl Default for Locale {
    fn default() -> Self {
        Self { group: ',', decimal: '.' }
    }
}

impl Locale {
    /// The locale of an `Accept-Language` header; English where absent or strange.
    #[must_use]
    pub fn of_header(header: Option<&str>) -> Self {
        let tag = header.and_then(|text| text.split([',', ';']).next()).unwrap_or("").trim().to_ascii_lowercase();
        if tag == "de-ch" || tag == "fr-ch" || tag == "it-ch" {
            return Self { group: '’', decimal: '.' };
        }
        match tag.split('-').next().unwrap_or("") {
            "de" | "es" | "it" | "nl" | "pt" | "tr" | "id" | "da" | "el" => Self { group: '.', decimal: ',' },
            "fr" | "sv" | "nb" | "no" | "fi" | "pl" | "cs" | "ru" | "uk" | "bg" | "hu" => Self { group: '\u{202f}', decimal: ',' },
            _ => Self::default(),
        }
    }

    /// A number with so many decimals, digits grouped, with a true minus sign.
    #[must_use]
    pub fn number(self, value: f64, decimals: usize) -> String {
        if !value.is_finite() {
            return NOT_KNOWN.to_owned();
        }
        let plain = format!("{:.*}", decimals, value.abs());
        let negative = value < 0.0 && plain.chars().any(|digit| digit.is_ascii_digit() && digit != '0');
        let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
        let mut text = String::with_capacity(plain.len() + 4);
        if negative {
            text.push('−');
        }
        for (position, digit) in whole.chars().enumerate() {
            if position > 0 && (whole.len() - position) % 3 == 0 {
                text.push(self.group);
            }
            text.push(digit);
        }
        if !fraction.is_empty() {
            text.push(self.decimal);
            text.push_str(fraction);
        }
        text
    }

    /// The mark between whole and fraction.
    #[must_use]
    pub fn decimal_mark(self) -> String {
        self.decimal.to_string()
    }

    /// A whole number, grouped.
    #[must_use]
    pub fn count(self, value: usize) -> String {
        self.number(value as f64, 0)
    }

    /// A number as short as it is useful: whole numbers without decimals, others with at most two.
    #[must_use]
    pub fn plain(self, value: f64) -> String {
        let decimals = if (value - value.round()).abs() < 1e-9 {
            0
        } else if (value * 10.0 - (value * 10.0).round()).abs() < 1e-9 {
            1
        } else {
            2
        };
        self.number(value, decimals)
    }

    /// A score with one decimal; with more where rounding would show it in a better band than it is in (79.99 is not 80.0).
    #[must_use]
    pub fn score(self, score: f64, scale: &BandScale) -> String {
        let keeps_its_band = |decimals: &usize| {
            let power = 10_f64.powi(i32::try_from(*decimals).unwrap_or(0));
            scale.index_of((score * power).round() / power) == scale.index_of(score)
        };
        self.number(score, (1..=6).find(keeps_its_band).unwrap_or(6))
    }

    /// A change, always with its sign.
    #[must_use]
    pub fn change(self, value: f64) -> String {
        let text = self.number(value, 1);
        if text.starts_with('−') || value.abs() < 0.05 { text } else { format!("+{text}") }
    }

    /// Money in full, e.g. `$184,000`; cents only where the amount is small.
    #[must_use]
    pub fn money(self, value: f64, currency: &str) -> String {
        let decimals = if value.abs() < 100.0 && (value - value.round()).abs() > 0.004 { 2 } else { 0 };
        self.with_currency(&self.number(value.abs(), decimals), value < 0.0, currency)
    }

    /// Money in short, e.g. `$4.1 M`, for headings and bars.
    #[must_use]
    pub fn money_short(self, value: f64, currency: &str) -> String {
        let size = value.abs();
        let (scaled, suffix) = match size {
            size if size >= 999_500_000.0 => (size / 1e9, " B"),
            size if size >= 999_500.0 => (size / 1e6, " M"),
            size if size >= 10_000.0 => (size / 1e3, " k"),
            _ => (size, ""),
        };
        let decimals = usize::from(!suffix.is_empty() && scaled < 99.95 && suffix != " k");
        self.with_currency(&format!("{}{suffix}", self.number(scaled, decimals)), value < 0.0, currency)
    }

    fn with_currency(self, amount: &str, negative: bool, currency: &str) -> String {
        let minus = if negative { "−" } else { "" };
        match currency {
            "USD" => format!("{minus}${amount}"),
            "EUR" => format!("{minus}€{amount}"),
            "GBP" => format!("{minus}£{amount}"),
            "JPY" => format!("{minus}¥{amount}"),
            _ => format!("{minus}{amount} {currency}"),
        }
    }

    /// A share of one, in percent.
    #[must_use]
    pub fn percent(self, share: f64) -> String {
        let percent = share * 100.0;
        let decimals = usize::from(percent.abs() < 10.0 && (percent - percent.round()).abs() > 0.05);
        format!("{} %", self.number(percent, decimals))
    }

    /// A signal's value, written in its unit.
    #[must_use]
    pub fn value(self, value: &Value, unit: Unit, currency: &str) -> String {
        match (value, unit) {
            (Value::Null, _) => NOT_KNOWN.to_owned(),
            (Value::Bool(yes), _) => if *yes { "yes" } else { "no" }.to_owned(),
            (Value::Number(number), unit) => self.in_unit(number.as_f64().unwrap_or(f64::NAN), unit, currency),
            (Value::String(text), _) => text.clone(),
            (other, _) => other.to_string(),
        }
    }

    fn in_unit(self, number: f64, unit: Unit, currency: &str) -> String {
        match unit {
            Unit::Share => self.percent(number),
            Unit::Ratio => {
                let text = self.percent(number);
                if number > 0.0005 { format!("+{text}") } else { text }
            }
            Unit::Days => format!("{} {}", self.plain(number), if (number - 1.0).abs() < 1e-9 { "day" } else { "days" }),
            Unit::Money => self.money(number, currency),
            Unit::Number | Unit::Word => self.plain(number),
        }
    }
}

/// Where a reader is in time: the zone days are taken in and the present instant.
#[derive(Clone, Debug)]
pub struct Moment {
    /// The workspace's zone.
    pub zone: Zone,
    /// The present instant.
    pub now: Timestamp,
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

impl Moment {
    /// How long ago, e.g. `14 min ago`; a future instant is `in 3 days`.
    #[must_use]
    pub fn ago(&self, at: Timestamp) -> String {
        let seconds = (self.now.micros() - at.micros()).div_euclid(1_000_000);
        let size = seconds.unsigned_abs();
        let words = match size {
            0..60 => format!("{size} s"),
            60..3_600 => format!("{} min", size / 60),
            3_600..172_800 => format!("{} h", size / 3_600),
            172_800..5_184_000 => format!("{} days", size / 86_400),
            _ => return day_words(self.zone.day_of(at)),
        };
        if seconds < 0 { format!("in {words}") } else { format!("{words} ago") }
    }

    /// The shortest name of an instant in a list: `today 09:14`, `Wed 18`, `22 Oct`, `22 Oct 2025`.
    #[must_use]
    pub fn short(&self, at: Timestamp) -> String {
        let (day, today) = (self.zone.day_of(at), self.zone.day_of(self.now));
        let civil = self.zone.civil(at);
        let date = day.date();
        match today.since(day) {
            0 => format!("today {:02}:{:02}", civil.hour(), civil.minute()),
            1..=6 => {
                let weekday = WEEKDAYS.get(usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0)).copied().unwrap_or("");
                format!("{weekday} {}", date.day())
            }
            _ if date.year() == today.date().year() => format!("{} {}", date.day(), month_name(date.month())),
            _ => day_words(day),
        }
    }

    /// An instant in full: `22 Nov 2026, 09:14`.
    #[must_use]
    pub fn full(&self, at: Timestamp) -> String {
        let civil = self.zone.civil(at);
        format!("{}, {:02}:{:02}", day_words(Day::from_date(civil.date())), civil.hour(), civil.minute())
    }

    /// Today in the workspace's zone.
    #[must_use]
    pub fn today(&self) -> Day {
        self.zone.day_of(self.now)
    }
}

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
