//! The conditions of a play: what each may read, its type, its place in the play's list.

use std::collections::BTreeSet;

use mainstay_model::expression::{Column, ExpressionTypes, ValueType, event_columns, record_columns};
use mainstay_model::play::{Condition, ConditionId, ConditionScope, Per};
use mainstay_model::{Workspace, signal};

use crate::Stage;
use crate::columns::expression_columns;
use crate::decode::Expression;
use crate::dotted;
use crate::expressions::{self, Scope, Want};
use crate::identifiers;
use crate::problem::{Code, Report};
use crate::thresholds::{self, Thresholds};

/// Signals by which `engaged` tells that people are back, the first that the workspace has.
const ACTIVITY: [&str; 4] = ["active_users_7d", "usage_7d", "active_users_30d", "logins_30d"];

/// Columns that every run has beside those of its account.
pub(crate) const RUN_COLUMNS: [(&str, ValueType); 5] = [
    ("previous_band", ValueType::Text),
    ("previous_score", ValueType::Number),
    ("responded", ValueType::Boolean),
    ("day_of_run", ValueType::Number),
    ("hours_of_run", ValueType::Number),
];

/// What the conditions of one play may read.
pub(crate) struct Conditions<'a> {
    workspace: &'a Workspace,
    thresholds: &'a Thresholds,
    types: &'a dyn ExpressionTypes,
    account: Vec<Column>,
    run: Vec<Column>,
    /// Whether `trigger.x` may be anything, as the properties of an event are.
    free_trigger: bool,
    engaged: String,
    broken: BTreeSet<String>,
    pub(crate) found: Vec<Condition>,
}

/// What a play's own columns come from.
pub(crate) struct Sources<'a> {
    pub(crate) per: Per,
    pub(crate) goals: Vec<&'a str>,
    pub(crate) steps: Vec<String>,
    /// The entity of a record trigger.
    pub(crate) record: Option<&'a str>,
    /// Whether the trigger is an event, or the play may be started with values of any name.
    pub(crate) event: bool,
}

impl<'a> Conditions<'a> {
    pub(crate) fn new(workspace: &'a Workspace, thresholds: &'a Thresholds, sources: &Sources, types: &'a dyn ExpressionTypes) -> Self {
        let account = expression_columns(workspace, Stage::All);
        let mut run = account.clone();
        let kept = account.iter().filter(|column| matches!(column.kind, ValueType::Number | ValueType::Text));
        run.extend(kept.map(|column| Column::new(format!("baseline.{}", column.name), column.kind)));
        let entity = |name: &str| workspace.entities.get(name).map(record_columns).unwrap_or_default();
        let mut prefixed = |prefix: &str, columns: Vec<Column>| {
            run.extend(columns.into_iter().map(|column| Column::new(format!("{prefix}.{}", column.name), column.kind)));
        };
        if sources.per != Per::Account {
            prefixed(sources.per.word(), entity(sources.per.entity()));
        }
        prefixed("trigger", sources.record.map(entity).unwrap_or_default());
        prefixed(
            "trigger",
            vec![Column::new("at", ValueType::Timestamp), Column::new("date", ValueType::Date), Column::new("name", ValueType::Text)],
        );
        run.extend(sources.goals.iter().map(|name| Column::new(format!("goal.{name}"), ValueType::Boolean)));
        for step in &sources.steps {
            run.extend(["task", "step"].map(|what| Column::new(format!("{what}.{step}.outcome"), ValueType::Text)));
        }
        run.extend(RUN_COLUMNS.map(|(name, kind)| Column::new(name, kind)));
        let active =
            ACTIVITY.iter().find(|name| workspace.signals.get(**name).is_some_and(|signal| signal.subject == signal::Subject::Account));
        let engaged =
            active.map_or_else(|| "(responded)".to_owned(), |name| format!("(responded or coalesce({name} > \"baseline.{name}\", false))"));
        let (broken, found) = (BTreeSet::new(), Vec::new());
        Self { workspace, thresholds, types, account, run, free_trigger: sources.event, engaged, broken, found }
    }

