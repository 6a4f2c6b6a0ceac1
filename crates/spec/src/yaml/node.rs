//! The tree of a YAML document: every node knows its place, every entry its comments.

use crate::document::Place;

/// One value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) content: Content,
    pub(crate) place: Place,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Scalar(Scalar),
    List { items: Vec<Item>, flow: bool },
    Map { entries: Vec<Entry>, flow: bool },
}

/// A text as written, and its notation. Types are decided by who reads it, not by its looks.
#[derive(Clone, Debug)]
pub(crate) struct Scalar {
    pub(crate) text: String,
    pub(crate) style: Style,
}

/// The notation of a scalar.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Style {
    Plain,
    Quoted,
    Literal,
    Folded,
}

/// One element of a list.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) trivia: Trivia,
    pub(crate) node: Node,
}

/// One key of a map with its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) trivia: Trivia,
    pub(crate) key: Scalar,
    pub(crate) key_place: Place,
    pub(crate) value: Node,
}

/// What stands around an entry and means nothing to the machine.
#[derive(Clone, Default, Debug)]
pub(crate) struct Trivia {
    /// Comment lines (with `#`) above it; an empty text is a blank line.
    pub(crate) above: Vec<String>,
    /// The comment (with `#`) behind it.
    pub(crate) right: Option<String>,
}

impl Trivia {
    pub(crate) fn has_comments(&self) -> bool {
        self.right.is_some() || self.above.iter().any(|line| !line.is_empty())
    }
}

impl Node {
    /// A text; one that would read as "nothing" is quoted.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        let style = if matches!(text.as_str(), "~" | "null") { Style::Quoted } else { Style::Plain };
        Self { content: Content::Scalar(Scalar { text, style }), place: Place::default() }
    }

    pub(crate) fn quoted(text: impl Into<String>) -> Self {
        Self { content: Content::Scalar(Scalar { text: text.into(), style: Style::Quoted }), place: Place::default() }
    }

    pub(crate) fn map(entries: Vec<(&str, Self)>) -> Self {
        Self::map_of(entries.into_iter().map(|(key, value)| (key.to_owned(), value)), false)
    }

    pub(crate) fn flow_map(entries: Vec<(&str, Self)>) -> Self {
        Self::map_of(entries.into_iter().map(|(key, value)| (key.to_owned(), value)), true)
    }

    pub(crate) fn map_of(entries: impl IntoIterator<Item = (String, Self)>, flow: bool) -> Self {
        let entry = |(key, value)| Entry {
            trivia: Trivia::default(),
            key: Scalar { text: key, style: Style::Plain },
            key_place: Place::default(),
            value,
        };
        Self { content: Content::Map { entries: entries.into_iter().map(entry).collect(), flow }, place: Place::default() }
    }

    pub(crate) fn list(items: impl IntoIterator<Item = Self>, flow: bool) -> Self {
        let items = items.into_iter().map(|node| Item { trivia: Trivia::default(), node }).collect();
        Self { content: Content::List { items, flow }, place: Place::default() }
    }

    /// Whether it says "nothing": an empty plain scalar, `~` or `null`.
    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.content, Content::Scalar(scalar) if scalar.style == Style::Plain && matches!(scalar.text.as_str(), "" | "~" | "null"))
    }

    /// Moves every place by so many bytes: the text was read out of a larger one.
    pub(crate) fn shift(&mut self, bytes: usize) {
        let moved = |place: Place| Place { start: place.start + bytes, end: place.end + bytes, ..place };
        self.place = moved(self.place);
        match &mut self.content {
            Content::Scalar(_) => {}
            Content::List { items, .. } => items.iter_mut().for_each(|item| item.node.shift(bytes)),
            Content::Map { entries, .. } => {
                for entry in entries {
                    entry.key_place = moved(entry.key_place);
                    entry.value.shift(bytes);
                }
            }
        }
    }

    /// "a list", "a map" or "a text": for messages.
    pub(crate) fn describe(&self) -> &'static str {
        match &self.content {
            _ if self.is_null() => "nothing",
            Content::Scalar(_) => "a single value",
            Content::List { .. } => "a list",
            Content::Map { .. } => "a map of keys",
        }
    }
}
