//! Opens what a command works on: the application, or the relational state alone, which other processes may use at the same time.

use std::sync::Arc;

use mainstay_app::accounts::AsOf;
use mainstay_app::people::People;
use mainstay_app::{App, AppError, AppOptions, Result};
use mainstay_model::{Timestamp, Zone};

use crate::SystemClock;
use crate::settings::{DataAt, WorkspaceAt};

/// The application over a workspace and its data.
pub(crate) async fn app(workspace: &WorkspaceAt, data: &DataAt) -> Result<App> {
    App::open(AppOptions { workspace: workspace.workspace.clone(), data: data.data.clone(), clock: Arc::new(SystemClock) }).await
}

/// The application over data that must be there already: a question about nothing is a mistake in the path.
pub(crate) async fn app_with_data(workspace: &WorkspaceAt, data: &DataAt) -> Result<App> {
    if !data.data.is_dir() {
        return Err(AppError::not_found(format!("there is no data in {}", data.data.display()))
            .hint("import something first with `mainstay import`, or name the folder with --data"));
    }
    app(workspace, data).await
}

/// People, tokens and write keys; a server may run on the same data meanwhile.
pub(crate) async fn people(data: &DataAt) -> Result<People> {
    People::open(&data.data, Arc::new(SystemClock)).await
}

/// The instant of a question, as it was typed: an instant, a time of the workspace's zone, or a day, meaning its end.
pub(crate) fn as_of(at: Option<&str>, known: Option<&str>, zone: &Zone) -> Result<AsOf> {
    let read = |text: &str| {
        Timestamp::parse_for_person(text, zone)
            .map_err(|error| AppError::invalid(error.to_string()).hint("a day alone means its end, in the workspace's zone"))
    };
    Ok(AsOf { at: at.map(read).transpose()?, known: known.map(read).transpose()? })
}
