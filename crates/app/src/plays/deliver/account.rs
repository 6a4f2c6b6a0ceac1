//! Changes of the account that are facts themselves: the stage a play moved it to.

use mainstay_connect::Answer;
use mainstay_model::{Fact, RecordVersion};
use mainstay_store::OutboxEntry;
use serde_json::Value;

use super::{Fate, refused};
use crate::app::App;
use crate::error::Result;
use crate::ingest::OWN_SOURCE;

impl App {
    /// States the fields as a record version. Sent again it is the same fact: it says the same about the same instant.
    pub(super) async fn change_account(&self, entry: &OutboxEntry, payload: &Value) -> Result<Fate> {
        let Some(fields) = payload.get("fields") else { return Ok(refused("the change names no fields")) };
        let version = RecordVersion {
            source: OWN_SOURCE.to_owned(),
            entity: "accounts".to_owned(),
            external_id: entry.account_id.clone(),
            occurred_at: entry.created_at,
            received_at: entry.created_at,
            fields: fields.to_string(),
        };
        self.state_own(Fact::Record(version), fields.to_string()).await?;
        Ok(Fate::Answered(Answer::Sent { id: entry.key.clone() }, None))
    }
}
