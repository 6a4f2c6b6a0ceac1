//! Opens what a command works on: the server that holds the data, the application, or the relational state alone, which other processes may use
//! at the same time.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use mainstay_app::accounts::AsOf;
use mainstay_app::people::People;
use mainstay_app::{App, AppError, AppOptions, Result, instant_of, local};
use mainstay_model::Zone;

use crate::SystemClock;
use crate::server::Server;
use crate::settings::{DataAt, Place, WorkspaceAt};

/// The running server that is to be asked: the one that was named, or the one that holds the data folder.
pub(crate) async fn server(place: &Place) -> Result<Option<Server>> {
    if let (Some(url), Some(token)) = (&place.server.url, &place.server.token) {
        return Server::at(url, token).map(Some);
    }
    match local::find(&place.data.data)? {
        Some(found) => Server::of(&found).await,
        None => Ok(None),
    }
}

/// The application over a workspace and its data.
pub(crate) async fn app(workspace: &WorkspaceAt, data: &DataAt) -> Result<App> {
    App::open(AppOptions {
        workspace: workspace.workspace.clone(),
        data: data.data.clone(),
        state: data.state.clone(),
        clock: Arc::new(SystemClock),
    })
    .await
}

/// The application over data that must be there already: a question about nothing is a mistake in the path.
pub(crate) async fn app_with_data(place: &Place) -> Result<App> {
    let (workspace, data) = (&place.workspace, &place.data);
    if !data.data.is_dir() {
        return Err(AppError::not_found(format!("there is no data in {}", data.data.display()))
            .hint("import something first with `mainstay import`, or name the folder with --data"));
    }
    app(workspace, data).await
}

/// People, tokens and write keys; a server may run on the same data meanwhile.
pub(crate) async fn people(data: &DataAt) -> Result<People> {
    People::open(&data.data, data.state.as_deref(), Arc::new(SystemClock)).await
}

/// The instant of a question, as it was typed: an instant, a time of the workspace's zone, or a day, meaning its end.
pub(crate) fn as_of(at: Option<&str>, known: Option<&str>, zone: &Zone) -> Result<AsOf> {
    let read = |text: &str| instant_of(text, zone);
    Ok(AsOf { at: at.map(read).transpose()?, known: known.map(read).transpose()? })
}

/// A path that means the same in another folder: what a server on this machine is told.
pub(crate) fn whole(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|error| AppError::invalid(format!("{} is no path", path.display())).caused_by(error))
}
