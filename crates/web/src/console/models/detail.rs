//! One health model: its distribution over time, its components and levels, its document, the linter's remarks.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use mainstay_app::AppError;
use mainstay_app::accounts::{AccountPage, AccountQuery, AsOf};
use mainstay_app::models::{ModelProblem, ModelView};
use mainstay_model::Workspace;
use mainstay_model::health::{Component, Covers, Missing, Range, Reads, Rollup};

use super::Part;
use crate::console::Console;
use crate::console::accounts::query::ListQuery;
use crate::console::accounts::rows::{Row, row};
use crate::console::chart::{self, Layer};
use crate::console::error::{PageResult, show};
use crate::console::frame::Frame;
use crate::console::session::Visit;
use crate::console::when::When;
use crate::console::words::{Locale, address, band_mark, spaced};

/// Accounts with the lowest scores that are shown.
const LOWEST: usize = 10;

/// The page.
#[derive(Template, Debug)]
#[template(path = "console/model.html")]
pub struct ModelPage {
    /// What is around it.
    pub frame: Frame,
    /// What people read.
    pub label: String,
    /// The name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Which accounts it is for.
    pub applies_to: String,
    /// How they are spread, as a picture.
    pub stack: String,
    /// The same in words.
    pub spread: Vec<Part>,
    /// The same over time.
    pub over_time: String,
    /// Its components.
    pub components: Vec<ComponentLine>,
    /// Its caps.
    pub guards: Vec<(String, String, String)>,
    /// Coverage and hold.
    pub rules: String,
    /// The document's path in the workspace.
    pub path: String,
    /// The document's lines, and whether the linter speaks of each.
    pub document: Vec<(usize, String, bool)>,
    /// What the linter says.
    pub problems: Vec<ModelProblem>,
    /// The accounts with the lowest scores.
    pub lowest: Vec<Row>,
    /// All its accounts.
    pub all: String,
}

/// One component.
#[derive(Clone, Debug)]
pub struct ComponentLine {
    /// How deep it is nested.
    pub nested: bool,
    /// What people read.
    pub label: String,
    /// The signal.
    pub signal: String,
    /// Share of the whole.
    pub weight: String,
    /// The same as a bar.
    pub bar: String,
    /// Each level: class, shape, name and points, and what it covers.
    pub levels: Vec<(&'static str, &'static str, String, String)>,
    /// What a missing value means.
    pub missing: String,
}

impl ModelPage {
    /// Makes the page.
    #[must_use]
    pub fn new(frame: Frame, workspace: &Workspace, view: ModelView, lowest: &AccountPage, locale: Locale) -> Self {
        let model = &view.model;
        let total: f64 = model.components.iter().map(|part| part.weight).sum();
        let mut components = Vec::new();
        component_lines(&model.components, total, false, locale, &mut components);
        let order = chart::band_order(&workspace.bands);
        let tones: Vec<&str> = order.iter().map(|name| band_mark(&workspace.bands, name).tone).collect();
        let layer = |(day, bands): &(mainstay_model::Day, Vec<mainstay_app::accounts::BandCount>)| Layer {
            day: *day,
            counts: order.iter().map(|name| bands.iter().find(|band| band.name == **name).map_or(0, |band| band.count)).collect(),
        };
        let layers: Vec<Layer> = view.over_time.iter().map(layer).collect();
        let flagged = |number: usize| view.problems.iter().any(|problem| problem.line == number);
        let document = view.text.lines().enumerate().map(|(index, line)| (index + 1, line.to_owned(), flagged(index + 1))).collect();
        let hold = if model.hold_days > 0 { format!(" · a band counts after {} days", model.hold_days) } else { String::new() };
        let query = ListQuery::default();
        Self {
            stack: super::stack_of(&view.bands),
            spread: super::parts_of(&view.bands, locale),
            over_time: chart::stacked_area(&layers, &tones),
            components,
            guards: model.guards.iter().map(|guard| (guard.because.clone(), guard.when.clone(), locale.plain(guard.cap))).collect(),
            rules: format!("needs {} of its weight to score{hold}", locale.percent(model.min_coverage)),
            lowest: lowest.rows.iter().map(|each| row(each, workspace, &query, &When::default(), locale)).collect(),
            all: address("/accounts", &[("filter", &condition(&model.name))]),
            label: model.label.clone(),
            name: model.name.clone(),
            version: model.version.clone(),
            applies_to: model.applies_to.clone().unwrap_or_default(),
            path: view.path,
            document,
            problems: view.problems,
            frame,
        }
    }
}

