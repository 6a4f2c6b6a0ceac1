//! Which account an event counts for: dated links from users to accounts, and from anonymous ids to users.
//!
//! Facts keep the ids that their source sent. An event that names an account counts for it. Otherwise it counts for the account its user
//! was linked to when it happened: by the latest link at or before the event, or, before the first one, by the first one. Links of one
//! instant are ordered by the account's name, so the answer depends on the facts alone and not on the order they came in.

use std::sync::Arc;

use hashbrown::HashMap;
use mainstay_model::{Event, EventKind, RecordVersion, Timestamp};

use crate::json;

/// The links, as learned from `group`, `identify` and `alias` events and from records of users.
#[derive(Clone, Debug, Default)]
pub struct Links {
    names: Names,
    /// User to accounts.
    accounts: HashMap<u32, Vec<Link>>,
    /// Anonymous id to users.
    users: HashMap<u32, Vec<Link>>,
    /// User to the anonymous ids ever tied to it.
    anonymous_of: HashMap<u32, Vec<u32>>,
}

/// Whose attribution a fact changed. Their events may now count for other accounts.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Relinked {
    /// Users, by their id.
    pub users: Vec<String>,
    /// Anonymous ids.
    pub anonymous: Vec<String>,
}

impl Relinked {
    /// Whether nothing changed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.users.is_empty() && self.anonymous.is_empty()
    }
}

/// One dated link to `target`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Link {
    at: Timestamp,
    received: Timestamp,
    target: u32,
}

impl Links {
    /// No links.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Learns from an event what it says about who belongs to whom.
    pub fn apply_event(&mut self, event: &Event) -> Relinked {
        let mut relinked = Relinked::default();
        let Some(user) = event.user_id.as_deref() else { return relinked };
        let times = (event.occurred_at, event.received_at);
        if event.kind == EventKind::Group
            && let Some(account) = event.account_id.as_deref()
        {
            self.link_user(user, account, times, &mut relinked);
        }
        if matches!(event.kind, EventKind::Identify | EventKind::Alias)
            && let Some(anonymous) = event.anonymous_id.as_deref()
        {
            self.tie_anonymous(anonymous, user, times, &mut relinked);
        }
        relinked
    }

    /// Learns from a record of a user which account it belongs to. Records of other entities say nothing here.
    pub fn apply_record(&mut self, record: &RecordVersion) -> Relinked {
        let mut relinked = Relinked::default();
        if record.entity == "users"
            && let Some(account) = json::member(&record.fields, "account_id").and_then(json::text_of)
        {
            self.link_user(&record.external_id, &account, (record.occurred_at, record.received_at), &mut relinked);
        }
        relinked
    }

    /// The account that something counts for: the one it names, else its user's, else that of the user its anonymous id is tied to.
    #[must_use]
    pub fn account_of<'a>(
        &'a self,
        explicit: Option<&'a str>,
        user: Option<&str>,
        anonymous: Option<&str>,
        at: Timestamp,
        known: Option<Timestamp>,
    ) -> Option<&'a str> {
        if explicit.is_some() {
            return explicit;
        }
        let user = match (user, anonymous) {
            (Some(user), _) => self.names.find(user)?,
            (None, Some(anonymous)) => resolve(self.users.get(&self.names.find(anonymous)?)?, at, known)?,
            (None, None) => return None,
        };
        let account = resolve(self.accounts.get(&user)?, at, known)?;
        self.names.text(account)
    }

    fn link_user(&mut self, user: &str, account: &str, (at, received): (Timestamp, Timestamp), relinked: &mut Relinked) {
        let (user_name, target) = (self.names.intern(user), self.names.intern(account));
        let links = self.accounts.entry(user_name).or_default();
        if insert(&self.names, links, Link { at, received, target }) {
            relinked.users.push(user.to_owned());
            let tied = self.anonymous_of.get(&user_name).into_iter().flatten();
            relinked.anonymous.extend(tied.filter_map(|name| self.names.text(*name)).map(str::to_owned));
        }
    }

    fn tie_anonymous(&mut self, anonymous: &str, user: &str, (at, received): (Timestamp, Timestamp), relinked: &mut Relinked) {
        let (name, target) = (self.names.intern(anonymous), self.names.intern(user));
        if insert(&self.names, self.users.entry(name).or_default(), Link { at, received, target }) {
            relinked.anonymous.push(anonymous.to_owned());
        }
        let tied = self.anonymous_of.entry(target).or_default();
        if !tied.contains(&name) {
            tied.push(name);
        }
    }
}

/// The target in force at an instant among links in order, as known at another.
fn resolve(links: &[Link], at: Timestamp, known: Option<Timestamp>) -> Option<u32> {
    let Some(known) = known else { return latest(links, at) };
    let known_links: Vec<Link> = links.iter().copied().filter(|link| link.received <= known).collect();
    latest(&known_links, at)
}

/// The target in force at an instant among links in order.
fn latest(links: &[Link], at: Timestamp) -> Option<u32> {
    let after = links.partition_point(|link| link.at <= at);
    let before = after.checked_sub(1).and_then(|last| links.get(last));
    // Before the first link, the earliest instant's links count; of one instant the last in order, as ever.
    let chosen = before.or_else(|| {
        let first = links.first()?.at;
        links.get(links.partition_point(|link| link.at <= first).checked_sub(1)?)
    })?;
    Some(chosen.target)
}

/// Adds a link in order and tells whether any instant now has another target.
fn insert(names: &Names, links: &mut Vec<Link>, link: Link) -> bool {
    let key = |link: &Link| (link.at, names.text(link.target).unwrap_or_default());
    let place = links.partition_point(|other| key(other) < key(&link));
    if let Some(same) = links.get_mut(place)
        && same.at == link.at
        && same.target == link.target
    {
        same.received = same.received.min(link.received);
        return false;
    }
    let before = latest(links, link.at);
    links.insert(place, link);
    before != latest(links, link.at)
}

/// Texts kept once, by number.
#[derive(Clone, Debug, Default)]
struct Names {
    numbers: HashMap<Arc<str>, u32>,
    texts: Vec<Arc<str>>,
}

impl Names {
    fn find(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    fn text(&self, number: u32) -> Option<&str> {
        self.texts.get(number as usize).map(AsRef::as_ref)
    }

    fn intern(&mut self, text: &str) -> u32 {
        if let Some(number) = self.find(text) {
            return number;
        }
        let shared: Arc<str> = text.into();
        let number = self.texts.len() as u32;
        self.texts.push(Arc::clone(&shared));
        self.numbers.insert(shared, number);
        number
    }
}

#[cfg(test)]
mod tests;
