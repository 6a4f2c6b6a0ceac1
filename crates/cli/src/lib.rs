//! The command line: commands, settings, wiring. It dresses what `mainstay-app` does and decides nothing itself.

mod clock;
mod commands;
mod desk;
mod exit;
mod opened;
mod output;
mod reference;
mod server;
mod settings;
mod signals;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

pub use clock::SystemClock;
pub use exit::Exit;
pub use reference::reference_markdown;

/// Keeps an exact and explainable health score for every customer account.
#[derive(Parser, Debug)]
#[command(name = "mainstay", version, propagate_version = true, max_term_width = 110, after_help = reference::EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: commands::Command,
}

/// Every command with its options, as the reference is made from.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}

/// Reads the command line, does what it says and answers with its exit code.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    settings::start_log(cli.command.is_server());
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::complain(&format!("error: the threads of the program could not be started: {error}"));
            return Exit::Unavailable.into();
        }
    };
    let outcome = runtime.block_on(cli.command.run());
    // A reader thread that was left in the middle of a file must not hold the end up.
    runtime.shutdown_background();
    match outcome {
        Ok(exit) => exit.into(),
        Err(error) => {
            output::error::print(&error);
            Exit::of(&error).into()
        }
    }
}
