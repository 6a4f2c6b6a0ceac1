//! The same company with hostile texts.

use mainstay_app::accounts::Said;
use mainstay_model::health::Override;
use mainstay_model::{ReasonCode, Rejection};
use serde_json::json;

use super::account::{overridden, record};
use super::{HOSTILE, Samples, now};

impl Samples {
    /// Every text that comes from outside is hostile.
    pub(in crate::console) fn hostile() -> Self {
        let mut hostile = Self::typical();
        let bad = || HOSTILE.to_owned();
        hostile.word = |_| HOSTILE.to_owned();
        hostile.workspace.signals.values_mut().for_each(|signal| (signal.label, signal.description) = (bad(), bad()));
        hostile.workspace.bands.0.iter_mut().for_each(|band| band.label = bad());
        hostile.page.rows.iter_mut().for_each(|row| {
            (row.id, row.name, row.band) = (bad(), bad(), bad());
            (row.owner, row.tier, row.region, row.stage) = (Some(bad()), Some(bad()), Some(bad()), Some(bad()));
            row.cells = vec![json!(HOSTILE)];
        });
        hostile.workspace.lifecycle.stages.iter_mut().for_each(|stage| (stage.name, stage.label) = (bad(), bad()));
        hostile.page.bands.iter_mut().for_each(|band| (band.name, band.label) = (bad(), bad()));
        let view = &mut hostile.view;
        (view.id, view.name, view.model, view.model_version) = (bad(), bad(), bad(), bad());
        (view.owner, view.tier, view.region, view.stage, view.sentiment) =
            (Some(bad()), Some(bad()), Some(bad()), Some(bad()), Some(bad()));
        view.sentiment_said = Some(Said { by: bad(), at: now() });
        view.attributes = vec![(bad(), json!(HOSTILE))];
        view.segments = vec![bad()];
        view.over = Some(Override { author: bad(), reason: bad(), ..overridden() });
        view.signals.iter_mut().for_each(|signal| (signal.label, signal.value) = (bad(), json!(HOSTILE)));
        for product in &mut view.products {
            (product.score.product, product.score.band, product.score.model) = (bad(), bad(), bad());
            product.signals.iter_mut().for_each(|signal| (signal.name, signal.label, signal.value) = (bad(), bad(), json!(HOSTILE)));
        }
        view.sources.iter_mut().for_each(|source| (source.name, source.label, source.kind) = (bad(), bad(), bad()));
        if let Some(explanation) = &mut view.explanation {
            explanation.components.iter_mut().for_each(|part| (part.label, part.level) = (bad(), Some(bad())));
            for part in explanation.components.iter_mut().flat_map(|part| &mut part.parts) {
                (part.label, part.product) = (bad(), Some(bad()));
                part.adjustments.iter_mut().for_each(|guard| guard.because = bad());
            }
        }
        hostile.timeline.iter_mut().for_each(|entry| (entry.title, entry.detail, entry.kind) = (bad(), bad(), bad()));
        for record in hostile.records.iter_mut().flatten() {
            record.values_mut().for_each(|value| *value = json!(HOSTILE));
        }
        hostile.facts.facts.iter_mut().for_each(|fact| {
            (fact.name, fact.source, fact.id) = (bad(), bad(), bad());
            fact.fields = record(json!({HOSTILE: HOSTILE}));
        });
        hostile.facts.product = Some(bad());
        (hostile.facts.description, hostile.facts.reads) = (bad(), vec![bad()]);
        (hostile.model.text, hostile.model.path, hostile.model.model.label) = (bad(), bad(), bad());
        hostile.model.model.components.iter_mut().for_each(|part| part.label = bad());
        hostile.model.problems.iter_mut().for_each(|problem| (problem.message, problem.hint) = (bad(), bad()));
        hostile.quarantine.iter_mut().for_each(|entry| {
            (entry.source, entry.kind, entry.raw) = (bad(), bad(), bad());
            entry.rejection = Rejection::new(ReasonCode::WrongType, HOSTILE, HOSTILE, HOSTILE);
        });
        hostile.quality.fields.iter_mut().for_each(|field| (field.entity, field.field) = (bad(), bad()));
        hostile.quality.gaps.iter_mut().for_each(|gap| (gap.entity, gap.examples) = (bad(), vec![bad()]));
        hostile.quality.duplicates.iter_mut().for_each(|twin| (twin.entity, twin.value, twin.ids) = (bad(), bad(), vec![bad()]));
        hostile.quality.silent_signals = vec![bad()];
        hostile.refused = Some(bad());
        hostile
    }
}
