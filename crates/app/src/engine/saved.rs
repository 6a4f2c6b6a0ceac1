//! The partials on disk, so that a start reads only what came since. Losing the file costs time and nothing else.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use hashbrown::{HashMap, HashSet};
use mainstay_health::SignalPartials;
use mainstay_model::{Day, Event, Timestamp};
use serde::{Deserialize, Serialize};

use super::plan::Plan;
use super::products::Products;
use super::state::State;
use super::subjects::Subjects;
use crate::data::Arrived;
use crate::error::{AppError, ErrorCode, Result};

/// What is written: everything that comes from events. Records are few and read again.
#[derive(Serialize, Deserialize)]
pub(crate) struct Saved {
    /// What the partials are of; others are of no use.
    measured: String,
    pub(crate) position: u64,
    pub(crate) scored_at: Timestamp,
    pub(crate) subjects: Subjects,
    products: Products,
    pub(crate) partials: Vec<SignalPartials>,
    pub(crate) links: Vec<Event>,
    counted_for: Vec<(String, Vec<(u32, Day, Day)>)>,
    uncounted: Vec<String>,
    pub(crate) arrived: Vec<(String, Arrived)>,
}

fn path(root: &Path) -> PathBuf {
    root.join("partials")
}

/// What partials depend on beside the facts.
fn measured(plan: &Plan) -> String {
    let parts = plan.measured.iter().map(|measured| {
        let sql = |expression: &Option<mainstay_lake::expressions::CompiledExpression>| expression.as_ref().map(|one| one.sql().to_owned());
        format!(
            "{}|{:?}|{:?}|{:?}|{:?}|{:?}",
            measured.name,
            measured.subject,
            sql(&measured.filter),
            sql(&measured.argument),
            measured.aggregate,
            measured.kind
        )
    });
    format!("3|{}|{}", plan.workspace.zone.name(), parts.collect::<Vec<_>>().join("\n"))
}

impl Saved {
    /// Takes a copy of a state.
    pub(crate) fn of(state: &State) -> Self {
        Self {
            measured: measured(&state.plan),
            position: state.position,
            scored_at: state.scored_at,
            subjects: state.subjects.clone(),
            products: state.products.known.clone(),
            partials: state.partials.clone(),
            links: state.link_events.clone(),
            counted_for: state.counted_for.iter().map(|(key, spans)| (key.clone(), spans.clone())).collect(),
            uncounted: state.uncounted.iter().cloned().collect(),
            arrived: state.arrived.iter().map(|(name, arrived)| (name.clone(), *arrived)).collect(),
        }
    }

    /// Writes the file, whole or not at all.
    pub(crate) fn write(&self, root: &Path) -> Result<()> {
        let whole = path(root);
        let part = whole.with_extension("part");
        let failed = |error: std::io::Error| {
            AppError::new(ErrorCode::Unavailable, format!("{} could not be written", whole.display())).caused_by(error)
        };
        let mut out = BufWriter::with_capacity(1 << 20, File::create(&part).map_err(failed)?);
        postcard::to_io(self, &mut out)
            .map_err(|error| AppError::new(ErrorCode::Unavailable, format!("{} could not be written", whole.display())).caused_by(error))?;
        out.flush().map_err(failed)?;
        out.get_ref().sync_data().map_err(failed)?;
        std::fs::rename(&part, &whole).map_err(failed)
    }

    /// Reads the file, where there is one that fits the plan and is not ahead of the facts.
    pub(crate) fn read(root: &Path, plan: &Plan, newest: u64) -> Option<Self> {
        let file = File::open(path(root)).ok()?;
        let bytes = file.metadata().ok()?.len();
        let mut buffer = Vec::with_capacity(usize::try_from(bytes).ok()?);
        std::io::Read::read_to_end(&mut BufReader::new(file), &mut buffer).ok()?;
        let saved: Self = postcard::from_bytes(&buffer).ok()?;
        (saved.measured == measured(plan) && saved.position <= newest).then_some(saved)
    }

    /// Puts everything into a fresh state.
    pub(crate) fn put(self, state: &mut State) {
        state.subjects = self.subjects;
        state.subjects.reindex();
        state.products.known = self.products;
        state.products.known.reindex();
        state.partials = self.partials;
        state.learn_first_days();
        state.position = self.position;
        state.counted_for = self.counted_for.into_iter().collect::<HashMap<_, _>>();
        state.uncounted = self.uncounted.into_iter().collect::<HashSet<_>>();
        for (name, arrived) in self.arrived {
            // Records are counted when they are read again.
            state.arrived.insert(name, Arrived { records: 0, ..arrived });
        }
        let mut links = state.links.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        self.links.iter().for_each(|event| drop(links.apply_event(event)));
        drop(links);
        state.link_events = self.links;
    }
}
