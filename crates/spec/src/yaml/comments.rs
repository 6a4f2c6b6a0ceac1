//! Gives every comment and blank line to the entry it belongs to, so that canonical form keeps them.

use super::{Content, Node, Style, Trivia};

/// A comment of the source.
pub(crate) struct Comment {
    pub(crate) at: usize,
    pub(crate) text: String,
}

/// Attaches comments: one on its own line to the next entry, one behind something to the entry it stands behind. Returns those after the last entry.
pub(crate) fn attach(root: &mut Node, comments: Vec<Comment>, text: &str) -> Vec<String> {
    let mut starts = Vec::new();
    collect(root, text, &mut starts);
    let mut trivia = vec![Trivia::default(); starts.len()];
    let mut end = Vec::new();
    for (index, start) in starts.iter().enumerate() {
        // Of an item and the first key in it, which begin at the same byte, the item takes what stands above.
        let first = index == 0 || starts.get(index - 1) != Some(start);
        if let Some(slot) = trivia.get_mut(index)
            && first
            && index > 0
            && blank_before(text, *start)
        {
            slot.above.push(String::new());
        }
    }
    let mut above: Vec<Vec<String>> = vec![Vec::new(); starts.len()];
    for comment in comments {
        let next = starts.partition_point(|start| *start <= comment.at);
        if !stands_alone(text, comment.at) && next > 0 {
            if let Some(slot) = trivia.get_mut(next - 1) {
                slot.right = Some(slot.right.take().map_or(comment.text.clone(), |earlier| format!("{earlier} {}", comment.text)));
            }
            continue;
        }
        let lines = above.get_mut(next).unwrap_or(&mut end);
        if blank_before(text, comment.at) {
            lines.push(String::new());
        }
        lines.push(comment.text);
    }
    for (slot, mut lines) in trivia.iter_mut().zip(above) {
        // The blank line that was seen right before the entry stays behind its comments.
        lines.append(&mut slot.above);
        slot.above = lines;
    }
    if let Some(first) = trivia.first_mut() {
        strip_leading_blanks(&mut first.above);
    }
    place(root, &mut trivia.into_iter());
    end
}

fn strip_leading_blanks(lines: &mut Vec<String>) {
    let blanks = lines.iter().take_while(|line| line.is_empty()).count();
    lines.drain(..blanks);
}

/// Entry starts in document order.
fn collect(node: &Node, text: &str, starts: &mut Vec<usize>) {
    match &node.content {
        Content::Scalar(_) => {}
        Content::List { items, .. } => {
            for item in items {
                starts.push(item_start(&item.node, text));
                collect(&item.node, text, starts);
            }
        }
        Content::Map { entries, .. } => {
            for entry in entries {
                starts.push(entry.key_place.start);
                collect(&entry.value, text, starts);
            }
        }
    }
}

/// Where an item begins. The place of a block text is its content; the item begins on the line of its mark.
fn item_start(node: &Node, text: &str) -> usize {
    let start = node.place.start;
    let is_block = matches!(&node.content, Content::Scalar(scalar) if matches!(scalar.style, Style::Literal | Style::Folded));
    let Some(before) = text.get(..start).filter(|_| is_block) else { return start };
    let header = before.trim_end();
    let line = header.rfind('\n').map_or(0, |at| at + 1);
    line + header.get(line..).map_or(0, |line| line.len() - line.trim_start().len())
}

fn place(node: &mut Node, trivia: &mut impl Iterator<Item = Trivia>) {
    match &mut node.content {
        Content::Scalar(_) => {}
        Content::List { items, .. } => {
            for item in items {
                item.trivia = trivia.next().unwrap_or_default();
                place(&mut item.node, trivia);
            }
        }
        Content::Map { entries, .. } => {
            for entry in entries {
                entry.trivia = trivia.next().unwrap_or_default();
                place(&mut entry.value, trivia);
            }
        }
    }
}

/// Whether nothing but indentation and list dashes stands before it on its line.
fn stands_alone(text: &str, at: usize) -> bool {
    line_before(text, at).chars().all(|c| c == ' ' || c == '-' || c == '\t')
}

/// Whether the line above the one at `at` is blank.
fn blank_before(text: &str, at: usize) -> bool {
    if !stands_alone(text, at) {
        return false;
    }
    let line_start = at - line_before(text, at).len();
    let Some(above) = text.get(..line_start.saturating_sub(1)).filter(|_| line_start > 0) else { return false };
    above.rsplit('\n').next().is_some_and(|line| line.trim().is_empty())
}

fn line_before(text: &str, at: usize) -> &str {
    let before = text.get(..at).unwrap_or(text);
    before.rsplit('\n').next().unwrap_or(before)
}
