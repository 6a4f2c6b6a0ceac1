//! The data-quality report: completeness per field, likely duplicates, references that lead nowhere.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use mainstay_app::data::{FieldQuality, QualityReport};

use crate::console::Console;
use crate::console::chart;
use crate::console::error::{PageResult, show};
use crate::console::frame::Frame;
use crate::console::session::Visit;
use crate::console::words::{Locale, Moment, segment, spaced};

/// The page.
#[derive(Template, Debug)]
#[template(path = "console/data/quality.html")]
pub struct QualityPage {
    /// What is around it.
    pub frame: Frame,
    /// Which tab it is.
    pub tab: &'static str,
    /// Each entity with its fields.
    pub entities: Vec<EntityQuality>,
    /// References that lead nowhere.
    pub gaps: Vec<Gap>,
    /// Records that look like the same thing.
    pub duplicates: Vec<Duplicate>,
    /// Signals that have never matched a fact.
    pub silent: Vec<String>,
    /// When it was made.
    pub age: String,
}

/// One entity.
#[derive(Clone, Debug)]
pub struct EntityQuality {
    /// Its name.
    pub name: String,
    /// How many records.
    pub total: String,
    /// Its fields.
    pub fields: Vec<FieldLine>,
}

/// One field.
#[derive(Clone, Debug)]
pub struct FieldLine {
    /// Its name.
    pub name: String,
    /// Share of records that have it.
    pub share: String,
    /// The same as a bar.
    pub bar: String,
    /// Both counts.
    pub title: String,
}

/// References that lead nowhere.
#[derive(Clone, Debug)]
pub struct Gap {
    /// `12 tickets refer to accounts that are not known`.
    pub sentence: String,
    /// Some of the ids.
    pub examples: String,
}

/// Records that look like the same thing.
#[derive(Clone, Debug)]
pub struct Duplicate {
    /// `accounts with the same domain northwind.example`.
    pub sentence: String,
    /// Each record; with its page where it has one.
    pub ids: Vec<(String, String)>,
}

impl QualityPage {
    /// Makes the page.
    #[must_use]
    pub fn new(frame: Frame, report: &QualityReport, locale: Locale, moment: &Moment) -> Self {
        let mut entities: Vec<EntityQuality> = Vec::new();
        for field in &report.fields {
            if entities.last().is_none_or(|last| last.name != field.entity) {
                let total = locale.count(field.total);
                entities.push(EntityQuality { name: field.entity.clone(), total, fields: Vec::new() });
            }
            if let Some(last) = entities.last_mut() {
                last.fields.push(field_line(field, locale));
            }
        }
        let gap = |gap: &mainstay_app::data::ReferenceGap| Gap {
            sentence: format!("{} {} refer to {} that are not known", locale.count(gap.count), gap.entity, gap.refers_to),
            examples: gap.examples.join(", "),
        };
        let duplicate = |found: &mainstay_app::data::LikelyDuplicate| Duplicate {
            sentence: format!("{} with the same {} “{}”", found.entity, spaced(&found.field), found.value),
            ids: found
                .ids
                .iter()
                .map(|id| (id.clone(), if found.entity == "accounts" { format!("/accounts/{}", segment(id)) } else { String::new() }))
                .collect(),
        };
        Self {
            tab: "quality",
            entities,
            gaps: report.gaps.iter().map(gap).collect(),
            duplicates: report.duplicates.iter().map(duplicate).collect(),
            silent: report.silent_signals.clone(),
            age: moment.full(report.as_of),
            frame,
        }
    }
}

fn field_line(field: &FieldQuality, locale: Locale) -> FieldLine {
    let share = field.filled as f64 / field.total.max(1) as f64;
    let tone = match share {
        share if share >= 0.95 => "green",
        share if share >= 0.6 => "yellow",
        _ => "orange",
    };
    FieldLine {
        name: field.field.clone(),
        share: locale.percent(share),
        bar: chart::bar(share, tone),
        title: format!("{} of {}", locale.count(field.filled), locale.count(field.total)),
    }
}

/// Shows the page.
pub(crate) async fn show_quality(State(console): State<Console>, Extension(visit): Extension<Visit>) -> PageResult {
    let report = console.app.quality().await?;
    Ok(show(&QualityPage::new(Frame::new(&console.app, &visit, "data", "Data quality"), &report, visit.locale, &visit.moment)))
}
