//! What product users do on a day: sign in, use features, finish workflows, export, invite, call the API.

use mainstay_model::{Day, Timestamp};

use crate::account::{Account, User};
use crate::calendar::{rhythm, weekday};
use crate::chance::Chance;

/// Something a product user did.
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// The sender's id of the message.
    pub message_id: String,
    /// What, e.g. `Signed In`.
    pub name: &'static str,
    /// Who.
    pub user_id: String,
    /// At which account.
    pub account_id: String,
    /// In which product.
    pub product: &'static str,
    /// Which feature, for `Feature Used` and `Advanced Feature Used`.
    pub feature: &'static str,
    /// Which workflow, for `Key Workflow Completed`.
    pub workflow: &'static str,
    /// The user's department.
    pub department: &'static str,
    /// How much is stored, for `Storage Measured`; else 0.
    pub gigabytes: u32,
}

/// The columns of an event in the tracking export.
pub const EVENT_COLUMNS: [&str; 10] =
    ["message_id", "timestamp", "event", "user_id", "account_id", "product", "feature", "workflow", "department", "gigabytes"];

/// A feature: name, product, popularity, whether it is for advanced users. The list begins with what everybody finds.
const FEATURES: [(&str, &str, f64, bool); 14] = [
    ("dashboard", "core", 10.0, false),
    ("tasks", "core", 9.0, false),
    ("comments", "core", 6.0, false),
    ("search", "core", 6.0, false),
    ("calendar", "core", 4.0, false),
    ("templates", "core", 3.5, false),
    ("file_sharing", "core", 3.0, false),
    ("custom_fields", "core", 2.5, true),
    ("integrations", "core", 2.0, true),
    ("bulk_edit", "core", 1.6, true),
    ("forecast", "insights", 4.0, true),
    ("report_builder", "insights", 4.0, true),
    ("rules", "automate", 4.0, true),
    ("webhooks", "automate", 2.5, true),
];

/// Where a session has got to.
struct Session<'a> {
    account: &'a Account,
    user: &'a User,
    day: Day,
    at: Timestamp,
    /// Tells this session's messages from others of the same user and day.
    mark: &'a str,
    written: u32,
}

/// Adds what happened at one account on one calendar day of its zone.
pub(crate) fn of_day(seed: u64, account: &Account, day: Day, events: &mut Vec<Event>) {
    let mut chance = Chance::on(seed, "events", account.number, day);
    let usage = account.life.usage(day) * rhythm(day, account.region);
    let mut there = None;
    for user in account.users_on(day) {
        // Drawn for every user, so that one user's day does not shift another's.
        if chance.happens((user.appetite * usage).min(0.98)) {
            let minute = 8 * 60 + 30 + chance.between(0, 520);
            let at = account.at(day, 0, minute).plus_seconds(i64::from(chance.between(0, 59)));
            run_session(&mut chance, account, user, day, at, "d", events);
            there = there.or(Some(user));
        }
    }
    if let Some(user) = there {
        measure(&mut chance, account, user, day, usage, events);
    }
}

/// Adds one session that begins at `at`.
pub(crate) fn run_session(
    chance: &mut Chance,
    account: &Account,
    user: &User,
    day: Day,
    at: Timestamp,
    mark: &str,
    events: &mut Vec<Event>,
) {
    let mut session = Session { account, user, day, at, mark, written: 0 };
    let health = account.life.health(day);
    events.push(session.event("Signed In"));
    for _ in 0..=chance.count(0.6 + 1.1 * health) {
        session.pass(chance, 240);
        let (feature, product, advanced) = pick_feature(chance, account, day, health);
        let name = if advanced { "Advanced Feature Used" } else { "Feature Used" };
        events.push(Event { product, feature, ..session.event(name) });
    }
    if chance.happens(0.32 * health) {
        session.pass(chance, 300);
        let workflow = chance.weighted(&[("weekly_plan", 3.0), ("approval", 2.0), ("handover", 1.5), ("month_close", 1.0)]);
        events.push(Event { workflow, ..session.event("Key Workflow Completed") });
    }
    if chance.happens(0.09 * health) {
        session.pass(chance, 200);
        events.push(session.event("Report Exported"));
    }
    let inviting = if account.life.growth > 0.2 { 0.08 } else { 0.008 };
    if chance.happens(inviting * health) {
        session.pass(chance, 120);
        events.push(session.event("User Invited"));
    }
}

/// What the add-ons measure in the evening of a day on which somebody was there: calls of the API, and once a week what is stored.
fn measure(chance: &mut Chance, account: &Account, user: &User, day: Day, usage: f64, events: &mut Vec<Event>) {
    let mut session = Session { account, user, day, at: account.at(day, 20, 0), mark: "m", written: 0 };
    if account.has("automate", day) {
        for _ in 0..chance.count(f64::from(account.calls_allowed(day)) / 21.0 * 0.8 * usage) {
            session.pass(chance, 60);
            events.push(Event { product: "automate", ..session.event("API Called") });
        }
    }
    if account.has("insights", day) && weekday(day) == (account.number % 5) as i32 {
        session.pass(chance, 60);
        // It fills up over the years, and faster where use grows.
        let years = f64::from(day.since(account.life.joined)) / 365.0;
        let share = (0.25 + years * (0.12 + 0.4 * account.life.growth.max(0.0))).min(1.0);
        let gigabytes = (f64::from(account.gigabytes_allowed(day)) * share) as u32;
        events.push(Event { product: "insights", gigabytes: gigabytes.max(1), ..session.event("Storage Measured") });
    }
}

/// A feature of the products that the account has; those who fare badly know fewer.
fn pick_feature(chance: &mut Chance, account: &Account, day: Day, health: f64) -> (&'static str, &'static str, bool) {
    let known = 1 + (health * 9.0) as usize;
    let choices: Vec<((&str, &str, bool), f64)> = FEATURES
        .iter()
        .filter(|(_, product, _, _)| account.has(product, day))
        .take(known)
        .map(|(feature, product, weight, advanced)| ((*feature, *product, *advanced), *weight))
        .collect();
    chance.weighted(&choices)
}

impl Session<'_> {
    fn pass(&mut self, chance: &mut Chance, at_most_seconds: i32) {
        self.at = self.at.plus_seconds(i64::from(chance.between(5, at_most_seconds)));
    }

    fn event(&mut self, name: &'static str) -> Event {
        self.written += 1;
        Event {
            at: self.at,
            message_id: format!("{}-{}{}-{}", self.user.id, self.mark, self.day.0, self.written),
            name,
            user_id: self.user.id.clone(),
            account_id: self.account.id.clone(),
            product: "core",
            feature: "",
            workflow: "",
            department: self.user.department,
            gigabytes: 0,
        }
    }
}

/// The cells of an event, in the order of [`EVENT_COLUMNS`].
#[must_use]
pub fn event_row(event: &Event) -> [String; 10] {
    let gigabytes = if event.gigabytes == 0 { String::new() } else { event.gigabytes.to_string() };
    [
        event.message_id.clone(),
        event.at.to_rfc3339(),
        event.name.into(),
        event.user_id.clone(),
        event.account_id.clone(),
        event.product.into(),
        event.feature.into(),
        event.workflow.into(),
        event.department.into(),
        gigabytes,
    ]
}
