//! Condition triggers: for whom each holds, and for whom it has just become true.

use std::sync::Arc;

use hashbrown::HashMap;
use mainstay_model::play::Trigger;
use mainstay_model::{FactDigest, Timestamp};
use mainstay_plays::edge::{self, Edge};
use mainstay_store::{DecisionBatch, PlayBaseline, PlayCondition};

use super::begin::Candidate;
use super::compiled::CompiledPlay;
use super::look::Look;
use crate::error::Result;

/// Band and score of an account at the last look.
type Health = (String, Option<f64>);

/// Where the condition triggers of all plays stand, account by account.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// By play, then by account; only accounts for which the condition holds.
    edges: HashMap<String, HashMap<Arc<str>, Edge>>,
    /// Band and score as they were at the last look: what was just before, when something fires.
    seen: HashMap<Arc<str>, Health>,
}

impl Watch {
    /// What was kept in the store. Whatever should have fired by the last look has fired.
    pub(crate) fn restore(kept: Vec<PlayCondition>, plays: &[Arc<CompiledPlay>], looked_at: Timestamp) -> Self {
        let mut watch = Self::default();
        for condition in kept {
            let Some(play) = plays.iter().find(|play| play.play.name == condition.play) else { continue };
            let fires_at = condition.since.plus_seconds(hold_seconds(play));
            let edge = Edge { since: Some(condition.since), fired: fires_at <= looked_at };
            watch.edges.entry(condition.play).or_default().insert(Arc::from(condition.subject), edge);
        }
        watch
    }

    /// Takes band and score as they stood at an earlier time, for the first look after a start.
    pub(crate) fn remember(&mut self, account: &Arc<str>, health: Health) {
        self.seen.insert(Arc::clone(account), health);
    }

    /// Looks at all accounts with a trigger that is new: who is in its condition already fires nothing, unless the play says so.
    pub(crate) fn begin(&mut self, play: &CompiledPlay, look: &Look, now: Timestamp, batch: &mut DecisionBatch) -> Result<()> {
        let Trigger::Condition { when, .. } = &play.play.trigger else { return Ok(()) };
        let Some(condition) = play.condition(*when) else { return Ok(()) };
        let mask = look.mask(condition)?;
        let edges = self.edges.entry(play.play.name.clone()).or_default();
        batch.conditions_ended.extend(edges.drain().map(|(account, _)| (play.play.name.clone(), account.to_string())));
        // Who fires nothing is kept as one whose condition has lasted long enough already, so that a start in the meantime fires nothing either.
        let since = if play.play.backfill { now } else { now.plus_seconds(-hold_seconds(play)) };
        for (row, account) in look.ids().iter().enumerate().filter(|(row, _)| mask.value(*row)) {
            edges.insert(Arc::clone(account), Edge::first(Some(mask.value(row)), now, play.play.backfill));
            batch.conditions_met.push(kept(play, account, since));
        }
        batch.baselines.push(PlayBaseline { play: play.play.name.clone(), trigger_digest: trigger_digest(play), since: now });
        Ok(())
    }

    /// Looks at accounts that may have moved, and answers who fires.
    pub(crate) fn look(
        &mut self,
        plays: &[Arc<CompiledPlay>],
        look: &Look,
        now: Timestamp,
        batch: &mut DecisionBatch,
    ) -> Result<Vec<Candidate>> {
        let mut fired = Vec::new();
        for play in plays {
            let Trigger::Condition { when, .. } = &play.play.trigger else { continue };
            let Some(condition) = play.condition(*when) else { continue };
            let mask = look.mask(condition)?;
            let edges = self.edges.entry(play.play.name.clone()).or_default();
            for (row, account) in look.ids().iter().enumerate() {
                let holds = mask.value(row);
                let held = edges.contains_key(account);
                if !holds {
                    if held {
                        edges.remove(account);
                        batch.conditions_ended.push((play.play.name.clone(), account.to_string()));
                    }
                    continue;
                }
                if !held {
                    batch.conditions_met.push(kept(play, account, now));
                }
                let edge = edges.entry(Arc::clone(account)).or_default();
                if let Some(at) = edge.observe(Some(true), now, hold_seconds(play)) {
                    fired.push(Candidate::of_account(play, account, at, self.seen.get(account).cloned()));
                }
            }
        }
        for (row, account) in look.ids().iter().enumerate() {
            self.seen.insert(Arc::clone(account), look.health(row));
        }
        Ok(fired)
    }

    /// The accounts whose condition has lasted long enough by now.
    pub(crate) fn lasting(&self, plays: &[Arc<CompiledPlay>], now: Timestamp) -> Vec<Arc<str>> {
        let mut due = Vec::new();
        for play in plays.iter().filter(|play| hold_seconds(play) > 0) {
            let edges = self.edges.get(&play.play.name).into_iter().flatten();
            due.extend(
                edges.filter(|(_, edge)| edge.due(hold_seconds(play)).is_some_and(|at| at <= now)).map(|(account, _)| Arc::clone(account)),
            );
        }
        due
    }
}

fn kept(play: &CompiledPlay, account: &Arc<str>, since: Timestamp) -> PlayCondition {
    PlayCondition { play: play.play.name.clone(), subject: account.to_string(), account_id: account.to_string(), since }
}

/// How long a trigger's condition must have lasted.
fn hold_seconds(play: &CompiledPlay) -> i64 {
    let Trigger::Condition { hold: Some(hold), .. } = &play.play.trigger else { return 0 };
    edge::hold_seconds(*hold)
}

/// Tells triggers apart: another condition is another trigger, and is looked at for the first time again.
pub(crate) fn trigger_digest(play: &CompiledPlay) -> String {
    let play = &play.play;
    let conditions: Vec<&str> = play.conditions.iter().map(|condition| condition.sql.as_str()).collect();
    let written = match &play.trigger {
        Trigger::Condition { when, hold } => format!("{:?} {hold:?}", play.condition(*when).map(|condition| &condition.sql)),
        other => format!("{other:?} {conditions:?}"),
    };
    format!("{:032x}", FactDigest::of_event(&play.name, &written).0)
}
