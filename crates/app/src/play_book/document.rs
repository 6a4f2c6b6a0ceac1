//! A play's document as somebody edits it: checked, drawn, tried on the play's scenarios, and saved where nobody changed it meanwhile.

use std::sync::PoisonError;

use mainstay_model::Workspace;
use mainstay_model::play::Play;
use mainstay_spec::{Document, Problem, Severity};
use serde::{Deserialize, Serialize};

use super::shown::{StepView, steps_of};
use crate::app::App;
use crate::error::{AppError, ErrorCode, Result};
use crate::plays::Today;
use crate::scenarios::{TestedScenario, test_play};
use crate::workspace::check_documents;

/// The longest document that is edited here, in bytes.
const MAX_DOCUMENT_BYTES: usize = 1 << 20;

/// What an edited document comes to.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct PlayPreview {
    /// The document's path in the workspace.
    pub path: String,
    /// What is wrong with the document, or odd.
    pub problems: Vec<PlayProblem>,
    /// Whether the workspace could be put in force with it.
    pub right: bool,
    /// The steps of the play; empty with errors.
    pub steps: Vec<StepView>,
    /// Who would enter today; nobody with errors.
    pub today: Today,
    /// How the play's scenarios come out with it, in the order of their files; none with errors.
    pub scenarios: Vec<TestedScenario>,
    /// How many more scenarios the play has; they were not run.
    pub scenarios_left_out: usize,
}

/// One problem of a document.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PlayProblem {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// How long the place is, in bytes.
    pub length: usize,
    /// Whether the workspace cannot be used with it.
    pub error: bool,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// An edited document, checked with the rest of the workspace in force.
struct Edited {
    /// The document's path in the workspace.
    path: String,
    /// The workspace's documents, this one as it is edited.
    documents: Vec<Document>,
    problems: Vec<PlayProblem>,
    /// The play and the whole workspace; none with errors.
    read: Option<(Play, Workspace)>,
}

impl Edited {
    /// Whether the workspace could be put in force with it.
    fn is_right(&self) -> bool {
        self.read.is_some() && !self.problems.iter().any(|problem| problem.error)
    }
}

impl App {
    /// Checks an edited document of a play with the rest of the workspace in force and answers what it would come to: the steps, who would
    /// enter today, and how the play's scenarios come out. Nothing is changed.
    ///
    /// # Errors
    /// `NotFound` when no document declares the play; `Invalid` for a text that is too long.
    pub async fn preview_play(&self, name: &str, text: &str) -> Result<PlayPreview> {
        let edited = self.edited(name, text).await?;
        let right = edited.is_right();
        let Edited { path, documents, problems, read } = edited;
        let Some((play, workspace)) = read else {
            return Ok(PlayPreview { path, problems, right, ..PlayPreview::default() });
        };
        let (steps, today) = (steps_of(&play), self.would_enter(&play).await?);
        let (scenarios, scenarios_left_out) = self.compute(move |_| test_play(workspace, &documents, &play.name)).await?;
        Ok(PlayPreview { path, problems, right, steps, today, scenarios, scenarios_left_out })
    }

    /// Saves an edited document of a play where the file is still as `before` says, checks the workspace and puts it in force.
    ///
    /// # Errors
    /// `Invalid` when the file was changed meanwhile or the text has errors: then nothing is written. `Unavailable` when it cannot be written.
    pub async fn save_play(&self, name: &str, before: &str, text: &str) -> Result<()> {
        let edited = self.edited(name, text).await?;
        if !edited.is_right() {
            return Err(AppError::invalid("The document has errors, so it was not saved.").hint("Look at the preview and mend them."));
        }
        let path = edited.path;
        let file = self.workspace_folder().join(&path);
        let failed = |error| {
            AppError::new(ErrorCode::Unavailable, format!("{path} could not be written."))
                .hint("Is the workspace's folder writable for the server? Otherwise change the file where it is kept.")
                .caused_by(error)
        };
        let present = std::fs::read_to_string(&file).map_err(failed)?;
        if present != before {
            return Err(AppError::invalid(format!("{path} was changed since you read it, so nothing was overwritten."))
                .hint("Keep your text, open the play again and put your changes into the present text."));
        }
        let fresh = file.with_extension("yaml.new");
        std::fs::write(&fresh, text).and_then(|()| std::fs::rename(&fresh, &file)).map_err(failed)?;
        self.reload().await.map(drop)
    }

    /// Puts an edited document in the place of the one that declares a play and checks the workspace's documents.
    async fn edited(&self, name: &str, text: &str) -> Result<Edited> {
        let path = self.editable(name, text)?;
        let mut documents = self.0.configured.read().unwrap_or_else(PoisonError::into_inner).documents.clone();
        for document in documents.iter_mut().filter(|document| document.path == path) {
            text.clone_into(&mut document.text);
        }
        let name = name.to_owned();
        self.compute(move |_| Ok(checked(documents, path, &name))).await
    }

    /// The path of the document that declares a play, which the text may take the place of.
    fn editable(&self, name: &str, text: &str) -> Result<String> {
        if text.len() > MAX_DOCUMENT_BYTES {
            return Err(AppError::invalid(format!("The document is longer than {MAX_DOCUMENT_BYTES} bytes.")).hint("Shorten it."));
        }
        let (path, _) = self.play_document(name);
        if path.is_empty() {
            return Err(AppError::not_found(format!("No document of the workspace declares the play `{name}`."))
                .hint("Plays in force have one under plays/."));
        }
        Ok(path)
    }
}

fn checked(documents: Vec<Document>, path: String, name: &str) -> Edited {
    let checked = check_documents(&documents);
    let own = checked.problems.iter().filter(|problem| problem.path == path).map(problem_of).collect::<Vec<_>>();
    // What is wrong elsewhere keeps the workspace from being used too, so it is told with its place.
    let elsewhere = checked.problems.iter().filter(|problem| problem.path != path && problem.severity == Severity::Error);
    let elsewhere =
        elsewhere.map(|problem| PlayProblem { line: 0, column: 0, length: 0, message: problem.to_string(), ..problem_of(problem) });
    let problems = own.into_iter().chain(elsewhere).collect();
    let read = checked.workspace.and_then(|workspace| Some((workspace.plays.get(name)?.clone(), workspace)));
    Edited { path, documents, problems, read }
}

fn problem_of(problem: &Problem) -> PlayProblem {
    PlayProblem {
        line: problem.line,
        column: problem.column,
        length: problem.length,
        error: problem.severity == Severity::Error,
        message: problem.message.clone(),
        hint: problem.hint.clone().unwrap_or_default(),
    }
}
