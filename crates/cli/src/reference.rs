//! The reference page of the command line, made from the commands themselves.

use std::fmt::Write;

/// What the end of a command tells; shown by `mainstay --help` and in the reference.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    failed, or found what it was asked to look for, such as a scenario that does not pass
  2    the command line makes no sense
  3    the workspace's configuration has errors
  4    what was asked for is not there
  5    the data cannot be reached: in use by another process, disk full, broken
  130  stopped by Ctrl-C; what was done is kept

Settings by environment: MAINSTAY_WORKSPACE, MAINSTAY_DATA, MAINSTAY_ADDR, MAINSTAY_LOG (e.g. info,
mainstay_app=debug); options come first. NO_COLOR switches colours off.";

/// `docs/reference/commands.md`.
#[must_use]
pub fn reference_markdown() -> String {
    let mut page = String::from("# Commands\n\nMade from the commands themselves; a test keeps it so.\n");
    let mut root = crate::command().term_width(100).disable_help_subcommand(true);
    root.build();
    section(&mut root, "mainstay", 2, &mut page);
    page
}

fn section(command: &mut clap::Command, path: &str, depth: usize, page: &mut String) {
    let help = command.render_long_help().to_string();
    let help: String = help.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    // Writing to a text does not fail.
    let _ = write!(page, "\n{} {path}\n\n```text\n{}\n```\n", "#".repeat(depth), help.trim_end());
    let names: Vec<String> = command.get_subcommands().map(|inner| inner.get_name().to_owned()).collect();
    for name in names {
        if let Some(inner) = command.find_subcommand_mut(&name) {
            section(inner, &format!("{path} {name}"), (depth + 1).min(4), page);
        }
    }
}
