//! What is new since the last look: facts, accounts that moved, days that came round.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use arrow::array::RecordBatch;
use mainstay_lake::scan::FactScan;
use mainstay_model::Timestamp;
use mainstay_model::play::Trigger;
use mainstay_plays::Input;
use mainstay_store::{DecisionBatch, PlayCursor};

use super::begin::Candidate;
use super::calendar::{Stretch, dated, entering, scheduled};
use super::compiled::CompiledPlay;
use super::ended::EndedTasks;
use super::heard::{Heard, awaited_names, hear_events, hear_record};
use super::look::Look;
use super::runner::{InForce, baseline_of};
use super::watch::Watch;
use crate::app::App;
use crate::engine::{State, attributed, unreadable, up_to, versions_of};
use crate::error::Result;

/// Dates and schedules are looked at this often, in microseconds.
const CALENDAR_EVERY: i64 = 60_000_000;

/// What is new.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub(crate) candidates: Vec<Candidate>,
    /// What happened to accounts, in order.
    pub(crate) inputs: Vec<(String, Input, Option<RecordBatch>)>,
    /// Accounts whose columns may have moved.
    pub(crate) moved: BTreeSet<Arc<str>>,
    /// New dates of subjects, for runs that follow a date.
    pub(crate) dates: Vec<Candidate>,
    /// What people do to single runs, by the run's id.
    pub(crate) acts: Vec<(String, Input)>,
    /// Tasks that were ended, by their run.
    pub(crate) ended: EndedTasks,
    /// Facts up to here are heard.
    pub(crate) position: u64,
}

/// Takes what is new since the cursor. `fresh` are the plays whose triggers are looked at for the first time.
pub(crate) fn gather(
    app: &App,
    force: &InForce,
    versions: &[Arc<CompiledPlay>],
    watch: &mut Watch,
    (cursor, fresh): (PlayCursor, &BTreeSet<String>),
    batch: &mut DecisionBatch,
    now: Timestamp,
) -> Result<Gathered> {
    let moved_subjects = app.state_mut().take_moved();
    let state = app.state();
    let mut gathered = Gathered { position: state.position.max(cursor.position), ..Gathered::default() };
    hear(app, &state, force, versions, cursor.position, &mut gathered)?;
    let mut subjects: BTreeSet<u32> = moved_subjects.into_iter().collect();
    subjects.extend(watch.lasting(&force.plays, now).iter().filter_map(|account| state.subjects.find(account)));
    let first_look = !fresh.is_empty();
    let calendar = first_look || now.0.div_euclid(CALENDAR_EVERY) != cursor.looked_at.0.div_euclid(CALENDAR_EVERY);
    let has_calendar = force.plays.iter().any(|play| matches!(play.play.trigger, Trigger::Date { .. } | Trigger::Schedule { .. }));
    if !subjects.is_empty() {
        let subjects: Vec<u32> = subjects.into_iter().collect();
        let look = Look::new(&state, &subjects, now)?;
        let known: Vec<Arc<CompiledPlay>> = force.plays.iter().filter(|play| !fresh.contains(&play.play.name)).cloned().collect();
        gathered.candidates.extend(watch.look(&known, &look, now, batch)?);
        gathered.moved.extend(look.ids().iter().cloned());
    }
    if first_look || (calendar && has_calendar) {
        let everyone = state.known_by(now);
        let look = Look::new(&state, &everyone, now)?;
        let stretch = Stretch { after: cursor.looked_at, until: now };
        for play in &force.plays {
            let first = fresh.contains(&play.play.name);
            if first {
                watch.begin(play, &look, now, batch)?;
                batch.baselines.extend(baseline_of(play, now));
            }
            if let Trigger::Date { .. } = play.play.trigger {
                let all = dated(play, &state, &look, now)?;
                gathered.dates.extend(all.iter().map(|dated| dated.candidate.clone()));
                gathered.candidates.extend(entering(all, stretch, first, &state.plan.workspace.zone));
            } else if !first {
                gathered.candidates.extend(scheduled(play, &look, stretch)?);
            }
        }
        // Those who fire at once because the play says `backfill`.
        let begun: Vec<Arc<CompiledPlay>> =
            force.plays.iter().filter(|play| play.play.backfill && fresh.contains(&play.play.name)).cloned().collect();
        if !begun.is_empty() {
            gathered.candidates.extend(watch.look(&begun, &look, now, &mut DecisionBatch::default())?);
        }
    }
    Ok(gathered)
}

/// Hears the facts after a position, up to those that are in the scores.
fn hear(app: &App, state: &State, force: &InForce, versions: &[Arc<CompiledPlay>], after: u64, gathered: &mut Gathered) -> Result<()> {
    if after >= gathered.position {
        return Ok(());
    }
    let snapshot = app.snapshot()?;
    let scan = FactScan { after: Some(after), ..FactScan::default() };
    let mut heard = Heard::default();
    let names = awaited_names(force.plays.iter().chain(versions));
    if !names.is_empty() {
        for batch in scan.clone().events(&snapshot) {
            let batch = up_to(&batch.map_err(unreadable)?, gathered.position)?;
            let links = state.links.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(batch) = attributed(&batch, &links, None)? {
                hear_events(&batch, &force.plays, &names, &mut heard)?;
            }
        }
    }
    for batch in scan.records(&snapshot) {
        for version in versions_of(&up_to(&batch.map_err(unreadable)?, gathered.position)?) {
            hear_record(&version, state, &force.plays, &mut heard)?;
        }
    }
    gathered.candidates.extend(heard.candidates);
    gathered.inputs.extend(heard.inputs);
    Ok(())
}
