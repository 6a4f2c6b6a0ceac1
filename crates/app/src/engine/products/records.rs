//! What the records say about the products of some accounts as of an instant.

use std::borrow::Cow;

use arrow::array::RecordBatch;
use hashbrown::{HashMap, HashSet};
use mainstay_health::{About, Column, Selection};
use mainstay_lake::expressions::values;

use super::{ProductRows, Products};
use crate::engine::measure::{Placed, measure_records, texts_of};
use crate::engine::plan::How;
use crate::engine::records::{RecordReader, account_column};
use crate::error::Result;

/// The records that name a product of the accounts asked about: by entity, with the products' numbers as their subjects.
#[derive(Default)]
pub(crate) struct ProductRecords(HashMap<String, (RecordBatch, Placed<'static>)>);

impl ProductRecords {
    /// The products that some record names.
    pub(crate) fn named(&self) -> HashSet<u32> {
        self.0.values().flat_map(|(_, placed)| placed.subject.iter().copied()).collect()
    }
}

impl RecordReader<'_> {
    /// The records behind the signals per product. `subjects` are the accounts asked about, by row; products never met get a number.
    pub(crate) fn product_records(&self, products: &mut Cow<'_, Products>, subjects: &[u32]) -> Result<ProductRecords> {
        let mut found = ProductRecords::default();
        for planned in &self.plan.products.signals {
            let How::Records(measure) = &planned.how else { continue };
            if found.0.contains_key(&measure.entity.name) {
                continue;
            }
            let table = self.table(&measure.entity)?;
            let rows = self.rows();
            let named = table.column_by_name("product").map(values::texts).unwrap_or_default();
            let accounts = texts_of(&table, account_column(&measure.entity));
            let numbers = accounts.into_iter().zip(named).map(|(account, name)| {
                let subject = *subjects.get(*rows.get(account?)? as usize)?;
                let name = name.filter(|name| !name.is_empty())?;
                let met = products.find(subject, &name);
                Some(met.unwrap_or_else(|| products.to_mut().intern(subject, &name)))
            });
            let numbers = numbers.collect();
            found.0.insert(measure.entity.name.clone(), self.place(&measure.entity, &table, numbers)?);
        }
        Ok(found)
    }

    /// The values of the measures over records, by their place among the plan's signals per product.
    pub(crate) fn product_measures(&self, records: &ProductRecords, rows: &ProductRows) -> Result<Vec<(usize, Column)>> {
        let zone = &self.plan.workspace.zone;
        let today = zone.day_of(self.as_of);
        let row_of: HashMap<u32, u32> = rows.numbers.iter().copied().zip(0..).collect();
        let mut found = Vec::new();
        for (place, planned) in self.plan.products.signals.iter().enumerate() {
            let How::Records(measure) = &planned.how else { continue };
            let Some((batch, placed)) = records.0.get(&measure.entity.name) else { continue };
            let subject = placed.subject.iter().map(|number| row_of.get(number).copied().unwrap_or(u32::MAX)).collect();
            let placed = Placed { batch, subject, ..placed.clone() };
            let about = About { connected: self.is_connected(&measure.entity), born: &[] };
            found.push((place, measure_records(measure, placed, today, &about, Selection::All(rows.len()), zone)?));
        }
        Ok(found)
    }
}
