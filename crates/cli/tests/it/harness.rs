//! Runs the binary in a folder of its own.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// A folder that a test has for itself.
pub(crate) struct Place {
    pub(crate) folder: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A folder with the workspace of the pack `saas`.
    pub(crate) fn with_workspace() -> Self {
        let place = Self::new();
        assert!(place.run(&["init"]).ends_with('\n'), "a workspace is made");
        place
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path().join(path)).unwrap()
    }

    /// Exit code, standard output and standard error of a command, as one text for a snapshot.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        self.run_with(arguments, "")
    }

    /// The same with something on standard input.
    pub(crate) fn run_with(&self, arguments: &[&str], input: &str) -> String {
        let mut child = Command::new(env!("CARGO_BIN_EXE_mainstay"))
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("TZ", "UTC")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        format!("exit {}\n--- out\n{}--- err\n{}", output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
    }

    /// Standard output of a command that must succeed.
    pub(crate) fn out(&self, arguments: &[&str]) -> String {
        let text = self.run(arguments);
        assert!(text.starts_with("exit 0\n"), "{text}");
        text.split_once("--- out\n").unwrap().1.split_once("--- err\n").unwrap().0.to_owned()
    }
}

/// Makes what differs from run to run the same.
pub(crate) fn scrubbed() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "[instant]");
    settings.add_filter(r"ms_(token|write|session)_[0-9a-z]{5,40}", "ms_${1}_[secret]");
    settings.add_filter(r"(token|key|person)_[0-9a-z]{12}", "${1}_[id]");
    settings.add_filter(r"password [0-9a-z-]{23}", "password [password]");
    settings.add_filter(r"in \d+\.\d s, [\d,]+ a second", "in [time]");
    settings.add_filter(r"version [0-9a-f]{12}", "version [version]");
    settings.add_filter(r"/tmp/\.tmp[A-Za-z0-9]+", "[folder]");
    settings
}
