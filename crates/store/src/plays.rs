//! What is kept about plays themselves: the versions that runs began with, and where their triggers stand.

use mainstay_model::Timestamp;
use serde::Serialize;

use crate::Store;
use crate::error::{Attempt, Result};
use crate::fields::{Fields, read_all};
use crate::statement::Value;

/// A play as it was when runs began with it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PlayVersion {
    /// The play.
    pub play: String,
    /// The digest of everything that decides its behaviour.
    pub version: String,
    /// The checked play, as JSON.
    pub definition: String,
    /// Since when.
    pub created_at: Timestamp,
}

/// A subject for which the trigger condition of a play holds now.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PlayCondition {
    /// The play.
    pub play: String,
    /// The subject.
    pub subject: String,
    /// Its account.
    pub account_id: String,
    /// Since when it has held.
    pub since: Timestamp,
}

/// A trigger that has been looked at for the first time: who was in its condition then fires nothing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PlayBaseline {
    /// The play.
    pub play: String,
    /// The digest of the trigger.
    pub trigger_digest: String,
    /// Since when it has been looked at.
    pub since: Timestamp,
}

/// How far plays have looked: facts up to a position are heard, and what time brings up to an instant.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct PlayCursor {
    /// The position of the last fact that was heard.
    pub position: u64,
    /// The instant of the last look.
    pub looked_at: Timestamp,
}

impl Store {
    /// How far plays have looked; none before the first look.
    pub async fn play_cursor(&self) -> Result<Option<PlayCursor>> {
        const READ: &str = "read how far plays have looked";
        let row = sqlx::query("select position, looked_at from play_cursor where id = 1").fetch_optional(&self.pool).await.attempt(READ)?;
        let read = |row: Fields<'_>| Ok(PlayCursor { position: row.count("position")?, looked_at: row.at("looked_at")? });
        row.map(|row| read(Fields::new(&row, READ))).transpose()
    }

    /// Keeps a version of a play; one that is there already stays as it is.
    pub async fn save_play_version(&self, version: &PlayVersion) -> Result<()> {
        sqlx::query("insert into play_versions (play, version, definition, created_at) values ($1, $2, $3, $4) on conflict do nothing")
            .bind(&version.play)
            .bind(&version.version)
            .bind(&version.definition)
            .bind(version.created_at.micros())
            .execute(&self.pool)
            .await
            .attempt("keep a version of a play")
            .map(drop)
    }

    /// All versions that running or paused runs still use, and the latest of each play.
    pub async fn play_versions_in_use(&self) -> Result<Vec<PlayVersion>> {
        const READ: &str = "list versions of plays";
        let rows = sqlx::query(
            "select * from play_versions v where exists (select 1 from play_runs r where r.play = v.play and r.version = v.version \
             and r.status in ('running', 'paused', 'held_out')) \
             or not exists (select 1 from play_versions later where later.play = v.play and later.created_at > v.created_at) \
             order by v.play, v.created_at, v.version",
        )
        .fetch_all(&self.pool)
        .await
        .attempt(READ)?;
        read_all(&rows, READ, read_version)
    }

    /// One version of a play.
    pub async fn play_version(&self, play: &str, version: &str) -> Result<Option<PlayVersion>> {
        const READ: &str = "read a version of a play";
        let row = sqlx::query("select * from play_versions where play = $1 and version = $2")
            .bind(play)
            .bind(version)
            .fetch_optional(&self.pool)
            .await
            .attempt(READ)?;
        row.map(|row| read_version(Fields::new(&row, READ))).transpose()
    }

    /// All subjects for which trigger conditions hold, by play and subject.
    pub async fn play_conditions(&self) -> Result<Vec<PlayCondition>> {
        const READ: &str = "list the conditions that hold";
        let rows = sqlx::query("select * from play_conditions order by play, subject").fetch_all(&self.pool).await.attempt(READ)?;
        let read = |row: Fields<'_>| {
            Ok(PlayCondition {
                play: row.text("play")?,
                subject: row.text("subject")?,
                account_id: row.text("account_id")?,
                since: row.at("since")?,
            })
        };
        read_all(&rows, READ, read)
    }

    /// Which triggers have been looked at.
    pub async fn play_baselines(&self) -> Result<Vec<PlayBaseline>> {
        const READ: &str = "list the triggers in force";
        let rows =
            sqlx::query("select * from play_baselines order by play, since, trigger_digest").fetch_all(&self.pool).await.attempt(READ)?;
        let read = |row: Fields<'_>| {
            Ok(PlayBaseline { play: row.text("play")?, trigger_digest: row.text("trigger_digest")?, since: row.at("since")? })
        };
        read_all(&rows, READ, read)
    }
}

pub(crate) fn condition_values(condition: &PlayCondition) -> [Value; 4] {
    [Value::from(&condition.play), Value::from(&condition.subject), Value::from(&condition.account_id), Value::from(condition.since)]
}

pub(crate) fn baseline_values(baseline: &PlayBaseline) -> [Value; 3] {
    [Value::from(&baseline.play), Value::from(&baseline.trigger_digest), Value::from(baseline.since)]
}

fn read_version(row: Fields<'_>) -> Result<PlayVersion> {
    Ok(PlayVersion {
        play: row.text("play")?,
        version: row.text("version")?,
        definition: row.text("definition")?,
        created_at: row.at("created_at")?,
    })
}

pub(crate) fn cursor_values(cursor: PlayCursor) -> [Value; 3] {
    [Value::from(1_i64), Value::from(cursor.position.cast_signed()), Value::from(cursor.looked_at)]
}
