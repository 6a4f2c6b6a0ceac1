//! Numbers, times and values as people read them.

use mainstay_app::health::Value;
use mainstay_model::Timestamp;

/// A score with one decimal, or what stands for none.
pub(crate) fn score(score: Option<f64>) -> String {
    score.map_or_else(|| "-".to_owned(), |score| format!("{score:.2}"))
}

/// A share as a percentage.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// A share as a percentage with its hundredths, or what stands for none.
pub(crate) fn rate(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{:.2} %", share * 100.0))
}

/// Money, rounded to the cent, with thousands set apart.
pub(crate) fn money(amount: f64) -> String {
    let text = format!("{:.2}", amount.abs());
    let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
    let sign = if amount < 0.0 { "-" } else { "" };
    // What has no place in a count is shown as it is.
    format!("{sign}{}.{cents}", whole.parse().map_or_else(|_| whole.to_owned(), count))
}

/// A count with thousands set apart.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A size in bytes.
pub(crate) fn bytes(bytes: u64) -> String {
    indicatif::HumanBytes(bytes).to_string()
}

/// An instant to the second, or what stands for none.
pub(crate) fn instant(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "-".to_owned(), |at| Timestamp(at.0.div_euclid(1_000_000) * 1_000_000).to_rfc3339())
}

/// An instant to the second, or nothing where it never came.
pub(crate) fn instant_if_any(at: Option<Timestamp>) -> String {
    at.map_or_else(String::new, |at| instant(Some(at)))
}

/// A signal's value.
pub(crate) fn value(value: Option<&Value>) -> String {
    match value {
        None => "not known".to_owned(),
        Some(Value::Number(number)) => number_text(*number),
        Some(Value::Text(text)) => text.to_string(),
        Some(Value::Boolean(true)) => "yes".to_owned(),
        Some(Value::Boolean(false)) => "no".to_owned(),
        Some(Value::Day(day)) => day.to_string(),
        Some(Value::Instant(at)) => instant(Some(*at)),
    }
}

/// A number with at most four decimals.
pub(crate) fn number_text(number: f64) -> String {
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(count(4_020_123), "4,020,123");
        assert_eq!(count(999), "999");
        assert_eq!(number_text(12.0), "12");
        assert_eq!(number_text(0.333_333), "0.3333");
        assert_eq!(score(None), "-");
        assert_eq!(money(1_234_567.891), "1,234,567.89");
        assert_eq!(money(-0.5), "-0.50");
        assert_eq!(rate(Some(0.941_23)), "94.12 %");
        assert_eq!(rate(None), "-");
    }
}
