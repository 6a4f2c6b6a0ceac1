//! Settings: each declared once, as an option with its environment variable.

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
}

/// Where a server listens.
#[derive(Args, Clone, Debug)]
pub(crate) struct ListenAt {
    /// Address to listen on; port 0 takes any free one
    #[arg(long, env = "MAINSTAY_ADDR", value_name = "ADDR:PORT", default_value = "127.0.0.1:8080", hide_env_values = true)]
    pub(crate) addr: SocketAddr,
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
