//! A running server, asked over HTTP for the same operations: the one that holds the data folder, or one named by its address and a token.

mod import;
mod plays;
mod tasks;

use std::time::Duration;

use mainstay_app::data::{DataStatus, QuarantineEntry, QuarantineFilter};
use mainstay_app::health::Explanation;
use mainstay_app::ingest::Answer;
use mainstay_app::lifecycle::{ContractOutlook, OnboardingBoard, RenewalBook, RenewalQuery, RenewalStage};
use mainstay_app::local::LocalServer;
use mainstay_app::revenue::{RevenueQuery, RevenueReport};
use mainstay_app::{AppError, ErrorCode, Result};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// How long to wait for a connection.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// A server and what it is shown.
pub(crate) struct Server {
    http: Client,
    url: String,
    token: String,
}

/// Whose explanation it is, and as of when.
#[derive(Deserialize)]
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) as_of: mainstay_model::Timestamp,
}

/// Rows of an answer as they are printed, and whether there are more.
pub(crate) struct Rows {
    pub(crate) text: String,
    pub(crate) cut: bool,
}

/// A refusal as the server writes it.
#[derive(Deserialize)]
struct Refused {
    code: ErrorCode,
    message: String,
    #[serde(default)]
    hint: String,
}

impl Server {
    /// The server of an address, which shows a token made by `mainstay token create`.
    pub(crate) fn at(url: &str, token: &str) -> Result<Self> {
        Self::new(url, token, Client::builder())
    }

