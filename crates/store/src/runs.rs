//! Runs of plays: one play for one subject from one trigger instant on; who holds one for the moment, and what is due.

use mainstay_model::Timestamp;
use serde::Serialize;

use crate::Store;
use crate::error::{Attempt, Result};
use crate::fields::{Fields, read_all, words};
use crate::statement::{Statement, Value};

words! {
    /// Where a run stands.
    RunStatus, "status of a run", {
        /// It has steps ahead.
        Running = "running",
        /// A person halted it; it goes on when told to.
        Paused = "paused",
        /// It came to its end, or left by one of its exits.
        Finished = "finished",
        /// A person or another play ended it.
        Stopped = "stopped",
        /// Held out for comparison: recorded, never acted on.
        HeldOut = "held_out",
        /// It cannot go on without a person.
        Failed = "failed",
    }
}

/// A run as stored.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PlayRun {
    /// The id.
    pub id: String,
    /// The play.
    pub play: String,
    /// The version of the play that it runs by.
    pub version: String,
    /// The account.
    pub account_id: String,
    /// The subject: the account itself, or its subscription, person or user.
    pub subject: String,
    /// Where it stands.
    pub status: RunStatus,
    /// How it ended, in the play's words.
    pub outcome: Option<String>,
    /// Its hour 0.
    pub trigger_at: Timestamp,
    /// The trigger's own values, as JSON.
    pub trigger_values: String,
    /// The account's columns at the trigger instant, as JSON.
    pub baseline: String,
    /// The machine's state, as JSON.
    pub state: String,
    /// When it is to be looked at next; none when only an event moves it.
    pub due_at: Option<Timestamp>,
    /// 0 to 100; of two that are due at once the higher one goes first.
    pub priority: i64,
    /// Whether it is held out for comparison.
    pub held_out: bool,
    /// When it was recorded; later than the trigger instant after a downtime.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// When it was last decided about.
    pub updated_at: Timestamp,
    /// How often it was decided about. A decision names the revision that it looked at.
    pub revision: i64,
    /// Who holds it for the moment.
    pub claim: Option<String>,
    /// Until when.
    pub claim_until: Option<Timestamp>,
}

/// Which runs to list; what is absent does not narrow.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RunFilter {
    /// Of this play.
    pub play: Option<String>,
    /// Of this version.
    pub version: Option<String>,
    /// That stand so.
    pub status: Option<RunStatus>,
    /// Of this account.
    pub account_id: Option<String>,
    /// Of this subject.
    pub subject: Option<String>,
    /// Started at this instant or later.
    pub started_since: Option<Timestamp>,
    /// To be looked at next before this instant.
    pub due_before: Option<Timestamp>,
    /// At most so many.
    pub limit: u32,
    /// After so many.
    pub offset: u32,
}

/// Of which play a run is, and since when it runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RunOrigin {
    /// The run.
    pub id: String,
    /// The play.
    pub play: String,
    /// Its hour 0.
    pub trigger_at: Timestamp,
}

/// How many runs of a play stand how, and with which outcome.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RunCount {
    /// The play.
    pub play: String,
    /// Where they stand.
    pub status: RunStatus,
    /// How they ended.
    pub outcome: Option<String>,
    /// How many.
    pub runs: u64,
}

impl Store {
    /// The run of an id.
    pub async fn run(&self, id: &str) -> Result<Option<PlayRun>> {
        const READ: &str = "read a run";
        let row = sqlx::query("select * from play_runs where id = $1").bind(id).fetch_optional(&self.pool).await.attempt(READ)?;
        row.map(|row| read_run(Fields::new(&row, READ))).transpose()
    }

    /// The runs of a filter, the latest first.
    pub async fn runs(&self, filter: &RunFilter) -> Result<Vec<PlayRun>> {
        const READ: &str = "list runs";
        let statement = Statement::new("select * from play_runs where started_at >= ")
            .value(filter.started_since.map_or(i64::MIN, Timestamp::micros))
            .and("play =", filter.play.as_ref())
            .and("version =", filter.version.as_ref())
            .and("status =", filter.status.map(RunStatus::as_str))
            .and("account_id =", filter.account_id.as_ref())
            .and("subject =", filter.subject.as_ref())
            .and("due_at <", filter.due_before)
            .text(" order by started_at desc, id limit ")
            .value(i64::from(filter.limit))
            .text(" offset ")
            .value(i64::from(filter.offset));
        read_all(&statement.query().fetch_all(&self.pool).await.attempt(READ)?, READ, read_run)
    }

