//! Price tiers as sources write them.

use mainstay_lake::expressions::types::nanos_of_text;
use mainstay_metrics::{Tier, TierMode, Tiers};
use mainstay_model::Fraction;
use mainstay_model::fraction::NANO;
use serde_json::Value;

/// The tiers of a JSON text, which may stand in a JSON string. None where they are not like `[{"up_to": 100, "amount": 12}, {"amount": 9}]`, or where
/// the mode is none that is known: a price that is read wrong is worse than none.
pub(super) fn tiers_of(text: &str, mode: Option<&str>) -> Option<Tiers> {
    let read: Value = serde_json::from_str(text).ok()?;
    let read = match read {
        Value::String(inner) => serde_json::from_str(&inner).ok()?,
        other => other,
    };
    let tiers = read.as_array()?.iter().map(tier).collect::<Option<Vec<Tier>>>()?;
    Tiers::new(tiers, mode.map_or(Some(TierMode::default()), TierMode::parse)?)
}

fn tier(value: &Value) -> Option<Tier> {
    let up_to = match value.get("up_to") {
        None | Some(Value::Null) => None,
        Some(bound) => Some(decimal(bound)?),
    };
    Some(Tier { up_to, amount: decimal(value.get("amount")?)? })
}

fn decimal(value: &Value) -> Option<Fraction> {
    let nanos = match value {
        Value::Number(number) => nanos_of_text(&number.to_string()),
        Value::String(text) => nanos_of_text(text),
        _ => None,
    };
    nanos.map(|nanos| Fraction::new(nanos, NANO))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(text: &str, mode: Option<&str>, units: i128) -> Option<Fraction> {
        tiers_of(text, mode)?.price(Fraction::new(units, 1))
    }

    #[test]
    fn tiers_are_read_exactly_from_numbers_and_from_texts() {
        let tiers = r#"[{"up_to": 100, "amount": 0.1}, {"up_to": "1000", "amount": "0.07"}, {"up_to": null, "amount": 1e-2}]"#;
        assert_eq!(price(tiers, None, 1_001), Some(Fraction::new(7_301, 100)));
        assert_eq!(price(tiers, Some("volume"), 1_001), Some(Fraction::new(1_001, 100)));
        let quoted = serde_json::to_string(tiers).unwrap();
        assert_eq!(price(&quoted, Some("graduated"), 1_001), price(tiers, None, 1_001));
    }

    #[test]
    fn what_is_no_price_is_none() {
        for text in ["", "twelve", "{}", "[]", "[12]", r#"[{"up_to": 5}]"#, r#"[{"up_to": "many", "amount": 1}]"#, r#"[{"amount": true}]"#]
        {
            assert_eq!(tiers_of(text, None), None, "{text}");
        }
        assert_eq!(tiers_of(r#"[{"amount": 1}]"#, Some("stairstep")), None);
    }
}
