//! Plays, runs and the outbox, asked of a running server.

use mainstay_app::Result;
use mainstay_app::play_book::{Letter, OutboxAsked, PlayDetail, PlaySummary, RefusalLine, RefusalsAsked, RunLine, RunsAsked};
use mainstay_app::plays::{MovedRuns, RunAct, Started, Today};
use serde_json::json;

use super::{Server, segment};

impl Server {
    /// The plays.
    pub(crate) async fn list_plays(&self) -> Result<Vec<PlaySummary>> {
        self.get("/api/plays", &[]).await
    }

    /// One play, and who would enter it today.
    pub(crate) async fn show_play(&self, name: &str) -> Result<(PlayDetail, Today)> {
        let path = format!("/api/plays/{}", segment(name));
        let detail: PlayDetail = self.get(&path, &[]).await?;
        let today = if detail.summary.in_force { self.get(&format!("{path}/entrants"), &[]).await? } else { Today::default() };
        Ok((detail, today))
    }

    /// Starts a play by hand.
    pub(crate) async fn start_play(&self, name: &str, account: &str, record: Option<&str>) -> Result<Started> {
        self.post(&format!("/api/plays/{}/start", segment(name)), &json!({"account": account, "record": record})).await
    }

    /// Moves the runs of a play to the version in force.
    pub(crate) async fn move_runs(&self, name: &str) -> Result<MovedRuns> {
        self.post(&format!("/api/plays/{}/move", segment(name)), &json!({})).await
    }

    /// Runs of a filter.
    pub(crate) async fn list_runs(&self, asked: &RunsAsked) -> Result<Vec<RunLine>> {
        let (limit, offset) = (asked.limit.map(|limit| limit.to_string()), asked.offset.map(|offset| offset.to_string()));
        let query = [
            ("play", asked.play.as_deref()),
            ("account", asked.account.as_deref()),
            ("status", asked.status.as_deref()),
            ("version", asked.version.as_deref()),
            ("limit", limit.as_deref()),
            ("offset", offset.as_deref()),
        ];
        self.get("/api/runs", &known(&query)).await
    }

    /// For whom plays did not start.
    pub(crate) async fn list_refusals(&self, asked: &RefusalsAsked) -> Result<Vec<RefusalLine>> {
        let limit = asked.limit.map(|limit| limit.to_string());
        let query = [
            ("play", asked.play.as_deref()),
            ("account", asked.account.as_deref()),
            ("since", asked.since.as_deref()),
            ("limit", limit.as_deref()),
        ];
        self.get("/api/refusals", &known(&query)).await
    }

    /// Does something to a run.
    pub(crate) async fn act_on_run(&self, id: &str, act: &RunAct) -> Result<()> {
        self.post::<RunLine>(&format!("/api/runs/{}", segment(id)), act).await.map(drop)
    }

    /// Entries of the outbox.
    pub(crate) async fn list_outbox(&self, asked: &OutboxAsked) -> Result<Vec<Letter>> {
        let limit = asked.limit.map(|limit| limit.to_string());
        let query = [
            ("status", asked.status.as_deref()),
            ("channel", asked.channel.as_deref()),
            ("account", asked.account.as_deref()),
            ("run", asked.run.as_deref()),
            ("limit", limit.as_deref()),
        ];
        self.get("/api/outbox", &known(&query)).await
    }

    /// Sends again what was given up.
    pub(crate) async fn replay_letters(&self, keys: &[String], play: Option<&str>) -> Result<u64> {
        self.post("/api/outbox/replay", &json!({"keys": keys, "play": play})).await
    }
}

fn known<'a>(query: &[(&'static str, Option<&'a str>)]) -> Vec<(&'static str, &'a str)> {
    query.iter().filter_map(|(name, value)| Some((*name, (*value)?))).collect()
}
