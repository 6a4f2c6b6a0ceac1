//! `now()` and `today()` of ad-hoc SQL: the instant asked about, never the system's clock.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
use datafusion::scalar::ScalarValue;
use mainstay_model::{Timestamp, Zone};

use crate::expressions::types::instant_type;

/// `now` and `today` as of an instant in a zone, under all names SQL has for them.
#[must_use]
pub fn all(as_of: Timestamp, zone: &Zone) -> Vec<Arc<ScalarUDF>> {
    let instant = ScalarValue::TimestampMicrosecond(Some(as_of.micros()), Some("UTC".into()));
    let day = ScalarValue::Date32(Some(zone.day_of(as_of).0));
    vec![
        Arc::new(ScalarUDF::new_from_impl(Fixed::new("now", &["current_timestamp", "as_of"], instant_type(), instant))),
        Arc::new(ScalarUDF::new_from_impl(Fixed::new("today", &["current_date"], DataType::Date32, day))),
    ]
}

#[derive(PartialEq, Eq, Hash, Debug)]
struct Fixed {
    name: &'static str,
    aliases: Vec<String>,
    kind: DataType,
    value: ScalarValue,
    signature: Signature,
}

impl Fixed {
    fn new(name: &'static str, aliases: &[&str], kind: DataType, value: ScalarValue) -> Self {
        let aliases = aliases.iter().map(|alias| (*alias).to_owned()).collect();
        Self { name, aliases, kind, value, signature: Signature::nullary(Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for Fixed {
    fn name(&self) -> &str {
        self.name
    }

    fn aliases(&self) -> &[String] {
        &self.aliases
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.kind.clone())
    }

    fn invoke_with_args(&self, _: ScalarFunctionArgs) -> Result<ColumnarValue> {
        Ok(ColumnarValue::Scalar(self.value.clone()))
    }
}
