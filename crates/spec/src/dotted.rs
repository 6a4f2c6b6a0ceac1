//! The dotted names and own functions of plays, written out as plain SQL: the one place where both the checker and whoever compiles get it from.
//!
//! `baseline.arr` becomes the column `"baseline.arr"`; `dropped_into('at_risk')` a comparison of `health_band` and `previous_band`; `engaged`
//! what it stands for. Everything else stays as it is written.

use mainstay_model::BandScale;
use sqlparser::dialect::GenericDialect;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

use crate::identifiers::offset_of;
use crate::written::Written;

/// What may stand before the dot.
pub(crate) const ROOTS: &[&str] = &["baseline", "trigger", "subscription", "person", "user", "goal", "task", "step"];

/// What an expression of a play is, written out.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Plain {
    pub(crate) written: Written,
    /// Bands named that do not exist, with their place in the text as written.
    pub(crate) unknown_bands: Vec<(String, usize, usize)>,
}

/// Writes an expression out. `engaged` is what that name stands for.
pub(crate) fn write_out(sql: &str, bands: &BandScale, engaged: &str) -> Plain {
    let dialect = GenericDialect {};
    let tokens = Tokenizer::new(&dialect, sql).tokenize_with_location().unwrap_or_default();
    let mut unknown_bands = Vec::new();
    let mut replacements = Vec::new();
    let mut at = 0;
    while let Some(rest) = tokens.get(at..).filter(|rest| !rest.is_empty()) {
        let after_dot = at > 0 && tokens.get(at - 1).is_some_and(|token| token.token == Token::Period);
        let found = if after_dot {
            None
        } else {
            dotted(rest).or_else(|| function(rest, bands, &mut unknown_bands, sql)).or_else(|| alone(rest, engaged))
        };
        let Some((count, text)) = found else {
            at += 1;
            continue;
        };
        replacements.push((place(sql, rest.first(), false), place(sql, rest.get(count - 1), true), text));
        at += count;
    }
    Plain { written: Written::replacing(sql, &replacements), unknown_bands }
}

fn place(sql: &str, token: Option<&TokenWithSpan>, end: bool) -> usize {
    token.map_or(sql.len(), |token| offset_of(sql, if end { token.span.end } else { token.span.start }))
}

fn word(token: Option<&TokenWithSpan>) -> Option<&str> {
    match token.map(|token| &token.token) {
        Some(Token::Word(word)) if word.quote_style.is_none() => Some(&word.value),
        _ => None,
    }
}

/// `root.name`, `root.name.name`: how many tokens, and the quoted column.
fn dotted(tokens: &[TokenWithSpan]) -> Option<(usize, String)> {
    let root = word(tokens.first())?.to_lowercase();
    if !ROOTS.contains(&root.as_str()) {
        return None;
    }
    let mut name = root;
    let mut count = 1;
    while tokens.get(count).is_some_and(|token| token.token == Token::Period) {
        let Some(next) = word(tokens.get(count + 1)) else { break };
        name.extend([".", next]);
        count += 2;
    }
    (count > 1).then(|| (count, format!("\"{name}\"")))
}

/// `dropped_into('band')`, `rose_into('band')`: how many tokens, and the condition.
fn function(
    tokens: &[TokenWithSpan],
    bands: &BandScale,
    unknown_bands: &mut Vec<(String, usize, usize)>,
    sql: &str,
) -> Option<(usize, String)> {
    let name = word(tokens.first())?.to_lowercase();
    let falls = match name.as_str() {
        "dropped_into" => true,
        "rose_into" => false,
        _ => return None,
    };
    let solid: Vec<usize> =
        (1..tokens.len()).filter(|at| !tokens.get(*at).is_some_and(|t| matches!(t.token, Token::Whitespace(_)))).collect();
    let [open, band, close, ..] = solid.as_slice() else { return None };
    let token = |at: usize| tokens.get(at).map(|token| &token.token);
    let (Some(Token::LParen), Some(Token::SingleQuotedString(named)), Some(Token::RParen)) = (token(*open), token(*band), token(*close))
    else {
        return None;
    };
    let Some(position) = bands.position(named) else {
        unknown_bands.push((named.clone(), place(sql, tokens.get(*band), false), place(sql, tokens.get(*band), true)));
        return Some((close + 1, "false".to_owned()));
    };
    let list = |bands: &[mainstay_model::Band]| bands.iter().map(|band| format!("'{}'", band.name)).collect::<Vec<_>>().join(", ");
    let (better, worse) = bands.0.split_at(position + usize::from(!falls));
    let (now, before) = if falls { (worse, better) } else { (better, worse) };
    if now.is_empty() || before.is_empty() {
        return Some((close + 1, "false".to_owned()));
    }
    Some((close + 1, format!("(health_band in ({}) and previous_band in ({}))", list(now), list(before))))
}

/// `engaged`, which is no column of its own.
fn alone(tokens: &[TokenWithSpan], engaged: &str) -> Option<(usize, String)> {
    let is_engaged = matches!(tokens.first().map(|token| &token.token), Some(Token::Word(word)) if word.keyword == Keyword::NoKeyword && word.quote_style.is_none() && word.value.eq_ignore_ascii_case("engaged"));
    is_engaged.then(|| (1, engaged.to_owned()))
}

#[cfg(test)]
mod tests {
    use mainstay_model::BandScale;

    use super::write_out;

    fn out(sql: &str) -> String {
        write_out(sql, &BandScale::default(), "(responded)").written.sql
    }

    #[test]
    fn dotted_names_become_columns_and_everything_else_stays() {
        assert_eq!(out("logins_7d >= 0.8 * baseline.logins_7d"), "logins_7d >= 0.8 * \"baseline.logins_7d\"");
        assert_eq!(out("task.call.outcome = 'a.b' and properties.user.x = 1"), "\"task.call.outcome\" = 'a.b' and properties.user.x = 1");
        assert_eq!(out("not engaged and user.email is null"), "not (responded) and \"user.email\" is null");
    }

    #[test]
    fn a_drop_into_a_band_names_the_bands_on_both_sides() {
        assert_eq!(
            out("arr > 1 and dropped_into('at_risk')"),
            "arr > 1 and (health_band in ('at_risk', 'critical') and previous_band in ('healthy', 'monitor'))"
        );
        assert_eq!(out("rose_into( 'monitor' )"), "(health_band in ('healthy', 'monitor') and previous_band in ('at_risk', 'critical'))");
        assert_eq!(out("dropped_into('healthy')"), "false", "nothing is better than the best");
        assert_eq!(write_out("dropped_into('x')", &BandScale::default(), "").unknown_bands, [("x".to_owned(), 13, 16)]);
    }

    #[test]
    fn places_lead_back_to_what_was_written() {
        let sql = "a > baseline.b and wrong > 1";
        let written = write_out(sql, &BandScale::default(), "").written;
        let at = written.sql.find("wrong").unwrap();
        let (offset, length) = written.origin(at, 5);
        assert_eq!(&sql[offset..offset + length], "wrong");
        let at = written.sql.find("\"baseline.b\"").unwrap();
        let (offset, length) = written.origin(at, 12);
        assert_eq!(&sql[offset..offset + length], "baseline.b");
    }
}
