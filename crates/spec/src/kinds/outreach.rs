//! `mainstay.yaml`: whom plays reach and within which limits.

pub(crate) mod write;

use std::collections::BTreeMap;

use mainstay_model::Workspace;
use mainstay_model::expression::ExpressionTypes;
use mainstay_model::outreach::{Cap, CapPeriod, Caps, Channels, Consent, Outreach, ROLES, RolePerson, RoleRule, SendWindow, Tracking};
use mainstay_model::play::times::minute_of_day;

use crate::decode::{Expression, Many, Named, Read, Reads, Word, Words, document};
use crate::document::At;
use crate::expressions::{self, Scope};
use crate::kinds::settings::{SettingsDoc, check_hours, weekdays};
use crate::names;
use crate::nearest;
use crate::problem::{Code, Report};
use crate::thresholds::Thresholds;

document! {
    /// A rule of a role: who has it.
    RoleDoc {
        /// For which accounts: SQL over account columns. Default: all.
        when: Option<Expression>,
        /// An account column that holds an e-mail address.
        from: Option<At<String>>,
        /// An e-mail address.
        email: Option<At<String>>,
    }
}

document! {
    /// How many messages are too many; transactional ones do not count.
    CapsDoc {
        /// To one person. Default: 2 a week.
        person: Option<Read<Cap>>,
        /// To all people of an account. Default: 4 a week.
        account: Option<Read<Cap>>,
        /// To one person, of one category.
        categories: Option<Named<Read<Cap>>>,
    }
}

document! {
    /// Days and hours in which messages may go out, in the recipient's zone.
    WindowDoc {
        /// Weekdays. Default: mon-fri.
        days: Option<At<String>>,
        /// Hours. Default: 09:00-17:00.
        hours: Option<At<String>>,
    }
}

document! {
    /// How messages go out.
    ChannelsDoc {
        /// Mails.
        email: Option<EmailChannelDoc>,
        /// Slack.
        slack: Option<SlackChannelDoc>,
    }
}

document! {
    /// Mails.
    EmailChannelDoc {
        /// The sender: `Name <address>`.
        from: Option<At<String>>,
        /// The language of templates. Default: en.
        language: Option<At<String>>,
    }
}

document! {
    /// Slack.
    SlackChannelDoc {
        /// The channel for what names nobody.
        channel: Option<At<String>>,
    }
}

document! {
    /// Whether opens and clicks are recorded.
    TrackingDoc {
        /// Opens. Default: false.
        opens: Option<At<bool>>,
        /// Clicks. Default: false.
        clicks: Option<At<bool>>,
        /// Of whom: `opt_in` (people who said yes, the default) or `opt_out` (all who did not say no).
        consent: Option<Word<Consent>>,
    }
}

impl Words for Consent {
    const WORDS: &'static [(&'static str, Self)] = &[("opt_in", Self::OptIn), ("opt_out", Self::OptOut)];
}

impl Reads for Cap {
    const WHAT: &'static str = "a number of messages in a time";
    const HOW: &'static str = "`2 a week`; day, week or month";

    fn read(text: &str) -> Option<Self> {
        let [count, "a" | "per", per] = text.split_whitespace().collect::<Vec<_>>()[..] else { return None };
        let per = [CapPeriod::Day, CapPeriod::Week, CapPeriod::Month].into_iter().find(|period| period.word() == per)?;
        Some(Self { count: count.parse().ok()?, per })
    }
}

/// A time of day, in minutes after midnight.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TimeOfDay(pub(crate) u16);

impl Reads for TimeOfDay {
    const WHAT: &'static str = "a time of day";
    const HOW: &'static str = "`09:00`";

    fn read(text: &str) -> Option<Self> {
        minute_of_day(text).filter(|minute| *minute < 24 * 60).map(Self)
    }
}

/// What stands for a briefing that is not sent.
const NEVER: &str = "never";

