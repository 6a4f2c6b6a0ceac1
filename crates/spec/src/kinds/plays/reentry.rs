//! Whether the same subject may enter a play again, as it is written.

use mainstay_model::play::{Per, Reentry};

use super::ReentryDoc;
use super::conditions::Conditions;
use crate::document::At;
use crate::nearest;
use crate::problem::{Code, Report};

pub(crate) fn check(doc: Option<&ReentryDoc>, per: Per, conditions: &Conditions, report: &mut Report) -> Option<Reentry> {
    match doc {
        None => Some(Reentry::AfterExit),
        Some(ReentryDoc::Word(word)) => match word.value.as_str() {
            "never" => Some(Reentry::Never),
            "after_exit" => Some(Reentry::AfterExit),
            other => {
                let message =
                    format!("`{other}` is no re-entry: never, after_exit, {{ after: 60 days }} or {{ parallel: subscription.id }}");
                report.error_with(Code::BadValue, word.place, message, nearest::hint(other, &["never", "after_exit"], "words"));
                None
            }
        },
        Some(ReentryDoc::Map(map)) => match (&map.after, &map.parallel) {
            (Some(after), None) => Some(Reentry::After(after.value)),
            (None, Some(key)) => parallel(key, per, conditions, report),
            _ => {
                report.error(Code::BadValue, map.place, "re-entry has either `after` or `parallel`");
                None
            }
        },
    }
}

/// What tells runs apart that go side by side: the id of the subject, or a value of the trigger where the subject is the account.
fn parallel(key: &At<String>, per: Per, conditions: &Conditions, report: &mut Report) -> Option<Reentry> {
    let own = format!("{}.id", per.word());
    let known = match per {
        Per::Account => conditions.is_of_trigger(&key.value),
        _ => key.value == own,
    };
    if known {
        return Some(Reentry::Parallel(key.value.clone()));
    }
    let hint = match per {
        Per::Account => "name a value of the trigger, like `trigger.id`, or say whose run it is with `per`".to_owned(),
        _ => format!("write `{own}`"),
    };
    report.error_with(Code::BadValue, key.place, format!("runs cannot go side by side for each `{}`", key.value), hint);
    None
}
