//! Who enters a play: candidates that a trigger named, admitted by the rules, opened as runs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mainstay_model::{Day, Timestamp};
use mainstay_plays::admit::{Candidate as Asked, Earlier};
use mainstay_plays::windows::BusinessTime;
use mainstay_plays::{Admission, Answers as _, Input, Opening, Outcome, Run, Subject, admit, step};
use mainstay_store::{PlayRun, RunStatus};
use serde_json::{Map, Value};

use super::answers::RunAnswers;
use super::compiled::CompiledPlay;
use super::look::Look;

/// Somebody for whom a trigger has fired.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) play: Arc<CompiledPlay>,
    pub(crate) subject: Subject,
    pub(crate) at: Timestamp,
    /// The trigger's own values.
    pub(crate) trigger: BTreeMap<String, Value>,
    /// The date of a date trigger.
    pub(crate) date: Option<Day>,
    /// Band and score just before.
    pub(crate) before: Option<(String, Option<f64>)>,
    /// The fields of the subject's record.
    pub(crate) record: Option<Map<String, Value>>,
    /// Whether a person or another play started it: then nobody asks whether it qualifies.
    pub(crate) by_hand: bool,
}

impl Candidate {
    /// An account for which a condition has become true.
    pub(crate) fn of_account(play: &Arc<CompiledPlay>, account: &str, at: Timestamp, before: Option<(String, Option<f64>)>) -> Self {
        Self {
            play: Arc::clone(play),
            subject: Subject { account: account.to_owned(), record: None },
            at,
            trigger: BTreeMap::new(),
            date: None,
            before,
            record: None,
            by_hand: false,
        }
    }
}

/// What is known when candidates are decided about.
pub(crate) struct Entrance<'a> {
    pub(crate) look: &'a Look,
    /// All runs of the candidates' accounts, the latest trigger first.
    pub(crate) runs: &'a [PlayRun],
    pub(crate) business: &'a BusinessTime<'a>,
    /// What makes the choice of held-out accounts this installation's own.
    pub(crate) salt: &'a str,
    /// Plays in force, to see which exclude which.
    pub(crate) plays: &'a [Arc<CompiledPlay>],
}

/// What was decided about a candidate.
#[derive(Debug)]
pub(crate) enum Entered {
    /// A run begins.
    Begun(Box<Outcome>),
    /// It was refused.
    Refused(mainstay_plays::Refusal),
}

impl Entrance<'_> {
    /// Decides about one candidate. `begun` are the runs that began in this batch before it.
    pub(crate) fn decide(&self, candidate: &Candidate, begun: &[(String, Subject)], now: Timestamp) -> Entered {
        let play = &candidate.play.play;
        let row = self.look.row(&candidate.subject.account);
        let zone = row.map_or_else(|| self.look.plan.workspace.zone.clone(), |row| self.look.zone(row));
        let run = self.open(candidate, row, zone.clone(), false);
        let answers = RunAnswers { play: &candidate.play, look: self.look, row, subject: candidate.record.as_ref(), fact: None };
        let pilot = play.pilot.as_ref().and_then(|pilot| pilot.only).and_then(|only| answers.holds(only, &run, now));
        let qualifies = if candidate.by_hand { Some(true) } else { play.qualify.and_then(|qualify| answers.holds(qualify, &run, now)) };
        let asked = Asked {
            subject: &candidate.subject,
            at: candidate.at,
            pilot,
            qualifies,
            earlier: self.earlier(candidate, begun),
            excluded_by: self.excluded_by(candidate, begun),
        };
        let held_out = match admit(play, &asked, self.salt, &zone, self.business) {
            Admission::Start => false,
            Admission::HeldOut => true,
            Admission::Refused(refusal) => return Entered::Refused(refusal),
        };
        let run = self.open(candidate, row, zone, held_out);
        Entered::Begun(Box::new(step(play, &run, &Input::Start, now, &answers, self.business)))
    }

    fn open(&self, candidate: &Candidate, row: Option<usize>, zone: mainstay_model::Zone, held_out: bool) -> Run {
        let play = &candidate.play.play;
        let value = |name: &String| (name.clone(), row.map_or(Value::Null, |row| self.look.json(row, name)));
        let (previous_band, previous_score) = candidate.before.clone().map_or((None, None), |(band, score)| (Some(band), score));
        Run::open(
            play,
            Opening {
                subject: candidate.subject.clone(),
                at: candidate.at,
                zone,
                play_hour_minute: self.look.plan.workspace.outreach.play_hour_minute,
                date: candidate.date,
                held_out,
                baseline: play.baselines.iter().map(value).collect(),
                trigger: candidate.trigger.clone(),
                previous_band,
                previous_score,
            },
        )
    }

    /// The latest earlier run that re-entry looks at.
    fn earlier(&self, candidate: &Candidate, begun: &[(String, Subject)]) -> Option<Earlier> {
        let (play, subject) = (&candidate.play.play, &candidate.subject);
        let id = subject.record.as_ref().unwrap_or(&subject.account);
        let same = |run: &&PlayRun| run.play == play.name && run.account_id == subject.account && run.subject == *id;
        let stored = self.runs.iter().filter(same).map(|run| Earlier { started_at: run.trigger_at, ended_at: run.ended_at }).next();
        let now = begun.iter().any(|(name, by)| *name == play.name && by == subject);
        stored.or_else(|| now.then_some(Earlier { started_at: candidate.at, ended_at: None }))
    }

    /// A play with an active run for the account that excludes the candidate's.
    fn excluded_by(&self, candidate: &Candidate, begun: &[(String, Subject)]) -> Option<&str> {
        let account = candidate.subject.account.as_str();
        let stored = self.runs.iter().filter(|run| run.account_id == account && is_active(run)).map(|run| run.play.as_str());
        let active: BTreeSet<&str> =
            stored.chain(begun.iter().filter(|(_, by)| by.account == account).map(|(name, _)| name.as_str())).collect();
        let excludes = |play: &&Arc<CompiledPlay>| {
            active.contains(play.play.name.as_str()) && play.play.excludes.iter().any(|name| *name == candidate.play.play.name)
        };
        self.plays.iter().find(excludes).map(|play| play.play.name.as_str())
    }
}

/// Whether a run is under way with effects.
pub(crate) fn is_active(run: &PlayRun) -> bool {
    matches!(run.status, RunStatus::Running | RunStatus::Paused)
}
