//! Thresholds as conditions see them: which there are, and how a condition that names one is written out.

use std::collections::{BTreeMap, BTreeSet};

use mainstay_model::expression::Column;
use mainstay_model::threshold::Threshold;

use crate::decode::Expression;
use crate::identifiers::{self, columns_read};
use crate::problem::Report;
use crate::written::Written;

/// Why a condition that is not about accounts cannot name a threshold.
const OF_ACCOUNTS: &str = "a threshold may differ from account to account, and this looks at facts; write the number";

/// Why a signal's formula cannot.
const OF_CONDITIONS: &str = "a signal says what is; the threshold stands where the signal is read";

/// The thresholds of a workspace.
#[derive(Default)]
pub(crate) struct Thresholds {
    pub(crate) known: BTreeMap<String, Threshold>,
    /// Those that are declared but could not be read: whoever names them is not blamed.
    pub(crate) broken: BTreeSet<String>,
}

impl Thresholds {
    /// A column that an override of a threshold reads and a condition over these columns does not have: what keeps the condition from
    /// naming the threshold.
    pub(crate) fn beyond(&self, name: &str, columns: &[Column]) -> Option<String> {
        let mut reads = self.known.get(name)?.overrides.iter().flat_map(|other| columns_read(&other.when));
        reads.find(|read| columns.iter().all(|column| column.name != *read))
    }

    /// Every name with the reason why a condition over facts cannot name it.
    pub(crate) fn refused(&self) -> Vec<(String, String)> {
        refused_in_facts(self.known.keys().chain(&self.broken))
    }
}

/// Names of thresholds with the reason why an expression over facts cannot name them.
pub(crate) fn refused_in_facts<'a>(names: impl IntoIterator<Item = &'a String>) -> Vec<(String, String)> {
    names.into_iter().map(|name| (name.clone(), OF_ACCOUNTS.to_owned())).collect()
}

/// Names of thresholds with the reason why a signal's formula cannot name them.
pub(crate) fn refused_in_formulas<'a>(names: impl IntoIterator<Item = &'a String>) -> Vec<(String, String)> {
    names.into_iter().map(|name| (name.clone(), OF_CONDITIONS.to_owned())).collect()
}

/// The expression with each threshold that it names written out. A name that is a column stays one, and so does a threshold whose
/// overrides read what these columns do not have.
pub(crate) fn write_out(expression: &Expression, columns: &[Column], thresholds: &Thresholds, report: &mut Report) -> Expression {
    let text = expression.plain();
    // A text that does not parse names nothing; whoever checks it says so.
    let names = identifiers::identifiers(text).unwrap_or_default();
    let mut replacements = Vec::new();
    for ident in names {
        let Some(threshold) = thresholds.known.get(&ident.name) else { continue };
        report.threshold_named(&ident.name);
        let is_column = columns.iter().any(|column| column.name == ident.name);
        if !is_column && thresholds.beyond(&ident.name, columns).is_none() {
            replacements.push((ident.offset, ident.offset + ident.length, threshold.sql()));
        }
    }
    if replacements.is_empty() {
        return expression.clone();
    }
    let written = Written::replacing(text, &replacements).after(expression.written.clone());
    Expression { written: Some(written), ..expression.clone() }
}
