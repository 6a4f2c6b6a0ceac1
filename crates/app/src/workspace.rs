//! The workspace in force: read, checked, and read again when its files change.

mod texts;

use std::path::Path;
use std::sync::{Arc, PoisonError};

use mainstay_lake::expressions::ExpressionEngine;
use mainstay_model::{Workspace, Zone};
use mainstay_spec::{Checked, Document, Problem, check, render};
use serde::Serialize;

use crate::app::App;
use crate::engine::Plan;
use crate::error::{AppError, ErrorCode, Result};

pub(crate) use texts::Names;

/// A checked workspace with the documents it was made from.
pub(crate) struct Configured {
    pub(crate) workspace: Arc<Workspace>,
    pub(crate) documents: Vec<Document>,
    pub(crate) problems: Vec<Problem>,
    /// What keeps the files as they are now from being used, rendered; the earlier workspace stays in force meanwhile.
    pub(crate) refused: Option<String>,
}

/// The workspace as the console shows it.
#[derive(Clone, Debug, Serialize)]
pub struct WorkspaceStatus {
    /// The company's name for it.
    pub name: String,
    /// The version in force.
    pub version: String,
    /// Why the files as they are now are not in force; absent where they are.
    pub refused: Option<String>,
    /// Warnings of the linter.
    pub warnings: usize,
}

/// What became of reading the workspace again.
#[derive(Clone, Debug, Serialize)]
pub struct ReloadReport {
    /// Whether another version is in force now.
    pub changed: bool,
    /// The version in force.
    pub version: String,
    /// Problems that are no errors.
    pub warnings: usize,
}

/// What somebody who looks at the workspace's files again and again remembers of the last look.
#[derive(Debug, Default)]
pub struct WorkspaceWatch {
    /// A change that was seen once; it may not be done.
    last: Option<Vec<Document>>,
    /// What could not be put in force; it is not tried again until it changes.
    tried: Option<Vec<Document>>,
    /// Whether it was said already that the folder cannot be read.
    unreadable: bool,
}

/// Reads and checks a workspace folder.
///
/// # Errors
/// When the folder cannot be read. What is wrong inside is in the answer.
pub fn check_folder(folder: &Path) -> Result<(Vec<Document>, Checked)> {
    let documents = mainstay_spec::read_folder(folder).map_err(|error| {
        AppError::new(ErrorCode::NotFound, format!("the workspace folder {} could not be read", folder.display()))
            .hint("make one with `mainstay init`, or name another with --workspace")
            .caused_by(error)
    })?;
    let checked = check_documents(&documents);
    Ok((documents, checked))
}

/// Checks the files of a workspace, the names in their templates and texts too. All problems are reported at once, each with its place.
#[must_use]
pub fn check_documents(documents: &[Document]) -> Checked {
    let Checked { workspace, mut problems } = check(documents, &ExpressionEngine::new(&Zone::utc()));
    let of_texts = workspace.as_ref().map(|workspace| texts::check(workspace, documents)).unwrap_or_default();
    let workspace = workspace.filter(|_| of_texts.is_empty());
    problems.extend(of_texts);
    problems.sort_by(|a, b| (&a.path, a.offset).cmp(&(&b.path, b.offset)));
    Checked { workspace, problems }
}

/// Where something is declared: the document of a folder with its name as a key, and where that line begins, in bytes.
pub(crate) fn declared<'d>(documents: &'d [Document], folder: &str, name: &str) -> Option<(&'d Document, usize)> {
    let declares = |line: &str| {
        let key = line.trim().strip_suffix(':').map(str::trim).unwrap_or_default();
        key == name || ['"', '\''].iter().any(|quote| key.strip_prefix(*quote).and_then(|key| key.strip_suffix(*quote)) == Some(name))
    };
    documents.iter().filter(|document| document.path.starts_with(folder)).find_map(|document| {
        let mut offset = 0;
        for line in document.text.split_inclusive('\n') {
            if declares(line) {
                return Some((document, offset));
            }
            offset += line.len();
        }
        None
    })
}

