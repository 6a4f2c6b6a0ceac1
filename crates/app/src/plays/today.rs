//! Who would enter a play today: its trigger and its rules asked of the accounts as they are now. Nothing begins.

use std::sync::Arc;

use mainstay_model::Timestamp;
use mainstay_model::play::{Play, Trigger};
use mainstay_plays::windows::BusinessTime;
use mainstay_store::PlayRun;
use serde::{Deserialize, Serialize};

use super::begin::{Candidate, Entered, Entrance};
use super::calendar::{Stretch, dated, scheduled};
use super::compiled::CompiledPlay;
use super::look::Look;
use super::refused::refusal_words;
use crate::app::App;
use crate::engine::State;
use crate::error::Result;

/// Candidates that are decided about for one answer; of more there is only a count.
const MAX_ASKED: usize = 100;

/// Who would enter a play today.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Today {
    /// What the list is, in a sentence.
    pub means: String,
    /// How many accounts or other subjects the trigger names.
    pub candidates: usize,
    /// What would be decided about them, the first hundred by account.
    pub entrants: Vec<Entrant>,
}

/// What would be decided about somebody.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Entrant {
    /// The account.
    pub account_id: String,
    /// What people call it.
    pub name: String,
    /// The subscription, person or user, where it is not the account.
    pub record: Option<String>,
    /// The trigger instant.
    pub at: Timestamp,
    /// What would be decided.
    pub answer: EntrantAnswer,
    /// Why no run would start; empty where one would.
    pub why: String,
}

/// What would be decided about a candidate.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntrantAnswer {
    /// A run would start.
    Starts,
    /// It would be recorded and get no action.
    HeldOut,
    /// No run would start.
    Refused,
}

impl App {
    /// Who would enter a play today, were its trigger to fire for everybody whom it names now. The play need not be in force.
    ///
    /// # Errors
    /// When the accounts cannot be computed or the store cannot be read.
    pub async fn would_enter(&self, play: &Play) -> Result<Today> {
        let now = self.now();
        let asked = play.clone();
        let (mut today, candidates) = self
            .compute(move |app| {
                let state = app.state();
                let compiled = Arc::new(CompiledPlay::new(Arc::new(asked), &state.plan));
                let look = Look::new(&state, &state.known_by(now), now)?;
                candidates_today(&compiled, &state, &look, now)
            })
            .await?;
        let mut accounts: Vec<String> = candidates.iter().map(|candidate| candidate.subject.account.clone()).collect();
        accounts.dedup();
        let runs = self.store().runs_of_accounts(&accounts).await?;
        today.entrants = self.compute(move |app| decide_about(app, &candidates, &runs, now)).await?;
        Ok(today)
    }
}

/// The candidates of today, in order of account and at most as many as are asked about.
fn candidates_today(play: &Arc<CompiledPlay>, state: &State, look: &Look, now: Timestamp) -> Result<(Today, Vec<Candidate>)> {
    let zone = &state.plan.workspace.zone;
    let day = zone.day_of(now);
    let stretch = Stretch { after: zone.start_of(day), until: zone.start_of(day.plus(1)).plus_seconds(-1) };
    let (means, mut found) = match &play.play.trigger {
        Trigger::Condition { when, .. } => {
            let mask = play.condition(*when).map(|condition| look.mask(condition)).transpose()?;
            let holds = |row: usize| mask.as_ref().is_some_and(|mask| mask.value(row));
            let found = look.ids().iter().enumerate().filter(|(row, _)| holds(*row));
            let found = found.map(|(_, account)| Candidate::of_account(play, account, now, None)).collect();
            ("in the trigger's condition now, with what would be decided if they came into it now", found)
        }
        Trigger::Date { .. } => {
            let due = dated(play, state, look, now)?.into_iter().map(|dated| dated.candidate);
            let due = due.filter(|candidate| candidate.at > stretch.after && candidate.at <= stretch.until).collect();
            ("reached by their date today", due)
        }
        Trigger::Schedule { .. } => ("named by the schedule today", scheduled(play, look, stretch)?),
        Trigger::Event { name, .. } => {
            return Ok((Today::meaning(format!("whoever sends the event “{name}”; that cannot be foretold")), Vec::new()));
        }
        Trigger::Record { entity, .. } => {
            return Ok((Today::meaning(format!("whoever a new record of {entity} names; that cannot be foretold")), Vec::new()));
        }
        Trigger::ByHand => return Ok((Today::meaning("only those for whom somebody starts it".to_owned()), Vec::new())),
    };
    found.sort_by(|a: &Candidate, b: &Candidate| a.subject.cmp(&b.subject));
    let today = Today { means: means.to_owned(), candidates: found.len(), entrants: Vec::new() };
    found.truncate(MAX_ASKED);
    Ok((today, found))
}

fn decide_about(app: &App, candidates: &[Candidate], runs: &[PlayRun], now: Timestamp) -> Result<Vec<Entrant>> {
    let state = app.state();
    let mut subjects: Vec<u32> = candidates.iter().filter_map(|candidate| state.subjects.find(&candidate.subject.account)).collect();
    subjects.sort_unstable();
    subjects.dedup();
    let look = Look::new(&state, &subjects, now)?;
    let workspace = &state.plan.workspace;
    let calendar = workspace.outreach.calendar(&workspace.calendars);
    let business = BusinessTime::new(&calendar, &workspace.zone);
    let plays: Vec<Arc<CompiledPlay>> =
        workspace.plays.values().map(|play| Arc::new(CompiledPlay::new(Arc::new(play.clone()), &state.plan))).collect();
    let entrance = Entrance { look: &look, runs, business: &business, salt: &workspace.name, plays: &plays };
    let mut entrants = Vec::new();
    for candidate in candidates {
        let mut candidate = candidate.clone();
        let row = look.row(&candidate.subject.account);
        candidate.before = row.map(|row| look.health(row));
        let per = candidate.play.play.per;
        candidate.record = super::advance::subject_fields(&state, per, candidate.subject.record.as_deref(), now);
        let (answer, why) = match entrance.decide(&candidate, &[], now) {
            Entered::Refused(refusal) => (EntrantAnswer::Refused, refusal_words(&refusal)),
            Entered::Begun(outcome) if outcome.run.held_out => (EntrantAnswer::HeldOut, "held out, to compare with".to_owned()),
            Entered::Begun(_) => (EntrantAnswer::Starts, String::new()),
        };
        let name = row.and_then(|row| look.json(row, "name").as_str().map(str::to_owned));
        entrants.push(Entrant {
            name: name.unwrap_or_else(|| candidate.subject.account.clone()),
            account_id: candidate.subject.account,
            record: candidate.subject.record,
            at: candidate.at,
            answer,
            why,
        });
    }
    Ok(entrants)
}

impl Today {
    fn meaning(means: String) -> Self {
        Self { means, ..Self::default() }
    }
}
