//! The editor of a play: the edited text beside what it would come to, and saving it where nobody changed the file meanwhile.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use mainstay_app::play_book::PlayPreview;

use super::detail::{CourseStep, TodayShown, course_of, today_shown};
use super::scenarios::{ScenariosShown, scenarios_shown};
use crate::console::Console;
use crate::console::error::{PageResult, show};
use crate::console::frame::Frame;
use crate::console::session::{Fields, Visit};
use crate::console::words::{Locale, segment};

/// The page.
#[derive(Template, Debug)]
#[template(path = "console/preview.html")]
pub struct PreviewPage {
    /// What is around it.
    pub frame: Frame,
    /// The path of the play's page.
    pub path: String,
    /// The play's name.
    pub name: String,
    /// The document's path in the workspace.
    pub document_path: String,
    /// The text as it is edited.
    pub text: String,
    /// The text as it was when the editing began.
    pub before: String,
    /// Why it was not saved; empty where nobody tried.
    pub refused: String,
    /// What to do about that.
    pub hint: String,
    /// What is wrong: line, whether it is an error, message, hint.
    pub problems: Vec<(usize, bool, String, String)>,
    /// The text's lines, each cut where a problem is: before, the place, after.
    pub lines: Vec<(usize, String, String, String)>,
    /// Whether the workspace could be put in force with it.
    pub right: bool,
    /// The steps.
    pub course: Vec<CourseStep>,
    /// Who would enter today.
    pub today: TodayShown,
    /// How the play's scenarios come out.
    pub scenarios: ScenariosShown,
}

impl PreviewPage {
    /// Makes the page.
    #[must_use]
    pub fn new(frame: Frame, name: &str, preview: &PlayPreview, (before, text): (&str, &str), locale: Locale) -> Self {
        let line = |(index, line): (usize, &str)| {
            let number = index + 1;
            let flaw = preview.problems.iter().find(|problem| problem.line == number);
            let Some(flaw) = flaw else { return (number, line.to_owned(), String::new(), String::new()) };
            let start: usize = line.chars().take(flaw.column.saturating_sub(1)).map(char::len_utf8).sum();
            let mut end = start.saturating_add(flaw.length.max(1)).min(line.len());
            while !line.is_char_boundary(end) {
                end += 1;
            }
            let part = |from: usize, to: usize| line.get(from..to).unwrap_or_default().to_owned();
            (number, part(0, start), part(start, end), part(end, line.len()))
        };
        Self {
            path: format!("/plays/{}", segment(name)),
            name: name.to_owned(),
            document_path: preview.path.clone(),
            text: text.to_owned(),
            before: before.to_owned(),
            refused: String::new(),
            hint: String::new(),
            problems: preview
                .problems
                .iter()
                .map(|problem| (problem.line, problem.error, problem.message.clone(), problem.hint.clone()))
                .collect(),
            lines: if preview.problems.is_empty() { Vec::new() } else { text.lines().enumerate().map(line).collect() },
            right: preview.right,
            course: course_of(&preview.steps, locale),
            today: today_shown(&preview.today, locale),
            scenarios: scenarios_shown(preview, locale),
            frame,
        }
    }
}

/// A text area's value as it stands in a file: browsers send line ends as CR LF.
fn text_of(fields: &Fields, name: &str) -> String {
    fields.raw(name).replace("\r\n", "\n")
}

/// Shows what the edited text would come to. Nothing is changed.
pub(crate) async fn preview_play(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
    Path(name): Path<String>,
) -> PageResult {
    let (before, text) = (text_of(&fields, "before"), text_of(&fields, "text"));
    let preview = console.app.preview_play(&name, &text).await?;
    let frame = Frame::new(&console.app, &visit, "plays", format!("Preview of {name}"));
    Ok(show(&PreviewPage::new(frame, &name, &preview, (&before, &text), visit.locale)))
}

/// Saves the edited text. What keeps it from being saved is told beside the text, which is kept.
pub(crate) async fn save_play(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
    Path(name): Path<String>,
) -> PageResult {
    let (before, text) = (text_of(&fields, "before"), text_of(&fields, "text"));
    let Err(error) = console.app.save_play(&name, &before, &text).await else {
        return Ok(Redirect::to(&format!("/plays/{}?done=play-saved", segment(&name))).into_response());
    };
    let preview = console.app.preview_play(&name, &text).await?;
    let frame = Frame::new(&console.app, &visit, "plays", format!("Preview of {name}"));
    let mut page = PreviewPage::new(frame, &name, &preview, (&before, &text), visit.locale);
    (page.refused, page.hint) = (error.message.clone(), error.hint.clone());
    Ok(show(&page))
}
