//! What the engine keeps in memory: partials, live values and the present scores of all accounts.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::{Arc, PoisonError, RwLock};

use arrow::array::RecordBatch;
use hashbrown::{HashMap, HashSet};
use mainstay_health::{About, Column, Live, Scores, Selection, SignalPartials, each_at_once};
use mainstay_lake::json;
use mainstay_lake::links::Links;
use mainstay_lake::records::Records;
use mainstay_model::health::Override;
use mainstay_model::signal::Subject;
use mainstay_model::{Day, Event, RecordVersion, Timestamp};

use super::arrays::{empty, gather, scatter};
use super::frame::Frame;
use super::history::History;
use super::measure::broken;
use super::past::PastChanges;
use super::plan::{How, Plan, PlannedSignal};
use super::products::{PresentProducts, ProductRows};
use super::records::RecordReader;
use super::shown::Shown;
use super::subjects::Subjects;
use crate::accounts::Change;
use crate::data::Arrived;
use crate::error::Result;

/// Everything that answers for "now", and the partials from which any past day is answered.
pub(crate) struct State {
    pub(crate) plan: Arc<Plan>,
    pub(crate) subjects: Subjects,
    pub(crate) records: Arc<RwLock<Records>>,
    pub(crate) links: Arc<RwLock<Links>>,
    /// Daily partials, in the order of [`Plan::measured`].
    pub(crate) partials: Vec<SignalPartials>,
    /// Live values, in the order of [`Plan::signals`]; only signals over events have them.
    pub(crate) live: Vec<Option<Live>>,
    /// Fields and signals of every account, by its number.
    pub(crate) columns: Vec<Column>,
    /// The accounts' products.
    pub(crate) products: PresentProducts,
    pub(crate) scores: Scores,
    /// The model that scores each account, by its place in the plan.
    pub(crate) models: Vec<Option<u16>>,
    /// Whether each account is in each segment, in the plan's order.
    pub(crate) segments: Vec<Vec<bool>>,
    /// What lists show and search of each account.
    pub(crate) shown: Shown,
    pub(crate) overrides: HashMap<u32, Vec<Override>>,
    pub(crate) today: Day,
    /// When the scores were made last.
    pub(crate) scored_at: Timestamp,
    /// When everything that reads `as_of` was computed last.
    pub(crate) scored_all_at: Timestamp,
    /// The position up to which facts are in all of the above.
    pub(crate) position: u64,
    /// Events that say they happen later than now, by when they do.
    pub(crate) later: Vec<RecordBatch>,
    /// Accounts whose records say something about a later instant.
    pub(crate) wake: BTreeMap<Timestamp, BTreeSet<u32>>,
    /// Whose events without an account were counted for which account, and between which days.
    pub(crate) counted_for: HashMap<String, Vec<(u32, Day, Day)>>,
    /// The events that say who belongs to whom, without their properties.
    pub(crate) link_events: Vec<Event>,
    /// Who had events that counted for nobody yet.
    pub(crate) uncounted: HashSet<String>,
    /// When the first record of each entity was true.
    pub(crate) first_seen: HashMap<String, Timestamp>,
    /// The first day of each of the partials: before it their signals are not known, of no account.
    pub(crate) first_days: Vec<Option<Day>>,
    pub(crate) arrived: BTreeMap<String, Arrived>,
    pub(crate) history: History,
    /// Accounts whose past days have to be scored, from which day on.
    pub(crate) reopened: HashMap<u32, Day>,
    /// How often a day was re-opened: while it still rises, past days are left alone.
    pub(crate) reopenings: u64,
    /// From which day on the past of each account became another.
    pub(crate) past: PastChanges,
    /// Those of the accounts re-opened that are being scored.
    pub(crate) being_scored: HashMap<u32, Day>,
    /// Accounts that were computed anew since plays last looked.
    pub(crate) moved: HashSet<u32>,
    /// Which of the states since the start this is: numbers of accounts are its own.
    pub(crate) generation: u64,
}

