//! Markdown, read once into blocks that the three renderings share.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag};

use super::shield::unshield;

/// A link written with this title, alone in its paragraph, is a button.
const BUTTON: &str = "button";

/// What links may begin with.
const SCHEMES: &[&str] = &["https://", "http://", "mailto:", "tel:"];

/// A block of a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Block {
    Heading(u8, Vec<Inline>),
    Paragraph(Vec<Inline>),
    Button {
        label: String,
        url: String,
    },
    List {
        first: Option<u64>,
        items: Vec<Vec<Block>>,
    },
    Quote(Vec<Block>),
    Code(String),
    /// Rows of cells; the first row is the head.
    Table(Vec<Vec<Vec<Inline>>>),
    Rule,
}

/// A piece of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Inline {
    Text(String),
    Code(String),
    Strong(Vec<Inline>),
    Emphasis(Vec<Inline>),
    Struck(Vec<Inline>),
    Link { url: String, label: Vec<Inline>, button: bool },
    Image { url: String, alt: String },
    Break,
}

/// Reads shielded Markdown. Answers why not when a link leads where no link may lead.
pub(super) fn blocks(markdown: &str) -> Result<Vec<Block>, String> {
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    let mut reader = Reader { events, wrong: None };
    let blocks = reader.blocks();
    reader.wrong.map_or(Ok(blocks), Err)
}

struct Reader<'a> {
    events: Parser<'a>,
    wrong: Option<String>,
}

impl Reader<'_> {
    /// The blocks up to the end of what encloses them. Text that stands in a list item without a paragraph becomes one.
    fn blocks(&mut self) -> Vec<Block> {
        let mut out = Vec::new();
        let mut loose = Vec::new();
        while let Some(event) = self.events.next() {
            let block = match event {
                Event::End(_) => break,
                Event::Rule => Block::Rule,
                Event::Start(Tag::Paragraph) => paragraph(self.inlines()),
                Event::Start(Tag::Heading { level, .. }) => Block::Heading(depth(level), self.inlines()),
                Event::Start(Tag::BlockQuote(_)) => Block::Quote(self.blocks()),
                Event::Start(Tag::CodeBlock(_)) => Block::Code(self.raw()),
                Event::Start(Tag::HtmlBlock) => Block::Paragraph(vec![Inline::Text(self.raw())]),
                Event::Start(Tag::List(first)) => Block::List { first, items: self.items() },
                Event::Start(Tag::Table(_)) => Block::Table(self.rows()),
                inline => {
                    self.inline(inline, &mut loose);
                    continue;
                }
            };
            flush(&mut loose, &mut out);
            out.push(block);
        }
        flush(&mut loose, &mut out);
        out
    }

    fn items(&mut self) -> Vec<Vec<Block>> {
        let mut items = Vec::new();
        while let Some(Event::Start(Tag::Item)) = self.events.next() {
            items.push(self.blocks());
        }
        items
    }

    fn rows(&mut self) -> Vec<Vec<Vec<Inline>>> {
        let mut rows = Vec::new();
        while let Some(Event::Start(Tag::TableHead | Tag::TableRow)) = self.events.next() {
            let mut cells = Vec::new();
            while let Some(Event::Start(Tag::TableCell)) = self.events.next() {
                cells.push(self.inlines());
            }
            rows.push(cells);
        }
        rows
    }

    fn inlines(&mut self) -> Vec<Inline> {
        let mut out = Vec::new();
        while let Some(event) = self.events.next() {
            if matches!(event, Event::End(_)) {
                break;
            }
            self.inline(event, &mut out);
        }
        out
    }

    fn inline(&mut self, event: Event<'_>, out: &mut Vec<Inline>) {
        let piece = match event {
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => Inline::Text(unshield(&text)),
            Event::Code(text) => Inline::Code(unshield(&text)),
            Event::SoftBreak => Inline::Text(" ".to_owned()),
            Event::HardBreak => Inline::Break,
            Event::Start(Tag::Strong) => Inline::Strong(self.inlines()),
            Event::Start(Tag::Emphasis) => Inline::Emphasis(self.inlines()),
            Event::Start(Tag::Strikethrough) => Inline::Struck(self.inlines()),
            Event::Start(Tag::Link { dest_url, title, .. }) => {
                let url = self.url(&dest_url);
                Inline::Link { url, label: self.inlines(), button: &*title == BUTTON }
            }
            Event::Start(Tag::Image { dest_url, .. }) => {
                let url = self.url(&dest_url);
                Inline::Image { url, alt: words(&self.inlines()) }
            }
            Event::Start(_) => {
                out.extend(self.inlines());
                return;
            }
            _ => return,
        };
        match (out.last_mut(), piece) {
            (Some(Inline::Text(before)), Inline::Text(text)) => before.push_str(&text),
            (_, piece) => out.push(piece),
        }
    }

    /// The text up to the end of the block, as written.
    fn raw(&mut self) -> String {
        let mut out = String::new();
        for event in self.events.by_ref() {
            match event {
                Event::End(_) => break,
                Event::Text(text) | Event::Html(text) => out.push_str(&unshield(&text)),
                _ => {}
            }
        }
        out.trim_end().to_owned()
    }

    fn url(&mut self, shielded: &str) -> String {
        let url = unshield(shielded);
        let lower = url.to_ascii_lowercase();
        if !SCHEMES.iter().any(|scheme| lower.starts_with(scheme))
            || url.contains(|letter: char| letter.is_whitespace() || letter.is_control())
        {
            self.wrong.get_or_insert(format!(
                "a link leads to `{url}`; it must begin with https://, http://, mailto: or tel: and have no spaces"
            ));
        }
        url
    }
}

fn flush(loose: &mut Vec<Inline>, out: &mut Vec<Block>) {
    if !loose.is_empty() {
        out.push(paragraph(std::mem::take(loose)));
    }
}

/// A paragraph, or the button that is alone in it. A button among words is a link like any other.
fn paragraph(inlines: Vec<Inline>) -> Block {
    match inlines.as_slice() {
        [Inline::Link { url, label, button: true }] => Block::Button { label: words(label), url: url.clone() },
        _ => Block::Paragraph(inlines),
    }
}

/// The words without their form.
pub(super) fn words(inlines: &[Inline]) -> String {
    inlines
        .iter()
        .map(|inline| match inline {
            Inline::Text(text) | Inline::Code(text) => text.clone(),
            Inline::Strong(inside) | Inline::Emphasis(inside) | Inline::Struck(inside) => words(inside),
            Inline::Link { label, .. } => words(label),
            Inline::Image { alt, .. } => alt.clone(),
            Inline::Break => " ".to_owned(),
        })
        .collect()
}

fn depth(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        _ => 3,
    }
}
