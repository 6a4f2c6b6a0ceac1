//! What can go wrong in this crate; each is a mistake of the caller or of the configuration, never of the data.

/// Why a signal or a score could not be computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HealthError {
    /// The measure cannot read values of this type.
    #[error("cannot add facts to `{measure}`: it reads {expected}, and was given {given}; let its expression give {expected}")]
    WrongValues {
        /// The measure.
        measure: &'static str,
        /// What it reads.
        expected: &'static str,
        /// What it was given.
        given: &'static str,
    },
    /// Columns of one batch differ in length.
    #[error("cannot add facts: column `{column}` has {found} rows where `subject` has {expected}")]
    Lengths {
        /// The column.
        column: &'static str,
        /// Rows of the subject column.
        expected: usize,
        /// Rows found.
        found: usize,
    },
    /// Partials of one measure were given where those of another are needed.
    #[error("cannot read partials of `{found}` as `{expected}`; build them for the signal's own aggregate")]
    WrongPartials {
        /// The measure wanted.
        expected: &'static str,
        /// The measure they belong to.
        found: &'static str,
    },
    /// The signal is a formula; it has no facts of its own.
    #[error("signal `{signal}` is a formula and has no window; compute it from the account's columns")]
    NotMeasured {
        /// The signal.
        signal: String,
    },
    /// The signal compares one that cannot be compared.
    #[error("signal `{signal}` compares `{of}`, which is no count, sum or other measure with a window of days or months; name one that is")]
    NotComparable {
        /// The signal.
        signal: String,
        /// The signal it compares.
        of: String,
    },
    /// A component reads a signal that has no column.
    #[error("model `{model}`: component `{component}` reads `{signal}`, and there is no such column")]
    NoColumn {
        /// The model.
        model: String,
        /// The component.
        component: String,
        /// The signal.
        signal: String,
    },
    /// A number of the model cannot be used.
    #[error("model `{model}`: {what} is {found}; write {expected}")]
    BadNumber {
        /// The model.
        model: String,
        /// Which number.
        what: String,
        /// What it is.
        found: String,
        /// What it may be.
        expected: &'static str,
    },
    /// `missing` names a level that does not exist.
    #[error("model `{model}`: component `{component}` says missing: {level}, and has no such level")]
    NoLevel {
        /// The model.
        model: String,
        /// The component.
        component: String,
        /// The level.
        level: String,
    },
}
