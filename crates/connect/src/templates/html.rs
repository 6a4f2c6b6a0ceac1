//! Blocks as HTML for mail: every style stands at its element, since many mailbox programs read no style sheet.

use super::markdown::{Block, Inline};

const TEXT: &str = "margin:0 0 16px;font-size:16px;line-height:1.5";
const CELL: &str = "padding:6px 12px 6px 0;border-bottom:1px solid #d9dde3;text-align:left;vertical-align:top";

/// The HTML of the blocks.
pub(super) fn blocks(blocks: &[Block]) -> String {
    blocks.iter().map(block).collect()
}

fn block(block: &Block) -> String {
    match block {
        Block::Heading(depth, inside) => {
            let size = match depth {
                1 => 24,
                2 => 20,
                _ => 17,
            };
            format!("<h{depth} style=\"margin:24px 0 12px;font-size:{size}px;line-height:1.3\">{}</h{depth}>\n", line(inside))
        }
        Block::Paragraph(inside) => format!("<p style=\"{TEXT}\">{}</p>\n", line(inside)),
        Block::Button { label, url } => button(label, url),
        Block::List { first, items } => list(*first, items),
        Block::Quote(inside) => {
            format!(
                "<blockquote style=\"margin:0 0 16px;padding:0 0 0 16px;border-left:4px solid #8a94a3\">{}</blockquote>\n",
                blocks(inside)
            )
        }
        Block::Code(text) => format!("<pre style=\"margin:0 0 16px;font-size:14px;overflow-x:auto\">{}</pre>\n", escape(text)),
        Block::Table(rows) => table(rows),
        Block::Rule => "<hr style=\"margin:24px 0;border:0;border-top:1px solid #d9dde3\">\n".to_owned(),
    }
}

/// A table of one cell: the one form of a button that every mailbox program draws.
fn button(label: &str, url: &str) -> String {
    format!(
        "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" style=\"margin:8px 0 24px\"><tr><td style=\"border-radius:6px;background:#1f5fbf\">\
         <a href=\"{}\" style=\"display:inline-block;padding:12px 24px;font-size:16px;font-weight:bold;color:#ffffff;text-decoration:none\">{}</a></td></tr></table>\n",
        escape(url),
        escape(label)
    )
}

fn list(first: Option<u64>, items: &[Vec<Block>]) -> String {
    let (name, start) = match first {
        None => ("ul", String::new()),
        Some(1) => ("ol", String::new()),
        Some(number) => ("ol", format!(" start=\"{number}\"")),
    };
    let items: String =
        items.iter().map(|inside| format!("<li style=\"margin:0 0 6px;font-size:16px;line-height:1.5\">{}</li>\n", item(inside))).collect();
    format!("<{name}{start} style=\"margin:0 0 16px;padding:0 0 0 24px\">\n{items}</{name}>\n")
}

/// A first paragraph stands directly in its item.
fn item(inside: &[Block]) -> String {
    match inside.split_first() {
        Some((Block::Paragraph(first), rest)) => line(first) + &blocks(rest),
        _ => blocks(inside),
    }
}

fn table(rows: &[Vec<Vec<Inline>>]) -> String {
    let row = |name: &str, cells: &[Vec<Inline>]| {
        let cells: String = cells.iter().map(|cell| format!("<{name} style=\"{CELL}\">{}</{name}>", line(cell))).collect();
        format!("<tr>{cells}</tr>\n")
    };
    let rows: String = rows.iter().enumerate().map(|(index, cells)| row(if index == 0 { "th" } else { "td" }, cells)).collect();
    format!(
        "<table cellpadding=\"0\" cellspacing=\"0\" style=\"margin:0 0 16px;font-size:15px;border-collapse:collapse\">\n{rows}</table>\n"
    )
}

fn line(inlines: &[Inline]) -> String {
    inlines
        .iter()
        .map(|inline| match inline {
            Inline::Text(text) => escape(text),
            Inline::Code(text) => format!("<code style=\"font-size:15px\">{}</code>", escape(text)),
            Inline::Strong(inside) => format!("<strong>{}</strong>", line(inside)),
            Inline::Emphasis(inside) => format!("<em>{}</em>", line(inside)),
            Inline::Struck(inside) => format!("<s>{}</s>", line(inside)),
            Inline::Link { url, label, .. } => format!("<a href=\"{}\" style=\"color:#1f5fbf\">{}</a>", escape(url), line(label)),
            Inline::Image { url, alt } => {
                format!("<img src=\"{}\" alt=\"{}\" style=\"max-width:100%;border:0\">", escape(url), escape(alt))
            }
            Inline::Break => "<br>".to_owned(),
        })
        .collect()
}

/// Text that may stand in HTML, in an attribute too.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