    /// The accounts with a run under way, held-out ones among them.
    pub async fn accounts_under_way(&self) -> Result<Vec<String>> {
        const READ: &str = "list the accounts with a run under way";
        let under_way = [RunStatus::Running, RunStatus::Paused, RunStatus::HeldOut].map(RunStatus::as_str);
        let statement = Statement::new("select distinct account_id from play_runs where status in ").list(under_way);
        read_all(&statement.query().fetch_all(&self.pool).await.attempt(READ)?, READ, |row: Fields<'_>| row.text("account_id"))
    }

    /// All runs of accounts, whatever their status, the latest trigger first: what re-entry and exclusion look at.
    pub async fn runs_of_accounts(&self, account_ids: &[String]) -> Result<Vec<PlayRun>> {
        const READ: &str = "list the runs of accounts";
        let mut runs = Vec::new();
        for ids in account_ids.chunks(LOOKUP_CHUNK) {
            let statement = Statement::new("select * from play_runs where account_id in ").list(ids).text(" order by trigger_at desc, id");
            runs.extend(read_all(&statement.query().fetch_all(&self.pool).await.attempt(READ)?, READ, read_run)?);
        }
        Ok(runs)
    }

    /// Of which play the runs of these ids are; those that are not known are left out.
    pub async fn run_origins(&self, ids: &[String]) -> Result<Vec<RunOrigin>> {
        const READ: &str = "look up of which play runs are";
        let mut origins = Vec::new();
        for ids in ids.chunks(LOOKUP_CHUNK) {
            let statement = Statement::new("select id, play, trigger_at from play_runs where id in ").list(ids);
            let read = |row: Fields<'_>| Ok(RunOrigin { id: row.text("id")?, play: row.text("play")?, trigger_at: row.at("trigger_at")? });
            origins.extend(read_all(&statement.query().fetch_all(&self.pool).await.attempt(READ)?, READ, read)?);
        }
        Ok(origins)
    }

    /// How many runs stand how, per play and outcome.
    pub async fn count_runs(&self) -> Result<Vec<RunCount>> {
        const READ: &str = "count runs";
        let rows = sqlx::query(
            "select play, status, outcome, count(*) as runs from play_runs group by play, status, outcome order by play, status, outcome",
        )
        .fetch_all(&self.pool)
        .await
        .attempt(READ)?;
        let read = |row: Fields<'_>| {
            Ok(RunCount {
                play: row.text("play")?,
                status: row.word("status")?,
                outcome: row.text_if_any("outcome")?,
                runs: row.count("runs")?,
            })
        };
        read_all(&rows, READ, read)
    }

    /// Takes runs that are due at `now`, at most `limit`, the longest overdue first and of equally old ones the one of higher priority.
    /// Until `lease_until` nobody else gets them; then they are due again unless a decision came.
    pub async fn claim_due(&self, now: Timestamp, limit: u32, lease_until: Timestamp, claimant: &str) -> Result<Vec<PlayRun>> {
        const CLAIM: &str = "claim runs that are due";
        let statement =
            Statement::new("with due as materialized (select id from play_runs where status in ('running', 'held_out') and due_at <= ")
                .value(now)
                .text(" and (claim_until is null or claim_until <= ")
                .value(now)
                .text(") order by due_at, priority desc, id limit ")
                .value(i64::from(limit))
                .text(self.dialect.skip_locked())
                .text(") update play_runs set claim = ")
                .value(claimant)
                .text(", claim_until = ")
                .value(lease_until)
                // Said again: a row that another process claimed between the two is looked at anew.
                .text(" where id in (select id from due) and (claim_until is null or claim_until <= ")
                .value(now)
                .text(") returning *");
        let mut runs = read_all(&statement.query().fetch_all(&self.pool).await.attempt(CLAIM)?, CLAIM, read_run)?;
        runs.sort_by(|a, b| (a.due_at, -a.priority, &a.id).cmp(&(b.due_at, -b.priority, &b.id)));
        Ok(runs)
    }

    /// Gives claimed runs back before the lease ends, as they are.
    pub async fn release_runs(&self, ids: &[String], claimant: &str) -> Result<()> {
        for ids in ids.chunks(LOOKUP_CHUNK) {
            let statement = Statement::new("update play_runs set claim = null, claim_until = null where claim = ")
                .value(claimant)
                .text(" and id in ")
                .list(ids);
            statement.query().execute(&self.pool).await.attempt("give runs back")?;
        }
        Ok(())
    }

    /// When the next run is due that nobody holds; none when none waits for a time.
    pub async fn next_due(&self) -> Result<Option<Timestamp>> {
        let next: Option<i64> =
            sqlx::query_scalar("select min(due_at) from play_runs where status in ('running', 'held_out') and due_at is not null")
                .fetch_one(&self.pool)
                .await
                .attempt("read when the next run is due")?;
        Ok(next.map(Timestamp))
    }
}

/// Ids per statement of a look-up.
pub(crate) const LOOKUP_CHUNK: usize = 256;

pub(crate) const INSERT_RUN: &str = "insert into play_runs (id, play, version, account_id, subject, status, outcome, trigger_at, \
    trigger_values, baseline, state, due_at, priority, held_out, started_at, ended_at, updated_at, revision)";

pub(crate) fn run_values(run: &PlayRun) -> [Value; 18] {
    [
        Value::from(&run.id),
        Value::from(&run.play),
        Value::from(&run.version),
        Value::from(&run.account_id),
        Value::from(&run.subject),
        Value::from(run.status.as_str()),
        Value::from(&run.outcome),
        Value::from(run.trigger_at),
        Value::from(&run.trigger_values),
        Value::from(&run.baseline),
        Value::from(&run.state),
        Value::from(run.due_at),
        Value::from(run.priority),
        Value::from(run.held_out),
        Value::from(run.started_at),
        Value::from(run.ended_at),
        Value::from(run.updated_at),
        Value::from(run.revision),
    ]
}

fn read_run(row: Fields<'_>) -> Result<PlayRun> {
    Ok(PlayRun {
        id: row.text("id")?,
        play: row.text("play")?,
        version: row.text("version")?,
        account_id: row.text("account_id")?,
        subject: row.text("subject")?,
        status: row.word("status")?,
        outcome: row.text_if_any("outcome")?,
        trigger_at: row.at("trigger_at")?,
        trigger_values: row.text("trigger_values")?,
        baseline: row.text("baseline")?,
        state: row.text("state")?,
        due_at: row.at_if_any("due_at")?,
        priority: row.number("priority")?,
        held_out: row.yes("held_out")?,
        started_at: row.at("started_at")?,
        ended_at: row.at_if_any("ended_at")?,
        updated_at: row.at("updated_at")?,
        revision: row.number("revision")?,
        claim: row.text_if_any("claim")?,
        claim_until: row.at_if_any("claim_until")?,
    })
}
