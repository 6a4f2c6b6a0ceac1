//! Blocks as plain text: the text part of mails, and what is shown where nothing else can be.

use super::markdown::{Block, Inline, words};

/// The text, its blocks with an empty line between them.
pub(super) fn blocks(blocks: &[Block]) -> String {
    blocks.iter().map(block).collect::<Vec<_>>().join("\n\n")
}

fn block(block: &Block) -> String {
    match block {
        Block::Heading(_, inside) | Block::Paragraph(inside) => line(inside),
        Block::Button { label, url } => format!("{label}:\n{url}"),
        Block::List { first, items } => list(*first, items),
        Block::Quote(inside) => blocks(inside).lines().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n"),
        Block::Code(text) => text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n"),
        Block::Table(rows) => table(rows),
        Block::Rule => "--".to_owned(),
    }
}

fn list(first: Option<u64>, items: &[Vec<Block>]) -> String {
    let mut number = first;
    let mut out = Vec::new();
    for item in items {
        let mark = number.map_or_else(|| "- ".to_owned(), |number| format!("{number}. "));
        number = number.map(|number| number.saturating_add(1));
        let inside = item.iter().map(block).collect::<Vec<_>>().join("\n");
        out.push(mark.clone() + &inside.replace('\n', &format!("\n{}", " ".repeat(mark.len()))));
    }
    out.join("\n")
}

/// One line a row.
fn table(rows: &[Vec<Vec<Inline>>]) -> String {
    let cells = |row: &Vec<Vec<Inline>>| row.iter().map(|cell| line(cell)).collect::<Vec<_>>().join(" | ");
    rows.iter().map(cells).collect::<Vec<_>>().join("\n")
}

fn line(inlines: &[Inline]) -> String {
    inlines
        .iter()
        .map(|inline| match inline {
            Inline::Text(text) | Inline::Code(text) => text.clone(),
            Inline::Strong(inside) | Inline::Emphasis(inside) | Inline::Struck(inside) => line(inside),
            Inline::Link { url, label, .. } => link(url, &words(label)),
            Inline::Image { alt, .. } => alt.clone(),
            Inline::Break => "\n".to_owned(),
        })
        .collect()
}

fn link(url: &str, label: &str) -> String {
    let bare = url.strip_prefix("mailto:").or_else(|| url.strip_prefix("tel:")).unwrap_or(url);
    if label.is_empty() || label == bare || label == url { bare.to_owned() } else { format!("{label} ({bare})") }
}
