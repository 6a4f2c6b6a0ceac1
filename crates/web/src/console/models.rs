//! The health models: how each spreads its accounts over the bands, and what the linter says.

pub mod detail;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use mainstay_app::accounts::BandCount;
use mainstay_app::models::ModelView;
use mainstay_model::Workspace;
use mainstay_model::health::{Component, Reads};
use mainstay_model::signal::Subject;

use super::Console;
use super::chart;
use super::error::{PageResult, show};
use super::frame::Frame;
use super::session::Visit;
use super::words::{Locale, plural, segment, tone_of};

/// The page.
#[derive(Template, Debug)]
#[template(path = "console/models.html")]
pub struct ModelsPage {
    /// What is around it.
    pub frame: Frame,
    /// The models in the order they are asked.
    pub models: Vec<ModelCard>,
    /// The bands, as they are declared.
    pub bands: Vec<(&'static str, &'static str, String, String)>,
}

/// One model in short.
#[derive(Clone, Debug)]
pub struct ModelCard {
    /// What people read.
    pub label: String,
    /// Its page.
    pub href: String,
    /// Its version.
    pub version: String,
    /// Which accounts it is for.
    pub applies_to: String,
    /// How many accounts or products it scores, in words.
    pub scored: String,
    /// How they are spread, as a picture.
    pub stack: String,
    /// The same in words.
    pub spread: Vec<Part>,
    /// What it weighs: `Logins 25 · NPS 15`.
    pub weighs: String,
    /// What the linter says.
    pub problems: String,
    /// Whether the linter is content.
    pub clean: bool,
}

/// A band's part of a distribution.
#[derive(Clone, Debug)]
pub struct Part {
    /// The word.
    pub label: String,
    /// The colour's class.
    pub tone: &'static str,
    /// The shape.
    pub shape: &'static str,
    /// How many accounts.
    pub count: String,
    /// Their share.
    pub share: String,
}

/// A distribution as a picture.
#[must_use]
pub fn stack_of(bands: &[BandCount]) -> String {
    let parts: Vec<(&str, f64)> = bands.iter().map(|band| (tone_of(&band.color).0, band.count as f64)).collect();
    if bands.iter().any(|band| band.count > 0) { chart::stack(&parts) } else { String::new() }
}

/// A distribution in words.
#[must_use]
pub fn parts_of(bands: &[BandCount], locale: Locale) -> Vec<Part> {
    let total: usize = bands.iter().map(|band| band.count).sum();
    let part = |band: &BandCount| {
        let (tone, shape) = tone_of(&band.color);
        let share = locale.percent(band.count as f64 / total.max(1) as f64);
        Part { label: band.label.clone(), tone, shape, count: locale.count(band.count), share }
    };
    bands.iter().filter(|band| band.count > 0).map(part).collect()
}

/// What a component reads.
#[must_use]
pub fn component_words(component: &Component) -> String {
    match &component.reads {
        Reads::Levels { signal, .. } | Reads::Curve { signal, .. } => signal.clone(),
        Reads::Group { components } => plural(components.len(), "part", "parts"),
        Reads::Products { .. } => "product scores".to_owned(),
    }
}

impl ModelsPage {
    /// Makes the page.
    #[must_use]
    pub fn new(frame: Frame, workspace: &Workspace, views: &[ModelView], locale: Locale) -> Self {
        let card = |view: &ModelView| {
            let model = &view.model;
            let total: usize = view.bands.iter().map(|band| band.count).sum();
            let weighs = model.components.iter().map(|part| format!("{} {}", part.label, locale.plain(part.weight)));
            ModelCard {
                label: model.label.clone(),
                href: format!("/models/{}", segment(&model.name)),
                version: model.version.clone(),
                applies_to: model.applies_to.clone().unwrap_or_default(),
                scored: match model.subject {
                    Subject::Account => format!("{} accounts", locale.count(total)),
                    Subject::Product => format!("{} products", locale.count(total)),
                },
                stack: stack_of(&view.bands),
                spread: parts_of(&view.bands, locale),
                weighs: weighs.collect::<Vec<_>>().join(" · "),
                problems: plural(view.problems.len(), "remark", "remarks"),
                clean: view.problems.is_empty(),
            }
        };
        let mut upper = 100.0;
        let mut bands = Vec::new();
        for band in &workspace.bands.0 {
            let (tone, shape) = tone_of(&band.color);
            bands.push((tone, shape, band.label.clone(), format!("{} to {}", locale.plain(band.from), locale.plain(upper))));
            upper = band.from;
        }
        Self { frame, models: views.iter().map(card).collect(), bands }
    }
}

/// Shows the page.
pub(crate) async fn list_models(State(console): State<Console>, Extension(visit): Extension<Visit>) -> PageResult {
    let views = console.app.health_models().await?;
    let frame = Frame::new(&console.app, &visit, "models", "Health models");
    Ok(show(&ModelsPage::new(frame, &console.app.workspace(), &views, visit.locale)))
}
