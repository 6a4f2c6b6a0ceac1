//! Who may do what: one table of role and permission.

use serde::{Deserialize, Serialize};

/// What a person is in the console.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, people and tokens among it.
    Admin,
    /// Configuration and data, no people.
    Operations,
    /// Works with accounts: sentiment, overrides, notes.
    Csm,
    /// Reads.
    Viewer,
}

/// One kind of act.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Permission {
    /// Read accounts, scores, explanations, SQL.
    ReadAccounts,
    /// Override scores, state sentiment.
    JudgeAccounts,
    /// Fix and replay the quarantine.
    MendData,
    /// People, roles, tokens, write keys.
    ManagePeople,
    /// Name files and folders of the server's machine: imports by path, backups. No role has it: it would give away what the files of that
    /// machine hold. Whoever can read the data folder has it, by the secret that a running server leaves there.
    UseServerFiles,
}

impl Role {
    /// Every role, the strongest first.
    pub const ALL: [Self; 4] = [Self::Admin, Self::Operations, Self::Csm, Self::Viewer];

    /// The word used in commands and tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Operations => "operations",
            Self::Csm => "csm",
            Self::Viewer => "viewer",
        }
    }

    /// The role of a word, if it is one.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }

    /// Whether the role may do it.
    #[must_use]
    pub const fn may(self, permission: Permission) -> bool {
        match permission {
            Permission::ReadAccounts => true,
            Permission::JudgeAccounts => !matches!(self, Self::Viewer),
            Permission::MendData => matches!(self, Self::Admin | Self::Operations),
            Permission::ManagePeople => matches!(self, Self::Admin),
            Permission::UseServerFiles => false,
        }
    }
}