impl State {
    /// Nothing known yet.
    pub(crate) fn new(plan: Arc<Plan>, now: Timestamp) -> Result<Self> {
        let today = plan.workspace.zone.day_of(now);
        let mut state = Self {
            partials: plan.measured.iter().map(|measured| SignalPartials::new(&measured.aggregate)).collect(),
            live: Vec::new(),
            columns: plan.column_kinds().map(|(_, kind)| empty(kind)).collect(),
            subjects: Subjects::default(),
            products: PresentProducts::new(&plan),
            records: Arc::new(RwLock::new(Records::new())),
            links: Arc::new(RwLock::new(Links::new())),
            scores: Scores::default(),
            models: Vec::new(),
            segments: vec![Vec::new(); plan.segments.len()],
            shown: Shown::new(&plan),
            overrides: HashMap::new(),
            today,
            scored_at: now,
            scored_all_at: now,
            position: 0,
            later: Vec::new(),
            wake: BTreeMap::new(),
            counted_for: HashMap::new(),
            uncounted: HashSet::new(),
            link_events: Vec::new(),
            first_seen: HashMap::new(),
            arrived: BTreeMap::new(),
            history: History::new(plan.workspace.bands.clone()),
            reopened: HashMap::new(),
            reopenings: 0,
            past: PastChanges::default(),
            being_scored: HashMap::new(),
            moved: HashSet::new(),
            generation: 0,
            first_days: vec![None; plan.measured.len()],
            plan,
        };
        state.restart_live()?;
        Ok(state)
    }

    /// Takes the live values from the partials anew.
    pub(crate) fn restart_live(&mut self) -> Result<()> {
        let (accounts, products) = (self.subjects.len(), self.products.known.len());
        let start = |signals: &[PlannedSignal], count: usize| -> Result<Vec<Option<Live>>> {
            signals.iter().map(|planned| self.start_live(planned, count)).collect()
        };
        let (of_accounts, of_products) = (start(&self.plan.signals, accounts), start(&self.plan.products.signals, products));
        (self.live, self.products.live) = (of_accounts?, of_products?);
        Ok(())
    }

    fn start_live(&self, planned: &PlannedSignal, count: usize) -> Result<Option<Live>> {
        let How::Events { reading, measured } = &planned.how else { return Ok(None) };
        let Some(partials) = self.partials.get(*measured) else { return Ok(None) };
        Ok(Some(Live::new(reading, partials, self.today, Selection::All(count)).map_err(broken)?))
    }

    /// Every live signal: the place of the partials that it reads, whose they are, its values, and the partials.
    pub(super) fn live_signals(&mut self) -> impl Iterator<Item = (usize, Subject, &mut Live, &SignalPartials)> {
        let partials = &self.partials;
        let accounts = self.plan.signals.iter().zip(&mut self.live);
        let products = self.plan.products.signals.iter().zip(&mut self.products.live);
        accounts.chain(products).filter_map(move |(planned, live)| match (&planned.how, live) {
            (How::Events { measured, .. }, Some(live)) => Some((*measured, planned.signal.subject, live, partials.get(*measured)?)),
            _ => None,
        })
    }

    /// Learns a record version: the accounts it is about, if any, have to be scored again. Those are all that any version of the record names,
    /// for a version that comes late can give the record's later past to another account.
    pub(crate) fn learn_record(&mut self, version: &RecordVersion, now: Timestamp, touched: &mut BTreeSet<u32>) {
        let mut records = self.records.write().unwrap_or_else(PoisonError::into_inner);
        records.apply(version);
        let products = if self.plan.products.reads(&version.entity) {
            let named =
                records.versions(&version.entity, &version.external_id).filter_map(|(_, _, _, fields)| text_field(fields, "product"));
            named.collect()
        } else {
            BTreeSet::new()
        };
        let about: BTreeSet<String> = if version.entity == "accounts" {
            BTreeSet::from([version.external_id.clone()])
        } else {
            records.versions(&version.entity, &version.external_id).filter_map(|(_, _, _, fields)| account_named(fields)).collect()
        };
        drop(records);
        let day = self.plan.workspace.zone.day_of(version.occurred_at);
        let first = self.first_seen.get(&version.entity).copied();
        if first.is_none_or(|first| version.occurred_at < first) {
            self.first_seen.insert(version.entity.clone(), version.occurred_at);
            self.reopen_everyone(day);
        }
        let named = if version.entity == "accounts" { Some(version.external_id.clone()) } else { account_named(&version.fields) };
        for account in about {
            let subject = self.subjects.intern(&account);
            products.iter().for_each(|product| {
                self.products.known.intern(subject, product);
            });
            if named.as_ref() == Some(&account) {
                self.subjects.saw_record(subject, version.occurred_at);
            }
            if version.occurred_at > now {
                self.wake.entry(version.occurred_at).or_default().insert(subject);
            }
            if day < self.today {
                self.reopen(subject, day);
            }
            if version.entity == "accounts" {
                self.shown.is_due(subject);
            }
            touched.insert(subject);
        }
    }

