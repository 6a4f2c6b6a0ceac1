//! `property` and its typed forms: one value out of a JSON text.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanBuilder, Date32Builder, Decimal128Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
use datafusion::scalar::ScalarValue;
use mainstay_model::{Day, Timestamp};

use crate::expressions::types::{decimal_type, instant_type, nanos_of_text};
use crate::json;

/// What the value is read as.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Form {
    /// Text, whatever it is.
    Text,
    /// A number with nine decimals.
    Number,
    /// True or false.
    Boolean,
    /// An instant.
    Timestamp,
    /// A day.
    Date,
}

impl Form {
    const ALL: [Self; 5] = [Self::Text, Self::Number, Self::Boolean, Self::Timestamp, Self::Date];

    /// The SQL name of the function.
    #[must_use]
    pub const fn function(self) -> &'static str {
        match self {
            Self::Text => "property",
            Self::Number => "property_number",
            Self::Boolean => "property_boolean",
            Self::Timestamp => "property_timestamp",
            Self::Date => "property_date",
        }
    }

    fn data_type(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Number => decimal_type(),
            Self::Boolean => DataType::Boolean,
            Self::Timestamp => instant_type(),
            Self::Date => DataType::Date32,
        }
    }
}

/// The function of a form.
#[must_use]
pub fn function(form: Form) -> Arc<ScalarUDF> {
    Arc::new(ScalarUDF::new_from_impl(Property { form, signature: Signature::variadic_any(Volatility::Immutable) }))
}

/// The functions of all forms.
#[must_use]
pub fn all() -> Vec<Arc<ScalarUDF>> {
    Form::ALL.into_iter().map(function).collect()
}

#[derive(PartialEq, Eq, Hash, Debug)]
struct Property {
    form: Form,
    signature: Signature,
}

impl ScalarUDFImpl for Property {
    fn name(&self) -> &str {
        self.form.function()
    }

    fn schema_name(&self, args: &[datafusion::logical_expr::Expr]) -> Result<String> {
        let texts: Vec<String> = args.iter().skip(1).map(|arg| arg.to_string().trim_start_matches("Utf8").to_owned()).collect();
        let names: Vec<&str> = texts.iter().map(|text| text.trim_matches(['(', ')', '"'])).collect();
        Ok(names.join("."))
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        let is_text = |kind: &DataType| matches!(kind, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null);
        if arg_types.len() < 2 || !arg_types.iter().all(is_text) {
            return plan_err!("{} takes a JSON text and a path, like {}(properties, 'plan.name')", self.name(), self.name());
        }
        Ok(self.form.data_type())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let Some((document, path)) = args.args.split_first() else { return exec_err!("{} needs a JSON text", self.name()) };
        let mut keys = Vec::with_capacity(path.len());
        for part in path {
            match part {
                ColumnarValue::Scalar(value) => keys.push(value.try_as_str().flatten().unwrap_or_default().to_owned()),
                ColumnarValue::Array(_) => return exec_err!("the path of {} must be written out, not come from a column", self.name()),
            }
        }
        match document {
            ColumnarValue::Array(array) => Ok(ColumnarValue::Array(extract(array, &Path::new(keys), self.form)?)),
            ColumnarValue::Scalar(value) => {
                let array = extract(&value.to_array_of_size(1)?, &Path::new(keys), self.form)?;
                Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&array, 0)?))
            }
        }
    }
}

/// Exact keys; a single one with dots is tried as it stands first, then split.
struct Path {
    keys: Vec<String>,
    split: Option<Vec<String>>,
}

impl Path {
    fn new(keys: Vec<String>) -> Self {
        let split = match keys.as_slice() {
            [only] if only.contains('.') => Some(only.split('.').map(str::to_owned).collect()),
            _ => None,
        };
        Self { keys, split }
    }

    fn find<'a>(&self, text: &'a str) -> Option<&'a str> {
        json::find(text, &self.keys).or_else(|| json::find(text, self.split.as_deref()?))
    }
}

fn extract(array: &ArrayRef, path: &Path, form: Form) -> Result<ArrayRef> {
    match array.data_type() {
        DataType::Utf8 => Ok(build(array.as_string::<i32>().iter(), path, form)),
        DataType::LargeUtf8 => Ok(build(array.as_string::<i64>().iter(), path, form)),
        DataType::Utf8View => Ok(build(array.as_string_view().iter(), path, form)),
        DataType::Null => Ok(arrow::array::new_null_array(&form.data_type(), array.len())),
        other => exec_err!("a JSON text was expected, not {other}"),
    }
}

fn build<'a>(rows: impl ExactSizeIterator<Item = Option<&'a str>>, path: &Path, form: Form) -> ArrayRef {
    let count = rows.len();
    let values = rows.map(|row| row.and_then(|text| path.find(text)).and_then(json::text_of));
    match form {
        Form::Text => {
            let mut builder = StringBuilder::with_capacity(count, count.saturating_mul(8));
            values.for_each(|value| builder.append_option(value));
            Arc::new(builder.finish())
        }
        Form::Number => {
            let mut builder = Decimal128Builder::with_capacity(count).with_data_type(decimal_type());
            values.for_each(|value| builder.append_option(value.and_then(|text| nanos_of_text(&text))));
            Arc::new(builder.finish())
        }
        Form::Boolean => {
            let mut builder = BooleanBuilder::with_capacity(count);
            values.for_each(|value| builder.append_option(value.and_then(|text| boolean_of(&text))));
            Arc::new(builder.finish())
        }
        Form::Timestamp => {
            let mut builder = TimestampMicrosecondBuilder::with_capacity(count).with_timezone("UTC");
            values.for_each(|value| builder.append_option(value.and_then(|text| Timestamp::parse(&text).ok()).map(Timestamp::micros)));
            Arc::new(builder.finish())
        }
        Form::Date => {
            let mut builder = Date32Builder::with_capacity(count);
            values.for_each(|value| builder.append_option(value.and_then(|text| Day::parse(&text).ok()).map(|day| day.0)));
            Arc::new(builder.finish())
        }
    }
}

fn boolean_of(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Whether an expression is a property that nobody has asked a type of yet.
#[must_use]
pub fn is_untyped(expr: &datafusion::logical_expr::Expr) -> bool {
    matches!(expr, datafusion::logical_expr::Expr::ScalarFunction(call) if is_text_form(call.func.inner().as_ref()))
}

fn is_text_form(function: &dyn ScalarUDFImpl) -> bool {
    function.downcast_ref::<Property>().is_some_and(|property| property.form == Form::Text)
}
