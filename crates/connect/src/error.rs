//! What can be wrong before anything is sent: settings and templates.

/// The result of reading settings or templates.
pub type Result<T> = std::result::Result<T, ConnectError>;

/// A setting or a template that cannot be used, by what a person has to change. Sending never fails this way: see [`crate::Answer`].
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ConnectError {
    /// A setting of a channel is not usable.
    #[error("{setting}: {why}")]
    Setting {
        /// Which one, in the words of the guide.
        setting: &'static str,
        /// What is wrong and what to write instead; without secrets.
        why: String,
    },
    /// A template uses a name that has no value.
    #[error(
        "{path}:{line}: there is no `{name}` here; correct the name or say what to write without it: {{{{ {name} | default('...') }}}}"
    )]
    UnknownName {
        /// The template's file.
        path: String,
        /// The line in that file, from 1.
        line: usize,
        /// The name as written.
        name: String,
    },
    /// A template uses a name whose value is empty (null) for this recipient.
    #[error("{path}:{line}: `{name}` has no value here; say what to write without one: {{{{ {name} or '...' }}}}")]
    NoValue {
        /// The template's file.
        path: String,
        /// The line in that file, from 1.
        line: usize,
        /// The name as written.
        name: String,
    },
    /// A template is not written as one.
    #[error("{path}:{line}: {why}")]
    Template {
        /// The template's file.
        path: String,
        /// The line in that file, from 1.
        line: usize,
        /// What is wrong and what to write instead.
        why: String,
    },
}
