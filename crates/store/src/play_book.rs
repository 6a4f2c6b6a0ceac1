//! Plays as people look at them: what became of their runs and steps, counted, and the log across all runs of one.

use mainstay_model::Timestamp;
use serde::Serialize;

use crate::Store;
use crate::error::{Attempt, Result};
use crate::fields::{Fields, read_all};
use crate::interventions::Intervention;
use crate::outbox::{OutboxEntry, read_entry};
use crate::steps::{PlayStep, StepOutcome, read_step};
use crate::verdicts::{MessageVerdict, read_verdict};

/// How many runs of a play have begun, and when the last did.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PlayBegun {
    /// The play.
    pub play: String,
    /// The version that the runs go by.
    pub version: String,
    /// How many runs go by it, ended ones among them.
    pub runs: u64,
    /// How many of them are under way, with effects or held out.
    pub under_way: u64,
    /// How many of them all are held out for comparison.
    pub held_out: u64,
    /// When the last of them was recorded.
    pub last_at: Timestamp,
}

/// How often a step of a play was decided in one way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct StepCount {
    /// The step; repetitions have names of their own.
    pub step: String,
    /// What became of it.
    pub outcome: StepOutcome,
    /// In how many runs.
    pub runs: u64,
}

/// How many messages of a play left by one channel, and what came back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct MessageCount {
    /// The channel.
    pub channel: String,
    /// How many left.
    pub sent: u64,
    /// How many of them were opened.
    pub opened: u64,
    /// In how many a link was followed.
    pub clicked: u64,
    /// How many were answered.
    pub replied: u64,
    /// How many came back.
    pub bounced: u64,
}

impl Store {
    /// How many runs of each play and version have begun.
    pub async fn plays_begun(&self) -> Result<Vec<PlayBegun>> {
        const READ: &str = "count the runs of plays";
        let rows = sqlx::query(
            "select play, version, count(*) as runs, sum(case when ended_at is null then 1 else 0 end) as under_way, \
             sum(case when held_out <> 0 then 1 else 0 end) as held_out, max(started_at) as last_at from play_runs group by play, version order by play, version",
        )
        .fetch_all(&self.pool)
        .await
        .attempt(READ)?;
        let read = |row: Fields<'_>| {
            Ok(PlayBegun {
                play: row.text("play")?,
                version: row.text("version")?,
                runs: row.count("runs")?,
                under_way: row.count("under_way")?,
                held_out: row.count("held_out")?,
                last_at: row.at("last_at")?,
            })
        };
        read_all(&rows, READ, read)
    }

    /// How often each step of a play was decided, and how.
    pub async fn count_steps(&self, play: &str) -> Result<Vec<StepCount>> {
        const READ: &str = "count the steps of a play";
        let rows = sqlx::query(
            "select play_steps.step as step, play_steps.outcome as outcome, count(*) as runs from play_steps \
             join play_runs on play_runs.id = play_steps.run_id where play_runs.play = $1 \
             group by play_steps.step, play_steps.outcome order by play_steps.step, play_steps.outcome",
        )
        .bind(play)
        .fetch_all(&self.pool)
        .await
        .attempt(READ)?;
        let read = |row: Fields<'_>| Ok(StepCount { step: row.text("step")?, outcome: row.word("outcome")?, runs: row.count("runs")? });
        read_all(&rows, READ, read)
    }

    /// How many messages of a play left by each channel, and what came back. A message counts once for each thing that was done with it.
    ///
    /// # Errors
    /// [`crate::StoreError::Query`] when they cannot be read.
    pub async fn count_messages_of_play(&self, play: &str) -> Result<Vec<MessageCount>> {
        const READ: &str = "count the messages of a play";
        let rows = sqlx::query(
            "select messages.channel as channel, count(*) as sent, count(messages.opened_at) as opened, \
             count(messages.clicked_at) as clicked, count(messages.replied_at) as replied, count(messages.bounced_at) as bounced \
             from messages join play_runs on play_runs.id = messages.run_id where play_runs.play = $1 \
             group by messages.channel order by messages.channel",
        )
        .bind(play)
        .fetch_all(&self.pool)
        .await
        .attempt(READ)?;
        let read = |row: Fields<'_>| {
            Ok(MessageCount {
                channel: row.text("channel")?,
                sent: row.count("sent")?,
                opened: row.count("opened")?,
                clicked: row.count("clicked")?,
                replied: row.count("replied")?,
                bounced: row.count("bounced")?,
            })
        };
        read_all(&rows, READ, read)
    }

    /// The steps of a play that were decided last, each with its run's account.
    pub async fn steps_of_play(&self, play: &str, limit: u32) -> Result<Vec<(String, PlayStep)>> {
        const SQL: &str = "select play_steps.*, play_runs.account_id as account_id from play_steps \
             join play_runs on play_runs.id = play_steps.run_id where play_runs.play = $1 and play_steps.decided_at is not null \
             order by play_steps.decided_at desc, play_steps.run_id, play_steps.step limit $2";
        self.latest_of_play("list the steps of a play", SQL, (play, limit), |row| Ok((row.text("account_id")?, read_step(row)?))).await
    }

    /// The messages of a play that were delayed or suppressed last.
    pub async fn verdicts_of_play(&self, play: &str, limit: u32) -> Result<Vec<MessageVerdict>> {
        const SQL: &str = "select decisions.* from decisions join play_runs on play_runs.id = decisions.run_id \
             where play_runs.play = $1 order by decisions.at desc, decisions.id limit $2";
        self.latest_of_play("list the messages of a play that did not go at once", SQL, (play, limit), read_verdict).await
    }

    /// What a play was to send and was given up, the latest first.
    pub async fn dead_letters_of_play(&self, play: &str, limit: u32) -> Result<Vec<OutboxEntry>> {
        const SQL: &str = "select outbox.* from outbox join play_runs on play_runs.id = outbox.run_id \
             where play_runs.play = $1 and outbox.status = 'dead' order by outbox.created_at desc, outbox.key limit $2";
        self.latest_of_play("list what a play could not send", SQL, (play, limit), read_entry).await
    }

    /// How much of each play's outbox was given up; plays without any are left out.
    pub async fn count_dead_letters(&self) -> Result<Vec<(String, u64)>> {
        const READ: &str = "count what plays could not send";
        let rows = sqlx::query(
            "select play_runs.play as play, count(*) as entries from outbox join play_runs on play_runs.id = outbox.run_id \
             where outbox.status = 'dead' group by play_runs.play order by play_runs.play",
        )
        .fetch_all(&self.pool)
        .await
        .attempt(READ)?;
        read_all(&rows, READ, |row| Ok((row.text("play")?, row.count("entries")?)))
    }

    /// What people did to the runs of a play, and what its runs noted, the latest first.
    pub async fn interventions_of_play(&self, play: &str, limit: u32) -> Result<Vec<Intervention>> {
        const SQL: &str = "select interventions.* from interventions join play_runs on play_runs.id = interventions.run_id \
             where play_runs.play = $1 order by interventions.at desc, interventions.id limit $2";
        self.latest_of_play("list what was done to the runs of a play", SQL, (play, limit), crate::interventions::read_intervention).await
    }

    /// The rows of a statement over a play's name and a limit.
    async fn latest_of_play<T>(
        &self,
        what: &'static str,
        sql: &'static str,
        (play, limit): (&str, u32),
        read: impl Fn(Fields<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let rows = sqlx::query(sql).bind(play).bind(i64::from(limit)).fetch_all(&self.pool).await.attempt(what)?;
        read_all(&rows, what, read)
    }
}
