//! What was just before a start: band and score of each account at the last look, as well as they can be known.

use std::sync::Arc;

use mainstay_model::Timestamp;

use super::watch::Watch;
use crate::app::App;

/// Takes every account's band and score into the watch: today's where the last look was today, else those at the end of the last look's day.
pub(crate) fn remember_health(app: &App, watch: &mut Watch, looked_at: Timestamp) {
    let state = app.state();
    let workspace = &state.plan.workspace;
    let day = workspace.zone.day_of(looked_at);
    for subject in state.subjects.all() {
        let score = if day >= state.today { state.scores.shown.get(subject as usize) } else { state.history.score(day, subject) };
        let band = score.and_then(|score| workspace.bands.band_of(score)).map_or(mainstay_model::band::UNKNOWN_BAND, |band| &band.name);
        watch.remember(&Arc::from(state.subjects.id(subject)), (band.to_owned(), score));
    }
}