/// When the day's briefing leaves, in minutes after midnight; none for never.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct BriefingTime(pub(crate) Option<u16>);

impl Reads for BriefingTime {
    const WHAT: &'static str = "a time of day";
    const HOW: &'static str = "`08:00`, or `never`";

    fn read(text: &str) -> Option<Self> {
        if text == NEVER { Some(Self(None)) } else { TimeOfDay::read(text).map(|time| Self(Some(time.0))) }
    }
}

/// What the settings say, each default filled in. Conditions of roles are checked against the account's columns.
pub(crate) fn check(
    doc: &SettingsDoc,
    workspace: &Workspace,
    thresholds: &Thresholds,
    types: &dyn ExpressionTypes,
    report: &mut Report,
) -> Outreach {
    let mut outreach = Outreach::default();
    if let Some(hour) = &doc.play_hour {
        outreach.play_hour_minute = hour.value.0;
    }
    if let Some(briefing) = &doc.briefing {
        outreach.briefing_minute = briefing.value.0;
    }
    outreach.roles.extend(roles(doc, workspace, thresholds, types, report));
    if let Some(ladder) = &doc.ladder {
        outreach.ladder = ladder.iter().filter(|role| check_role(role, &outreach.roles, report)).map(|role| role.value.clone()).collect();
    } else {
        outreach.ladder.retain(|role| outreach.roles.contains_key(role));
    }
    if let Some(calendar) = &doc.business_calendar {
        if workspace.calendars.contains_key(&calendar.value) {
            outreach.business_calendar = Some(calendar.value.clone());
        } else {
            let known: Vec<&str> = workspace.calendars.keys().map(String::as_str).collect();
            let message = format!("there is no calendar `{}`", calendar.value);
            report.error_with(Code::UnknownName, calendar.place, message, nearest::hint(&calendar.value, &known, "calendars"));
        }
    }
    if let Some(caps) = &doc.caps {
        outreach.caps = check_caps(caps);
    }
    if let Some(window) = &doc.send_window {
        outreach.send_window = check_window(window, report);
    }
    if let Some(channels) = &doc.channels {
        outreach.channels = check_channels(channels, report);
    }
    outreach.webhooks = addresses(doc.webhooks.as_ref(), "webhook", report);
    outreach.links = addresses(doc.links.as_ref(), "link", report);
    if let Some(tracking) = &doc.tracking {
        let said = |value: &Option<At<bool>>| value.as_ref().is_some_and(|value| value.value);
        let consent = tracking.consent.map_or_else(Consent::default, |word| word.value);
        outreach.tracking = Tracking { opens: said(&tracking.opens), clicks: said(&tracking.clicks), consent };
    }
    outreach
}

/// Addresses by name.
fn addresses(doc: Option<&Named<At<String>>>, what: &str, report: &mut Report) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (name, url) in doc.into_iter().flat_map(|named| &named.0) {
        let Some(url) = url.as_ref().filter(|_| names::check_name(name, what, report)) else { continue };
        if url.value.starts_with("https://") || url.value.starts_with("http://") {
            found.insert(name.value.clone(), url.value.clone());
        } else {
            report.error(Code::BadValue, url.place, format!("`{}` is no address of a {what}; it begins with https://", url.value));
        }
    }
    found
}

fn roles(
    doc: &SettingsDoc,
    workspace: &Workspace,
    thresholds: &Thresholds,
    types: &dyn ExpressionTypes,
    report: &mut Report,
) -> BTreeMap<String, Vec<RoleRule>> {
    let columns = crate::columns::expression_columns(workspace, crate::Stage::All);
    let broken = std::collections::BTreeSet::new();
    let texts: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    let (refused, hints) = (Vec::new(), Vec::new());
    let scope = Scope { columns, about: "a role".into(), broken: &broken, refused, hints, thresholds: Some(thresholds) };
    let mut roles = BTreeMap::new();
    for (name, rules) in doc.roles.iter().flat_map(|named| &named.0) {
        let Some(Many(rules)) = rules.as_ref().filter(|_| names::check_name(name, "role", report)) else { continue };
        let rules = rules.iter().filter_map(|rule| check_rule(rule, &scope, &texts, types, report)).collect();
        if roles.insert(name.value.clone(), rules).is_some() {
            report.error(Code::DuplicateName, name.place, format!("the role `{}` is declared twice", name.value));
        }
    }
    roles
}

