//! The data-quality report: what is complete, what refers to nothing, what looks double, which signals never saw a fact.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;

use arrow::array::{Array as _, RecordBatch};
use mainstay_lake::records::RecordsQuery;

use super::{FieldQuality, LikelyDuplicate, QualityReport, ReferenceGap};
use crate::app::App;
use crate::engine::{How, PlannedSignal, texts_of, unsorted};
use crate::error::Result;

/// Ids shown of a gap.
const EXAMPLES: usize = 5;
/// Likely duplicates shown of an entity.
const DUPLICATES: usize = 50;
/// Fields by which two records of an entity are likely one.
const TELLING: [(&str, &str); 4] = [("accounts", "domain"), ("accounts", "name"), ("people", "email"), ("users", "email")];

impl App {
    /// The report as of now.
    ///
    /// # Errors
    /// When records cannot be read.
    pub async fn quality(&self) -> Result<QualityReport> {
        self.compute(|app| {
            let as_of = app.now();
            let state = app.state();
            let workspace = &state.plan.workspace;
            let records = state.records.read().unwrap_or_else(PoisonError::into_inner);
            let mut report =
                QualityReport { fields: Vec::new(), gaps: Vec::new(), duplicates: Vec::new(), silent_signals: Vec::new(), as_of };
            let query = RecordsQuery { as_of, known: None, accounts: None, zone: &workspace.zone };
            let known: BTreeSet<String> = match workspace.entities.get("accounts") {
                Some(accounts) => {
                    texts_of(&records.table(accounts, query).map_err(unsorted)?, "id").into_iter().flatten().map(str::to_owned).collect()
                }
                None => BTreeSet::new(),
            };
            for entity in workspace.entities.values().filter(|entity| records.count(&entity.name) > 0) {
                let table = records.table(entity, query).map_err(unsorted)?;
                for field in &entity.fields {
                    let filled = table.column_by_name(&field.name).map_or(0, |column| column.len() - column.null_count());
                    report.fields.push(FieldQuality {
                        entity: entity.name.clone(),
                        field: field.name.clone(),
                        filled,
                        total: table.num_rows(),
                    });
                }
                report.gaps.extend(gap(&entity.name, &table, &known));
                for (_, field) in TELLING.iter().filter(|(name, _)| *name == entity.name) {
                    report.duplicates.extend(duplicates(&entity.name, field, &table));
                }
            }
            let silent = |planned: &&PlannedSignal| match &planned.how {
                How::Events { .. } => !state.connected(planned),
                How::Records(measure) => records.count(&measure.entity.name) == 0,
                How::Formula(_) => false,
            };
            report.silent_signals = state.plan.signals.iter().filter(silent).map(|planned| planned.signal.name.clone()).collect();
            Ok(report)
        })
        .await
    }
}

/// Records that name an account nobody described.
fn gap(entity: &str, table: &RecordBatch, known: &BTreeSet<String>) -> Option<ReferenceGap> {
    if entity == "accounts" {
        return None;
    }
    let lost: Vec<&str> = texts_of(table, "account_id").into_iter().flatten().filter(|account| !known.contains(*account)).collect();
    let examples: BTreeSet<&str> = lost.iter().copied().collect();
    (!lost.is_empty()).then(|| ReferenceGap {
        entity: entity.to_owned(),
        refers_to: "accounts".to_owned(),
        count: lost.len(),
        examples: examples.into_iter().take(EXAMPLES).map(str::to_owned).collect(),
    })
}

fn duplicates(entity: &str, field: &str, table: &RecordBatch) -> Vec<LikelyDuplicate> {
    let mut by_value: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (id, value) in texts_of(table, "id").into_iter().zip(texts_of(table, field)) {
        if let (Some(id), Some(value)) = (id, value.map(|value| value.trim().to_lowercase()).filter(|value| !value.is_empty())) {
            by_value.entry(value).or_default().push(id.to_owned());
        }
    }
    let shared = by_value.into_iter().filter(|(_, ids)| ids.len() > 1).take(DUPLICATES);
    shared.map(|(value, ids)| LikelyDuplicate { entity: entity.to_owned(), field: field.to_owned(), value, ids }).collect()
}
