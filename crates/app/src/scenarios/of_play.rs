//! The scenarios of one play, run on a workspace that need not be in force.

use mainstay_model::Workspace;
use mainstay_spec::Document;

use super::{ScenarioFilter, ScenarioSuite, TestedScenario};
use crate::error::Result;

/// Scenarios of a play that are run for one answer; those beyond are only counted.
const MAX_RUN: usize = 50;

/// Runs the scenarios of one play, in the order of their files, and counts those that are left out. It reads no data and computes: it belongs
/// on a thread that may block.
///
/// # Errors
/// As [`ScenarioSuite::new`].
pub(crate) fn test_play(mut workspace: Workspace, documents: &[Document], play: &str) -> Result<(Vec<TestedScenario>, usize)> {
    // The others are not compiled: a run needs no play but its own.
    workspace.plays.retain(|name, _| name == play);
    workspace.scenarios.retain(|scenario| scenario.play == play);
    let left_out = workspace.scenarios.len().saturating_sub(MAX_RUN);
    workspace.scenarios.truncate(MAX_RUN);
    if workspace.scenarios.is_empty() {
        return Ok((Vec::new(), 0));
    }
    let suite = ScenarioSuite::new(workspace, documents)?;
    let chosen = suite.chosen(&ScenarioFilter::default())?;
    Ok((chosen.into_iter().map(|scenario| suite.run(scenario)).collect(), left_out))
}