fn check_rule(doc: &RoleDoc, scope: &Scope, columns: &[String], types: &dyn ExpressionTypes, report: &mut Report) -> Option<RoleRule> {
    let when = match &doc.when {
        Some(when) => Some(expressions::condition(when, scope, types, report)?),
        None => None,
    };
    let person = match (&doc.from, &doc.email) {
        (Some(column), None) => {
            if !columns.contains(&column.value) {
                let known: Vec<&str> = columns.iter().map(String::as_str).collect();
                let message = format!("there is no account column `{}`", column.value);
                report.error_with(Code::UnknownName, column.place, message, nearest::hint(&column.value, &known, "columns"));
                return None;
            }
            RolePerson::Column(column.value.clone())
        }
        (None, Some(email)) if email.value.contains('@') => RolePerson::Email(email.value.clone()),
        (None, Some(email)) => {
            report.error(Code::BadValue, email.place, format!("`{}` is no e-mail address", email.value));
            return None;
        }
        _ => {
            report.error(Code::MissingKey, doc.place, "say who has the role: `from: owner` (an account column) or `email: ...`");
            return None;
        }
    };
    Some(RoleRule { when, person })
}

/// Whether a role is known: declared, or one of those every workspace has.
pub(crate) fn check_role(role: &At<String>, declared: &BTreeMap<String, Vec<RoleRule>>, report: &mut Report) -> bool {
    if declared.contains_key(&role.value) || ROLES.contains(&role.value.as_str()) {
        return true;
    }
    let known: Vec<&str> = declared.keys().map(String::as_str).chain(ROLES).collect();
    let message = format!("there is no role `{}`", role.value);
    report.error_with(Code::UnknownName, role.place, message, nearest::hint(&role.value, &known, "roles"));
    false
}

fn check_caps(doc: &CapsDoc) -> Caps {
    let mut caps = Caps::default();
    let read = |cap: &Option<Read<Cap>>, default| cap.as_ref().map_or(default, |cap| Some(cap.value));
    caps.person = read(&doc.person, caps.person);
    caps.account = read(&doc.account, caps.account);
    for (name, cap) in doc.categories.iter().flat_map(|named| &named.0) {
        caps.categories.extend(cap.as_ref().map(|cap| (name.value.clone(), cap.value)));
    }
    caps
}

fn check_window(doc: &WindowDoc, report: &mut Report) -> SendWindow {
    let mut window = SendWindow::default();
    if let Some(days) = doc.days.as_ref().and_then(|days| weekdays(days, report)) {
        window.weekdays = days;
    }
    if let Some((opens, closes)) = doc.hours.as_ref().and_then(|hours| check_hours(hours, report)) {
        (window.opens_minute, window.closes_minute) = (opens, closes);
    }
    window
}

fn check_channels(doc: &ChannelsDoc, report: &mut Report) -> Channels {
    let from = doc.email.as_ref().and_then(|email| email.from.as_ref());
    if let Some(from) = from.filter(|from| !from.value.contains('@')) {
        report.error(Code::BadValue, from.place, format!("`{}` is no sender; write it like \"Acme <success@acme.example>\"", from.value));
    }
    let language = doc.email.as_ref().and_then(|email| email.language.as_ref());
    Channels {
        email_from: from.map(|from| from.value.clone()),
        language: language.map_or_else(|| "en".to_owned(), |language| language.value.clone()),
        slack_channel: doc.slack.as_ref().and_then(|slack| slack.channel.as_ref()).map(|channel| channel.value.clone()),
    }
}
