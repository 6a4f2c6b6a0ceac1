//! Ctrl-C and the system's wish to end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Resolves when somebody presses Ctrl-C or the system asks the process to end. It listens from this call on, not from when it is first awaited: what is
/// wished meanwhile is not lost.
#[cfg(unix)]
pub(crate) fn end_wanted() -> impl Future<Output = ()> + Send + use<> {
    use tokio::signal::unix::{SignalKind, signal};

    let listening = signal(SignalKind::interrupt()).and_then(|interrupt| Ok((interrupt, signal(SignalKind::terminate())?)));
    async {
        match listening {
            Ok((mut interrupt, mut terminate)) => tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            },
            Err(error) => {
                tracing::warn!(%error, "only Ctrl-C ends this server");
                drop(tokio::signal::ctrl_c().await);
            }
        }
    }
}

/// Resolves when somebody presses Ctrl-C.
#[cfg(not(unix))]
pub(crate) fn end_wanted() -> impl Future<Output = ()> + Send + use<> {
    async { drop(tokio::signal::ctrl_c().await) }
}

/// A flag that Ctrl-C sets. A second Ctrl-C ends the process at once.
pub(crate) fn stop_flag() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    let first = end_wanted();
    tokio::spawn(async move {
        first.await;
        flag.store(true, Ordering::Relaxed);
        end_wanted().await;
        std::process::exit(i32::from(crate::Exit::Interrupted.code()));
    });
    stop
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_wish_to_end_that_comes_before_anybody_waits_is_heard() {
        let end = end_wanted();
        assert!(Command::new("kill").args(["-TERM", &std::process::id().to_string()]).status().unwrap().success());
        tokio::time::sleep(Duration::from_millis(50)).await;
        tokio::time::timeout(Duration::from_secs(30), end).await.unwrap();
    }
}
