//! How numbers, money and shares are written for a reader.

use mainstay_model::band::BandScale;
use mainstay_model::signal::Unit;
use serde_json::Value;

use super::NOT_KNOWN;

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
