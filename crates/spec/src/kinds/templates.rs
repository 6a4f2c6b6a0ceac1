//! `templates/<language>/**/*.md`: front matter, then Markdown with Jinja.

use std::collections::BTreeMap;

use mainstay_model::outreach::{Template, TemplateText};

use crate::Document;
use crate::decode::{Decode, document};
use crate::document::{At, Place};
use crate::problem::{Code, Report};
use crate::yaml;

document! {
    /// The front matter of a template.
    FrontDoc {
        /// The subject line, a template itself. Mails need one.
        subject: Option<At<String>>,
        /// What mail programs show beside the subject.
        preheader: Option<At<String>>,
        /// What it counts as for caps and consent.
        category: Option<At<String>>,
    }
}

/// The mark around the front matter.
const FENCE: &str = "---";

/// Whether a file of the workspace is a template.
pub(crate) fn is_template(path: &str) -> bool {
    path.strip_prefix("templates/").is_some_and(|inside| inside.strip_suffix(".md").is_some())
}

/// Reads one template into the collection.
pub(crate) fn read(index: usize, document: &Document, templates: &mut BTreeMap<String, Template>, report: &mut Report) {
    let whole = Place { document: index, start: 0, end: 0 };
    let inside = document.path.trim_start_matches("templates/").trim_end_matches(".md");
    let Some((language, name)) = inside.split_once('/') else {
        return report.error(Code::BadName, whole, "a template lies in a folder of its language, like templates/en/welcome.md");
    };
    let (front, body) = match split(&document.text) {
        Some((start, front, body)) => (front_matter(index, start, front, report), body),
        None => (FrontDoc { subject: None, preheader: None, category: None, place: whole }, document.text.as_str()),
    };
    if body.trim().is_empty() {
        report.error(Code::BadValue, whole, "this template has no text behind its front matter");
    }
    let text = |value: Option<At<String>>| value.map(|value| value.value);
    let template = TemplateText {
        subject: text(front.subject),
        preheader: text(front.preheader),
        category: text(front.category),
        body: body.trim_start().to_owned(),
    };
    templates.entry(name.to_owned()).or_default().insert(language.to_owned(), template);
}

/// Where the front matter begins, the front matter, and what is behind it.
fn split(text: &str) -> Option<(usize, &str, &str)> {
    let rest = text.strip_prefix(FENCE)?.strip_prefix('\n')?;
    let end = rest.find("\n---")?;
    let behind = rest.get(end + FENCE.len() + 1..)?;
    let body = behind.find('\n').map_or("", |line| behind.get(line + 1..).unwrap_or(""));
    Some((FENCE.len() + 1, rest.get(..end)?, body))
}

fn front_matter(index: usize, start: usize, text: &str, report: &mut Report) -> FrontDoc {
    let place = Place { document: index, start, end: start + text.len() };
    let none = FrontDoc { subject: None, preheader: None, category: None, place };
    match yaml::read(index, text) {
        Ok(Some(tree)) => {
            let mut root = tree.root;
            root.shift(start);
            FrontDoc::decode(&root, report).unwrap_or(none)
        }
        Ok(None) => none,
        Err(fault) => {
            let at = Place { document: index, start: fault.place.start + start, end: fault.place.end + start };
            report.error(Code::Syntax, at, fault.message);
            none
        }
    }
}
