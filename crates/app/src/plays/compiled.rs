//! A play ready to be asked: every condition compiled over the columns that it reads.

use std::sync::{Arc, OnceLock};

use mainstay_lake::expressions::CompiledExpression;
use mainstay_lake::expressions::types::schema_of;
use mainstay_model::Workspace;
use mainstay_model::play::{Condition, ConditionId, Play};

use crate::engine::Plan;
use crate::workspace::Names;

/// A play of some version, ready to be asked.
#[derive(Debug)]
pub(crate) struct CompiledPlay {
    pub(crate) play: Arc<Play>,
    /// In the order of the play's conditions. One that cannot be compiled any more is not known.
    conditions: Vec<Option<CompiledExpression>>,
    /// What its texts and templates may name, found out when the first one is filled.
    names: OnceLock<Vec<String>>,
}

impl CompiledPlay {
    /// Compiles a play. Columns that the workspace in force no longer has are not known when they are asked for.
    pub(crate) fn new(play: Arc<Play>, plan: &Plan) -> Self {
        let compile = |condition: &Condition| {
            let schema = schema_of(&condition.reads);
            plan.compile_condition(&format_args!("play {}", play.name), &condition.written, &schema, &condition.sql)
        };
        let conditions = play.conditions.iter().map(compile).collect();
        Self { play, conditions, names: OnceLock::new() }
    }

    /// What its texts and templates may name in the workspace in force.
    pub(crate) fn names(&self, workspace: &Workspace) -> &[String] {
        self.names.get_or_init(|| Names::of_play(workspace, &self.play).known().map(str::to_owned).collect())
    }

    /// A condition, where it can be answered.
    pub(crate) fn condition(&self, id: ConditionId) -> Option<&CompiledExpression> {
        self.conditions.get(id.0)?.as_ref()
    }
}
