//! A PostgreSQL server for tests: started by the first test process that needs it, shared with those that run at the same time, gone with
//! its data soon after the last one.

use std::ffi::OsStr;
use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Whom the server runs as when the tests run as root, which PostgreSQL refuses.
const SYSTEM_USER: &str = "postgres";
/// Nothing of a test needs to survive a crash.
const SETTINGS: &str = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 -c listen_addresses=''";
/// Looks every other second, in the background, whether a test process still holds its lock; if none does, ends the server and removes
/// its data.
const KEEPER: &str = r#"while :; do sleep 2; flock --nonblock --exclusive "$1/users" \
    sh -c '"$2" stop -D "$1/data" -m immediate -s; rm -rf "$1/data"' keeper "$1" "$2" && exit; done &"#;

/// The address of the server, started if need be; none where PostgreSQL is not installed.
pub(super) fn server() -> Option<&'static str> {
    static SERVER: OnceLock<Option<String>> = OnceLock::new();
    SERVER.get_or_init(|| setting("MAINSTAY_TEST_POSTGRES").or_else(|| programs().map(|programs| share(&programs)))).as_deref()
}

/// Whether a missing server is a failure.
pub(super) fn must_be_there() -> bool {
    setting("CI").is_some_and(|value| value == "true")
}

/// Runs statements by the server's own client.
pub(super) fn run_sql(server: &str, sql: &str) {
    let psql = programs().map_or_else(|| PathBuf::from("psql"), |programs| programs.join("psql"));
    run(Command::new(psql)
        .args([server, "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--command", sql])
        .env("PGOPTIONS", "-c client_min_messages=warning"));
}

#[allow(clippy::disallowed_methods, reason = "tests take their settings from the environment")]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The newest installed version's folder of programs. Debian keeps them off the search path.
fn programs() -> Option<PathBuf> {
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let version = |path: &Path| path.file_name().and_then(OsStr::to_str).and_then(|name| name.parse::<u32>().ok());
    let newest = installed.map(|entry| entry.path()).filter(|path| path.join("bin/initdb").exists()).max_by_key(|path| version(path));
    newest.map(|path| path.join("bin"))
}

/// Starts the server unless another test process has, and keeps it from ending before this process does.
fn share(programs: &Path) -> String {
    static LOCKS: OnceLock<File> = OnceLock::new();
    let temporary = std::env::temp_dir();
    let me = tempfile::tempfile().and_then(|file| file.metadata()).expect("a file can be made").uid();
    let folder = temporary.join(format!("mainstay-postgres-{me}"));
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    assert_eq!(folder.metadata().expect("the folder can be read").uid(), me, "{} belongs to somebody else", folder.display());

    let starting = File::create(folder.join("starting")).expect("a file can be made");
    starting.lock().expect("a file can be locked");
    let users = File::create(folder.join("users")).expect("a file can be made");
    // Waits while a keeper ends the server before this one.
    users.lock_shared().expect("a file can be locked");
    LOCKS.get_or_init(|| users);

    let data = folder.join("data");
    let (initdb, pg_ctl) = (programs.join("initdb"), programs.join("pg_ctl"));
    let running =
        data.exists() && as_server(me, &pg_ctl).arg("status").arg("-D").arg(&data).output().is_ok_and(|done| done.status.success());
    if !running {
        start(&folder, &data, me, &initdb, &pg_ctl);
    }
    format!("postgres://mainstay@localhost/postgres?host={}", data.display())
}

fn start(folder: &Path, data: &Path, me: u32, initdb: &Path, pg_ctl: &Path) {
    if data.exists() {
        std::fs::remove_dir_all(data).expect("what a killed server left can be removed");
    }
    std::fs::create_dir(data).expect("a folder can be made");
    if me == 0 {
        run(Command::new("chown").arg(SYSTEM_USER).arg(data));
    }
    let options = ["--no-sync", "--auth=trust", "--username=mainstay", "--encoding=UTF8", "--locale=C", "--pgdata"];
    run(as_server(me, initdb).args(options).arg(data));
    let settings = format!("{SETTINGS} -c unix_socket_directories={}", data.display());
    run(as_server(me, pg_ctl).args(["start", "--wait", "--silent", "-o", &settings, "-l"]).arg(data.join("log")).arg("-D").arg(data));
    let mut keeper = as_server(me, Path::new("sh"));
    keeper.args(["-c", KEEPER, "keeper"]).arg(folder).arg(pg_ctl);
    keeper.stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    assert!(keeper.status().is_ok_and(|done| done.success()), "the keeper of the server does not start");
}

/// A command that runs as whoever may run the server.
fn as_server(me: u32, program: &Path) -> Command {
    let mut command = if me == 0 {
        let mut command = Command::new("runuser");
        command.args(["-u", SYSTEM_USER, "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir("/").stdin(Stdio::null());
    command
}

fn run(command: &mut Command) {
    let done = command.output().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    assert!(done.status.success(), "{command:?}: {}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
}
