//! Checks a whole workspace: every document is read, every problem collected, and where there is no error the workspace is built.

use std::collections::{BTreeMap, BTreeSet};

use mainstay_model::Workspace;
use mainstay_model::expression::ExpressionTypes;
use mainstay_model::health::HealthModel;
use mainstay_model::signal::Subject;

use crate::columns::{self, Stage};
use crate::document::Place;
use crate::documents::{self, Documents};
use crate::expressions::Scope;
use crate::kinds::health::version;
use crate::kinds::signals::build::Built;
use crate::kinds::{entities, health, lifecycle, outreach, plays, scenarios, segments, settings, signals, sources, thresholds};
use crate::lint::{reach, unread};
use crate::names::{self, Declared};
use crate::problem::{Code, Report};
use crate::thresholds::Thresholds;
use crate::{Document, Problem, Severity};

/// What a check found.
#[derive(Clone, PartialEq, Debug)]
pub struct Checked {
    /// The workspace, where nothing is wrong that keeps it from being used.
    pub workspace: Option<Workspace>,
    /// Everything that is wrong, by file and place.
    pub problems: Vec<Problem>,
}

impl Checked {
    /// How many problems keep the workspace from being used.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.problems.iter().filter(|problem| problem.severity == Severity::Error).count()
    }
}

/// Checks the documents of a workspace. All problems are reported at once, each with its place.
#[must_use]
pub fn check(documents: &[Document], types: &dyn ExpressionTypes) -> Checked {
    let mut all = documents.to_vec();
    all.push(builtin());
    let mut report = Report::new(&all);
    let read = documents::read(&all, &mut report);
    let draft = build(read, types, &mut report);
    let workspace = match draft {
        Some(draft) if !report.has_errors() => Some(finish(draft, &mut report)),
        _ => None,
    };
    Checked { workspace, problems: report.finish() }
}

/// The signals that every workspace has.
pub(crate) fn builtin() -> Document {
    Document::new(documents::BUILTIN, include_str!("builtin.yaml"))
}

/// A workspace without versions, and where things stand.
struct Draft {
    workspace: Workspace,
    models: Vec<(HealthModel, Place)>,
    own_signals: BTreeMap<String, Place>,
    thresholds: BTreeMap<String, Place>,
}

fn build(read: Documents, types: &dyn ExpressionTypes, report: &mut Report) -> Option<Draft> {
    let settings = read.settings.as_ref().and_then(|doc| settings::check(doc, report));
    let declared = names::gather("entity", read.entities, report);
    let entities = entities::check(&declared, report);
    let declared_thresholds = names::gather("threshold", read.thresholds, report);
    let threshold_names: BTreeSet<String> = declared_thresholds.keys().cloned().collect();
    let sources = names::gather("source", read.sources, report);
    let sources = sources::check(&sources, &sources::Context { entities: &entities, thresholds: &threshold_names, types }, report);

    let declared_segments = names::gather("segment", read.segments, report);
    let segment_names: BTreeSet<String> = declared_segments.keys().cloned().collect();
    let (declared_signals, own_signals) = with_builtin(read.signals, read.builtin_signals, report);
    let context = signals::build::Context { entities: &entities, segments: &segment_names, thresholds: &threshold_names, types };
    let built = signals::build::build(&declared_signals, &context, report);

    let zone = settings.as_ref().map_or_else(mainstay_model::Zone::utc, |settings| settings.zone.clone());
    let mut workspace = begun(zone, entities, sources, built.signals.clone());
    let context = thresholds::Context { workspace: &workspace, signals: &built, segments: &declared_segments, types };
    let thresholds = thresholds::check(&declared_thresholds, &context, report);
    workspace.thresholds = thresholds.known.clone();
    let columns = columns::expression_columns(&workspace, Stage::Segments);
    let scope = segments::scope(columns, &segment_names, &built.broken, &thresholds);
    workspace.segments = segments::check(&declared_segments, &scope, workspace.entities.get("accounts"), types, report);

    let models = names::gather("health model", read.health, report);
    let models = check_models(&models, &workspace, &segment_names, &built, &thresholds, types, report);
    let doc = read.settings.as_ref();
    let settings = settings?;
    workspace.name = settings.name;
    workspace.currency = settings.currency;
    workspace.fiscal_year_starts = settings.fiscal_year_starts;
    workspace.bands = settings.bands;
    workspace.calendars = settings.calendars;
    if let Some(doc) = doc {
        workspace.outreach = outreach::check(doc, &workspace, &thresholds, types, report);
        workspace.lifecycle = lifecycle::check(doc, &workspace, &thresholds, types, report);
    }
    workspace.templates = read.templates;
    let declared = names::gather("play", read.plays, report);
    workspace.plays = plays::build::check(&declared, &workspace, &thresholds, types, report);
    let broken = declared.keys().filter(|name| !workspace.plays.contains_key(*name)).cloned().collect();
    workspace.scenarios = scenarios::check(read.scenarios, &workspace.plays, &broken, &workspace.zone, report);
    let thresholds = declared_thresholds.into_iter().map(|(name, declared)| (name, declared.place)).collect();
    Some(Draft { workspace, models, own_signals, thresholds })
}

