//! The JSON Schema of the language, from the same types that read the files.

use schemars::{JsonSchema as _, SchemaGenerator};
use serde_json::Value;

use crate::decode::{Named, document};
use crate::kinds::entities::EntityDoc;
use crate::kinds::health::HealthDoc;
use crate::kinds::plays::PlayDoc;
use crate::kinds::scenarios::ScenarioDoc;
use crate::kinds::segments::SegmentDoc;
use crate::kinds::settings::SettingsDoc;
use crate::kinds::signals::SignalDoc;
use crate::kinds::sources::SourceDoc;
use crate::kinds::thresholds::ThresholdDoc;

document! {
    #[allow(dead_code, reason = "only its schema is used")]
    /// Any file of a workspace: `mainstay.yaml`, or a file of one of the folders, which has the folder's key only.
    FileSchema {
        /// entities/*.yaml: fields added to the product's entities, and entities of the workspace's own.
        entities: Option<Named<EntityDoc>>,
        /// sources/*.yaml: where facts come from.
        sources: Option<Named<SourceDoc>>,
        /// signals/*.yaml: one named value per account, or per account and product.
        signals: Option<Named<SignalDoc>>,
        /// thresholds/*.yaml: numbers that conditions over accounts name.
        thresholds: Option<Named<ThresholdDoc>>,
        /// segments/*.yaml: named conditions over accounts.
        segments: Option<Named<SegmentDoc>>,
        /// health/*.yaml: health models.
        health: Option<Named<HealthDoc>>,
        /// plays/*.yaml: what the product does about it, step by step.
        plays: Option<Named<PlayDoc>>,
        /// scenarios/*.yaml: tests of the plays.
        scenarios: Option<Named<ScenarioDoc>>,
    }
}

/// The schema that editors check workspace files against. The keys of `mainstay.yaml` are in it with those of the folders: an editor has one schema for
/// all files.
#[must_use]
pub fn json_schema() -> Value {
    let mut generator = SchemaGenerator::default();
    let mut settings = SettingsDoc::json_schema(&mut generator).to_value();
    let mut schema = generator.into_root_schema_for::<FileSchema>().to_value();
    if let Some(object) = schema.as_object_mut() {
        object.insert("title".into(), "Mainstay workspace file".into());
    }
    let properties = |schema: &mut Value| schema.get_mut("properties").and_then(Value::as_object_mut).map(std::mem::take);
    let (of_settings, of_folders) = (properties(&mut settings), properties(&mut schema));
    let of_settings = of_settings.into_iter().flatten().map(|(key, schema)| (key, of_settings_file(schema)));
    if let Some(all) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        all.extend(of_settings.chain(of_folders.into_iter().flatten()));
    }
    schema
}

/// A key's schema with the file that it stands in.
fn of_settings_file(mut schema: Value) -> Value {
    if let Some(Value::String(description)) = schema.get_mut("description") {
        description.insert_str(0, "mainstay.yaml: ");
    }
    schema
}
