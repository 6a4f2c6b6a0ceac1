//! Figures: kept one a line while parts run, and put in a table at the end.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::options::Options;

/// One measured figure.
#[derive(Serialize, Deserialize)]
struct Figure {
    /// What was measured.
    what: String,
    /// Whose figure it is: `Mainstay`, or the peer's name.
    who: String,
    /// The figure with its unit.
    figure: String,
    /// The goal, where there is one.
    #[serde(default)]
    goal: String,
}

const OURS: &str = "Mainstay";

/// Keeps a figure of ours.
pub(crate) fn keep(options: &Options, what: &str, figure: &str, goal: &str) -> Result<()> {
    println!("{what}: {figure}");
    let figure = Figure { what: what.to_owned(), who: OURS.to_owned(), figure: figure.to_owned(), goal: goal.to_owned() };
    let mut file = OpenOptions::new().create(true).append(true).open(&options.results)?;
    writeln!(file, "{}", serde_json::to_string(&figure)?)?;
    Ok(())
}

/// Writes the table of all figures kept.
pub(crate) fn report(options: &Options) -> Result<()> {
    let text = std::fs::read_to_string(&options.results)?;
    let figures: Vec<Figure> = text.lines().map(serde_json::from_str).collect::<std::result::Result<_, _>>()?;
    let mut rows: Vec<&str> = Vec::new();
    for figure in &figures {
        if !rows.contains(&figure.what.as_str()) {
            rows.push(&figure.what);
        }
    }
    let mut table = "| what | goal | Mainstay | beside it |\n|---|---|---|---|\n".to_owned();
    for what in rows {
        let of_row = || figures.iter().filter(|figure| figure.what == what);
        let ours = of_row().find(|figure| figure.who == OURS);
        let peers: Vec<String> = of_row().filter(|figure| figure.who != OURS).map(|one| format!("{} {}", one.who, one.figure)).collect();
        let cell = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
        let (figure, goal) = ours.map_or(("", ""), |ours| (&ours.figure, &ours.goal));
        table.push_str(&format!("| {what} | {} | {} | {} |\n", cell(goal), cell(figure), cell(&peers.join("; "))));
    }
    std::fs::write(&options.out, &table)?;
    print!("{table}");
    Ok(())
}

/// The middle of some durations.
pub(crate) fn median(times: &[Duration]) -> Duration {
    quantile(times, 0.5)
}

/// The duration that this share of them does not exceed.
pub(crate) fn quantile(times: &[Duration], share: f64) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let at = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(at.saturating_sub(1)).copied().unwrap_or_default()
}

/// A duration as people read it.
pub(crate) fn shown(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds >= 1.0 {
        format!("{seconds:.2} s")
    } else if seconds >= 0.01 {
        format!("{:.0} ms", seconds * 1e3)
    } else {
        format!("{:.1} ms", seconds * 1e3)
    }
}

/// A whole number with commas.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
