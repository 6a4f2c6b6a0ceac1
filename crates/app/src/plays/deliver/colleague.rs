//! Messages to colleagues: Slack, and short mails of the product's own.

use mainstay_connect::slack::SlackMessage;
use mainstay_connect::smtp::Mail;
use mainstay_connect::templates::Template;
use mainstay_model::Timestamp;
use mainstay_store::OutboxEntry;
use serde_json::Value;

use super::mail::{NO_MAIL, file_of};
use super::{Fate, refused};
use crate::app::App;
use crate::error::Result;

impl App {
    pub(super) async fn send_slack(&self, entry: &OutboxEntry, payload: &Value, now: Timestamp) -> Result<Fate> {
        let channels = self.channels();
        let Some(slack) = &channels.slack else {
            return Ok(Fate::Waits("Slack is not connected; set MAINSTAY_SLACK_WEBHOOK or MAINSTAY_SLACK_TOKEN and restart"));
        };
        let workspace = self.workspace();
        let text = |name: &str| payload.get(name).and_then(Value::as_str);
        let message = match text("template") {
            Some(name) => {
                let found = workspace.templates.get(name).and_then(|languages| languages.iter().next());
                let Some((language, template)) = found else {
                    return Ok(refused(&format!("there is no Slack template `{name}` any more")));
                };
                let path = format!("templates/{language}/{name}.md");
                let values = payload.get("values").cloned().unwrap_or_default();
                match Template::parse(&path, &file_of(template)).and_then(|template| template.render_slack(&values)) {
                    Ok(message) => message,
                    Err(error) => return Ok(refused(&error.to_string())),
                }
            }
            None => SlackMessage::plain(&plain(payload)),
        };
        let channel = text("channel")
            .or(text("to"))
            .map(str::to_owned)
            .or_else(|| workspace.outreach.channels.slack_channel.clone())
            .unwrap_or_default();
        Ok(Fate::Answered(slack.send(&message, &channel, &entry.key, now).await, None))
    }

    pub(super) async fn send_notice(&self, entry: &OutboxEntry, payload: &Value, now: Timestamp) -> Result<Fate> {
        let channels = self.channels();
        let Some(post) = &channels.mail else { return Ok(Fate::Waits(NO_MAIL)) };
        let text = |name: &str| payload.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let Some(from) = self.workspace().outreach.channels.email_from.clone() else {
            return Ok(Fate::Waits("no sender; set `channels.email.from` in mainstay.yaml"));
        };
        // A briefing leads to the day, everything else to its account.
        let page = match payload.get("page").and_then(Value::as_str) {
            Some(page) => page.to_owned(),
            None => format!("{}/accounts/{}", channels.base_url, entry.account_id),
        };
        let mail = Mail {
            key: entry.key.clone(),
            from,
            to: text("to"),
            subject: text("title"),
            text: format!("{}\n\n{page}\n", text("body")),
            ..Mail::default()
        };
        Ok(Fate::Answered(post.send(&mail, now).await, None))
    }
}

fn plain(payload: &Value) -> String {
    let text = |name: &str| payload.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let lines: Vec<&str> = [text("text"), text("title"), text("body")].into_iter().flatten().collect();
    lines.join("\n")
}
