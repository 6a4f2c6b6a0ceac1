//! What has one value per product of an account: signals per product, the scores of products, what accounts make of them.

mod known;
mod present;
mod records;
mod rows;
mod scored;

use arrow::array::RecordBatch;
use mainstay_lake::expressions::values;

use super::measure::faulty;
use super::plan::Plan;
use crate::error::Result;

pub(crate) use known::{NO_PRODUCT, Products};
pub(crate) use present::PresentProducts;
pub(crate) use rows::ProductRows;
pub(crate) use scored::ProductFrame;

/// The products that events name, one for each row; empty where no signal asks for them.
pub(crate) fn named_in(plan: &Plan, events: &RecordBatch) -> Result<Vec<Option<String>>> {
    let Some(of_event) = &plan.products.of_event else { return Ok(Vec::new()) };
    let named = of_event.evaluate(events).map_err(faulty)?;
    Ok(values::texts(&named).into_iter().map(|name| name.filter(|name| !name.is_empty())).collect())
}

/// The numbers of those products, from the accounts that the events count for.
pub(crate) fn numbers_in(
    plan: &Plan,
    events: &RecordBatch,
    subjects: &[u32],
    mut number_of: impl FnMut(u32, &str) -> u32,
) -> Result<Vec<u32>> {
    let named = named_in(plan, events)?;
    Ok(subjects.iter().zip(&named).map(|(subject, name)| name.as_ref().map_or(NO_PRODUCT, |name| number_of(*subject, name))).collect())
}
