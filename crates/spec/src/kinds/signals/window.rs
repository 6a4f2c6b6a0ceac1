//! Windows as they are written: `30 days`, `30 complete days`, `12 months of due_at`, `all`.

use mainstay_model::signal::{Span, Window};

/// The longest window in days.
const MAX_DAYS: u32 = 3_660;

/// The longest window in months.
const MAX_MONTHS: u32 = 120;

/// How to write a window.
pub(crate) const HELP: &str = "write it like `30 days`, `30 complete days`, `12 months`, `90 days of created_at` or `all`";

/// Reads a window; the error says what is wrong.
pub(crate) fn parse(text: &str) -> Result<Window, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (span, rest) = match words.as_slice() {
        ["all", rest @ ..] => {
            return if rest.is_empty() { Ok(Window::all()) } else { Err("`all` takes no column: it is everything".into()) };
        }
        [count, "complete", unit, rest @ ..] => ((count, unit, true), rest),
        [count, unit, rest @ ..] => ((count, unit, false), rest),
        _ => return Err(format!("`{text}` is no window")),
    };
    let (count, unit, complete) = span;
    let count: u32 = count.parse().map_err(|_| format!("`{text}` is no window"))?;
    let span = match *unit {
        "day" | "days" => Span::Days(bounded(count, MAX_DAYS, "day")?),
        "month" | "months" => Span::Months(bounded(count, MAX_MONTHS, "month")?),
        "week" | "weeks" => return Err(format!("windows are written in days or months: {} days", count.saturating_mul(7))),
        "year" | "years" => return Err(format!("windows are written in days or months: {} months", count.saturating_mul(12))),
        other => return Err(format!("`{other}` is no unit of a window")),
    };
    let of = match rest {
        [] => None,
        ["of", column] => Some((*column).to_owned()),
        _ => return Err(format!("`{}` does not belong to a window", rest.join(" "))),
    };
    Ok(Window { span, complete, of })
}

fn bounded(count: u32, most: u32, unit: &str) -> Result<u32, String> {
    match count {
        0 => Err(format!("a window of zero {unit}s sees nothing; write at least 1 {unit}")),
        count if count > most => Err(format!("a window has at most {most} {unit}s; for everything write `all`")),
        count => Ok(count),
    }
}

/// The window as it is written.
pub(crate) fn write(window: &Window) -> String {
    let complete = if window.complete { "complete " } else { "" };
    let plural = |n: u32| if n == 1 { "" } else { "s" };
    let span = match window.span {
        Span::All => return "all".to_owned(),
        Span::Days(n) => format!("{n} {complete}day{}", plural(n)),
        Span::Months(n) => format!("{n} {complete}month{}", plural(n)),
    };
    window.of.as_ref().map_or(span.clone(), |of| format!("{span} of {of}"))
}

#[cfg(test)]
mod tests {
    use super::{parse, write};

    #[test]
    fn a_window_reads_back_as_it_is_written() {
        for text in ["30 days", "1 day", "30 complete days", "12 months of due_at", "all", "1 complete month"] {
            assert_eq!(write(&parse(text).unwrap()), text);
        }
    }

    #[test]
    fn what_is_no_window_is_refused_with_a_reason() {
        let reason = |text| parse(text).unwrap_err();
        assert!(reason("0 days").contains("zero"));
        assert!(reason("4 weeks").contains("28 days"));
        assert!(reason("99999 days").contains("at most"));
        assert!(reason("30 days from x").contains("does not belong"));
        assert!(reason("soon").contains("no window"));
        assert!(reason("-3 days").contains("no window"));
    }
}
