//! One request to an outside system over HTTP: limits, public addresses only where asked, `Retry-After`.

mod address;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use jiff::fmt::rfc2822::DateTimeParser;
use mainstay_model::Timestamp;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Client, ClientBuilder, RequestBuilder, Response, StatusCode, Url};

use crate::answer::Answer;
use crate::error::{ConnectError, Result};

/// So long a connection may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// So much of an answer is read.
const MOST_ANSWER_BYTES: usize = 65_536;

/// So much of an answer is repeated to people.
const MOST_QUOTED_CHARACTERS: usize = 200;

/// What came back.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: String,
}

/// A client that follows no redirect and gives up after `answer_limit`. With `public_only` it reaches no private, local or reserved address,
/// whatever a name resolves to.
pub(crate) fn client(answer_limit: Duration, public_only: bool) -> Result<Client> {
    let mut builder = ClientBuilder::new()
        .user_agent(concat!("Mainstay/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_LIMIT.min(answer_limit))
        .timeout(answer_limit);
    if public_only {
        // A proxy would resolve the name out of our sight.
        builder = builder.no_proxy().dns_resolver(Arc::new(PublicOnly));
    }
    builder.build().map_err(|error| ConnectError::Setting { setting: "HTTP client", why: error.to_string() })
}

/// Whether the address itself, without resolving anything, may be reached by a client for public addresses.
pub(crate) fn may_be_public(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(v4)) => address::is_public(IpAddr::V4(v4)),
        Some(url::Host::Ipv6(v6)) => address::is_public(IpAddr::V6(v6)),
        Some(url::Host::Domain(_)) => true,
        None => false,
    }
}

/// Sends the request. What fails on the way is worth another try and answered as such.
pub(crate) async fn send(request: RequestBuilder, now: Timestamp) -> std::result::Result<Reply, Answer> {
    let response = request.send().await.map_err(|error| Answer::retry(trouble(&error)))?;
    let status = response.status();
    let retry_after = retry_after(response.headers(), now);
    let body = beginning(response).await;
    Ok(Reply { status, retry_after, body })
}

/// What an error says, without the address: it may hold a secret.
fn trouble(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let what = if error.is_connect() { "could not connect" } else { "the connection broke" };
    let mut cause: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
    let mut last = None;
    while let Some(one) = cause {
        last = Some(one.to_string());
        cause = one.source();
    }
    last.map_or_else(|| what.to_owned(), |last| format!("{what}: {last}"))
}

/// The beginning of an answer; an answer that breaks off has said what it has said.
async fn beginning(mut response: Response) -> String {
    let mut bytes = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = MOST_ANSWER_BYTES.saturating_sub(bytes.len());
        bytes.extend(chunk.iter().take(room));
        if bytes.len() >= MOST_ANSWER_BYTES {
            break;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `Retry-After`, in seconds or as a date.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Duration::from_micros(u64::try_from(at.as_microsecond().saturating_sub(now.micros())).unwrap_or(0)))
}

impl Reply {
    /// Status and the beginning of what was answered, for people.
    pub(crate) fn quoted(&self) -> String {
        let words: String = crate::templates::one_line(&self.body).chars().take(MOST_QUOTED_CHARACTERS).collect();
        if words.is_empty() { format!("answered {}", self.status) } else { format!("answered {}: {words}", self.status) }
    }
}

/// Resolves names as the system does and leaves out every address that is not public. What was resolved is what is connected to, so a name
/// cannot point elsewhere between the check and the connection.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let public: Vec<SocketAddr> = found.into_iter().filter(|one| address::is_public(one.ip())).collect();
            if public.is_empty() {
                return Err(format!("{} has no public address", name.as_str()).into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_in_both_its_forms() {
        let now = Timestamp::parse("2026-03-02T10:00:00Z").unwrap();
        let read = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, value.parse().unwrap());
            retry_after(&headers, now)
        };
        assert_eq!(read("120"), Some(Duration::from_mins(2)));
        assert_eq!(read("Mon, 02 Mar 2026 10:05:00 GMT"), Some(Duration::from_mins(5)));
        assert_eq!(read("Mon, 02 Mar 2026 09:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(read("soon"), None);
    }
}
