//! Sources, what was refused of them, and the quality of the records.

use mainstay_app::data::{EntryStatus, FieldQuality, LikelyDuplicate, QualityReport, QuarantineEntry, ReferenceGap, SourceStatus};
use mainstay_model::{ReasonCode, Rejection};

use super::now;

pub(super) fn sources() -> Vec<SourceStatus> {
    let source = |name: &str, label: &str, kind: &str, events, records, rejected_open, minutes: i64, stale| SourceStatus {
        name: name.into(),
        label: label.into(),
        kind: kind.into(),
        events,
        records,
        rejected_open,
        last_occurred_at: Some(now().plus_seconds(-60 * minutes - 30)),
        last_received_at: Some(now().plus_seconds(-60 * minutes)),
        stale,
    };
    vec![
        source("product", "Product events", "tracking", 4_183_022, 0, 12, 0, false),
        source("crm", "CRM export", "files", 0, 18_412, 0, 120, false),
        source("billing", "Billing", "files", 0, 9_204, 3, 14, false),
        source("support", "Support desk", "files", 0, 31_077, 0, 60 * 61, true),
    ]
}

pub(super) fn quarantine(count: usize) -> Vec<QuarantineEntry> {
    let entry = |index: usize| QuarantineEntry {
        id: (count - index) as u64,
        received_at: now().plus_seconds(-300 * index as i64),
        source: if index % 4 == 3 { "billing" } else { "product" }.into(),
        kind: "track".into(),
        rejection: Rejection::new(
            if index.is_multiple_of(3) { ReasonCode::InvalidTime } else { ReasonCode::MissingField },
            if index.is_multiple_of(3) { "timestamp" } else { "userId" },
            if index.is_multiple_of(3) { "2026-11-22 09:14" } else { "" },
            if index.is_multiple_of(3) {
                "the time has no zone; add one, like 2026-11-22T09:14:00Z"
            } else {
                "a message needs userId or anonymousId"
            },
        ),
        raw: "{\"event\": \"Signed In\", \"timestamp\": \"2026-11-22 09:14\"}".into(),
        whole: true,
        status: EntryStatus::Open,
        marked_at: None,
    };
    (0..count).map(entry).collect()
}

pub(super) fn quality() -> QualityReport {
    let field = |entity: &str, field: &str, filled, total| FieldQuality { entity: entity.into(), field: field.into(), filled, total };
    QualityReport {
        fields: vec![
            field("accounts", "name", 412, 412),
            field("accounts", "domain", 398, 412),
            field("accounts", "industry", 270, 412),
            field("accounts", "parent_id", 12, 412),
            field("people", "email", 1_204, 1_260),
            field("people", "role", 803, 1_260),
        ],
        gaps: vec![ReferenceGap {
            entity: "tickets".into(),
            refers_to: "accounts".into(),
            count: 7,
            examples: vec!["acc-9001".into(), "acc-9044".into()],
        }],
        duplicates: vec![LikelyDuplicate {
            entity: "accounts".into(),
            field: "domain".into(),
            value: "quill.example".into(),
            ids: vec!["acc-0005".into(), "acc-0391".into()],
        }],
        silent_signals: vec!["usage_change_30d".into()],
        as_of: now(),
    }
}