/// The accounts that a model scores, as a filter.
fn condition(model: &str) -> String {
    format!("health_model = '{}'", model.replace('\'', "''"))
}

fn component_lines(components: &[Component], total: f64, nested: bool, locale: Locale, lines: &mut Vec<ComponentLine>) {
    for part in components {
        let share = part.weight / total.max(f64::MIN_POSITIVE);
        lines.push(ComponentLine {
            nested,
            label: part.label.clone(),
            signal: super::component_words(part),
            weight: locale.percent(share),
            bar: chart::bar(share, "accent"),
            levels: level_words(&part.reads, locale),
            missing: match &part.missing {
                Missing::Skip => "drops out".to_owned(),
                Missing::Level(level) => format!("counts as {}", spaced(level)),
            },
        });
        if let Reads::Group { components } = &part.reads {
            let inner: f64 = components.iter().map(|part| part.weight).sum();
            component_lines(components, inner / share.max(f64::MIN_POSITIVE), true, locale, lines);
        }
    }
}

fn level_words(reads: &Reads, locale: Locale) -> Vec<(&'static str, &'static str, String, String)> {
    match reads {
        Reads::Levels { levels, .. } => levels
            .iter()
            .map(|level| {
                let (tone, shape) = crate::console::words::tone_of_points(level.points);
                let covers = match &level.covers {
                    Covers::Words(words) => words.iter().map(|word| spaced(word)).collect::<Vec<_>>().join(", "),
                    Covers::Ranges(ranges) => ranges.iter().map(|range| range_words(range, locale)).collect::<Vec<_>>().join(", "),
                };
                (tone, shape, format!("{} {}", spaced(&level.name), locale.plain(level.points)), covers)
            })
            .collect(),
        Reads::Curve { points, .. } => {
            let words = points.iter().map(|(value, points)| format!("{} → {}", locale.plain(*value), locale.plain(*points)));
            vec![("grey", "○", "curve".to_owned(), words.collect::<Vec<_>>().join(", "))]
        }
        Reads::Group { .. } => Vec::new(),
        Reads::Products { rollup } => {
            let how = match rollup {
                Rollup::Average => "their mean",
                Rollup::Worst => "the lowest of them",
            };
            vec![("grey", "○", "products".to_owned(), how.to_owned())]
        }
    }
}

fn range_words(range: &Range, locale: Locale) -> String {
    match (range.from, range.to) {
        (None, None) => "any value".to_owned(),
        (Some((low, inclusive)), None) => format!("{} {}", if inclusive { "≥" } else { ">" }, locale.plain(low)),
        (None, Some((high, inclusive))) => format!("{} {}", if inclusive { "≤" } else { "<" }, locale.plain(high)),
        (Some((low, true)), Some((high, true))) if (low - high).abs() < f64::EPSILON => locale.plain(low),
        (Some((low, from_inclusive)), Some((high, to_inclusive))) => {
            let from = if from_inclusive { "" } else { "above " };
            let to = if to_inclusive { "" } else { "below " };
            format!("{from}{} to {to}{}", locale.plain(low), locale.plain(high))
        }
    }
}

/// Shows the page.
pub(crate) async fn show_model(State(console): State<Console>, Extension(visit): Extension<Visit>, Path(name): Path<String>) -> PageResult {
    let views = console.app.health_models().await?;
    let Some(view) = views.into_iter().find(|view| view.model.name == name) else {
        return Err(AppError::not_found(format!("There is no health model `{name}`."))
            .hint("The list of health models has them all.")
            .into());
    };
    let asked = AccountQuery {
        filter: Some(format!("{} and health_score is not null", condition(&name))),
        sort: "health_score".to_owned(),
        limit: LOWEST,
        ..AccountQuery::default()
    };
    let lowest = console.app.list_accounts(&asked, &AsOf::NOW).await?;
    let frame = Frame::new(&console.app, &visit, "models", view.model.label.clone());
    Ok(show(&ModelPage::new(frame, &console.app.workspace(), view, &lowest, visit.locale)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_says_whether_its_bounds_belong_to_it() {
        let words = |from, to| range_words(&Range { from, to }, Locale::default());
        assert_eq!(words(Some((15.0, false)), None), "> 15");
        assert_eq!(words(None, Some((5.0, false))), "< 5");
        assert_eq!(words(Some((5.0, true)), Some((15.0, true))), "5 to 15");
        assert_eq!(words(Some((5.0, true)), Some((15.0, false))), "5 to below 15");
        assert_eq!(words(Some((5.0, true)), Some((5.0, true))), "5");
    }
}
