//! Mails to people at the customer as facts: each is a record of `emails`, and what comes back makes a new version of the record.
//!
//! A version is made of what the store keeps of the message and of nothing else, so that it is the same fact however often it is stated. The
//! store also says what is not stated yet: what a crash leaves undone is done by the next look.

use mainstay_model::{Fact, FactDigest, RecordVersion, Timestamp};
use mainstay_store::{Message, Response};
use serde_json::{Value, json};

use super::written;
use crate::app::App;
use crate::error::Result;
use crate::ingest::{Candidate, OWN_SOURCE};

/// The entity that mails are records of.
const ENTITY: &str = "emails";
/// Mails that are stated at one look.
const MAILS_STATED_AT_ONCE: u32 = 500;

impl App {
    /// Notes what came back from a message and states it, the first time it does.
    pub(crate) async fn note_response(&self, message: &Message, response: Response) -> Result<()> {
        let at = free_instant(message, self.now());
        if self.store().note_response(&message.key, response, at).await? {
            self.record_mails().await?;
        }
        Ok(())
    }

    /// States the mails of which something is not among the facts yet.
    pub(crate) async fn record_mails(&self) -> Result<()> {
        let unrecorded = self.store().unrecorded_messages(MAILS_STATED_AT_ONCE).await?;
        if unrecorded.is_empty() {
            return Ok(());
        }
        let versions = unrecorded.iter().flat_map(|one| versions_of(&one.message));
        let candidates = versions.map(|version| Candidate { raw: version.fields.clone(), fact: Ok(Fact::Record(version)) });
        self.ingest(OWN_SOURCE, "play", candidates.collect()).await?;
        Ok(self.store().mark_recorded(&unrecorded).await?)
    }
}

/// That a mail was sent, and each thing that came back, at its own instant.
fn versions_of(message: &Message) -> Vec<RecordVersion> {
    let id = format!("{:032x}", FactDigest::of_event(ENTITY, &message.key).0);
    let version = |at: Timestamp, fields: &Value| RecordVersion {
        source: OWN_SOURCE.to_owned(),
        entity: ENTITY.to_owned(),
        external_id: id.clone(),
        occurred_at: at,
        received_at: at,
        fields: fields.to_string(),
    };
    let sent = json!({
        "account_id": message.account_id, "person_id": message.person, "subject": message.subject, "sent_at": written(message.sent_at),
        "tracked": message.tracked,
    });
    let came_back = [
        ("opened_at", message.opened_at),
        ("clicked_at", message.clicked_at),
        ("replied_at", message.replied_at),
        ("bounced_at", message.bounced_at),
    ];
    let mut versions = vec![version(message.sent_at, &sent)];
    versions.extend(came_back.into_iter().filter_map(|(field, at)| at.map(|at| version(at, &json!({ field: written(at) })))));
    versions
}

/// Now, or the next instant at which nothing else became of the message: two versions of a record at one instant would be one.
fn free_instant(message: &Message, now: Timestamp) -> Timestamp {
    let taken = [Some(message.sent_at), message.opened_at, message.clicked_at, message.replied_at, message.bounced_at];
    let mut at = now.max(message.sent_at);
    while taken.contains(&Some(at)) {
        at = Timestamp(at.0 + 1);
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Message {
        Message {
            key: "run/greet/0".into(),
            channel: "email".into(),
            category: "success".into(),
            account_id: "acme".into(),
            person: Some("ada".into()),
            address: "ada@acme.example".into(),
            subject: "Hello".into(),
            run_id: None,
            step: None,
            created_at: Timestamp(1),
            sent_at: Timestamp(10),
            opened_at: None,
            clicked_at: Some(Timestamp(12)),
            replied_at: None,
            bounced_at: None,
            message_id: None,
            to_colleague: false,
            tracked: true,
        }
    }

    #[test]
    fn what_is_stated_of_a_mail_stays_the_same_when_more_comes_back() {
        let before = versions_of(&message());
        let after = versions_of(&Message { opened_at: Some(Timestamp(11)), ..message() });
        assert_eq!((before.len(), after.len()), (2, 3));
        assert!(before.iter().all(|version| after.contains(version)));
        let digests: std::collections::BTreeSet<FactDigest> = after.iter().map(RecordVersion::digest).collect();
        assert_eq!(digests.len(), 3);
    }

    #[test]
    fn each_thing_that_comes_back_has_an_instant_of_its_own_and_none_before_the_sending() {
        for (now, expected) in [(9, 11), (10, 11), (11, 11), (12, 13), (20, 20)] {
            assert_eq!(free_instant(&message(), Timestamp(now)), Timestamp(expected), "{now}");
        }
    }
}
