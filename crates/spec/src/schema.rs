//! The JSON Schema of the language, from the same types that read the files.

use crate::decode::{Named, document};
use crate::document::At;
use crate::kinds::entities::EntityDoc;
use crate::kinds::health::HealthDoc;
use crate::kinds::segments::SegmentDoc;
use crate::kinds::settings::{BandDoc, CalendarDoc};
use crate::kinds::signals::SignalDoc;
use crate::kinds::sources::SourceDoc;

document! {
    #[allow(dead_code, reason = "only its schema is used")]
    /// Any file of a workspace: `mainstay.yaml`, or a file of one of the folders, which has the folder's key only.
    FileSchema {
        /// mainstay.yaml: the company's name for the workspace.
        name: Option<At<String>>,
        /// mainstay.yaml: IANA name of the zone whose calendar days count, e.g. Europe/Berlin.
        time_zone: Option<At<String>>,
        /// mainstay.yaml: three-letter code of the currency that money is shown in. Default: USD.
        currency: Option<At<String>>,
        /// mainstay.yaml: first month of the fiscal year: 1 to 12, or its English name. Default: 1.
        fiscal_year_starts: Option<At<String>>,
        /// mainstay.yaml: the bands of the health score, best first.
        bands: Option<Vec<BandDoc>>,
        /// mainstay.yaml: business calendars by name.
        calendars: Option<Named<CalendarDoc>>,
        /// entities/*.yaml: fields added to the product's entities, and entities of the workspace's own.
        entities: Option<Named<EntityDoc>>,
        /// sources/*.yaml: where facts come from.
        sources: Option<Named<SourceDoc>>,
        /// signals/*.yaml: one named value per account, or per account and product.
        signals: Option<Named<SignalDoc>>,
        /// segments/*.yaml: named conditions over accounts.
        segments: Option<Named<SegmentDoc>>,
        /// health/*.yaml: health models.
        health: Option<Named<HealthDoc>>,
    }
}

/// The schema that editors check workspace files against.
#[must_use]
pub fn json_schema() -> serde_json::Value {
    let mut schema = schemars::SchemaGenerator::default().into_root_schema_for::<FileSchema>().to_value();
    if let Some(object) = schema.as_object_mut() {
        object.insert("title".into(), "Mainstay workspace file".into());
    }
    schema
}
