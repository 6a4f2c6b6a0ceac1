//! What every page has around it: navigation, who is signed in, notices.

use mainstay_app::App;
use mainstay_model::access::Permission;

use super::assets;
use super::session::Visit;
use super::words::spaced;

/// The frame of a page.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The page's name, in the window's title.
    pub title: String,
    /// Which entry of the navigation it belongs to.
    pub here: &'static str,
    /// The workspace's name.
    pub workspace: String,
    /// Who is signed in; nobody on the way in.
    pub person: Option<Person>,
    /// The form secret of the session.
    pub csrf: String,
    /// What has just been done.
    pub notice: Option<String>,
    /// Changes with the style sheet and the script, so that browsers may keep them for ever.
    pub assets: String,
}

/// Who is signed in, as the frame shows it.
#[derive(Clone, Debug)]
pub struct Person {
    /// What colleagues read.
    pub name: String,
    /// The role's word.
    pub role: String,
    /// Whether scores may be overridden and sentiment stated.
    pub judges: bool,
    /// Whether the quarantine may be mended.
    pub mends: bool,
    /// Whether people, tokens and keys may be managed.
    pub manages: bool,
}

/// A group of the navigation.
#[derive(Clone, Copy, Debug)]
pub struct MenuGroup {
    /// Its heading; none for the first.
    pub name: &'static str,
    /// Its pages.
    pub items: &'static [MenuItem],
}

/// A page in the navigation.
#[derive(Clone, Copy, Debug)]
pub struct MenuItem {
    /// What [`Frame::here`] says.
    pub key: &'static str,
    /// What people read.
    pub label: &'static str,
    /// Where it is.
    pub href: &'static str,
    /// The key after `g`.
    pub shortcut: &'static str,
}

const fn item(key: &'static str, label: &'static str, href: &'static str, shortcut: &'static str) -> MenuItem {
    MenuItem { key, label, href, shortcut }
}

const MENU: &[MenuGroup] = &[
    MenuGroup {
        name: "",
        items: &[
            item("my-day", "My day", "/my-day", "m"),
            item("accounts", "Accounts", "/accounts", "a"),
            item("renewals", "Renewals", "/renewals", "r"),
            item("onboarding", "Onboarding", "/onboarding", "o"),
            item("sql", "Questions", "/sql", "q"),
        ],
    },
    MenuGroup {
        name: "Configure",
        items: &[
            item("plays", "Plays", "/plays", "p"),
            item("models", "Health models", "/models", "h"),
            item("signals", "Signals", "/signals", "i"),
            item("data", "Data", "/data", "d"),
            item("settings", "Settings", "/settings", "s"),
        ],
    },
];

impl Frame {
    /// The frame of a page for whoever visits it.
    #[must_use]
    pub fn new(app: &App, visit: &Visit, here: &'static str, title: impl Into<String>) -> Self {
        let role = visit.person.role;
        Self {
            title: title.into(),
            here,
            workspace: app.workspace().name.clone(),
            person: Some(Person {
                name: visit.person.name.clone(),
                role: spaced(role.as_str()),
                judges: role.may(Permission::JudgeAccounts),
                mends: role.may(Permission::MendData),
                manages: role.may(Permission::ManagePeople),
            }),
            csrf: visit.csrf.clone(),
            notice: visit.notice.clone(),
            assets: assets::version(),
        }
    }

    /// The frame of a page that nobody is signed in to see.
    #[must_use]
    pub fn bare(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            here: "",
            workspace: String::new(),
            person: None,
            csrf: String::new(),
            notice: None,
            assets: assets::version(),
        }
    }

    /// The navigation.
    #[must_use]
    pub const fn menu(&self) -> &'static [MenuGroup] {
        MENU
    }

    /// Whether the visitor may override scores and state sentiment.
    #[must_use]
    pub fn judges(&self) -> bool {
        self.person.as_ref().is_some_and(|person| person.judges)
    }

    /// Whether the visitor may mend the quarantine.
    #[must_use]
    pub fn mends(&self) -> bool {
        self.person.as_ref().is_some_and(|person| person.mends)
    }

    /// Whether the visitor may manage people, tokens and keys.
    #[must_use]
    pub fn manages(&self) -> bool {
        self.person.as_ref().is_some_and(|person| person.manages)
    }
}