    /// Says that a past day, and all after it, are to be scored again for every account.
    pub(crate) fn reopen_everyone(&mut self, day: Day) {
        if day < self.today {
            self.subjects.all().into_iter().for_each(|subject| self.reopen(subject, day));
        }
    }

    /// What is connected by now: which partials have facts, and how many entities have records.
    pub(crate) fn connections(&self, now: Timestamp) -> (Vec<bool>, usize) {
        let records = self.first_seen.values().filter(|first| **first <= now).count();
        (self.first_days.iter().map(Option::is_some).collect(), records)
    }

    /// Says that an account's past days, from `day` on, have changed, so that their scores are to be made again.
    pub(crate) fn reopen(&mut self, subject: u32, day: Day) {
        self.past.note(subject, day);
        self.score_from(subject, day);
    }

    /// Says that the scores of an account's past days, from `day` on, are to be made.
    pub(super) fn score_from(&mut self, subject: u32, day: Day) {
        let from = self.reopened.entry(subject).or_insert(day);
        *from = (*from).min(day);
        self.reopenings += 1;
    }

    /// Computes some accounts anew and answers what moved. `records_too` says whether their records may have changed, or only their events.
    pub(crate) fn rescore(&mut self, subjects: &[u32], now: Timestamp, records_too: bool) -> Result<Vec<Change>> {
        if subjects.is_empty() {
            return Ok(Vec::new());
        }
        let plan = Arc::clone(&self.plan);
        self.subjects.bring_born(&plan.workspace.zone);
        let ids: Vec<Arc<str>> = subjects.iter().map(|subject| Arc::from(self.subjects.id(*subject))).collect();
        let mut columns: Vec<Column> =
            plan.column_kinds().zip(&self.columns).map(|((_, kind), column)| gather(column, subjects, kind)).collect();
        self.show_fields(now)?;
        if records_too {
            self.read_records(&plan, &ids, subjects, now, &mut columns)?;
        }
        // Records may have named products that were never met.
        self.grow_live()?;
        self.read_events(&plan, subjects, &mut columns);
        let products = self.products_of(subjects, now);
        let overrides = |row: usize| subjects.get(row).and_then(|subject| self.overrides.get(subject)).cloned().unwrap_or_default();
        let frame = Frame::new(&plan, ids, now, columns, products, overrides)?;
        self.scored_at = now;
        Ok(self.keep(&plan, subjects, &frame))
    }

    fn read_records(&mut self, plan: &Plan, ids: &[Arc<str>], subjects: &[u32], now: Timestamp, columns: &mut [Column]) -> Result<()> {
        let shared = Arc::clone(&self.records);
        let records = shared.read().unwrap_or_else(PoisonError::into_inner);
        let all = subjects.len() == self.subjects.len();
        let reader = RecordReader { plan, records: &records, as_of: now, known: None, ids, all, first_seen: &self.first_seen };
        let fields = reader.fields()?;
        let measures = reader.measures(|_| true)?;
        let overrides = reader.overrides()?;
        self.products.read_records(&reader, subjects)?;
        for (slot, column) in columns.iter_mut().zip(fields) {
            *slot = column;
        }
        for (place, column) in measures {
            if let Some(slot) = columns.get_mut(plan.fields.len() + place) {
                *slot = column;
            }
        }
        for (row, subject) in subjects.iter().enumerate() {
            self.overrides.remove(subject);
            if let Some(stated) = overrides.get(&row) {
                let wakes = stated.iter().flat_map(|one| [one.from, one.until]).filter(|at| *at > now);
                for at in wakes {
                    self.wake.entry(at).or_default().insert(*subject);
                }
                self.overrides.insert(*subject, stated.clone());
            }
        }
        Ok(())
    }

