//! Durable facts into the state: links first, then events into partials and live values, then the scores of the accounts they touch.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use arrow::array::{Array as _, BooleanArray, RecordBatch};
use mainstay_health::SignalPartials;
use mainstay_lake::Snapshot;
use mainstay_lake::expressions::values;
use mainstay_lake::facts::{DurableFacts, events_batch};
use mainstay_lake::functions::account_of;
use mainstay_lake::links::Relinked;
use mainstay_model::signal::Subject;
use mainstay_model::{Event, Fact, FactDigest, Timestamp};

use super::as_of::is_link;
use super::measure::{Placed, broken, cannot_select, instants_of, partials_of, texts_of};
use super::products::{NO_PRODUCT, numbers_in};
use super::state::State;
use crate::accounts::Change;
use crate::error::{AppError, ErrorCode, Result};

impl State {
    /// Takes in facts that became durable, and answers which scores moved.
    pub(crate) fn apply(
        &mut self,
        groups: &[Arc<DurableFacts>],
        snapshot: &dyn Fn() -> Result<Snapshot>,
        now: Timestamp,
    ) -> Result<Vec<Change>> {
        let (mut touched, mut by_records) = (BTreeSet::new(), BTreeSet::new());
        let (before, met) = (self.connections(now), self.subjects.len());
        // A state that was made from the facts at rest has those already that were on their way meanwhile.
        let taken = self.position;
        let mut waiting: Vec<&DurableFacts> = Vec::new();
        for facts in groups.iter().filter(|facts| facts.last_position() > taken) {
            self.note_arrivals(facts);
            if is_plain(facts) {
                // Events that tell nothing about who belongs to whom are counted together: the more of them wait, the less each costs.
                waiting.push(facts);
                continue;
            }
            self.take_waiting(&mut waiting, now, &mut touched)?;
            let relinked = self.learn_links(facts);
            for (_, version) in facts.records() {
                self.learn_record(version, now, &mut by_records);
            }
            self.reattribute(&relinked, snapshot, &mut touched)?;
            waiting.push(facts);
            self.take_waiting(&mut waiting, now, &mut touched)?;
        }
        self.take_waiting(&mut waiting, now, &mut touched)?;
        self.rescore_touched(touched, by_records, (before, met), now)
    }

    /// Counts the events of groups whose links and records are known.
    fn take_waiting(&mut self, waiting: &mut Vec<&DurableFacts>, now: Timestamp, touched: &mut BTreeSet<u32>) -> Result<()> {
        let groups = std::mem::take(waiting);
        let batch = events_batch(groups.iter().flat_map(|facts| facts.events())).map_err(unreadable)?;
        self.take_events(&batch, now, true, touched)?;
        self.position = groups.iter().fold(self.position, |position, facts| position.max(facts.last_position()));
        Ok(())
    }

    /// Scores accounts again whose events or records moved since there were so many connections and accounts.
    pub(super) fn rescore_touched(
        &mut self,
        by_events: BTreeSet<u32>,
        mut by_records: BTreeSet<u32>,
        (before, met): ((Vec<bool>, usize), usize),
        now: Timestamp,
    ) -> Result<Vec<Change>> {
        if self.connections(now) != before {
            // The first fact of a kind makes its signals known for every account.
            by_records.extend(self.subjects.all());
        }
        // The records of an account that was never met are not known to be none before they are asked for.
        by_records.extend(self.subjects.since(met));
        let events_only: Vec<u32> = by_events.difference(&by_records).copied().collect();
        let mut changes = self.rescore(&events_only, now, false)?;
        changes.extend(self.rescore(&by_records.into_iter().collect::<Vec<_>>(), now, true)?);
        Ok(changes)
    }

    fn note_arrivals(&mut self, facts: &DurableFacts) {
        for (_, event) in facts.events() {
            match self.arrived.get_mut(&event.source) {
                Some(arrived) => arrived.event(event.occurred_at, event.received_at),
                None => self.arrived.entry(event.source.clone()).or_default().event(event.occurred_at, event.received_at),
            }
        }
        for (_, record) in facts.records() {
            self.arrived.entry(record.source.clone()).or_default().record(record.occurred_at, record.received_at);
        }
    }

    /// Learns who belongs to whom, before anything is counted.
    fn learn_links(&mut self, facts: &DurableFacts) -> Relinked {
        let told = facts.events().map(|(_, event)| event).filter(|event| is_link(event.kind.as_str()));
        self.link_events.extend(told.map(|event| Event { name: String::new(), properties: String::new(), ..event.clone() }));
        let mut links = self.links.write().unwrap_or_else(PoisonError::into_inner);
        let mut relinked = Relinked::default();
        let mut add = |one: Relinked| {
            relinked.users.extend(one.users);
            relinked.anonymous.extend(one.anonymous);
        };
        facts.events().for_each(|(_, event)| add(links.apply_event(event)));
        facts.records().for_each(|(_, record)| add(links.apply_record(record)));
        relinked
    }

