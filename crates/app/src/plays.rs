//! Plays at work: triggers fire, runs move, what they decide is written in one transaction, and what leaves the product leaves under one key.

mod advance;
mod answers;
mod begin;
mod calendar;
mod channels;
mod compiled;
mod consent;
mod deliver;
mod ended;
mod foresee;
mod gather;
mod heard;
mod look;
mod past;
mod people;
mod perform;
mod refused;
mod runner;
mod steer;
mod stored;
mod think;
mod today;
mod watch;

use std::time::Duration;

use tokio::task::JoinHandle;

pub use channels::Channels;
pub(crate) use consent::MAIL;
pub use deliver::Delivered;
pub use mainstay_connect::Post;
pub use runner::PlayTick;
pub use steer::{MovedRuns, RunAct, Started};
pub use today::{Entrant, EntrantAnswer, Today};

pub(crate) use answers::array_of;
pub(crate) use compiled::CompiledPlay;
pub(crate) use ended::{APPROVAL, APPROVED};
pub(crate) use foresee::{Outlook, foresee};
pub(crate) use look::Look;
pub(crate) use look::json_at;
pub(crate) use people::{Roles, standing_in};
pub(crate) use refused::refusal_words;
pub(crate) use runner::Runner;
pub(crate) use stored::{play_of, run_of};

use crate::app::App;
use crate::error::Result;

/// How often a running server looks at its plays.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// After so many looks it minds the promises of people and their briefings: once a minute.
const LOOKS_A_MINUTE: u32 = 120;

impl App {
    /// Looks once at everything that is new for plays: fires triggers, moves runs, and writes what follows.
    ///
    /// # Errors
    /// When the store or the facts cannot be read or written. Nothing is lost: the next look begins from what is stored.
    pub async fn look_at_plays(&self) -> Result<PlayTick> {
        self.0.runner.lock().await.look(self, self.now()).await
    }

    /// Lets missed promises climb the ladder, and sends the briefings whose time has come.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn mind_promises(&self) -> Result<()> {
        self.climb_ladder().await?;
        self.send_due_briefings().await.map(drop)
    }

    /// Keeps looking at plays and sending what they decide, until the handle is aborted.
    #[must_use]
    pub fn run_plays(&self) -> JoinHandle<()> {
        let app = self.clone();
        tokio::spawn(async move {
            let mut tick = tokio::time::interval(LOOK_EVERY);
            tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            for look in (0..LOOKS_A_MINUTE).cycle() {
                tick.tick().await;
                if look == 0
                    && let Err(error) = app.mind_promises().await
                {
                    tracing::error!(error = %error, cause = error.source.as_ref().map(tracing::field::display), "missed promises and briefings could not be seen to; tried again");
                }
                if let Err(error) = app.take_mail_inbox().await {
                    tracing::error!(error = %error, cause = error.source.as_ref().map(tracing::field::display), "the mail folder could not be taken in; tried again");
                }
                if let Err(error) = app.look_at_plays().await {
                    tracing::error!(error = %error, cause = error.source.as_ref().map(tracing::field::display), "plays could not be looked at; tried again");
                }
                if let Err(error) = app.deliver().await {
                    tracing::error!(error = %error, cause = error.source.as_ref().map(tracing::field::display), "the outbox could not be sent; tried again");
                }
            }
        })
    }
}
