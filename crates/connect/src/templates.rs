//! What people are told: Markdown with Jinja, rendered as mail (text and HTML), for Slack and for the product.
//!
//! A value never changes the shape of a message: in Markdown, HTML and headers it is text wherever it stands, and in Slack it mentions nobody
//! and leads nowhere (asterisks in it may make words bold there: Slack has no way to write them otherwise). A name without a value is an
//! error, never a blank.

mod fill;
mod frame;
mod front_matter;
mod html;
mod markdown;
mod mrkdwn;
mod shield;
mod text;

use serde::Serialize;
use serde_json::Value;

pub use fill::Variable;
pub use frame::Footer;
pub use mrkdwn::SlackMessage;

use crate::error::{ConnectError, Result};
use markdown::Block;

/// Where a template's message is read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Medium {
    /// A mail: `templates/<language>/<name>.md`.
    Email,
    /// Slack: `templates/<language>/slack/<name>.md`.
    Slack,
    /// The customer's own product: `templates/<language>/in_app/<name>.md`.
    InApp,
}

/// One template, read and checked as far as it can be without values.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Template {
    /// The file, as errors name it.
    pub path: String,
    /// The language it is written in, like `en`.
    pub language: String,
    /// Where it is read.
    pub medium: Medium,
    /// Its name, without language and medium.
    pub name: String,
    /// The category of the message, for caps and unsubscribing.
    pub category: Option<String>,
    subject: Option<Part>,
    preheader: Option<Part>,
    body: Part,
}

/// A piece of a template's file with the line it begins on.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Part {
    source: String,
    line: usize,
}

/// A rendered mail.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RenderedEmail {
    /// One line.
    pub subject: String,
    /// What mailbox programs show beside the subject; empty when the template has none.
    pub preheader: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

/// A rendered message for the customer's product.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct InAppMessage {
    /// One line; empty when the template has no subject.
    pub title: String,
    /// Plain text.
    pub text: String,
    /// Label and address of each button.
    pub buttons: Vec<(String, String)>,
}

impl Template {
    /// Reads the file `path` (like `templates/en/quick_check_in.md`, `templates/en/slack/alert.md`).
    ///
    /// # Errors
    /// [`ConnectError::Template`] with the place when the path is not one of a template, the front matter is none, a mail has no subject, or
    /// the Jinja syntax is wrong.
    pub fn parse(path: &str, text: &str) -> Result<Self> {
        let wrong = |line, why: &str| ConnectError::Template { path: path.to_owned(), line, why: why.to_owned() };
        let (language, medium, name) = place(path).ok_or_else(|| {
            wrong(1, "templates lie in templates/<language>/, for Slack in slack/ and for the product in in_app/ below it")
        })?;
        let front = front_matter::read(path, text)?;
        if medium == Medium::Email && front.subject.is_none() {
            return Err(wrong(1, "a mail needs a `subject:` in its front matter"));
        }
        let template = Self {
            path: path.to_owned(),
            language: language.to_owned(),
            medium,
            name: name.to_owned(),
            category: front.category,
            subject: front.subject,
            preheader: front.preheader,
            body: front.body,
        };
        for part in template.parts() {
            fill::check(path, part)?;
        }
        Ok(template)
    }

    /// The names that the template uses and does not set itself (`account.arr`, `champion.name`), in order of name, each with its first line.
    #[must_use]
    pub fn variables(&self) -> Vec<Variable> {
        let mut all: Vec<Variable> = self.parts().flat_map(fill::variables).collect();
        all.sort();
        all.dedup_by(|later, first| later.name == first.name);
        all
    }

