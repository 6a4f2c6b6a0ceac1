//! Signed calls of named endpoints, the CRM's among them.

use mainstay_connect::webhook::Webhook;
use mainstay_model::Timestamp;
use mainstay_store::{Intervention, OutboxEntry};
use serde_json::{Value, json};

use super::{Fate, refused};
use crate::app::App;
use crate::error::Result;

impl App {
    pub(super) async fn send_webhook(&self, entry: &OutboxEntry, payload: &Value, now: Timestamp) -> Result<Fate> {
        let endpoint = payload.get("endpoint").and_then(Value::as_str).unwrap_or_default();
        let body = json!({ "key": entry.key, "account_id": entry.account_id, "run_id": entry.run_id, "data": payload.get("body") });
        self.call(endpoint, entry, &body, now).await
    }

    /// Sets a field of the CRM through the endpoint `crm`. Without one it stands in the account's log, where somebody can do it by hand.
    pub(super) async fn send_to_crm(&self, entry: &OutboxEntry, payload: &Value, now: Timestamp) -> Result<Fate> {
        if self.workspace().outreach.webhooks.contains_key("crm") {
            let body = json!({ "key": entry.key, "account_id": entry.account_id, "set": payload });
            return self.call("crm", entry, &body, now).await;
        }
        let field = payload.get("field").and_then(Value::as_str).unwrap_or_default();
        let value = payload.get("value").cloned().unwrap_or_default();
        let line = Intervention {
            id: entry.key.clone(),
            account_id: entry.account_id.clone(),
            run_id: entry.run_id.clone(),
            task_id: None,
            at: now,
            who: "mainstay".to_owned(),
            what: format!("CRM: {field} = {value} (no CRM is connected)"),
            outcome: None,
            learned: None,
        };
        self.store().add_intervention(&line).await?;
        Ok(Fate::Answered(mainstay_connect::Answer::Sent { id: entry.key.clone() }, None))
    }

    async fn call(&self, endpoint: &str, entry: &OutboxEntry, body: &Value, now: Timestamp) -> Result<Fate> {
        let channels = self.channels();
        let Some(webhooks) = &channels.webhooks else { return Ok(Fate::Waits("webhooks are not connected")) };
        let workspace = self.workspace();
        let Some(url) = workspace.outreach.webhooks.get(endpoint) else {
            return Ok(refused(&format!("mainstay.yaml has no endpoint `{endpoint}` under `webhooks` any more")));
        };
        let body = body.to_string();
        let webhook = Webhook { url, secret: channels.webhook_secrets.get(endpoint), key: &entry.key, body: &body };
        Ok(Fate::Answered(webhooks.send(&webhook, now).await, None))
    }
}
