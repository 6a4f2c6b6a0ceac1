//! The plays: what each is for, where its runs stand, how they ended.

pub mod detail;
pub mod document;
pub mod messages;
pub mod refused;
pub mod run;
pub mod scenarios;
pub mod steer;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use mainstay_app::play_book::{EndedRuns, PlaySummary};

use super::Console;
use super::error::{PageResult, show};
use super::frame::Frame;
use super::session::Visit;
use super::words::{Locale, Moment, label, plural, segment, spaced};

/// The page.
#[derive(Template, Debug)]
#[template(path = "console/plays.html")]
pub struct PlaysPage {
    /// What is around it.
    pub frame: Frame,
    /// The plays.
    pub plays: Vec<PlayRow>,
}

/// One play in short.
#[derive(Clone, Debug)]
pub struct PlayRow {
    /// What people read.
    pub label: String,
    /// The name.
    pub name: String,
    /// Its page.
    pub href: String,
    /// What it serves.
    pub purpose: String,
    /// Whether the workspace has it.
    pub in_force: bool,
    /// Runs under way.
    pub waiting: String,
    /// How many of them are paused; empty for none.
    pub paused: String,
    /// Runs held out.
    pub held_out: String,
    /// `12 renewed · 3 stopped`.
    pub ended: String,
    /// What could not be sent; empty for nothing.
    pub dead: String,
    /// When a run last began.
    pub last: String,
    /// When exactly.
    pub last_at: String,
}

/// How runs ended, in words.
#[must_use]
pub fn ended_words(ended: &[EndedRuns], locale: Locale) -> String {
    let words = ended.iter().map(|one| format!("{} {}", locale.count(whole(one.runs)), spaced(&one.outcome)));
    words.collect::<Vec<_>>().join(" · ")
}

/// A count for the page.
#[must_use]
pub fn whole(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// Colour, shape and word of a run's or step's state.
#[must_use]
pub fn state_mark(state: &str) -> (&'static str, &'static str, String) {
    let (tone, shape) = match state {
        "running" | "done" | "sent" => ("green", "●"),
        "paused" | "delayed" | "waiting" | "approving" => ("yellow", "◆"),
        "failed" | "dead" | "given_up" => ("red", "■"),
        "stopped" | "suppressed" => ("orange", "▲"),
        _ => ("grey", "○"),
    };
    (tone, shape, spaced(state))
}

impl PlaysPage {
    /// Makes the page.
    #[must_use]
    pub fn new(frame: Frame, plays: &[PlaySummary], locale: Locale, moment: &Moment) -> Self {
        let count = |count: u64| locale.count(whole(count));
        let row = |play: &PlaySummary| PlayRow {
            label: play.label.clone(),
            name: play.name.clone(),
            href: format!("/plays/{}", segment(&play.name)),
            purpose: label(&play.purpose),
            in_force: play.in_force,
            waiting: count(play.waiting),
            paused: if play.paused > 0 { count(play.paused) } else { String::new() },
            held_out: count(play.held_out),
            ended: ended_words(&play.ended, locale),
            dead: if play.dead_letters > 0 { plural(whole(play.dead_letters), "not sent", "not sent") } else { String::new() },
            last: play.last_begun.map_or_else(|| "never".to_owned(), |at| moment.ago(at)),
            last_at: play.last_begun.map_or_else(String::new, |at| moment.full(at)),
        };
        Self { frame, plays: plays.iter().map(row).collect() }
    }
}

/// Shows the page.
pub(crate) async fn list_plays(State(console): State<Console>, Extension(visit): Extension<Visit>) -> PageResult {
    let plays = console.app.list_plays().await?;
    let frame = Frame::new(&console.app, &visit, "plays", "Plays");
    Ok(show(&PlaysPage::new(frame, &plays, visit.locale, &visit.moment)))
}