    /// Renders the mail.
    ///
    /// # Errors
    /// [`ConnectError::UnknownName`], [`ConnectError::NoValue`] or [`ConnectError::Template`], with the line.
    pub fn render_email(&self, values: &Value, footer: &Footer) -> Result<RenderedEmail> {
        let subject = self.line_of(self.subject.as_ref(), values)?;
        let preheader = self.line_of(self.preheader.as_ref(), values)?;
        let blocks = self.blocks(values)?;
        let html = frame::html(&self.language, &subject, &preheader, &html::blocks(&blocks), footer);
        Ok(RenderedEmail { text: frame::text(&text::blocks(&blocks), footer), html, subject, preheader })
    }

    /// Renders the message for Slack: blocks, and text for notifications and where blocks cannot be shown.
    ///
    /// # Errors
    /// As [`Template::render_email`].
    pub fn render_slack(&self, values: &Value) -> Result<SlackMessage> {
        let title = self.line_of(self.subject.as_ref(), values)?;
        Ok(mrkdwn::message(&title, &self.blocks(values)?))
    }

    /// Renders the message for the product.
    ///
    /// # Errors
    /// As [`Template::render_email`].
    pub fn render_in_app(&self, values: &Value) -> Result<InAppMessage> {
        let title = self.line_of(self.subject.as_ref(), values)?;
        let (buttons, rest): (Vec<Block>, Vec<Block>) =
            self.blocks(values)?.into_iter().partition(|block| matches!(block, Block::Button { .. }));
        let buttons = buttons.into_iter().filter_map(|block| match block {
            Block::Button { label, url } => Some((label, url)),
            _ => None,
        });
        Ok(InAppMessage { title, text: text::blocks(&rest), buttons: buttons.collect() })
    }

    fn parts(&self) -> impl Iterator<Item = &Part> {
        self.subject.iter().chain(&self.preheader).chain([&self.body])
    }

    fn line_of(&self, part: Option<&Part>, values: &Value) -> Result<String> {
        part.map_or_else(|| Ok(String::new()), |part| fill::plain(&self.path, part, values).map(|text| one_line(&text)))
    }

    fn blocks(&self, values: &Value) -> Result<Vec<Block>> {
        let filled = fill::shielded(&self.path, &self.body, values)?;
        markdown::blocks(&filled).map_err(|why| ConnectError::Template { path: self.path.clone(), line: self.body.line, why })
    }
}

/// Renders one line of Jinja that stands in a play and not in a file, such as a task's title. `place` is what errors name.
///
/// # Errors
/// As [`Template::render_email`].
pub fn render_line(place: &str, source: &str, values: &Value) -> Result<String> {
    fill::plain(place, &Part { source: source.to_owned(), line: 1 }, values).map(|text| one_line(&text))
}

/// Renders a text of several lines that stands in a play and not in a file, such as a task's body. `place` is what errors name.
///
/// # Errors
/// As [`Template::render_email`].
pub fn render_text(place: &str, source: &str, values: &Value) -> Result<String> {
    fill::plain(place, &Part { source: source.to_owned(), line: 1 }, values)
}

/// The names that such a text uses, as [`Template::variables`]. `place` is what errors name.
///
/// # Errors
/// [`ConnectError::Template`] when the Jinja syntax is wrong.
pub fn variables_of(place: &str, source: &str) -> Result<Vec<Variable>> {
    let part = Part { source: source.to_owned(), line: 1 };
    fill::check(place, &part)?;
    let mut all = fill::variables(&part);
    all.sort();
    Ok(all)
}

/// Language, medium and name of a template's path.
fn place(path: &str) -> Option<(&str, Medium, &str)> {
    let below = path.rsplit_once("templates/").map(|(_, below)| below)?.strip_suffix(".md")?;
    match *below.split('/').collect::<Vec<_>>().as_slice() {
        [language, name] => Some((language, Medium::Email, name)),
        [language, "slack", name] => Some((language, Medium::Slack, name)),
        [language, "in_app", name] => Some((language, Medium::InApp, name)),
        _ => None,
    }
}

/// Every run of space and control characters becomes one space: nothing can begin another header.
pub(crate) fn one_line(text: &str) -> String {
    text.split(|letter: char| letter.is_whitespace() || letter.is_control()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
