//! `mainstay serve`: the tracking door, the API and the console.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use clap::Args;
use mainstay_app::local::Announced;
use mainstay_app::plays::Channels;
use mainstay_app::{App, Result, WorkspaceWatch};
use mainstay_web::{ServeOptions, Server};

use crate::output::complain;
use crate::settings::{DataAt, ListenAt, WorkspaceAt, channel_variables};
use crate::{Exit, opened, signals};

/// How often the workspace's files are looked at; a change is put in force when it is the same at two looks.
const LOOK_EVERY: Duration = Duration::from_secs(1);

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
        let channels = Channels::from_variables(&url_of(server.addr()), &channel_variables())?;
        let app = opened::app(&self.workspace, &self.data).await?;
        app.connect(Channels { tracker: Some(app.tracker(&channels.base_url)?), ..channels });
        let end = signals::end_wanted();
        let announced = greet(&app, &server).await?;
        run(&app, server, announced, end).await?;
        Ok(Exit::Done)
    }
}

/// Says where the console is, to commands on this machine too, and on the first start how to sign in.
pub(super) async fn greet(app: &App, server: &Server) -> Result<Announced> {
    let announced = app.announce(&url_of(server.addr()))?;
    complain(&format!("Mainstay is running at http://{}", server.addr()));
    if let Some(admin) = app.people().ensure_admin().await? {
        complain(&format!("sign in as {} with the password {}", admin.email, admin.password));
        complain("this is shown once; `mainstay user reset` makes a new one");
    }
    Ok(announced)
}

/// Serves and runs plays until `end` resolves, then closes the data.
pub(super) async fn run(app: &App, server: Server, announced: Announced, end: impl Future<Output = ()>) -> Result<()> {
    let watch = tokio::spawn(follow_files(app.clone()));
    let plays = app.run_plays();
    server.run(mainstay_web::router(app), end).await;
    watch.abort();
    plays.abort();
    // What a look was about to write is not written: the next start looks again.
    drop(plays.await);
    complain("ending");
    drop(announced);
    app.close().await
}

/// Where this machine reaches a server that listens at an address; one that listens everywhere is nearest at the machine's own.
pub(super) fn url_of(mut addr: SocketAddr) -> String {
    if addr.ip().is_unspecified() {
        addr.set_ip(if addr.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    format!("http://{addr}")
}

/// Puts a changed workspace in force. What is wrong with it is logged once and shown in the console.
async fn follow_files(app: App) {
    let mut tick = tokio::time::interval(LOOK_EVERY);
    let mut watch = WorkspaceWatch::default();
    loop {
        tick.tick().await;
        match app.follow_workspace(&mut watch).await {
            Ok(Some(report)) if report.changed => tracing::info!(version = report.version, "the changed workspace is in force"),
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "the changed workspace is not in force"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_listens_everywhere_is_reached_on_this_machine() {
        for (addr, url) in [("0.0.0.0:80", "http://127.0.0.1:80"), ("[::]:80", "http://[::1]:80"), ("10.0.0.7:80", "http://10.0.0.7:80")] {
            assert_eq!(url_of(addr.parse().unwrap()), url);
        }
    }
}
