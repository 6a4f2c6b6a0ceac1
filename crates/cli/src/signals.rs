//! Ctrl-C and the system's wish to end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Resolves when somebody presses Ctrl-C or the system asks the process to end.
pub(crate) async fn end_wanted() {
    #[cfg(unix)]
    {
        let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(terminate) => terminate,
            Err(error) => {
                tracing::warn!(%error, "only Ctrl-C ends this server");
                drop(tokio::signal::ctrl_c().await);
                return;
            }
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    drop(tokio::signal::ctrl_c().await);
}

/// A flag that Ctrl-C sets. A second Ctrl-C ends the process at once.
pub(crate) fn stop_flag() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    tokio::spawn(async move {
        end_wanted().await;
        flag.store(true, Ordering::Relaxed);
        end_wanted().await;
        std::process::exit(i32::from(crate::Exit::Interrupted.code()));
    });
    stop
}
