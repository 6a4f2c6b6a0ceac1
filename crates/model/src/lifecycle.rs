//! The life cycle of accounts: their stages in order, and the milestones of onboarding.

use serde::{Deserialize, Serialize};

/// The stage of accounts that left.
pub const CHURNED: &str = "churned";

/// What a workspace says about the life cycle.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Lifecycle {
    /// The stages in order; none where the workspace takes whatever its sources say.
    pub stages: Vec<LifecycleStage>,
    /// How accounts are onboarded; none where that is not followed.
    pub onboarding: Option<Onboarding>,
}

/// A stage of an account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LifecycleStage {
    /// The word of the field `stage`.
    pub name: String,
    /// What people read.
    pub label: String,
}

/// How accounts are onboarded.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Onboarding {
    /// The stage in which they are.
    pub stage: String,
    /// When one is stuck: SQL over account columns.
    pub stalled: Option<String>,
    /// The account column with the days from becoming a customer to first value.
    pub time_to_value: Option<String>,
    /// What there is to reach, in order; at least one.
    pub milestones: Vec<Milestone>,
}

/// Something to reach in onboarding.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Milestone {
    /// The name.
    pub name: String,
    /// What people read.
    pub label: String,
    /// When it is reached: SQL over account columns. Unknown (null) is not reached.
    pub when: String,
    /// Days after onboarding began by which it should be.
    pub due_days: Option<i32>,
}

impl Lifecycle {
    /// Whether a stage is one of the workspace; any is where none is declared.
    #[must_use]
    pub fn has_stage(&self, name: &str) -> bool {
        self.stages.is_empty() || self.stages.iter().any(|stage| stage.name == name)
    }

    /// What people read for a stage that is declared.
    #[must_use]
    pub fn label(&self, name: &str) -> Option<&str> {
        self.stages.iter().find(|stage| stage.name == name).map(|stage| stage.label.as_str())
    }
}
