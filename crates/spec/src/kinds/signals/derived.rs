//! Signals made of other signals: change, trend, ratio and formulas.

use mainstay_model::expression::{Column, ValueType};
use mainstay_model::signal::{Measure, Span, Subject, Unit, Window};

use super::build::{Builder, Made};
use crate::columns::{HEALTH_COLUMNS, field_columns};
use crate::decode::Expression;
use crate::expressions::{self, Scope, Want, inner_place, whole};
use crate::nearest;
use crate::problem::{Code, Report};
use crate::thresholds::refused_in_formulas;

impl Builder<'_> {
    pub(super) fn compared(&self, of: &Expression, how: &str, report: &mut Report) -> Option<Made> {
        let name = of.sql.to_lowercase();
        if self.built.broken.contains(&name) {
            return None;
        }
        let place = whole(of, report);
        let Some(base) = self.built.signals.get(&name) else {
            let known: Vec<&str> = self.all_names.iter().map(String::as_str).collect();
            report.error_with(
                Code::UnknownName,
                place,
                format!("there is no signal `{}`", of.sql),
                nearest::hint(&name, &known, "signals"),
            );
            return None;
        };
        let fits = matches!(&base.measure, Measure::Events { window: Window { span: Span::Days(_), .. }, .. });
        if !fits || base.kind != ValueType::Number {
            let message = format!("`{how}` compares a number over events with a window in days, and `{name}` is none");
            report.error(Code::BadValue, place, message);
            return None;
        }
        if let Some(per) = self.doc.per.filter(|per| per.value != base.subject) {
            report.error(Code::BadValue, per.place, format!("`{how}` is of the same subject as `{name}`; leave `per` out"));
            return None;
        }
        let (measure, unit) = match how {
            "change" => (Measure::Change { of: name }, Unit::Ratio),
            _ => (Measure::Trend { of: name }, Unit::Number),
        };
        Some(Made { measure, kind: ValueType::Number, integer: false, unit, subject: base.subject })
    }

    pub(super) fn ratio(&self, over: &Expression, under: &Expression, report: &mut Report) -> Option<Made> {
        let scope = self.account_scope();
        let types = self.context.types;
        let over_kind = expressions::check(over, &scope, Want::Number, types, report);
        let under_kind = expressions::check(under, &scope, Want::Number, types, report);
        over_kind.and(under_kind)?;
        // The cast keeps two whole numbers from being divided as whole numbers.
        let sql = format!("cast({} as double) / nullif({}, 0)", over.sql, under.sql);
        self.account_subject(report)?;
        Some(Made {
            measure: Measure::Formula { sql },
            kind: ValueType::Number,
            integer: false,
            unit: Unit::Share,
            subject: Subject::Account,
        })
    }

    pub(super) fn formula(&self, formula: &Expression, report: &mut Report) -> Option<Made> {
        let kind = expressions::check(formula, &self.account_scope(), Want::Any, self.context.types, report);
        self.account_subject(report)?;
        let kind = kind?;
        if matches!(kind, ValueType::Timestamp | ValueType::Date) {
            let message = format!("this gives a {}, and signals are numbers, words or true/false", kind.as_str());
            let hint = "days from then to today: (to_unixtime(today) - to_unixtime(x)) / 86400".to_owned();
            report.error_with(Code::Expression, inner_place(formula, 0, formula.sql.len(), report), message, hint);
            return None;
        }
        let sql = formula.sql.clone();
        Some(Made { measure: Measure::Formula { sql }, kind, integer: false, unit: Unit::Number, subject: Subject::Account })
    }

    fn account_subject(&self, report: &mut Report) -> Option<()> {
        match self.doc.per.filter(|per| per.value == Subject::Product) {
            None => Some(()),
            Some(per) => {
                report.error(
                    Code::BadValue,
                    per.place,
                    "a formula reads the account's columns; only signals over facts can be per product",
                );
                None
            }
        }
    }

    fn account_scope(&self) -> Scope<'_> {
        let mut columns = field_columns(self.context.entities.get("accounts"));
        let mut refused: Vec<(String, String)> = Vec::new();
        for signal in self.built.signals.values() {
            match signal.subject {
                Subject::Account => columns.push(Column::new(&signal.name, signal.kind)),
                Subject::Product => refused.push((signal.name.clone(), "it has one value per product, not per account".into())),
            }
        }
        let health = "health is computed from signals, so no signal can read it; write a segment instead";
        refused.extend(HEALTH_COLUMNS.map(|(name, _)| (name.to_owned(), health.to_owned())));
        let segment = "segments are computed after signals; write the segment's condition instead";
        refused.extend(self.context.segments.iter().map(|name| (name.clone(), segment.to_owned())));
        refused.extend(refused_in_formulas(self.context.thresholds));
        let (broken, hints) = (&self.built.broken, self.all_names.to_vec());
        Scope { columns, about: "a signal's formula".into(), broken, refused, hints, thresholds: None }
    }
}
