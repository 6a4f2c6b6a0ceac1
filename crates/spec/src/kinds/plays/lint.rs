//! What in a play cannot be meant: steps that never run, plays that exclude themselves, days before a date that there is none of.

use mainstay_model::play::{Offset, Shift};

use super::{PlayDoc, StepDoc};
use crate::document::Place;
use crate::problem::{Code, Report};

/// Reports what cannot be meant.
pub(crate) fn check(name: &str, doc: &PlayDoc, place: Place, report: &mut Report) {
    if doc.steps.is_empty() {
        report.error(Code::MissingKey, place, format!("the play `{name}` has no `steps`, so it does nothing"));
    }
    if let Some(own) = doc.excludes.iter().flatten().find(|excluded| excluded.value == name) {
        report.error(Code::BadValue, own.place, format!("`{name}` excludes itself; re-entry is declared with `reentry`"));
    }
    let dated = doc.trigger.date.is_some();
    for step in &doc.steps {
        check_offset(step, doc, dated, report);
        check_body(step, report);
    }
}

fn check_offset(step: &StepDoc, doc: &PlayDoc, dated: bool, report: &mut Report) {
    if !dated && matches!(step.at.value.offset, Offset::Date(_)) {
        let message = format!("`{}` is a day before or after a date, and this play has no `date` trigger", step.at.value);
        report.error_with(Code::BadValue, step.at.place, message, "days of the run are written `day 2`; the first is day 1".to_owned());
    }
    let from = doc.trigger.from.as_ref().map_or(Shift::NONE, |from| from.value);
    if let Offset::Date(shift) = step.at.value.offset
        && dated
        && days(shift) < days(from)
    {
        let message = format!("the run begins at `{from}`, so a step at `{shift}` never runs");
        report.warn(Code::NeverRuns, step.at.place, message, "let the trigger begin earlier with `from`".to_owned());
    }
    if let Some(again) = &step.every {
        let until = again.value.until.as_ref().map(|moment| &moment.offset);
        let never = match (&step.at.value.offset, until) {
            (Offset::Date(at), Some(Offset::Date(until))) => days(*at) > days(*until),
            (Offset::Day(at), Some(Offset::Day(until))) => at > until,
            _ => false,
        };
        if never {
            report.warn(Code::NeverRuns, again.place, "it ends before it begins, so it never comes again", None);
        }
        if !dated && matches!(until, Some(Offset::Date(_))) {
            report.error(Code::BadValue, again.place, "this ends on a date, and the play has no `date` trigger");
        }
    }
}

fn check_body(step: &StepDoc, report: &mut Report) {
    if step.r#do.is_empty() && step.choose.is_none() && step.wait_for.is_none() {
        report.error(Code::MissingKey, step.place, "this step does nothing; give it `do`, `choose` or `wait_for`");
    }
    for (key, condition) in [("when", &step.when), ("unless", &step.unless)] {
        let Some(condition) = condition else { continue };
        let never = if key == "when" { "false" } else { "true" };
        if condition.sql.eq_ignore_ascii_case(never) {
            report.warn(Code::NeverRuns, condition.place, format!("`{key}: {never}` means that this step never runs"), None);
        }
    }
    if let (Some(when), Some(unless)) = (&step.when, &step.unless)
        && when.sql == unless.sql
    {
        report.warn(Code::NeverRuns, unless.place, "`when` and `unless` say the same, so this step never runs", None);
    }
}

fn days(shift: Shift) -> i32 {
    shift.months.saturating_mul(30).saturating_add(shift.days)
}
