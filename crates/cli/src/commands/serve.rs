//! `mainstay serve`: the tracking door, the API and the console.

use std::time::Duration;

use clap::Args;
use mainstay_app::{App, Result};
use mainstay_web::{ServeOptions, Server};

use crate::output::complain;
use crate::settings::{DataAt, ListenAt, WorkspaceAt};
use crate::{Exit, opened, signals};

/// How often the workspace's files are looked at for changes.
const RELOAD_EVERY: Duration = Duration::from_secs(2);

/// Runs the server: tracking door, API and console
///
/// On the first start an admin is made, and the password printed once. When the workspace's files change they are checked and put in force; with
/// errors the version before stays.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  mainstay serve --workspace acme --data /var/lib/mainstay --addr 0.0.0.0:8080")]
pub(crate) struct Serve {
    #[command(flatten)]
    workspace: WorkspaceAt,
    #[command(flatten)]
    data: DataAt,
    #[command(flatten)]
    listen: ListenAt,
}

impl Serve {
    pub(crate) async fn run(self) -> Result<Exit> {
        // The port first: there is no use in reading all data when another program has it.
        let server = Server::bind(ServeOptions::at(self.listen.addr)).await?;
        let app = opened::app(&self.workspace, &self.data).await?;
        greet(&app, &server).await?;
        run(&app, server).await?;
        Ok(Exit::Done)
    }
}

/// Says where the console is and, on the first start, how to sign in.
pub(super) async fn greet(app: &App, server: &Server) -> Result<()> {
    complain(&format!("Mainstay is running at http://{}", server.addr()));
    if let Some(admin) = app.people().ensure_admin().await? {
        complain(&format!("sign in as {} with the password {}", admin.email, admin.password));
        complain("this is shown once; `mainstay user reset` makes a new one");
    }
    Ok(())
}

/// Serves until somebody wants the end, then closes the data.
pub(super) async fn run(app: &App, server: Server) -> Result<()> {
    let watch = tokio::spawn(follow_files(app.clone()));
    server.run(mainstay_web::router(app), signals::end_wanted()).await;
    watch.abort();
    complain("ending");
    app.close().await
}

/// Puts a changed workspace in force. What is wrong with it is logged once and shown in the console.
async fn follow_files(app: App) {
    let mut tick = tokio::time::interval(RELOAD_EVERY);
    loop {
        tick.tick().await;
        match app.workspace_changed().await {
            Ok(true) => match app.reload().await {
                Ok(report) if report.changed => tracing::info!(version = report.version, "the changed workspace is in force"),
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "the changed workspace is not in force"),
            },
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "the workspace's files cannot be read"),
        }
    }
}
