//! How the scenarios of an edited play came out, as lines of its preview.

use mainstay_app::play_book::PlayPreview;
use mainstay_app::scenarios::TestedScenario;

use crate::console::words::{Locale, plural};

/// How scenarios came out.
#[derive(Clone, Debug, Default)]
pub struct ScenariosShown {
    /// `3 of 4 passed`; empty where none was run.
    pub count: String,
    /// `1 scenario failed`; empty where none did.
    pub failed: String,
    /// Each that was run.
    pub rows: Vec<ScenarioRow>,
    /// How many were not run; empty for none.
    pub more: String,
}

/// One scenario.
#[derive(Clone, Debug)]
pub struct ScenarioRow {
    /// Its name.
    pub name: String,
    /// File and line.
    pub place: String,
    /// The colour's class.
    pub tone: &'static str,
    /// The shape.
    pub shape: &'static str,
    /// How it came out.
    pub answer: &'static str,
    /// What keeps it from saying anything; empty for nothing.
    pub error: String,
    /// How it differs, laid out in columns; empty where it passed.
    pub difference: String,
}

fn row(tested: &TestedScenario) -> ScenarioRow {
    let (tone, shape, answer) = if tested.passed { ("green", "●", "passed") } else { ("red", "■", "failed") };
    ScenarioRow {
        name: tested.name.clone(),
        place: tested.place.clone(),
        tone,
        shape,
        answer,
        error: tested.error.clone().unwrap_or_default(),
        difference: if tested.passed { String::new() } else { tested.difference().trim_end().to_owned() },
    }
}

/// How the scenarios of a preview came out, as the page shows it.
#[must_use]
pub fn scenarios_shown(preview: &PlayPreview, locale: Locale) -> ScenariosShown {
    let (run, more) = (preview.scenarios.len(), preview.scenarios_left_out);
    let passed = preview.scenarios.iter().filter(|tested| tested.passed).count();
    let failed = run - passed;
    ScenariosShown {
        count: if run > 0 { format!("{} of {} passed", locale.count(passed), locale.count(run)) } else { String::new() },
        failed: if failed > 0 { format!("{} failed", plural(failed, "scenario", "scenarios")) } else { String::new() },
        rows: preview.scenarios.iter().map(row).collect(),
        more: if more > 0 { locale.count(more) } else { String::new() },
    }
}