    /// Checks a condition and gives it its number.
    pub(crate) fn add(&mut self, written: &Expression, scope: ConditionScope, report: &mut Report) -> Option<ConditionId> {
        let expression = self.plain(written, &scope, report)?;
        let columns = self.columns(&scope, &expression);
        let of_facts = matches!(scope, ConditionScope::Event | ConditionScope::Record(_));
        let checked = Scope {
            columns: columns.clone(),
            about: about(&scope),
            broken: &self.broken,
            refused: if of_facts { self.thresholds.refused() } else { Vec::new() },
            hints: Vec::new(),
            thresholds: (!of_facts).then_some(self.thresholds),
        };
        expressions::check(&expression, &checked, Want::Condition, self.types, report)?;
        let names = identifiers::columns_read_whole(expression.plain());
        let reads: Vec<Column> = columns.into_iter().filter(|column| names.iter().any(|name| is_of(name, column))).collect();
        let condition = Condition { written: written.sql.clone(), sql: expression.plain().to_owned(), scope, reads };
        let known = self.found.iter().position(|known| *known == condition);
        let id = known.unwrap_or_else(|| {
            self.found.push(condition);
            self.found.len() - 1
        });
        Some(ConditionId(id))
    }

    /// The expression with the dotted names of a run, and thresholds where it may name them, written out.
    fn plain(&self, written: &Expression, scope: &ConditionScope, report: &mut Report) -> Option<Expression> {
        match scope {
            ConditionScope::Event | ConditionScope::Record(_) => Some(written.clone()),
            ConditionScope::Account => Some(thresholds::write_out(written, &self.account, self.thresholds, report)),
            ConditionScope::Run => {
                let out = dotted::write_out(&written.sql, &self.workspace.bands, &self.engaged);
                for (band, start, end) in &out.unknown_bands {
                    let known: Vec<&str> = self.workspace.bands.0.iter().map(|band| band.name.as_str()).collect();
                    let place = expressions::inner_place(written, *start, end - start, report);
                    let message = format!("there is no band `{band}`");
                    report.error_with(Code::UnknownName, place, message, crate::nearest::hint(band, &known, "bands"));
                }
                if !out.unknown_bands.is_empty() {
                    return None;
                }
                let plain = Expression { written: Some(out.written), ..written.clone() };
                Some(thresholds::write_out(&plain, &self.run, self.thresholds, report))
            }
        }
    }

    /// Whether a name is that of a value of the trigger.
    pub(crate) fn is_of_trigger(&self, name: &str) -> bool {
        name.starts_with("trigger.") && (self.free_trigger || self.run.iter().any(|column| column.name == name))
    }

    fn columns(&self, scope: &ConditionScope, expression: &Expression) -> Vec<Column> {
        let mut columns = match scope {
            ConditionScope::Account => self.account.clone(),
            ConditionScope::Run => self.run.clone(),
            ConditionScope::Event => event_columns(),
            ConditionScope::Record(entity) => self.workspace.entities.get(entity).map(record_columns).unwrap_or_default(),
        };
        if *scope == ConditionScope::Run && self.free_trigger {
            let free: Vec<String> = identifiers::columns_read_whole(expression.plain())
                .into_iter()
                .filter(|name| name.starts_with("trigger.") && columns.iter().all(|column| column.name != *name))
                .collect();
            // A property is a text, unless only a number makes sense of its use.
            let with =
                |kind: ValueType| columns.iter().cloned().chain(free.iter().map(move |name| Column::new(name, kind))).collect::<Vec<_>>();
            let as_text = with(ValueType::Text);
            let fits = free.is_empty() || self.types.type_of(&as_text, expression.plain()).is_ok();
            columns = if fits { as_text } else { with(ValueType::Number) };
        }
        columns
    }
}

/// Whether a name reads a column: it is the column's, or a path into the properties of an event.
fn is_of(name: &str, column: &Column) -> bool {
    name == column.name || (column.name == "properties" && name.starts_with("properties."))
}

fn about(scope: &ConditionScope) -> String {
    match scope {
        ConditionScope::Account => "a condition over accounts".to_owned(),
        ConditionScope::Run => "a condition of a run".to_owned(),
        ConditionScope::Event => "a condition over events".to_owned(),
        ConditionScope::Record(entity) => format!("a condition over {entity}"),
    }
}
