//! The conditions of onboarding, compiled once per workspace version.

use mainstay_lake::expressions::CompiledExpression;
use mainstay_spec::Stage;

use super::plan::Plan;

/// When milestones are reached and accounts are stuck, ready to be asked. Empty where the workspace does not follow onboarding.
#[derive(Debug, Default)]
pub(crate) struct PlannedMilestones {
    /// In the workspace's order; none where one cannot be compiled any more, and then nobody has reached it.
    pub(crate) reached: Vec<Option<CompiledExpression>>,
    /// None where the workspace says no condition, or where it cannot be compiled any more.
    pub(crate) stalled: Option<CompiledExpression>,
}

impl PlannedMilestones {
    /// Compiles the conditions of the plan's workspace over everything that accounts have, health among it.
    pub(super) fn new(plan: &Plan) -> Self {
        let Some(onboarding) = &plan.workspace.lifecycle.onboarding else { return Self::default() };
        let schema = plan.account_schema(Stage::All);
        let compile = |sql: &String| plan.compile_condition(&"onboarding", sql, &schema, sql);
        Self {
            reached: onboarding.milestones.iter().map(|milestone| compile(&milestone.when)).collect(),
            stalled: onboarding.stalled.as_ref().and_then(compile),
        }
    }
}
