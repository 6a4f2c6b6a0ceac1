//! `account_of`: which account an event counts for, read through the links.

use std::sync::{Arc, PoisonError, RwLock};

use arrow::array::{ArrayRef, AsArray, StringBuilder};
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimestampMicrosecondType};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
use mainstay_model::Timestamp;

use crate::expressions::types::instant_type;
use crate::links::Links;

/// `account_of(account_id, user_id, anonymous_id, occurred_at)` over these links as known at an instant (today where `None`).
#[must_use]
pub fn function(links: Arc<RwLock<Links>>, known: Option<Timestamp>) -> ScalarUDF {
    ScalarUDF::new_from_impl(AccountOf { links: SharedLinks(links), known, signature: Signature::any(4, Volatility::Stable) })
}

/// Links that compare and hash as the one place they are kept in.
#[derive(Clone, Debug)]
struct SharedLinks(Arc<RwLock<Links>>);

impl PartialEq for SharedLinks {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for SharedLinks {}

impl std::hash::Hash for SharedLinks {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.0).hash(state);
    }
}

#[derive(PartialEq, Eq, Hash, Debug)]
struct AccountOf {
    links: SharedLinks,
    known: Option<Timestamp>,
    signature: Signature,
}

impl ScalarUDFImpl for AccountOf {
    fn name(&self) -> &'static str {
        "account_of"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let [account, user, anonymous, at] = arrays.as_slice() else {
            return exec_err!("account_of takes the account, the user, the anonymous id and the instant");
        };
        let links = self.links.0.read().unwrap_or_else(PoisonError::into_inner);
        Ok(ColumnarValue::Array(resolve(&links, self.known, [account, user, anonymous], at)?))
    }
}

/// The account of each row.
pub fn resolve(links: &Links, known: Option<Timestamp>, ids: [&ArrayRef; 3], at: &ArrayRef) -> Result<ArrayRef> {
    let [account, user, anonymous] = [cast(ids[0], &DataType::Utf8)?, cast(ids[1], &DataType::Utf8)?, cast(ids[2], &DataType::Utf8)?];
    let at = cast(at, &instant_type())?;
    let mut found = StringBuilder::with_capacity(account.len(), account.len() * 12);
    let rows = account
        .as_string::<i32>()
        .iter()
        .zip(user.as_string::<i32>())
        .zip(anonymous.as_string::<i32>())
        .zip(at.as_primitive::<TimestampMicrosecondType>());
    for (((account, user), anonymous), at) in rows {
        found.append_option(links.account_of(account, user, anonymous, Timestamp(at.unwrap_or_default()), known));
    }
    Ok(Arc::new(found.finish()))
}
