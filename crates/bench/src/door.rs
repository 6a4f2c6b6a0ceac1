//! Many connections that send prepared requests as fast as answers come, or at a given pace.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::Result;
use crate::http::Connection;

/// How long a sender waits when it is told that too much is waiting.
const PAUSE: Duration = Duration::from_millis(20);

/// An answered request.
pub(crate) struct Answered {
    /// Its place among the requests.
    pub(crate) place: usize,
    pub(crate) took: Duration,
    pub(crate) at: Instant,
}

/// What to send, and how fast.
pub(crate) struct Sending {
    pub(crate) addr: SocketAddr,
    pub(crate) connections: usize,
    pub(crate) requests: Arc<Vec<Vec<u8>>>,
    /// Time between two requests; none for as fast as possible.
    pub(crate) pace: Option<Duration>,
    pub(crate) limit: Duration,
}

/// Sends until all is answered or time is up; answers what was acknowledged and how many requests had to be repeated.
pub(crate) async fn send(sending: Sending) -> Result<(Vec<Answered>, usize)> {
    let (next, busy) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let begun = Instant::now();
    let mut senders = tokio::task::JoinSet::new();
    for _ in 0..sending.connections {
        let mut connection = Connection::open(sending.addr).await?;
        let (next, busy, requests) = (Arc::clone(&next), Arc::clone(&busy), Arc::clone(&sending.requests));
        let (pace, limit) = (sending.pace, sending.limit);
        senders.spawn(async move {
            let mut answered = Vec::new();
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some(request) = requests.get(place).filter(|_| begun.elapsed() < limit) else { return Result::Ok(answered) };
                if let Some(pace) = pace {
                    tokio::time::sleep_until((begun + pace * place as u32).into()).await;
                }
                let sent = Instant::now();
                loop {
                    let response = connection.send(request).await?;
                    match response.status {
                        200 => break,
                        429 => {
                            busy.fetch_add(1, Ordering::Relaxed);
                            tokio::time::sleep(PAUSE).await;
                        }
                        status => return Err(format!("the door answered {status}: {}", String::from_utf8_lossy(&response.body)).into()),
                    }
                }
                answered.push(Answered { place, took: sent.elapsed(), at: Instant::now() });
            }
        });
    }
    let mut all = Vec::new();
    while let Some(done) = senders.join_next().await {
        all.extend(done??);
    }
    Ok((all, busy.load(Ordering::Relaxed)))
}
