//! `mainstay test`: runs the scenarios of the workspace, the tests of its plays.

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mainstay_app::scenarios::{ScenarioFilter, ScenarioSuite, TestedScenario};
use mainstay_app::{AppError, ErrorCode, Result, check_folder};
use serde::Serialize;

use crate::Exit;
use crate::output::scenarios::{Tally, failure, tally};
use crate::output::{Format, FormatOption, print, show};
use crate::settings::WorkspaceAt;

/// Runs the scenarios of the workspace, the tests of its plays
///
/// In memory, with a clock of their own: no data is read, nothing is sent. Of each scenario that fails, what was expected stands beside what the
/// play did, day by day. Ends with 1 when one fails.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mainstay test\n  mainstay test 'nobody answers'\n  mainstay test --play usage_decline --format json")]
pub(crate) struct Test {
    /// Only scenarios with this in their name
    #[arg(value_name = "FILTER")]
    filter: Option<String>,
    /// Only scenarios of this play
    #[arg(long, value_name = "NAME")]
    play: Option<String>,
    #[command(flatten)]
    at: WorkspaceAt,
    #[command(flatten)]
    format: FormatOption,
}

#[derive(Serialize)]
struct Report<'a> {
    scenarios: &'a [TestedScenario],
    #[serde(flatten)]
    tally: Tally<'a>,
}

impl Test {
    pub(crate) fn run(self) -> Result<Exit> {
        let (documents, checked) = check_folder(&self.at.workspace)?;
        let workspace = checked.workspace.ok_or_else(|| {
            AppError::new(ErrorCode::Configuration, "the workspace has errors, so its plays cannot be tested")
                .hint("`mainstay check` says which")
        })?;
        let suite = ScenarioSuite::new(workspace, &documents)?;
        let whole = self.filter.is_none() && self.play.is_none();
        let chosen = suite.chosen(&ScenarioFilter { name: self.filter, play: self.play })?;
        let bar = bar(chosen.len());
        let mut tested = Vec::with_capacity(chosen.len());
        for scenario in chosen {
            bar.set_message(scenario.play.clone());
            let one = suite.run(scenario);
            if !one.passed && self.format.format == Format::Table {
                bar.suspend(|| print(&failure(&one)))?;
            }
            tested.push(one);
            bar.inc(1);
        }
        bar.finish_and_clear();
        let untested = if whole { suite.untested() } else { Vec::new() };
        let report = Report { tally: Tally::of(&tested, untested), scenarios: &tested };
        show(&report, self.format.format, |report| tally(&report.tally))?;
        Ok(if report.tally.failed > 0 { Exit::Failed } else { Exit::Done })
    }
}

/// How far the scenarios are, where standard error is a terminal.
fn bar(scenarios: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(scenarios as u64), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{pos} of {len} scenarios [{bar:24}] {msg}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}