    /// Adds events to partials and, when `live`, to live values; those of a later instant are kept until then.
    pub(crate) fn take_events(&mut self, batch: &RecordBatch, now: Timestamp, live: bool, touched: &mut BTreeSet<u32>) -> Result<()> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let at = instants_of(batch, "occurred_at");
        if at.iter().any(|at| *at > now) {
            let later: BooleanArray = at.iter().map(|at| Some(*at > now)).collect();
            let present: BooleanArray = at.iter().map(|at| Some(*at <= now)).collect();
            self.later.push(values::select(batch, &later).map_err(cannot_select)?);
            let present = values::select(batch, &present).map_err(cannot_select)?;
            return self.take_events(&present, now, live, touched);
        }
        let links = Arc::clone(&self.links);
        let links = links.read().unwrap_or_else(PoisonError::into_inner);
        let attributed = attributed(batch, &links, None)?;
        drop(links);
        if attributed.as_ref().map_or(0, RecordBatch::num_rows) < batch.num_rows() {
            self.remember_uncounted(batch);
        }
        let Some(batch) = attributed else { return Ok(()) };
        let placed = self.place(&batch)?;
        self.remember_attribution(&batch, &placed);
        self.saw_events(&placed);
        let today = self.today;
        for (subject, day) in placed.subject.iter().zip(&placed.day).filter(|(_, day)| **day < today) {
            self.reopen(*subject, *day);
        }
        touched.extend(&placed.subject);
        self.add_to_partials(&placed, live)
    }

    /// Notes since when accounts and products have events.
    pub(super) fn saw_events(&mut self, placed: &Placed<'_>) {
        for (subject, at) in placed.subject.iter().zip(&placed.at) {
            self.subjects.saw_event(*subject, *at);
        }
        for (product, (at, day)) in placed.product.iter().zip(placed.at.iter().zip(&placed.day)) {
            if *product != NO_PRODUCT {
                self.products.known.saw_event(*product, *at, *day);
            }
        }
    }

    /// Adds events to the partials and, when `live`, to live values.
    pub(super) fn add_to_partials(&mut self, placed: &Placed<'_>, live: bool) -> Result<()> {
        let plan = Arc::clone(&self.plan);
        for (number, measured) in plan.measured.iter().enumerate() {
            let Some(partials) = self.partials.get(number) else { continue };
            let fresh = partials_of(measured, partials, placed, &plan.workspace.zone)?;
            if fresh.is_empty() {
                continue;
            }
            if live {
                self.move_live(number, &fresh)?;
            }
            if let Some(partials) = self.partials.get_mut(number) {
                partials.merge(&fresh).map_err(broken)?;
            }
            self.note_first_day(number, &fresh);
        }
        Ok(())
    }

    /// Facts before the first day of a signal make it known from then on, for every account.
    fn note_first_day(&mut self, number: usize, fresh: &SignalPartials) {
        let (Some(day), Some(first)) = (fresh.days().first().copied(), self.first_days.get_mut(number)) else { return };
        if first.is_none_or(|first| day < first) {
            *first = Some(day);
            self.reopen_everyone(day);
        }
    }

    fn move_live(&mut self, number: usize, fresh: &SignalPartials) -> Result<()> {
        let mut reading = self.live_signals().filter(|(measured, ..)| *measured == number);
        reading.try_for_each(|(_, _, live, before)| live.apply(before, fresh)).map_err(broken)
    }

    /// Makes room for new accounts and products in every live signal.
    pub(crate) fn grow_live(&mut self) -> Result<()> {
        let (accounts, products) = (self.subjects.len(), self.products.known.len());
        let mut all = self.live_signals();
        all.try_for_each(|(_, subject, live, partials)| match subject {
            Subject::Account => live.grow(partials, accounts),
            Subject::Product => live.grow(partials, products),
        })
        .map_err(broken)
    }

    /// Places the rows of a batch whose `account_id` is resolved.
    pub(crate) fn place<'a>(&mut self, batch: &'a RecordBatch) -> Result<Placed<'a>> {
        let plan = Arc::clone(&self.plan);
        let at = instants_of(batch, "occurred_at");
        let accounts = texts_of(batch, "account_id").into_iter();
        let subject: Vec<u32> = accounts.map(|account| self.subjects.intern(account.unwrap_or_default())).collect();
        let product = numbers_in(&plan, batch, &subject, |subject, name| self.products.known.intern(subject, name))?;
        Ok(placed_at(batch, (subject, product), at, &plan.workspace.zone, self.needs_digest()))
    }

    fn needs_digest(&self) -> bool {
        self.plan.measured.iter().any(|measured| matches!(measured.aggregate, mainstay_model::signal::Aggregate::Last(_)))
    }

    /// Remembers for whom events without an account of their own were counted, so that a new link can move them.
    pub(super) fn remember_attribution(&mut self, batch: &RecordBatch, placed: &Placed<'_>) {
        let explicit = texts_of(batch, SENT_ACCOUNT);
        let (users, anonymous) = (texts_of(batch, "user_id"), texts_of(batch, "anonymous_id"));
        for row in 0..batch.num_rows() {
            if explicit.get(row).copied().flatten().is_some() {
                continue;
            }
            let key = match (users.get(row).copied().flatten(), anonymous.get(row).copied().flatten()) {
                (Some(user), _) => user_key(user),
                (None, Some(anonymous)) => anonymous_key(anonymous),
                (None, None) => continue,
            };
            let (Some(subject), Some(day)) = (placed.subject.get(row), placed.day.get(row)) else { continue };
            let spans = self.counted_for.entry(key).or_default();
            match spans.iter_mut().find(|(counted, _, _)| counted == subject) {
                Some((_, first, last)) => (*first, *last) = ((*first).min(*day), (*last).max(*day)),
                None => spans.push((*subject, *day, *day)),
            }
        }
    }

    /// Remembers who has events that may count for nobody, so that a first link can give them to an account.
    fn remember_uncounted(&mut self, batch: &RecordBatch) {
        let (accounts, users, anonymous) = (texts_of(batch, "account_id"), texts_of(batch, "user_id"), texts_of(batch, "anonymous_id"));
        for (account, (user, anonymous)) in accounts.iter().zip(users.iter().zip(&anonymous)) {
            match (account, user, anonymous) {
                (None, Some(user), _) => self.uncounted.insert(user_key(user)),
                (None, None, Some(anonymous)) => self.uncounted.insert(anonymous_key(anonymous)),
                _ => false,
            };
        }
    }
}

