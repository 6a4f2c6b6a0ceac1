//! Whom plays reach and within which limits: roles, the ladder, caps, send windows, channels, templates.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::workspace::Calendar;

/// Roles that every workspace has, whether or not it says who has them.
pub const ROLES: [&str; 8] = ["csm", "csm_manager", "account_executive", "executive", "support", "product", "finance", "sales"];

/// Everything about reaching people that `mainstay.yaml` decides.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outreach {
    /// Minutes after midnight, in the account's zone, at which steps that are days are due. 540 (09:00) unless declared.
    pub play_hour_minute: u16,
    /// Minutes after midnight, in the workspace's zone, at which people get their day as a message on worked days; none where they get none. 480
    /// (08:00) unless declared.
    pub briefing_minute: Option<u16>,
    /// Who has a role, by its name.
    pub roles: BTreeMap<String, Vec<RoleRule>>,
    /// To whom things are escalated, lowest first; names of roles.
    pub ladder: Vec<String>,
    /// The calendar in which business time is counted, by name; Monday to Friday, 09:00 to 17:00 of the workspace's zone where absent.
    pub business_calendar: Option<String>,
    /// How many messages are too many.
    pub caps: Caps,
    /// When messages may go out.
    pub send_window: SendWindow,
    /// How messages go out.
    pub channels: Channels,
    /// Endpoints by name; their secrets come from the environment.
    pub webhooks: BTreeMap<String, String>,
    /// Addresses that templates name as `links.<name>`, by name.
    pub links: BTreeMap<String, String>,
    /// Whether opens and clicks are recorded.
    pub tracking: Tracking,
}

impl Default for Outreach {
    fn default() -> Self {
        Self {
            play_hour_minute: 9 * 60,
            briefing_minute: Some(8 * 60),
            roles: BTreeMap::from([("csm".to_owned(), vec![RoleRule { when: None, person: RolePerson::Column("owner".to_owned()) }])]),
            ladder: ["csm", "csm_manager", "executive"].map(str::to_owned).to_vec(),
            business_calendar: None,
            caps: Caps::default(),
            send_window: SendWindow::default(),
            channels: Channels { email_from: None, language: "en".to_owned(), slack_channel: None },
            webhooks: BTreeMap::new(),
            links: BTreeMap::new(),
            tracking: Tracking::default(),
        }
    }
}

impl Outreach {
    /// The calendar in which business time is counted.
    #[must_use]
    pub fn calendar<'a>(&self, calendars: &'a BTreeMap<String, Calendar>) -> Cow<'a, Calendar> {
        let declared = self.business_calendar.as_ref().and_then(|name| calendars.get(name));
        declared.map_or_else(|| Cow::Owned(Calendar::default()), Cow::Borrowed)
    }
}

/// A rule of a role; the first that applies to an account names the person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RoleRule {
    /// For which accounts: SQL over account columns. Absent: all.
    pub when: Option<String>,
    /// Who it is then.
    pub person: RolePerson,
}

/// How a rule names a person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RolePerson {
    /// By an account column that holds an e-mail address.
    Column(String),
    /// By the address itself.
    Email(String),
}

/// How many messages are too many. Transactional ones do not count.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Caps {
    /// To one person.
    pub person: Option<Cap>,
    /// To all people of an account together.
    pub account: Option<Cap>,
    /// To one person, of one category.
    pub categories: BTreeMap<String, Cap>,
}

impl Default for Caps {
    /// Two a person and four an account a week.
    fn default() -> Self {
        let week = |count| Some(Cap { count, per: CapPeriod::Week });
        Self { person: week(2), account: week(4), categories: BTreeMap::new() }
    }
}

/// At most so many in any stretch of so long.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Cap {
    /// How many.
    pub count: u32,
    /// In which stretch.
    pub per: CapPeriod,
}

/// A stretch of time in which messages are counted: any such stretch, not a calendar one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CapPeriod {
    /// 24 hours.
    Day,
    /// 7 days of 24 hours.
    Week,
    /// 30 days of 24 hours.
    Month,
}

impl CapPeriod {
    /// The word it is written with.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// Its length.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        match self {
            Self::Day => 86_400,
            Self::Week => 7 * 86_400,
            Self::Month => 30 * 86_400,
        }
    }
}

/// Days and hours in which messages may go out, in the recipient's zone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SendWindow {
    /// Weekdays, 1 = Monday to 7 = Sunday; at least one.
    pub weekdays: Vec<u8>,
    /// Minutes after midnight at which it opens.
    pub opens_minute: u16,
    /// Minutes after midnight at which it closes.
    pub closes_minute: u16,
}

impl Default for SendWindow {
    /// Monday to Friday, 09:00 to 17:00.
    fn default() -> Self {
        Self { weekdays: vec![1, 2, 3, 4, 5], opens_minute: 9 * 60, closes_minute: 17 * 60 }
    }
}

/// How messages go out.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Channels {
    /// The sender of mails, as `Name <address>`; without one no mail is sent.
    pub email_from: Option<String>,
    /// The language of templates where a person's own has none.
    pub language: String,
    /// The Slack channel for what names nobody.
    pub slack_channel: Option<String>,
}

/// Whether opens and clicks are recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Tracking {
    /// Opens.
    pub opens: bool,
    /// Clicks.
    pub clicks: bool,
    /// Of whom.
    pub consent: Consent,
}

/// Whose opens and clicks may be recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// Of people who said yes.
    #[default]
    OptIn,
    /// Of all who did not say no.
    OptOut,
}

/// The texts of a template, by language.
pub type Template = BTreeMap<String, TemplateText>;

/// A template in one language: front matter, then Markdown with Jinja.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TemplateText {
    /// The subject line; a template itself. Mails need one.
    pub subject: Option<String>,
    /// What mail programs show beside the subject.
    pub preheader: Option<String>,
    /// What it counts as for caps and consent.
    pub category: Option<String>,
    /// The text behind the front matter.
    pub body: String,
}
