//! What commands print: results on standard output, everything else on standard error.

pub(crate) mod error;
pub(crate) mod explanation;
pub(crate) mod import;
pub(crate) mod progress;
pub(crate) mod scenarios;
pub(crate) mod table;
pub(crate) mod words;

use std::io::{IsTerminal, Write};

use mainstay_app::{AppError, ErrorCode, Result};
use serde::Serialize;

/// How a command prints data.
#[derive(clap::ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Format {
    /// For people
    #[default]
    Table,
    /// For programs
    Json,
}

/// The option that every command has which prints data.
#[derive(clap::Args, Clone, Copy, Debug)]
pub(crate) struct FormatOption {
    /// How to print it
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
}

/// Writes to standard output. A reader that has heard enough (`| head`) is no error.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(AppError::new(ErrorCode::Unavailable, "the result could not be written").caused_by(error))
        }
        _ => Ok(()),
    }
}

/// Writes a line to standard error; there is nobody to tell when that fails.
pub(crate) fn complain(text: &str) {
    drop(writeln!(std::io::stderr().lock(), "{text}"));
}

/// Writes a value as JSON, or what `table` makes of it.
pub(crate) fn show<T: Serialize + ?Sized>(value: &T, format: Format, table: impl FnOnce(&T) -> String) -> Result<()> {
    match format {
        Format::Table => print(&table(value)),
        Format::Json => {
            let json = serde_json::to_string_pretty(value)
                .map_err(|error| AppError::new(ErrorCode::Unavailable, "the result could not be written as JSON").caused_by(error))?;
            print(&(json + "\n"))
        }
    }
}

/// Whether standard output takes colours.
pub(crate) fn color_on_stdout() -> bool {
    std::io::stdout().is_terminal() && !no_color()
}

/// Whether standard error takes colours.
pub(crate) fn color_on_stderr() -> bool {
    std::io::stderr().is_terminal() && !no_color()
}

/// <https://no-color.org>: set to anything, there are no colours.
fn no_color() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}
