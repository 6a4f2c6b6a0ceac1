//! The server itself: listening, limits on connections, logs, and an end that finishes what it began.

mod requests;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use mainstay_app::{App, AppError, ErrorCode, Result};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

/// How the server listens.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// The address; port 0 takes any free one.
    pub addr: SocketAddr,
    /// Connections at the same time; more wait in the system's queue.
    pub max_connections: usize,
    /// How long to wait at the end for requests under way, in seconds.
    pub grace_seconds: u64,
}

impl ServeOptions {
    /// The usual limits at an address.
    #[must_use]
    pub const fn at(addr: SocketAddr) -> Self {
        Self { addr, max_connections: 1_024, grace_seconds: 5 }
    }
}

/// How long a client may take for the head of a request.
const HEAD_TIME_LIMIT: Duration = Duration::from_secs(15);
/// How long to wait when the system refuses another connection, e.g. for want of file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A server that listens and does not answer yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    addr: SocketAddr,
    options: ServeOptions,
}

/// Listens, answers until `shutdown`, finishes what is under way.
///
/// # Errors
/// When the address cannot be listened on.
pub async fn serve(app: App, options: ServeOptions, shutdown: impl Future<Output = ()>) -> Result<()> {
    let server = Server::bind(options).await?;
    server.run(crate::router(&app), shutdown).await;
    Ok(())
}

/// `/healthz`: the process answers. `/readyz`: it can also reach its data.
pub fn probes(app: App) -> Router {
    Router::new().route("/healthz", get(|| async { "ok\n" })).route("/readyz", get(move || ready(app.clone())))
}

async fn ready(app: App) -> (StatusCode, &'static str) {
    match app.sources().await {
        Ok(_) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "not ready; the log says why\n")
        }
    }
}

impl Server {
    /// Listens at the address.
    ///
    /// # Errors
    /// When the port is in use, the address is not this machine's, or the right to listen is missing.
    pub async fn bind(options: ServeOptions) -> Result<Self> {
        let failed = |error: std::io::Error| {
            let hint = match error.kind() {
                std::io::ErrorKind::AddrInUse => "another program has this port; end it, or choose another port with --addr",
                std::io::ErrorKind::PermissionDenied => "ports below 1024 need special rights; choose another with --addr",
                _ => "choose another address with --addr",
            };
            AppError::new(ErrorCode::Unavailable, format!("cannot listen on {}: {error}", options.addr)).hint(hint).caused_by(error)
        };
        let listener = TcpListener::bind(options.addr).await.map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, addr, options })
    }

    /// The address it listens on, with the port that was taken.
    #[must_use]
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Answers until `shutdown`, then finishes what is under way.
    pub async fn run(self, router: Router, shutdown: impl Future<Output = ()>) {
        let router = router.layer(from_fn_with_state(Arc::new(requests::Numbers::default()), requests::log));
        let permits = Arc::new(Semaphore::new(self.options.max_connections));
        let graceful = GracefulShutdown::new();
        let mut connections = JoinSet::new();
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            tokio::select! {
                () = &mut shutdown => break,
                Some((stream, permit)) = self.accept(&permits) => {
                    connections.spawn(answer(stream, permit, router.clone(), graceful.watcher()));
                }
                Some(_) = connections.join_next() => {}
            }
        }
        drop(self.listener);
        let grace = Duration::from_secs(self.options.grace_seconds);
        if tokio::time::timeout(grace, graceful.shutdown()).await.is_err() {
            tracing::info!(open = connections.len(), "closing connections that did not end by themselves");
        }
        connections.shutdown().await;
    }

    async fn accept(&self, permits: &Arc<Semaphore>) -> Option<(TcpStream, OwnedSemaphorePermit)> {
        let permit = Arc::clone(permits).acquire_owned().await.ok()?;
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => return Some((stream, permit)),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

async fn answer(stream: TcpStream, permit: OwnedSemaphorePermit, router: Router, watcher: hyper_util::server::graceful::Watcher) {
    // Answers are written whole; waiting to fill a packet would only delay them.
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(router);
    let connection =
        http1::Builder::new().timer(TokioTimer::new()).header_read_timeout(HEAD_TIME_LIMIT).serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection ended early");
    }
    drop(permit);
}
