//! Programs in Python that the tests hold the product against: a mail relay, a reader of mailboxes, a verifier of webhooks.

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The packages, as `.ci/run` installs them.
const PACKAGES: &str = "import aiosmtpd, trustme, standardwebhooks";

/// A Python that has the packages. Where there is none, the test is skipped and says so; in CI that is a failure.
pub(crate) fn python() -> Option<PathBuf> {
    let cache = std::env::home_dir().map(|home| home.join(".cache/mainstay/python/bin/python3"));
    let found = [Some(PathBuf::from("python3")), cache].into_iter().flatten().find(|python| {
        let check = Command::new(python).args(["-c", PACKAGES]).stdout(Stdio::null()).stderr(Stdio::null()).status();
        check.is_ok_and(|status| status.success())
    });
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "there is no python3 with aiosmtpd, trustme and standardwebhooks; .ci/run installs them");
        println!("SKIPPED: there is no python3 with aiosmtpd, trustme and standardwebhooks");
    }
    found
}

/// A script beside the tests.
pub(crate) fn script(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/support").join(name)
}

/// What a script prints; it must succeed.
pub(crate) fn output(python: &PathBuf, name: &str, arguments: &[&str]) -> String {
    let output = Command::new(python).arg(script(name)).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