    /// The server that holds a data folder of this machine, if it still answers.
    pub(crate) async fn of(local: &LocalServer) -> Result<Option<Self>> {
        let server = Self::new(&local.url, &local.token, Client::builder().no_proxy())?;
        match server.status().await {
            Ok(_) => Ok(Some(server)),
            // Nobody answers, or somebody who does not know the secret: the note is of a server that has gone.
            Err(error) if matches!(error.code, ErrorCode::Unavailable | ErrorCode::Unauthorized | ErrorCode::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn new(url: &str, token: &str, http: reqwest::ClientBuilder) -> Result<Self> {
        // Who needs no certificates is not kept from asking by a machine that has none.
        let http = if url.starts_with("https:") { http } else { http.tls_certs_only([]) };
        let http = http
            .connect_timeout(CONNECT_WITHIN)
            .build()
            .map_err(|error| AppError::new(ErrorCode::Unavailable, "requests cannot be sent").caused_by(error))?;
        Ok(Self { http, url: url.trim_end_matches('/').to_owned(), token: token.to_owned() })
    }

    /// What there is.
    pub(crate) async fn status(&self) -> Result<DataStatus> {
        self.get("/api/status", &[]).await
    }

    /// Scores of some accounts, or of all.
    pub(crate) async fn score(&self, accounts: &[String], when: &[(&str, &str)]) -> Result<Vec<mainstay_app::accounts::ScoreRow>> {
        let mut query: Vec<(&str, &str)> = accounts.iter().map(|account| ("account", account.as_str())).collect();
        query.extend(when);
        self.get("/api/scores", &query).await
    }

    /// Why an account's score is what it is.
    pub(crate) async fn explain(&self, account: &str, when: &[(&str, &str)]) -> Result<(Named, Explanation)> {
        let path = format!("/api/accounts/{}", segment(account));
        Ok((self.get(&path, when).await?, self.get(&format!("{path}/explanation"), when).await?))
    }

    /// How recurring revenue moved.
    pub(crate) async fn revenue(&self, asked: &RevenueQuery, when: &[(&str, &str)]) -> Result<RevenueReport> {
        let (from, to, movements) = (asked.from.to_string(), asked.to.to_string(), asked.movements.to_string());
        let mut query =
            vec![("from", from.as_str()), ("to", to.as_str()), ("grain", asked.grain.as_str()), ("movements", movements.as_str())];
        query.extend(asked.by.map(|by| ("by", by.as_str())));
        query.extend(asked.currency.as_deref().map(|currency| ("currency", currency)));
        query.extend(when);
        self.get("/api/revenue", &query).await
    }

    /// What renews when.
    pub(crate) async fn renewals(&self, asked: &RenewalQuery, when: &[(&str, &str)]) -> Result<RenewalBook> {
        let (months, offset, limit) = (asked.months.to_string(), asked.offset.to_string(), asked.limit.to_string());
        let month = asked.month.map(|day| day.to_string().chars().take(7).collect::<String>());
        let mut query = vec![("months", months.as_str()), ("offset", offset.as_str()), ("limit", limit.as_str())];
        query.extend(month.as_deref().map(|month| ("month", month)));
        query.extend(asked.stage.map(RenewalStage::as_str).map(|stage| ("stage", stage)));
        query.extend(asked.owner.as_deref().map(|owner| ("owner", owner)));
        query.extend(when);
        self.get("/api/renewals", &query).await
    }

    /// What the contract lines of an account will bill next, and until when they can be left.
    pub(crate) async fn contracts(&self, account: &str, when: &[(&str, &str)]) -> Result<ContractOutlook> {
        self.get(&format!("/api/accounts/{}/contracts", segment(account)), when).await
    }

    /// Where the accounts in onboarding stand.
    pub(crate) async fn onboarding(&self, when: &[(&str, &str)]) -> Result<OnboardingBoard> {
        self.get("/api/onboarding", when).await
    }

    /// The rows of a question, written in a format.
    pub(crate) async fn ask(&self, question: &str, format: &str, when: &[(&str, &str)]) -> Result<Rows> {
        let query: Vec<(&str, &str)> = std::iter::once(("format", format)).chain(when.iter().copied()).collect();
        let answer = self.send(self.call(Method::POST, "/api/sql", &query).json(&json!({"sql": question}))).await?;
        let cut = answer.headers().contains_key("x-rows-cut");
        Ok(Rows { text: answer.text().await.map_err(broken)?, cut })
    }

    /// Copies everything to a folder of the server's machine.
    pub(crate) async fn backup(&self, to: &std::path::Path) -> Result<mainstay_app::backup::BackupReport> {
        self.post("/api/backups", &json!({"to": to})).await
    }

    /// Refused records, without their texts.
    pub(crate) async fn quarantine_list(&self, filter: &QuarantineFilter) -> Result<Vec<QuarantineEntry>> {
        let limit = filter.limit.to_string();
        let after = filter.after.map(|after| after.to_string());
        let query: Vec<(&str, &str)> = [
            ("limit", Some(limit.as_str())),
            ("after", after.as_deref()),
            ("source", filter.source.as_deref()),
            ("reason", filter.code.map(mainstay_model::ReasonCode::as_str)),
            ("state", filter.status.map(mainstay_app::data::EntryStatus::as_str)),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
        self.get("/api/quarantine", &query).await
    }

    /// One refused record.
    pub(crate) async fn quarantine_show(&self, id: u64) -> Result<QuarantineEntry> {
        self.get(&format!("/api/quarantine/{id}"), &[]).await
    }

    /// Reads refused records again.
    pub(crate) async fn quarantine_replay(&self, ids: &[u64], mended: Option<String>) -> Result<Vec<Answer>> {
        self.post("/api/quarantine/replay", &json!({"ids": ids, "mended": mended})).await
    }

    /// Gives refused records up.
    pub(crate) async fn quarantine_discard(&self, ids: &[u64]) -> Result<()> {
        self.post::<usize>("/api/quarantine/discard", &json!({"ids": ids})).await.map(drop)
    }

    async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T> {
        self.send(self.call(Method::GET, path, query)).await?.json().await.map_err(broken)
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: &(impl Serialize + ?Sized)) -> Result<T> {
        self.send(self.call(Method::POST, path, &[]).json(body)).await?.json().await.map_err(broken)
    }

    fn call(&self, method: Method, path: &str, query: &[(&str, &str)]) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url)).query(query).bearer_auth(&self.token)
    }

    /// Sends a request; what the server refuses is the error it would be here.
    async fn send(&self, request: RequestBuilder) -> Result<Response> {
        let unreached = |error: reqwest::Error| {
            AppError::new(ErrorCode::Unavailable, format!("the server at {} does not answer", self.url))
                .hint("is it running, and is the address right? `mainstay serve` says where it listens")
                .caused_by(error)
        };
        let answer = request.send().await.map_err(unreached)?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let body = answer.bytes().await.unwrap_or_default();
        Err(match serde_json::from_slice::<Refused>(&body) {
            Ok(refused) => AppError::new(refused.code, refused.message).hint(refused.hint),
            Err(_) => AppError::new(ErrorCode::NotFound, format!("what answers at {} is no server of this version ({status})", self.url))
                .hint("give the address at which the console opens"),
        })
    }
}

/// A text as one part of an address.
fn segment(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn broken(error: reqwest::Error) -> AppError {
    AppError::new(ErrorCode::Unavailable, "the server's answer broke off, or cannot be read")
        .hint("its log says why; the server and the command should be of one version")
        .caused_by(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_one_part_of_an_address_whatever_it_holds() {
        assert_eq!(segment("acme-1.b_c~d"), "acme-1.b_c~d");
        assert_eq!(segment("a/b c?é"), "a%2Fb%20c%3F%C3%A9");
    }
}
