//! What templates may name, with its value: the account, its people, the run.

use mainstay_model::play::effect::Audience;
use mainstay_plays::run_columns;
use serde_json::{Map, Value, json};

use super::Scene;
use crate::plays::people::{Reached, audience};

impl Scene<'_> {
    /// The values by name. A name with a dot is a field of the thing before it.
    pub(super) fn values(&self) -> Value {
        let mut values = Map::new();
        for (name, value) in run_columns(self.run, self.now) {
            put(&mut values, &name, value);
        }
        values.insert("account".to_owned(), self.account());
        let word = self.play.play.per.word();
        if let Some(subject) = &self.subject {
            values.insert(word.to_owned(), Value::Object(subject.clone()));
        }
        for role in self.look.plan.workspace.outreach.roles.keys() {
            let holder = self.row.and_then(|row| self.roles.holder(role, self.look, row, self.absences, self.now).ok().flatten());
            values.insert(role.clone(), person(holder.as_ref()));
        }
        for (word, who) in [
            ("champion", Audience::Champion),
            ("sponsor", Audience::Sponsor),
            ("former_champion", Audience::FormerChampion),
            ("respondent", Audience::Respondent),
        ] {
            let found = audience(who, self.run, &self.people, &self.users);
            values.insert(word.to_owned(), person(found.first()));
        }
        values.insert("product".to_owned(), json!({ "name": self.look.plan.workspace.name }));
        let page = format!("{}/accounts/{}", self.base_url, self.run.subject.account);
        values.insert("report".to_owned(), json!({ "url": page }));
        let outreach = &self.look.plan.workspace.outreach;
        let mut links: Map<String, Value> = outreach.links.iter().map(|(name, url)| (name.clone(), json!(url))).collect();
        links.extend([("account".to_owned(), json!(page)), ("console".to_owned(), json!(self.base_url))]);
        if !links.contains_key("booking")
            && let Some(booking) = self.booking(&values)
        {
            links.insert("booking".to_owned(), Value::from(booking));
        }
        values.insert("links".to_owned(), Value::Object(links));
        values.insert("play".to_owned(), json!({ "name": self.run.play, "label": self.play.play.label }));
        // What nothing says is null: a template can ask for it, and a message that needs it is not sent.
        for name in self.play.names(&self.look.plan.workspace) {
            put_missing(&mut values, name);
        }
        Value::Object(values)
    }

    /// How somebody arranges a meeting: a mail to whoever looks after the account, or to the sender of all mail.
    fn booking(&self, values: &Map<String, Value>) -> Option<String> {
        let csm = values.get("csm").and_then(|csm| csm.get("email")).and_then(Value::as_str).filter(|email| !email.is_empty());
        let sender = self.look.plan.workspace.outreach.channels.email_from.as_deref();
        let sender = sender.map(|from| from.rsplit('<').next().unwrap_or(from).trim_end_matches('>'));
        csm.or(sender).map(|address| format!("mailto:{address}?subject=A%20meeting"))
    }

    fn account(&self) -> Value {
        let Some(row) = self.row else { return json!({ "id": self.run.subject.account }) };
        let names = mainstay_spec::expression_columns(&self.look.plan.workspace, mainstay_spec::Stage::All);
        let mut fields: Map<String, Value> =
            names.into_iter().map(|column| (column.name.clone(), self.look.json(row, &column.name))).collect();
        if fields.get("name").is_none_or(Value::is_null) {
            fields.insert("name".to_owned(), Value::from(self.run.subject.account.as_str()));
        }
        Value::Object(fields)
    }
}

/// A person as templates see one. Somebody who is not known has empty names, so that a task can still be written about them.
fn person(reached: Option<&Reached>) -> Value {
    let name = reached.map(|person| person.name.clone()).unwrap_or_default();
    let first = name.split_whitespace().next().unwrap_or_default().to_owned();
    json!({ "id": reached.map(|person| &person.id), "name": name, "first_name": first, "email": reached.and_then(|person| person.email.clone()).unwrap_or_default() })
}

/// Puts null under a name that has no value.
fn put_missing(values: &mut Map<String, Value>, name: &str) {
    match name.split_once('.') {
        None => {
            values.entry(name).or_insert(Value::Null);
        }
        Some((thing, field)) => {
            let entry = values.entry(thing).or_insert_with(|| Value::Object(Map::new()));
            if let Some(fields) = entry.as_object_mut() {
                put_missing(fields, field);
            }
        }
    }
}

/// Puts `a.b.c` as a field `b.c` of `a`: one level, as the names of runs have it.
fn put(values: &mut Map<String, Value>, name: &str, value: Value) {
    let Some((thing, field)) = name.split_once('.') else {
        values.insert(name.to_owned(), value);
        return;
    };
    let entry = values.entry(thing).or_insert_with(|| Value::Object(Map::new()));
    if let Some(fields) = entry.as_object_mut() {
        match field.split_once('.') {
            Some(_) => put(fields, field, value),
            None => {
                fields.insert(field.to_owned(), value);
            }
        }
    }
}
