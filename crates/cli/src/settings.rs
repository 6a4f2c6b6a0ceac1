//! Settings: each declared once, as an option with its environment variable.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

/// Where the workspace is.
#[derive(Args, Clone, Debug)]
pub(crate) struct WorkspaceAt {
    /// Folder with the workspace's documents
    #[arg(long, env = "MAINSTAY_WORKSPACE", value_name = "DIR", default_value = ".", hide_env_values = true)]
    pub(crate) workspace: PathBuf,
}

/// Where the data is.
#[derive(Args, Clone, Debug)]
pub(crate) struct DataAt {
    /// Folder with all data; it is made where there is none
    #[arg(long, env = "MAINSTAY_DATA", value_name = "DIR", default_value = "data", hide_env_values = true)]
    pub(crate) data: PathBuf,
    /// PostgreSQL database with the relational state, e.g. <postgres://mainstay@db.example/mainstay>
    ///
    /// People, tokens, keys, and what plays did and will do; facts stay in the data folder. Without it they are in a SQLite file there.
    #[arg(long, env = "MAINSTAY_STATE", value_name = "URL", hide_env_values = true)]
    pub(crate) state: Option<String>,
}

/// A running server to ask, where it is not the one that holds the data folder.
#[derive(Args, Clone)]
pub(crate) struct ServerAt {
    /// A running server to ask instead of opening the data, e.g. <https://mainstay.example>
    ///
    /// Not needed beside a server on this machine: the one that holds the data folder is found and asked by itself.
    #[arg(long, env = "MAINSTAY_URL", value_name = "URL", requires = "token", hide_env_values = true)]
    pub(crate) url: Option<String>,
    /// What to show that server, made by `mainstay token create`
    #[arg(long, env = "MAINSTAY_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
}

/// A token is never printed, not even by accident.
impl std::fmt::Debug for ServerAt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerAt").field("url", &self.url).finish_non_exhaustive()
    }
}

/// What a command works on: the data folder with its workspace, or the server that holds it.
#[derive(Args, Clone, Debug)]
pub(crate) struct Place {
    #[command(flatten)]
    pub(crate) workspace: WorkspaceAt,
    #[command(flatten)]
    pub(crate) data: DataAt,
    #[command(flatten)]
    pub(crate) server: ServerAt,
}

/// Where a server listens.
#[derive(Args, Clone, Debug)]
pub(crate) struct ListenAt {
    /// Address to listen on; port 0 takes any free one
    #[arg(long, env = "MAINSTAY_ADDR", value_name = "ADDR:PORT", default_value = "127.0.0.1:8080", hide_env_values = true)]
    pub(crate) addr: SocketAddr,
}

/// The settings of channels, by variable. They have no options: secrets do not belong on a command line, where every program sees them.
pub(crate) fn channel_variables() -> BTreeMap<String, String> {
    let written = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    written.filter(|(name, _)| name.starts_with("MAINSTAY_")).collect()
}

/// Which log lines are written, e.g. `info` or `mainstay_app=debug`.
const LOG: &str = "MAINSTAY_LOG";

/// Starts the log on standard error: a server says what it does, a command only what is wrong.
pub(crate) fn start_log(server: bool) {
    #[allow(clippy::disallowed_methods, reason = "the log's setting has no option: it must work before the command line is read")]
    let wanted = std::env::var(LOG)
        .unwrap_or_else(|_| if server { "warn,mainstay=info,mainstay_web=info,mainstay_app=info" } else { "error" }.into());
    let filter = tracing_subscriber::EnvFilter::builder().parse_lossy(wanted);
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(crate::output::color_on_stderr());
    log.with_target(false).init();
}
