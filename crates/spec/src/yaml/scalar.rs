//! How a single text is written: plain where that is safe, else quoted or as a block.

use super::{Scalar, Style};

/// A line longer than this is folded where it can be.
pub(crate) const MAX_LINE: usize = 140;

/// Folded lines are filled to this width.
const FILL: usize = 110;

/// The canonical one-line notation.
pub(crate) fn inline(scalar: &Scalar, in_flow: bool) -> String {
    let text = scalar.text.as_str();
    let plain = plain_ok(text, in_flow);
    match scalar.style {
        Style::Plain if text.is_empty() && !in_flow => String::new(),
        Style::Plain if plain => text.to_owned(),
        _ if plain && obviously_text(text) => text.to_owned(),
        _ => quoted(text),
    }
}

/// The block notation (`|` or `>`) as header and lines, where the scalar asks for one and it is safe.
pub(crate) fn block(scalar: &Scalar, column: usize) -> Option<(&'static str, Vec<String>)> {
    let text = scalar.text.as_str();
    let body = text.strip_suffix('\n').unwrap_or(text);
    let ends = body.len() < text.len();
    let unquoted = match scalar.style {
        Style::Plain => true,
        Style::Quoted => plain_ok(text, false) && obviously_text(text),
        Style::Literal | Style::Folded => false,
    };
    let long = unquoted && column + text.chars().count() > MAX_LINE && text.contains(' ');
    match scalar.style {
        _ if (long || scalar.style == Style::Folded) && foldable(body) => Some((if ends { ">" } else { ">-" }, fold(body))),
        Style::Literal | Style::Folded if literal_ok(body) => {
            Some((if ends { "|" } else { "|-" }, body.split('\n').map(str::to_owned).collect()))
        }
        _ => None,
    }
}

/// Whether the text can stand without quotes and mean itself.
fn plain_ok(text: &str, in_flow: bool) -> bool {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return false };
    let second = chars.next();
    let opens = match first {
        // Quotes would make a text of a negative number.
        '-' => second.is_some_and(|c| c != ' '),
        '?' | ':' => second.is_some_and(|c| c != ' ' && !in_flow),
        c => !",[]{}#&*!|>'\"%@`".contains(c),
    };
    opens
        && text.trim() == text
        && !text.chars().any(|c| c.is_control() || is_odd(c))
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with(':')
        && !text.starts_with("---")
        && !text.starts_with("...")
        && !(in_flow && text.contains([',', '[', ']', '{', '}']))
        && !(in_flow && text.split(':').skip(1).any(|rest| !rest.starts_with(char::is_alphanumeric)))
}

/// Whether any reader of YAML takes it for a text, so that quotes around it say nothing.
fn obviously_text(text: &str) -> bool {
    const WORDS: &[&str] = &["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && !WORDS.contains(&text.to_lowercase().as_str())
}

fn quoted(text: &str) -> String {
    let needs_escapes = text.chars().any(|c| c.is_control() || is_odd(c));
    if !needs_escapes && text.contains(['"', '\\']) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() || is_odd(c) => out.extend(['\\', 'U'].into_iter().chain(format!("{:08X}", u32::from(c)).chars())),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Characters that YAML readers treat in ways of their own.
const fn is_odd(c: char) -> bool {
    matches!(c, '\u{85}' | '\u{A0}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
}

fn foldable(body: &str) -> bool {
    !body.is_empty() && body.trim() == body && !body.contains("  ") && !body.chars().any(|c| c.is_control() || is_odd(c))
}

fn fold(body: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in body.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= FILL => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn literal_ok(body: &str) -> bool {
    !body.is_empty()
        && !body.starts_with([' ', '\n', '\t'])
        && !body.ends_with('\n')
        && !body.chars().any(|c| (c.is_control() && c != '\n') || is_odd(c))
        && !body.split('\n').any(|line| !line.is_empty() && line.trim().is_empty())
}
