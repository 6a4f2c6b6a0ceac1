//! Blocks as a Slack message: Block Kit with mrkdwn inside, and plain text beside it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::markdown::{Block, Inline};
use super::text;

/// The limits of Slack's documentation for one message.
const MOST_BLOCKS: usize = 50;
const MOST_HEADER_CHARACTERS: usize = 150;
const MOST_SECTION_CHARACTERS: usize = 3_000;
const MOST_LABEL_CHARACTERS: usize = 75;

/// A message for Slack.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SlackMessage {
    /// What notifications and programs without blocks show.
    pub text: String,
    /// Block Kit.
    pub blocks: Vec<Value>,
}

impl SlackMessage {
    /// A message of plain words, as a play's `text:` says it.
    #[must_use]
    pub fn plain(text: &str) -> Self {
        Self { text: escape(text), blocks: Vec::new() }
    }
}

/// The message; what is beyond Slack's limits is cut where it can be seen.
pub(super) fn message(title: &str, blocks: &[Block]) -> SlackMessage {
    let mut out = Vec::new();
    if !title.is_empty() {
        let text = cut(title, MOST_HEADER_CHARACTERS);
        out.push(json!({ "type": "header", "text": { "type": "plain_text", "text": text, "emoji": true } }));
    }
    out.extend(blocks.iter().map(block).filter(|block| !block.is_null()));
    if out.len() > MOST_BLOCKS {
        out.truncate(MOST_BLOCKS - 1);
        out.push(section("…"));
    }
    let plain = text::blocks(blocks);
    let plain = if title.is_empty() { plain } else { format!("{title}\n{plain}") };
    SlackMessage { text: escape(&cut(&plain, MOST_SECTION_CHARACTERS)), blocks: out }
}

fn block(block: &Block) -> Value {
    match block {
        Block::Button { label, url } => {
            let text = cut(label, MOST_LABEL_CHARACTERS);
            json!({ "type": "actions", "elements": [{ "type": "button", "text": { "type": "plain_text", "text": text, "emoji": true }, "url": url }] })
        }
        Block::Rule => json!({ "type": "divider" }),
        other => section(&written(other)),
    }
}

fn section(text: &str) -> Value {
    if text.trim().is_empty() {
        return Value::Null;
    }
    json!({ "type": "section", "text": { "type": "mrkdwn", "text": cut(text, MOST_SECTION_CHARACTERS) } })
}

fn written(block: &Block) -> String {
    match block {
        Block::Heading(_, inside) => format!("*{}*", line(inside)),
        Block::Paragraph(inside) => line(inside),
        Block::Button { label, url } => format!("<{}|{}>", address(url), escape(label)),
        Block::List { first, items } => list(*first, items),
        Block::Quote(inside) => {
            let inside = inside.iter().map(written).collect::<Vec<_>>().join("\n");
            inside.lines().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n")
        }
        Block::Code(text) => format!("```\n{}\n```", escape(text)),
        Block::Table(rows) => {
            let row = |row: &Vec<Vec<Inline>>| row.iter().map(|cell| line(cell)).collect::<Vec<_>>().join(" | ");
            rows.iter().map(row).collect::<Vec<_>>().join("\n")
        }
        Block::Rule => String::new(),
    }
}

fn list(first: Option<u64>, items: &[Vec<Block>]) -> String {
    let mut number = first;
    let mut out = Vec::new();
    for item in items {
        let mark = number.map_or_else(|| "• ".to_owned(), |number| format!("{number}. "));
        number = number.map(|number| number.saturating_add(1));
        out.push(mark + &item.iter().map(written).collect::<Vec<_>>().join("\n").replace('\n', "\n    "));
    }
    out.join("\n")
}

fn line(inlines: &[Inline]) -> String {
    inlines
        .iter()
        .map(|inline| match inline {
            Inline::Text(text) => escape(text),
            Inline::Code(text) => format!("`{}`", escape(text)),
            Inline::Strong(inside) => format!("*{}*", line(inside)),
            Inline::Emphasis(inside) => format!("_{}_", line(inside)),
            Inline::Struck(inside) => format!("~{}~", line(inside)),
            Inline::Link { url, label, .. } => format!("<{}|{}>", address(url), line(label)),
            Inline::Image { url, alt } => format!("<{}|{}>", address(url), escape(alt)),
            Inline::Break => "\n".to_owned(),
        })
        .collect()
}

/// Slack's three special characters; without them no text mentions anybody or becomes a link.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// An address inside `<...|...>`, where a bar would end it.
fn address(url: &str) -> String {
    escape(url).replace('|', "%7C")
}

/// The first `most` characters, with a sign where something is missing.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}