    fn read_events(&self, plan: &Plan, subjects: &[u32], columns: &mut [Column]) {
        let born = self.subjects.present_born();
        let slots = columns.iter_mut().skip(plan.fields.len());
        let signals = plan.signals.iter().zip(&self.live).zip(slots).filter_map(|((planned, live), slot)| {
            let about = About { connected: self.connected(planned), born };
            Some((live.as_ref()?, about, slot))
        });
        if subjects.len() == self.subjects.len() {
            let Ok(()) = each_at_once(signals.collect(), |(live, about, slot)| {
                live.fill(slot, &about);
                Ok::<(), Infallible>(())
            });
            return;
        }
        for (live, about, slot) in signals {
            for (row, subject) in subjects.iter().enumerate() {
                slot.set(row, live.value(*subject, &about).as_ref());
            }
        }
    }

    /// The products of some accounts with their signals, as they are now.
    pub(super) fn products_of(&self, subjects: &[u32], now: Timestamp) -> ProductRows {
        let all = subjects.len() == self.subjects.len();
        self.products.rows(&self.plan, (subjects, all), now, |planned| self.connected(planned))
    }

    /// Whether facts of the kind that a signal reads ever came.
    pub(crate) fn connected(&self, planned: &PlannedSignal) -> bool {
        let measured = match &planned.how {
            How::Events { measured, .. } => self.partials.get(*measured),
            How::Records(_) | How::Formula(_) => None,
        };
        measured.is_some_and(|partials| !partials.is_empty())
    }

    /// Writes a frame's rows into the columns of all accounts, and answers which scores moved.
    fn keep(&mut self, plan: &Plan, subjects: &[u32], frame: &Frame) -> Vec<Change> {
        let mut changes = Vec::new();
        for (row, subject) in subjects.iter().enumerate() {
            let at = *subject as usize;
            let (before, after) = (self.scores.shown.get(at), frame.scores.shown.get(row));
            let same_model = self.models.get(at).copied().flatten() == frame.models.get(row).copied().flatten();
            if before.map(f64::to_bits) != after.map(f64::to_bits) || !same_model {
                changes.push(Change {
                    account: self.subjects.id(*subject).to_owned(),
                    score: after,
                    band: frame.band(plan, row).to_owned(),
                    at: frame.as_of,
                });
            }
        }
        self.moved.extend(subjects);
        for (column, rows) in self.columns.iter_mut().zip(&frame.columns) {
            scatter(column, subjects, rows);
        }
        self.scores.place(subjects, &frame.scores);
        let needed = self.subjects.len();
        for (members, held) in self.segments.iter_mut().zip(&frame.segments) {
            members.resize(needed, false);
            for (subject, held) in subjects.iter().zip(held) {
                if let Some(member) = members.get_mut(*subject as usize) {
                    *member = held == Some(true);
                }
            }
        }
        self.models.resize(needed, None);
        for (row, subject) in subjects.iter().enumerate() {
            if let Some(slot) = self.models.get_mut(*subject as usize) {
                *slot = frame.models.get(row).copied().flatten();
            }
        }
        changes
    }

    /// All accounts that are known of by now, as a frame.
    pub(crate) fn present(&self, now: Timestamp) -> Result<Frame> {
        self.present_of(&self.known_by(now), now)
    }
}

/// The account that the fields of a record name.
pub(crate) fn account_named(fields: &str) -> Option<String> {
    text_field(fields, "account_id")
}

fn text_field(fields: &str, name: &str) -> Option<String> {
    Some(json::text_of(json::member(fields, name)?)?.into_owned())
}