/// A workspace that knows its facts and signals, and nothing yet of what is made of them.
fn begun(
    zone: mainstay_model::Zone,
    entities: BTreeMap<String, mainstay_model::Entity>,
    sources: BTreeMap<String, mainstay_model::source::Source>,
    signals: BTreeMap<String, mainstay_model::signal::Signal>,
) -> Workspace {
    Workspace {
        name: String::new(),
        zone,
        currency: String::new(),
        fiscal_year_starts: 1,
        bands: mainstay_model::BandScale::default(),
        calendars: BTreeMap::new(),
        entities,
        sources,
        signals,
        thresholds: BTreeMap::new(),
        segments: BTreeMap::new(),
        models: Vec::new(),
        plays: BTreeMap::new(),
        outreach: mainstay_model::outreach::Outreach::default(),
        lifecycle: mainstay_model::lifecycle::Lifecycle::default(),
        templates: BTreeMap::new(),
        scenarios: Vec::new(),
        version: String::new(),
    }
}

/// The workspace's signals, and the built-in ones whose names it does not use itself.
fn with_builtin(
    own: Vec<crate::decode::Named<signals::SignalDoc>>,
    builtin: Vec<crate::decode::Named<signals::SignalDoc>>,
    report: &mut Report,
) -> (BTreeMap<String, Declared<signals::SignalDoc>>, BTreeMap<String, Place>) {
    let mut declared = names::gather("signal", own, report);
    let own = declared.iter().map(|(name, declared)| (name.clone(), declared.place)).collect();
    for (name, signal) in names::gather("signal", builtin, report) {
        declared.entry(name).or_insert(signal);
    }
    (declared, own)
}

fn check_models(
    declared: &BTreeMap<String, Declared<health::HealthDoc>>,
    workspace: &Workspace,
    segment_names: &BTreeSet<String>,
    built: &Built,
    thresholds: &Thresholds,
    types: &dyn ExpressionTypes,
    report: &mut Report,
) -> Vec<(HealthModel, Place)> {
    let mut refused: Vec<(String, String)> = Vec::new();
    let circular = "a model decides the health, so it cannot read it";
    refused.extend(columns::HEALTH_COLUMNS.map(|(name, _)| (name.to_owned(), circular.to_owned())));
    let late = workspace.segments.values().filter(|segment| columns::segment_reads_health(segment));
    refused.extend(late.map(|segment| (segment.name.clone(), "this segment reads the health, which the model decides".to_owned())));
    let broken_segments = segment_names.iter().filter(|name| !workspace.segments.contains_key(*name));
    let broken: BTreeSet<String> = built.broken.iter().chain(broken_segments).cloned().collect();
    let scope = |stage: Stage, about: &str, refused: Vec<(String, String)>| {
        let columns = columns::expression_columns(workspace, stage);
        Scope { columns, about: about.to_owned(), broken: &broken, refused, hints: Vec::new(), thresholds: Some(thresholds) }
    };
    let products = scope(Stage::ProductModels, "a health model per product", refused.clone());
    let per_product = workspace.signals.values().filter(|signal| signal.subject == Subject::Product);
    refused.extend(per_product.map(|signal| (signal.name.clone(), "it has one value per product, not per account".to_owned())));
    let accounts = scope(Stage::Models, "a health model", refused);
    health::build::check(declared, &health::build::Context { signals: built, accounts: &accounts, products: &products, types }, report)
}

/// Sets the versions and lints what only a whole workspace shows.
fn finish(draft: Draft, report: &mut Report) -> Workspace {
    let Draft { mut workspace, models, own_signals, thresholds } = draft;
    for (model, place) in &models {
        for band in reach::unreachable_bands(model, &workspace.bands) {
            let message = format!("no score of `{}` falls into the band `{band}`", model.name);
            let hint = "more components, levels with points between, or a curve give finer scores".to_owned();
            report.warn(Code::UnreachableBand, *place, message, hint);
        }
    }
    workspace.models = models.into_iter().map(|(model, _)| model).collect();
    let versions: Vec<String> = workspace.models.iter().map(|model| version::version(model, &workspace)).collect();
    for (model, version) in workspace.models.iter_mut().zip(versions) {
        model.version = version;
    }
    let read = unread::names_read(&workspace);
    for (name, place) in own_signals.iter().filter(|(name, _)| !read.contains(*name)) {
        let hint = "use it in a health model, a segment or another signal, or remove it".to_owned();
        report.warn(Code::Unread, *place, format!("nothing reads the signal `{name}`"), hint);
    }
    thresholds::lint(&thresholds, report);
    workspace.version = version::digest(&workspace);
    workspace
}
