//! Writes a tree in canonical form: two spaces of indentation, one notation for one thing, comments kept.

use super::read::Tree;
use super::{Content, Entry, Item, Node, Trivia, scalar};

/// A flow collection (`[a, b]`) that would pass this column is written as lines.
const MAX_FLOW: usize = 120;

/// The canonical text of a document.
pub(crate) fn document(tree: &Tree) -> String {
    let mut out = String::new();
    match &tree.root.content {
        Content::Map { entries, .. } if !entries.is_empty() => map(&mut out, entries, 0, false),
        Content::List { items, .. } if !items.is_empty() => list(&mut out, items, 0, false),
        _ => {
            value(&mut out, &tree.root, 0, &Trivia::default());
            out = out.trim_start().to_owned();
        }
    }
    lines_above(&mut out, &tree.end, 0);
    out
}

/// The canonical text of a tree without comments.
pub(crate) fn node(root: Node) -> String {
    document(&Tree { root, end: Vec::new() })
}

fn map(out: &mut String, entries: &[Entry], indent: usize, first_inline: bool) {
    for (index, entry) in entries.iter().enumerate() {
        if !(first_inline && index == 0) {
            lines_above(out, above(&entry.trivia, index), indent);
            pad(out, indent);
        }
        out.push_str(&scalar::inline(&entry.key, true));
        out.push(':');
        value(out, &entry.value, indent, &entry.trivia);
    }
}

fn list(out: &mut String, items: &[Item], indent: usize, first_inline: bool) {
    for (index, item) in items.iter().enumerate() {
        let inline = first_inline && index == 0;
        if !inline {
            lines_above(out, above(&item.trivia, index), indent);
            lines_above(out, &hoisted(item, indent), indent);
            pad(out, indent);
        }
        out.push('-');
        match &item.node.content {
            Content::Map { entries, .. } if is_block(&item.node, indent + 1) => {
                out.push(' ');
                map(out, entries, indent + 2, true);
            }
            Content::List { items, .. } if is_block(&item.node, indent + 1) => {
                out.push(' ');
                list(out, items, indent + 2, true);
            }
            _ => value(out, &item.node, indent, &item.trivia),
        }
    }
}

/// Comments that have no place of their own behind a dash: they go above it.
fn hoisted(item: &Item, indent: usize) -> Vec<String> {
    if !is_block(&item.node, indent + 1) {
        return Vec::new();
    }
    let mut lines: Vec<String> = item.trivia.right.iter().cloned().collect();
    match &item.node.content {
        Content::Map { entries, .. } => lines.extend(entries.first().into_iter().flat_map(|first| first.trivia.above.clone())),
        Content::List { items, .. } => {
            for first in items.iter().take(1) {
                lines.extend(first.trivia.above.iter().cloned());
                lines.extend(hoisted(first, indent + 2));
            }
        }
        Content::Scalar(_) => {}
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// Whether a collection is written as lines.
fn is_block(node: &Node, column: usize) -> bool {
    !matches!(node.content, Content::Scalar(_)) && as_flow(node, column).is_none()
}

/// What follows a colon or dash, up to and with its line end.
fn value(out: &mut String, node: &Node, indent: usize, trivia: &Trivia) {
    if let Content::Scalar(text) = &node.content {
        let column = column_of(out);
        if let Some((header, lines)) = scalar::block(text, column + 1) {
            out.push(' ');
            out.push_str(header);
            right(out, trivia);
            return block(out, &lines, indent + 2);
        }
        let inline = scalar::inline(text, false);
        if !inline.is_empty() {
            out.push(' ');
            out.push_str(&inline);
        }
        return right(out, trivia);
    }
    if let Some(flow) = as_flow(node, column_of(out)) {
        out.push(' ');
        out.push_str(&flow);
        return right(out, trivia);
    }
    right(out, trivia);
    match &node.content {
        Content::List { items, .. } => list(out, items, indent + 2, false),
        Content::Map { entries, .. } => map(out, entries, indent + 2, false),
        Content::Scalar(_) => {}
    }
}

fn block(out: &mut String, lines: &[String], indent: usize) {
    for line in lines {
        if !line.is_empty() {
            pad(out, indent);
            out.push_str(line);
        }
        out.push('\n');
    }
}

/// The collection on one line, where it was written so (or is empty), fits, and has no comments in it.
fn as_flow(node: &Node, column: usize) -> Option<String> {
    let (flow, empty) = match &node.content {
        Content::List { items, flow } => (*flow, items.is_empty()),
        Content::Map { entries, flow } => (*flow, entries.is_empty()),
        Content::Scalar(_) => return None,
    };
    let text = (flow || empty).then(|| one_line(node)).flatten()?;
    (column + 1 + text.chars().count() <= MAX_FLOW).then_some(text)
}

fn one_line(node: &Node) -> Option<String> {
    match &node.content {
        Content::Scalar(text) if text.text.is_empty() && node.is_null() => Some("null".into()),
        Content::Scalar(text) => Some(scalar::inline(text, true)),
        Content::List { items, .. } => {
            let parts: Option<Vec<String>> =
                items.iter().map(|item| if item.trivia.has_comments() { None } else { one_line(&item.node) }).collect();
            Some(format!("[{}]", parts?.join(", ")))
        }
        Content::Map { entries, .. } => {
            let part = |entry: &Entry| {
                let value = if entry.trivia.has_comments() { None } else { one_line(&entry.value) }?;
                Some(format!("{}: {value}", scalar::inline(&entry.key, true)))
            };
            let parts: Option<Vec<String>> = entries.iter().map(part).collect();
            let parts = parts?;
            Some(if parts.is_empty() { "{}".into() } else { format!("{{ {} }}", parts.join(", ")) })
        }
    }
}

/// What stands above an entry; the first of a collection has no blank line before it.
fn above(trivia: &Trivia, index: usize) -> &[String] {
    let blanks = if index == 0 { trivia.above.iter().take_while(|line| line.is_empty()).count() } else { 0 };
    trivia.above.get(blanks..).unwrap_or_default()
}

fn lines_above(out: &mut String, lines: &[String], indent: usize) {
    for line in lines {
        if line.is_empty() {
            if !out.is_empty() && !out.ends_with("\n\n") {
                out.push('\n');
            }
        } else {
            pad(out, indent);
            out.push_str(line);
            out.push('\n');
        }
    }
}

fn right(out: &mut String, trivia: &Trivia) {
    if let Some(comment) = &trivia.right {
        out.push_str("  ");
        out.push_str(comment);
    }
    out.push('\n');
}

fn pad(out: &mut String, indent: usize) {
    out.extend(std::iter::repeat_n(' ', indent));
}

fn column_of(out: &str) -> usize {
    out.rsplit('\n').next().map_or(0, |line| line.chars().count())
}
