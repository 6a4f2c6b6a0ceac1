//! Whose day a page shows, as its address says it.

use mainstay_app::tasks::{Group, Whose};

use crate::console::session::Fields;
use crate::console::words::address;

/// The word for everybody's tasks.
pub const EVERYBODY: &str = "everybody";
/// The word for tasks without an owner.
pub const NOBODY: &str = "nobody";

/// Whose day, and what narrows it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct View {
    /// Empty for one's own, `everybody`, `nobody`, or somebody's address.
    pub whose: String,
    /// Only of this account; empty for all.
    pub account: String,
    /// Only this group, and all of it; empty for all groups.
    pub group: String,
}

impl View {
    /// Reads an address's query, or the hidden fields of a form.
    #[must_use]
    pub fn read(fields: &Fields) -> Self {
        let group = Group::parse(fields.text("group")).map(|group| group.as_str().to_owned());
        Self { whose: fields.text("whose").to_lowercase(), account: fields.text("account").to_owned(), group: group.unwrap_or_default() }
    }

    /// Whose tasks it asks for.
    #[must_use]
    pub fn read_whose(&self, me: &str) -> Whose {
        match self.whose.as_str() {
            "" => Whose::Of(me.to_owned()),
            EVERYBODY => Whose::Everybody,
            NOBODY => Whose::Nobody,
            address => Whose::Of(address.to_owned()),
        }
    }

    /// Whether it is one's own.
    #[must_use]
    pub fn is_mine(&self) -> bool {
        self.whose.is_empty()
    }

    /// Whether tasks of several people can be in it.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.whose == EVERYBODY
    }

    /// The somebody whose tasks it shows.
    #[must_use]
    pub fn somebody(&self) -> Option<&str> {
        Some(self.whose.as_str()).filter(|whose| !whose.is_empty() && *whose != EVERYBODY && *whose != NOBODY)
    }

    /// Its address, with more parameters.
    #[must_use]
    pub fn address(&self, more: &[(&str, &str)]) -> String {
        address("/my-day", &[&self.parameters()[..], more].concat())
    }

    /// Its address.
    #[must_use]
    pub fn here(&self) -> String {
        self.address(&[])
    }

    /// The address of a page that leads back to it.
    #[must_use]
    pub fn from(&self, path: &str) -> String {
        address(path, &self.parameters())
    }

    fn parameters(&self) -> [(&str, &str); 3] {
        [("whose", self.whose.as_str()), ("account", &self.account), ("group", &self.group)]
    }
}
