//! What can be wrong with a workspace: one problem, its code, and the collector that puts places on them.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Document;
use crate::document::Place;

/// Whether a workspace with the problem can be used.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The workspace cannot be used.
    Error,
    /// It can be used, but probably does not do what is meant.
    Warning,
}

/// Declares the codes once: variant, word, meaning.
macro_rules! codes {
    ($($variant:ident $word:literal $meaning:literal,)*) => {
        /// Stable codes of problems; each has a row in `docs/reference/problems.md`.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Code {
            $(#[doc = $meaning] $variant,)*
        }

        impl Code {
            /// Every code, in the order of the reference page.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code as it is written in answers and documents.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// What it means and what to do.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }
        }
    };
}

codes! {
    Syntax "syntax" "The text is not YAML as the language takes it. Mend the place shown; anchors, aliases, tags and several documents in one file are not part of the language.",
    MissingFile "missing_file" "The workspace has no `mainstay.yaml`. Write one with at least `name` and `time_zone`.",
    NotRead "not_read" "A file or folder that this version does not read. Rename it, or leave it for a later version.",
    UnknownKey "unknown_key" "A key that the thing does not have. Unknown keys are refused, so that a misspelt one is never silently without effect.",
    MissingKey "missing_key" "A key that the thing needs is absent.",
    WrongType "wrong_type" "A value of another type than the key takes.",
    BadValue "bad_value" "A value of the right type that cannot be used here; the message says what can.",
    BadName "bad_name" "Names are lower-case letters, digits and underscores, begin with a letter, and must not be a column that exists already.",
    DuplicateName "duplicate_name" "The same name twice, in one file or in two. Rename or remove one.",
    UnknownName "unknown_name" "A name that nothing declares: a column, signal, entity, field, function or level.",
    Expression "expression" "A SQL expression that does not parse, or whose types do not fit.",
    Window "window" "A window that is absent, empty or not written as the measure needs it. No measure has a default window.",
    Circle "circle" "Signals that read each other in a circle.",
    LevelGap "level_gap" "The levels of a component leave a value uncovered. Every value must be covered exactly once.",
    LevelOverlap "level_overlap" "Two levels of a component cover the same value. Every value must be covered exactly once.",
    Weight "weight" "Weights that are not positive, or sum to nothing.",
    Bands "bands" "Bands that do not cover 0 to 100 in falling order with distinct bounds.",
    UnreachableBand "unreachable_band" "A band that no score of the model can fall into.",
    UnreachableLevel "unreachable_level" "A level that covers no value the signal can have.",
    Unread "unread" "A signal that no model, segment, play or other signal reads, or a threshold that no condition names.",
    NeverRuns "never_runs" "A step of a play that can never run as it is written.",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing wrong, and where.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Problem {
    /// Whether the workspace can be used with it.
    pub severity: Severity,
    /// The stable code.
    pub code: Code,
    /// What is wrong.
    pub message: String,
    /// What to do, or the nearest known name.
    pub hint: Option<String>,
    /// The document's path.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Byte offset in the document.
    pub offset: usize,
    /// Length in bytes.
    pub length: usize,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.path, self.line, self.column, self.message)
    }
}

/// Collects problems while the documents are read, and which thresholds conditions name.
pub(crate) struct Report<'a> {
    documents: &'a [Document],
    problems: Vec<Problem>,
    /// Written out, a threshold cannot be told from a number any more, so its names are noted where they are met.
    thresholds_named: BTreeSet<String>,
}

impl<'a> Report<'a> {
    pub(crate) fn new(documents: &'a [Document]) -> Self {
        Self { documents, problems: Vec::new(), thresholds_named: BTreeSet::new() }
    }

    pub(crate) fn error(&mut self, code: Code, place: Place, message: impl Into<String>) {
        self.push(Severity::Error, code, place, message.into(), None);
    }

    pub(crate) fn error_with(&mut self, code: Code, place: Place, message: impl Into<String>, hint: impl Into<Option<String>>) {
        self.push(Severity::Error, code, place, message.into(), hint.into());
    }

    pub(crate) fn warn(&mut self, code: Code, place: Place, message: impl Into<String>, hint: impl Into<Option<String>>) {
        self.push(Severity::Warning, code, place, message.into(), hint.into());
    }

    pub(crate) fn text_of(&self, place: Place) -> &'a str {
        self.documents.get(place.document).and_then(|document| document.text.get(place.start..place.end)).unwrap_or("")
    }

    /// `path:line` of a place, for messages that name a second one.
    pub(crate) fn describe(&self, place: Place) -> String {
        let path = self.documents.get(place.document).map_or("", |document| document.path.as_str());
        format!("{path}:{}", self.position(place).0)
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// A condition names a threshold.
    pub(crate) fn threshold_named(&mut self, name: &str) {
        if !self.thresholds_named.contains(name) {
            self.thresholds_named.insert(name.to_owned());
        }
    }

    /// Whether some condition that was checked so far names a threshold.
    pub(crate) fn is_threshold_named(&self, name: &str) -> bool {
        self.thresholds_named.contains(name)
    }

    /// The problems by path and place; the same one said twice is said once.
    pub(crate) fn finish(mut self) -> Vec<Problem> {
        self.problems
            .sort_by(|a, b| (&a.path, a.offset, a.severity, a.code, &a.message).cmp(&(&b.path, b.offset, b.severity, b.code, &b.message)));
        self.problems.dedup();
        self.problems
    }

    fn push(&mut self, severity: Severity, code: Code, place: Place, message: String, hint: Option<String>) {
        let (line, column) = self.position(place);
        let path = self.documents.get(place.document).map_or_else(String::new, |document| document.path.clone());
        let length = place.end.saturating_sub(place.start);
        self.problems.push(Problem { severity, code, message, hint, path, line, column, offset: place.start, length });
    }

    fn position(&self, place: Place) -> (usize, usize) {
        let text = self.documents.get(place.document).map_or("", |document| document.text.as_str());
        let before = text.get(..place.start.min(text.len())).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before.get(line_start..).map_or(0, |line| line.chars().count());
        (before.matches('\n').count() + 1, column + 1)
    }
}

/// The page `docs/reference/problems.md`.
#[must_use]
pub fn reference_markdown() -> String {
    let mut page = String::from(
        "# Problems that `mainstay check` reports\n\nEach problem has a stable code, a place and, where one can be told, a mend.\n\n| code | meaning |\n|---|---|\n",
    );
    for code in Code::ALL {
        page.extend(["| `", code.as_str(), "` | ", code.meaning(), " |\n"]);
    }
    page
}
