//! Reads a YAML text to a tree. What the language leaves out (anchors, aliases, tags, several documents) is refused here.

use granit_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span, StrInput, StructureStyle};

use super::comments::{self, Comment};
use super::{Content, Entry, Item, Node, Scalar, Style, Trivia};
use crate::document::Place;

/// The largest document, in bytes.
pub(crate) const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Deepest nesting of maps and lists.
const MAX_DEPTH: usize = 40;

/// The most comment lines between two entries.
const MAX_COMMENTS: usize = 100_000;

/// A document's tree, and the comments behind its last entry.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    pub(crate) root: Node,
    pub(crate) end: Vec<String>,
}

/// Why a text could not be read, and where.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) place: Place,
    pub(crate) message: String,
}

/// Reads one document. A text without any content is `None`.
pub(crate) fn read(document: usize, text: &str) -> Result<Option<Tree>, Fault> {
    if text.len() > MAX_BYTES {
        let place = Place { document, start: 0, end: 0 };
        return Err(Fault { place, message: format!("the file has {} bytes; the most is {MAX_BYTES}", text.len()) });
    }
    if let Some(start) = text.find('\u{FFFD}') {
        let place = Place { document, start, end: start + '\u{FFFD}'.len_utf8() };
        return Err(Fault { place, message: "the file is not valid UTF-8 here; save it as UTF-8".into() });
    }
    let options = granit_parser::options! { max_buffered_comment_events: MAX_COMMENTS, disallow_directives: true };
    let parser = Parser::new_from_str_with_options(text, options);
    let mut reader = Reader { document, length: text.len(), text, parser, comments: Vec::new(), depth: 0 };
    let root = reader.document()?;
    let comments = reader.comments;
    Ok(root.map(|mut root| {
        let end = comments::attach(&mut root, comments, text);
        Tree { root, end }
    }))
}

struct Reader<'a> {
    document: usize,
    length: usize,
    text: &'a str,
    parser: Parser<'a, StrInput<'a>>,
    comments: Vec<Comment>,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<Option<Node>, Fault> {
        let mut root = None;
        while let Some((event, span)) = self.next()? {
            match event {
                Event::DocumentStart(..) if root.is_some() => {
                    return Err(self.fault(span, "a second document begins here; put it in a file of its own"));
                }
                Event::StreamStart | Event::StreamEnd | Event::DocumentStart(..) | Event::DocumentEnd => {}
                event => root = Some(self.node(event, span)?),
            }
        }
        Ok(root.filter(|node: &Node| !node.is_null()))
    }

    /// The next event that is no comment; comments are kept aside.
    fn next(&mut self) -> Result<Option<(Event<'a>, Span)>, Fault> {
        loop {
            match self.parser.next() {
                None => return Ok(None),
                Some(Err(error)) => return Err(self.scan_fault(&error)),
                Some(Ok((Event::Comment(text, _), span))) => {
                    self.comments.push(Comment { at: self.offset(span.start), text: format!("#{}", text.trim_end()) });
                }
                Some(Ok(event)) => return Ok(Some(event)),
            }
        }
    }

    fn required(&mut self) -> Result<(Event<'a>, Span), Fault> {
        let end = Place { document: self.document, start: self.length, end: self.length };
        self.next()?.ok_or(Fault { place: end, message: "the text ends in the middle of a value".into() })
    }

    fn node(&mut self, event: Event<'a>, span: Span) -> Result<Node, Fault> {
        if event.tag().is_some() {
            return Err(self.fault(span, "tags (`!name`) are not part of the language; remove it"));
        }
        match event {
            Event::Scalar(.., anchor, _) | Event::SequenceStart(_, anchor, _) | Event::MappingStart(_, anchor, _) if anchor != 0 => {
                Err(self.fault(span, "anchors (`&name`) are not part of the language; write the value out"))
            }
            Event::Scalar(text, style, ..) => {
                let mut place = self.place(span);
                // The span of a block text runs on to the next entry.
                let written = self.text.get(place.start..place.end).unwrap_or_default();
                place.end = place.start + written.trim_end().len();
                Ok(Node { content: Content::Scalar(Scalar { text: text.into_owned(), style: style_of(style) }), place })
            }
            Event::SequenceStart(style, ..) => self.nested(span, |reader| reader.list(style, span)),
            Event::MappingStart(style, ..) => self.nested(span, |reader| reader.map(style, span)),
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                Err(self.fault(span, "aliases (`*name`) are not part of the language; write the value out"))
            }
            _ => Err(self.fault(span, "a value was expected here")),
        }
    }

    fn nested(&mut self, span: Span, inner: impl FnOnce(&mut Self) -> Result<Node, Fault>) -> Result<Node, Fault> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.fault(span, "nested too deeply"));
        }
        let node = inner(self);
        self.depth -= 1;
        node
    }

    fn list(&mut self, style: StructureStyle, span: Span) -> Result<Node, Fault> {
        let mut items = Vec::new();
        loop {
            let (event, inner) = self.required()?;
            if matches!(event, Event::SequenceEnd) {
                let place = self.place(Span::new(span.start, inner.end));
                return Ok(Node { content: Content::List { items, flow: style == StructureStyle::Flow }, place });
            }
            items.push(Item { trivia: Trivia::default(), node: self.node(event, inner)? });
        }
    }

    fn map(&mut self, style: StructureStyle, span: Span) -> Result<Node, Fault> {
        let mut entries = Vec::new();
        loop {
            let (event, inner) = self.required()?;
            if matches!(event, Event::MappingEnd) {
                let place = self.place(Span::new(span.start, inner.end));
                return Ok(Node { content: Content::Map { entries, flow: style == StructureStyle::Flow }, place });
            }
            let Node { content: Content::Scalar(key), place: key_place } = self.node(event, inner)? else {
                return Err(self.fault(inner, "a key is a single word or text"));
            };
            let (event, inner) = self.required()?;
            let value = self.node(event, inner)?;
            entries.push(Entry { trivia: Trivia::default(), key, key_place, value });
        }
    }

    fn offset(&self, marker: Marker) -> usize {
        marker.byte_offset().unwrap_or(self.length).min(self.length)
    }

    fn place(&self, span: Span) -> Place {
        let start = self.offset(span.start);
        Place { document: self.document, start, end: self.offset(span.end).max(start) }
    }

    fn fault(&self, span: Span, message: &str) -> Fault {
        Fault { place: self.place(span), message: message.into() }
    }

    fn scan_fault(&self, error: &ScanError) -> Fault {
        let start = self.offset(*error.marker());
        Fault { place: Place { document: self.document, start, end: start }, message: format!("not valid YAML: {}", error.info()) }
    }
}

const fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
    }
}
