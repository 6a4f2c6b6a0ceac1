//! The JSON Schema of the language, from the same types that read the files.

use crate::decode::{Many, Named, Read, document};
use crate::document::At;
use crate::kinds::entities::EntityDoc;
use crate::kinds::health::HealthDoc;
use crate::kinds::lifecycle::OnboardingDoc;
use crate::kinds::outreach::{BriefingTime, CapsDoc, ChannelsDoc, RoleDoc, TimeOfDay, TrackingDoc, WindowDoc};
use crate::kinds::plays::PlayDoc;
use crate::kinds::scenarios::ScenarioDoc;
use crate::kinds::segments::SegmentDoc;
use crate::kinds::settings::{BandDoc, CalendarDoc};
use crate::kinds::signals::SignalDoc;
use crate::kinds::sources::SourceDoc;
use crate::kinds::thresholds::ThresholdDoc;

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
        /// mainstay.yaml: The stages of accounts, in order. Default: whatever sources say.
        stages: Option<Vec<At<String>>>,
        /// mainstay.yaml: How accounts are onboarded. Default: that is not followed.
        onboarding: Option<OnboardingDoc>,
        /// mainstay.yaml: The time of day at which steps that are days happen, in the account's zone. Default: 09:00.
        play_hour: Option<Read<TimeOfDay>>,
        /// mainstay.yaml: When people get their day as a message on worked days, in the workspace's zone, or `never`. Default: 08:00.
        briefing: Option<Read<BriefingTime>>,
        /// mainstay.yaml: Who has a role, by its name: a rule, or several of which the first that applies counts.
        roles: Option<Named<Many<RoleDoc>>>,
        /// mainstay.yaml: To whom things are escalated, lowest first. Default: csm, `csm_manager`, executive.
        ladder: Option<Vec<At<String>>>,
        /// mainstay.yaml: The calendar in which business time is counted. Default: mon-fri, 09:00-17:00.
        business_calendar: Option<At<String>>,
        /// mainstay.yaml: How many messages are too many.
        caps: Option<CapsDoc>,
        /// mainstay.yaml: When messages may go out, in the recipient's zone.
        send_window: Option<WindowDoc>,
        /// mainstay.yaml: How messages go out.
        channels: Option<ChannelsDoc>,
        /// mainstay.yaml: Endpoints by name; their secrets come from the environment.
        webhooks: Option<Named<At<String>>>,
        /// mainstay.yaml: Addresses that templates name as `links.<name>`, by name: `booking: https://...`.
        links: Option<Named<At<String>>>,
        /// mainstay.yaml: Whether opens and clicks are recorded.
        tracking: Option<TrackingDoc>,
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

/// The schema that editors check workspace files against.
#[must_use]
pub fn json_schema() -> serde_json::Value {
    let mut schema = schemars::SchemaGenerator::default().into_root_schema_for::<FileSchema>().to_value();
    if let Some(object) = schema.as_object_mut() {
        object.insert("title".into(), "Mainstay workspace file".into());
    }
    schema
}
