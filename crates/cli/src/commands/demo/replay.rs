//! Plays live through the last days of the history, hour by hour, as they would have: what they did then is theirs, none of it is made up.

use std::sync::atomic::{AtomicBool, Ordering};

use mainstay_app::demo::Demo as Simulation;
use mainstay_app::import::{ImportRequest, Silent};
use mainstay_app::{App, AppError, ErrorCode, Result};

use super::clock::DemoClock;
use crate::output::complain;

/// Seconds of an hour.
const HOUR: i64 = 3_600;

/// Passes through what is left of the history; answers whether it came to its end.
pub(super) async fn replay(app: &App, simulation: &mut Simulation, clock: &DemoClock, stop: &AtomicBool) -> Result<bool> {
    if simulation.stands_at().is_none() {
        return Ok(true);
    }
    complain("plays live through the last days of the history");
    app.hold_history(true);
    app.settle().await;
    let (mut begun, mut sent) = (0, 0);
    while let Some(stretch) = simulation.replay()? {
        let mut at = stretch.from;
        loop {
            clock.set(at);
            begun += app.look_at_plays().await?.begun;
            app.mind_promises().await?;
            sent += app.deliver().await?.sent;
            at = at.plus_seconds(HOUR);
            if at >= stretch.until {
                break;
            }
        }
        clock.set(stretch.until);
        if let Some(path) = stretch.exports {
            let report = app.import(&ImportRequest { path, source: None, dry_run: false, history: false }, &Silent, stop).await?;
            if !report.complete() && !stop.load(Ordering::Relaxed) {
                return Err(AppError::new(ErrorCode::Invalid, crate::output::import::text(&report, None)));
            }
        }
        if stop.load(Ordering::Relaxed) {
            return Ok(false);
        }
        app.settle().await;
        simulation.imported()?;
    }
    clock.let_go();
    app.hold_history(false);
    complain(&format!("plays: {begun} runs have begun, {sent} messages have left"));
    Ok(true)
}