impl Configured {
    /// Reads a workspace that must be without errors.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let (documents, checked) = check_folder(folder)?;
        match checked.workspace {
            Some(workspace) => Ok(Self { workspace: Arc::new(workspace), documents, problems: checked.problems, refused: None }),
            None => {
                let shown = render(&checked.problems, &documents, false);
                Err(AppError::new(ErrorCode::Configuration, format!("the workspace {} has errors:\n{shown}", folder.display()))
                    .hint("mend them and run `mainstay check`"))
            }
        }
    }
}

impl App {
    /// The workspace as it is in force.
    #[must_use]
    pub fn workspace_status(&self) -> WorkspaceStatus {
        let configured = self.0.configured.read().unwrap_or_else(PoisonError::into_inner);
        WorkspaceStatus {
            name: configured.workspace.name.clone(),
            version: configured.workspace.version.clone(),
            refused: configured.refused.clone(),
            warnings: configured.problems.len(),
        }
    }

    /// Looks at the workspace's files once. When they are others than those in force or refused, and the same as at the last look, they are
    /// checked and put in force: half-written changes are left alone until they are done. Answers what came of it, if it came to that.
    ///
    /// # Errors
    /// As [`App::reload`], once for each change; `not_found` when the folder cannot be read, once until it can be.
    pub async fn follow_workspace(&self, watch: &mut WorkspaceWatch) -> Result<Option<ReloadReport>> {
        let seen = match self.documents().await {
            Ok(seen) => seen,
            Err(error) => return if std::mem::replace(&mut watch.unreadable, true) { Ok(None) } else { Err(error) },
        };
        watch.unreadable = false;
        let known = self.0.configured.read().unwrap_or_else(PoisonError::into_inner).documents == seen;
        if known || watch.tried.as_ref() == Some(&seen) {
            watch.last = None;
            return Ok(None);
        }
        if watch.last.as_ref() != Some(&seen) {
            watch.last = Some(seen);
            return Ok(None);
        }
        watch.last = None;
        let outcome = self.reload().await;
        watch.tried = outcome.is_err().then_some(seen);
        outcome.map(Some)
    }

    async fn documents(&self) -> Result<Vec<Document>> {
        self.compute(|app| {
            mainstay_spec::read_folder(app.workspace_folder())
                .map_err(|error| AppError::new(ErrorCode::NotFound, "the workspace folder could not be read").caused_by(error))
        })
        .await
    }

    /// Reads the workspace again. With errors the version in force stays, and the errors are shown until they are mended.
    ///
    /// # Errors
    /// [`ErrorCode::Configuration`] with every problem.
    pub async fn reload(&self) -> Result<ReloadReport> {
        let _alone = self.0.reloading.lock().await;
        let folder = self.workspace_folder().to_owned();
        let (documents, checked) = check_folder(&folder)?;
        let Some(workspace) = checked.workspace else {
            let shown = render(&checked.problems, &documents, false);
            let mut configured = self.0.configured.write().unwrap_or_else(PoisonError::into_inner);
            configured.documents = documents;
            configured.refused = Some(shown.clone());
            return Err(AppError::new(
                ErrorCode::Configuration,
                format!("the workspace has errors; the version before stays in force:\n{shown}"),
            ));
        };
        let workspace = Arc::new(workspace);
        let changed = workspace.version != self.workspace().version;
        if changed {
            self.recompute(Arc::new(Plan::new(Arc::clone(&workspace))?)).await?;
        }
        let warnings = checked.problems.len();
        let version = workspace.version.clone();
        let configured = Configured { workspace, documents, problems: checked.problems, refused: None };
        *self.0.configured.write().unwrap_or_else(PoisonError::into_inner) = configured;
        Ok(ReloadReport { changed, version, warnings })
    }

    /// Puts another plan in force: everything is computed from the facts, then takes the place of what was; facts that came meanwhile follow.
    async fn recompute(&self, plan: Arc<Plan>) -> Result<()> {
        let mut fresh = Self::load(&self.0.lake, plan, self.now()).await?;
        let app = self.clone();
        crate::app::blocking(move || {
            let mut state = app.0.state.write().unwrap_or_else(PoisonError::into_inner);
            fresh.catch_up(&state, &|| app.snapshot())?;
            *state = fresh;
            Ok(())
        })
        .await
    }
}
