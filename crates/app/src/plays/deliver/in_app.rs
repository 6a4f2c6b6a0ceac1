//! Messages inside the customer's product: filled here, fetched by the script that the product embeds.

use mainstay_connect::Answer;
use mainstay_connect::templates::Template;
use mainstay_model::Timestamp;
use mainstay_store::OutboxEntry;
use serde_json::Value;

use super::mail::file_of;
use super::{Fate, refused};
use crate::app::App;
use crate::error::Result;
use crate::plays::perform::in_app_message;

impl App {
    pub(super) async fn show_in_app(&self, entry: &OutboxEntry, payload: &Value, now: Timestamp) -> Result<Fate> {
        let Some(fields) = payload.as_object() else { return Ok(refused("the message cannot be read")) };
        let name = fields.get("template").and_then(Value::as_str).unwrap_or_default();
        let workspace = self.workspace();
        let Some((language, text)) = workspace.templates.get(name).and_then(|languages| languages.iter().next()) else {
            return Ok(refused(&format!("there is no template `{name}` for messages in the product any more")));
        };
        let path = format!("templates/{language}/{name}.md");
        let values = fields.get("values").cloned().unwrap_or_default();
        let rendered = match Template::parse(&path, &file_of(text)).and_then(|template| template.render_in_app(&values)) {
            Ok(rendered) => rendered,
            Err(error) => return Ok(refused(&error.to_string())),
        };
        let url = rendered.buttons.into_iter().next().map(|(_, url)| url);
        let message = in_app_message(&entry.key, &entry.account_id, fields, (rendered.title, rendered.text, url), now);
        self.store().add_in_app_message(&message).await?;
        Ok(Fate::Answered(Answer::Sent { id: entry.key.clone() }, None))
    }
}
