//! Score changes as server-sent events: the page names the accounts it shows and hears of those alone.

use std::collections::HashSet;
use std::convert::Infallible;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{Stream, StreamExt};
use mainstay_app::accounts::Change;
use mainstay_model::BandScale;
use serde::Serialize;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;

use super::Console;
use super::session::{Fields, Visit};
use super::words::{Locale, band_mark};

/// The most accounts a page may listen for.
const MAX_ACCOUNTS: usize = 200;

/// What the script needs to write a score anew.
#[derive(Debug, Serialize)]
pub(crate) struct Moved {
    account: String,
    text: String,
    tone: &'static str,
    shape: &'static str,
}

impl Moved {
    fn new(change: &Change, scale: &BandScale, locale: Locale) -> Self {
        let band = band_mark(scale, &change.band);
        let text = match change.score {
            Some(score) => format!("{} {}", band.label, locale.score(score, scale)),
            None => band.label,
        };
        Self { account: change.account.clone(), text, tone: band.tone, shape: band.shape }
    }
}

/// Streams the changes of the accounts that the address names.
pub(crate) async fn stream_changes(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(query): Extension<Fields>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let wanted: HashSet<String> = query.all("account").take(MAX_ACCOUNTS).map(str::to_owned).collect();
    let app = console.app.clone();
    let events = BroadcastStream::new(console.app.subscribe()).filter_map(move |heard| {
        let event = match heard {
            Ok(change) if wanted.contains(&change.account) => {
                Event::default().event("score").json_data(Moved::new(&change, &app.workspace().bands, visit.locale)).ok()
            }
            Ok(_) => None,
            // Too many changes to keep up with: the page offers to load itself anew.
            Err(BroadcastStreamRecvError::Lagged(_)) => Some(Event::default().event("behind").data("")),
        };
        futures::future::ready(event.map(Ok))
    });
    // A first event at once, so that the browser knows that the line is open.
    let hello = futures::stream::iter([Ok(Event::default().event("open").data(""))]);
    Sse::new(hello.chain(events)).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}