/// Whether facts are events alone, of which none says who belongs to whom.
fn is_plain(facts: &DurableFacts) -> bool {
    facts.iter().all(|(_, fact)| matches!(fact, Fact::Event(event) if !is_link(event.kind.as_str())))
}

/// The column of an attributed batch that holds the account as the source sent it.
pub(crate) const SENT_ACCOUNT: &str = "sent_account_id";

/// A batch of events whose `account_id` is the account each counts for, without those that count for none.
pub(crate) fn attributed(
    batch: &RecordBatch,
    links: &mainstay_lake::links::Links,
    known: Option<Timestamp>,
) -> Result<Option<RecordBatch>> {
    let column = |name: &str| batch.column_by_name(name);
    let (Some(account), Some(user), Some(anonymous), Some(at)) =
        (column("account_id"), column("user_id"), column("anonymous_id"), column("occurred_at"))
    else {
        return Ok(None);
    };
    let resolved = account_of::resolve(links, known, [account, user, anonymous], at)
        .map_err(|error| AppError::new(ErrorCode::Unavailable, "events could not be given to accounts").caused_by(error))?;
    let (mut fields, mut arrays): (Vec<_>, Vec<_>) = (Vec::new(), Vec::new());
    for (field, array) in batch.schema().fields().iter().zip(batch.columns()) {
        fields.push(field.as_ref().clone());
        arrays.push(if field.name() == "account_id" { Arc::clone(&resolved) } else { Arc::clone(array) });
    }
    fields.push(arrow::datatypes::Field::new(SENT_ACCOUNT, arrow::datatypes::DataType::Utf8, true));
    arrays.push(Arc::clone(account));
    let whole = RecordBatch::try_new(Arc::new(arrow::datatypes::Schema::new(fields)), arrays).map_err(cannot_select)?;
    let known: BooleanArray = (0..resolved.len()).map(|row| Some(resolved.is_valid(row))).collect();
    let kept = values::select(&whole, &known).map_err(cannot_select)?;
    Ok((kept.num_rows() > 0).then_some(kept))
}

/// Rows with their accounts and products, days and identities.
pub(crate) fn placed_at<'a>(
    batch: &'a RecordBatch,
    (subject, product): (Vec<u32>, Vec<u32>),
    at: Vec<Timestamp>,
    zone: &mainstay_model::Zone,
    digests: bool,
) -> Placed<'a> {
    let day = at.iter().map(|at| zone.day_of(*at)).collect();
    let digest = if digests {
        let (sources, ids) = (texts_of(batch, "source"), texts_of(batch, "message_id"));
        sources.iter().zip(&ids).map(|(source, id)| FactDigest::of_event(source.unwrap_or_default(), id.unwrap_or_default())).collect()
    } else {
        Vec::new()
    };
    Placed { batch, subject, product, day, at, digest }
}

/// The key of a user in what is remembered of attribution.
pub(super) fn user_key(user: &str) -> String {
    format!("u{user}")
}

/// The key of a device in what is remembered of attribution.
pub(super) fn anonymous_key(id: &str) -> String {
    format!("a{id}")
}

pub(crate) fn unreadable(error: mainstay_lake::error::LakeError) -> AppError {
    AppError::new(ErrorCode::Unavailable, "facts could not be read").caused_by(error)
}
