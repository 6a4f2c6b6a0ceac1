//! Thresholds: numbers that conditions over accounts name, each with other values where a condition holds.

use serde::{Deserialize, Serialize};

use crate::expression::bracketed;

/// A checked threshold: one definition, and what differs from it for some accounts.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Threshold {
    /// The name in conditions.
    pub name: String,
    /// What people read.
    pub label: String,
    /// What it is for.
    pub description: String,
    /// The value where no override holds.
    pub value: f64,
    /// Other values for some accounts; the first whose condition holds counts.
    pub overrides: Vec<ThresholdOverride>,
}

/// Another value of a threshold.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ThresholdOverride {
    /// For which accounts: SQL over account columns. Unknown (null) does not hold.
    pub when: String,
    /// The value for them.
    pub value: f64,
}

impl Threshold {
    /// The threshold as a SQL expression, which stands in a condition where the threshold is named.
    #[must_use]
    pub fn sql(&self) -> String {
        if self.overrides.is_empty() {
            let value = self.value.to_string();
            return if self.value.is_sign_negative() { bracketed(&value) } else { value };
        }
        let cases: Vec<String> =
            self.overrides.iter().map(|other| format!("when {} then {}", bracketed(&other.when), other.value)).collect();
        format!("(case {} else {} end)", cases.join(" "), self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn silent_days(overrides: &[(&str, f64)]) -> String {
        let overrides = overrides.iter().map(|(when, value)| ThresholdOverride { when: (*when).to_owned(), value: *value }).collect();
        let (label, description) = (String::new(), String::new());
        Threshold { name: "silent_days".into(), label, description, value: 14.0, overrides }.sql()
    }

    #[test]
    fn a_threshold_is_written_out_with_its_overrides_in_order() {
        assert_eq!(silent_days(&[]), "14");
        assert_eq!(
            silent_days(&[("region = 'apac'", 21.0), ("tier = 'strategic'", 7.5)]),
            "(case when (region = 'apac') then 21 when (tier = 'strategic') then 7.5 else 14 end)"
        );
    }

    #[test]
    fn a_remark_behind_a_condition_ends_with_its_line() {
        assert_eq!(silent_days(&[("vip -- ours", 7.0)]), "(case when (vip -- ours\n) then 7 else 14 end)");
    }
}
