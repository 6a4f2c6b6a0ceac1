//! The reference page says what the commands say.

use std::path::Path;

#[test]
fn the_reference_of_commands_is_what_the_commands_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/commands.md");
    let made = mainstay_cli::reference_markdown();
    if std::env::var_os("MAINSTAY_WRITE_REFERENCE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "docs/reference/commands.md is stale; run this test with MAINSTAY_WRITE_REFERENCE=1 to write it anew");
}

#[test]
fn every_command_shows_an_example() {
    fn examples(command: &clap::Command, path: &str) {
        for inner in command.get_subcommands() {
            let path = format!("{path} {}", inner.get_name());
            let help = inner.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains(&format!("  {path}")), "{path} --help has no example of itself");
        }
    }
    examples(&mainstay_cli::command(), "mainstay");
}
