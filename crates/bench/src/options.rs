//! What a part is told: `--name value` pairs.

use std::path::PathBuf;

use crate::Result;

/// The options of all parts; each reads those it needs.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// Which part to run.
    pub(crate) part: String,
    /// Folder for everything that is written.
    pub(crate) scratch: PathBuf,
    /// File that figures are added to, a JSON object a line.
    pub(crate) results: PathBuf,
    /// File the table is written to.
    pub(crate) out: PathBuf,
    /// The binary `mainstay`.
    pub(crate) mainstay: PathBuf,
    /// How many accounts.
    pub(crate) accounts: u64,
    /// How many events.
    pub(crate) events: u64,
    /// How many seconds at most.
    pub(crate) seconds: u64,
    /// Events a second, where they are paced.
    pub(crate) rate: u64,
    /// The address of an empty PostgreSQL database; none is measured where absent.
    pub(crate) postgres: Option<String>,
    /// Runs of plays that wait for something far away.
    pub(crate) waiting: u64,
    /// Connections at the same time.
    pub(crate) connections: usize,
}

impl Options {
    pub(crate) fn read(words: impl Iterator<Item = String>) -> Result<Self> {
        let mut options = Self {
            part: String::new(),
            scratch: PathBuf::from("bench-scratch"),
            results: PathBuf::from("bench-scratch/results.jsonl"),
            out: PathBuf::from("bench-scratch/table.md"),
            mainstay: PathBuf::from("mainstay"),
            accounts: 100_000,
            events: 1_000_000,
            seconds: 15,
            rate: 20_000,
            postgres: None,
            waiting: 1_000_000,
            connections: 32,
        };
        let mut words = words;
        options.part = words.next().ok_or("say which part to run, e.g. `mainstay-bench turn`")?;
        while let Some(name) = words.next() {
            let value = words.next().ok_or_else(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "--scratch" => options.scratch = value.into(),
                "--results" => options.results = value.into(),
                "--out" => options.out = value.into(),
                "--mainstay" => options.mainstay = value.into(),
                "--accounts" => options.accounts = number(&name, &value)?,
                "--events" => options.events = number(&name, &value)?,
                "--seconds" => options.seconds = number(&name, &value)?,
                "--rate" => options.rate = number(&name, &value)?,
                "--postgres" => options.postgres = Some(value),
                "--waiting" => options.waiting = number(&name, &value)?,
                "--connections" => options.connections = usize::try_from(number(&name, &value)?)?,
                _ => return Err(format!("there is no option {name}").into()),
            }
        }
        Ok(options)
    }

    /// The data folder of this many accounts.
    pub(crate) fn data(&self) -> PathBuf {
        self.scratch.join(format!("data-{}", self.accounts))
    }
}

fn number(name: &str, value: &str) -> Result<u64> {
    let (digits, unit) = match value.strip_suffix(['M', 'm']) {
        Some(digits) => (digits, 1_000_000),
        None => (value.strip_suffix(['K', 'k']).unwrap_or(value), if value.ends_with(['K', 'k']) { 1_000 } else { 1 }),
    };
    digits.parse::<u64>().map(|number| number * unit).map_err(|_| format!("{name} needs a number, not `{value}`").into())
}

/// The workspace that everything is measured with.
pub(crate) fn workspace() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/workspace"))
}
