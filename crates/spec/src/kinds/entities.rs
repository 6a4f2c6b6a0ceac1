//! `entities/*.yaml`: fields added to the product's entities, and entities of the workspace's own.

use std::collections::BTreeMap;

use mainstay_model::{Entity, Field, FieldType, entity};

use crate::decode::{Named, Word, Words, document};
use crate::document::At;
use crate::names::{self, Declared};
use crate::problem::{Code, Report};
use crate::yaml::Node;

impl Words for FieldType {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("text", Self::Text),
        ("integer", Self::Integer),
        ("decimal", Self::Decimal),
        ("boolean", Self::Boolean),
        ("timestamp", Self::Timestamp),
        ("date", Self::Date),
        ("json", Self::Json),
    ];
}

document! {
    /// An entity: fields added to one of the product's, or a new kind of record.
    EntityDoc {
        /// What one record of it is.
        description: Option<At<String>>,
        /// The fields by name.
        fields: Named<FieldDoc>,
    }
}

document! {
    /// A field of an entity.
    FieldDoc {
        /// The type of its values.
        r#type: Word<FieldType>,
        /// What it means, with its unit.
        description: Option<At<String>>,
        /// Whether a record without it is refused. Default: false.
        required: Option<At<bool>>,
        /// Whether it names a person or can be traced to one. Default: false.
        personal: Option<At<bool>>,
    }
}

/// Column names that every record has already.
const TAKEN: &[&str] = &["id", "source", "occurred_at", "received_at", "as_of", "today", "properties"];

/// Table names that are no entities.
const TABLES: &[&str] = &["events", "signals", "scores", "score_components", "quarantine", "sources", "segments", "facts", "links"];

/// The built-in entities with the workspace's additions.
pub(crate) fn check(declared: &BTreeMap<String, Declared<EntityDoc>>, report: &mut Report) -> BTreeMap<String, Entity> {
    let mut entities: BTreeMap<String, Entity> = entity::built_in().into_iter().map(|entity| (entity.name.clone(), entity)).collect();
    for (name, declared) in declared {
        if TABLES.contains(&name.as_str()) {
            report.error(Code::BadName, declared.place, format!("`{name}` is a table of the product; name the entity otherwise"));
            continue;
        }
        let entity = entities.entry(name.clone()).or_insert_with(|| Entity {
            name: name.clone(),
            description: String::new(),
            fields: Vec::new(),
            custom: true,
        });
        let Some(doc) = &declared.doc else { continue };
        if let Some(description) = &doc.description {
            entity.description.clone_from(&description.value);
        }
        for (field, written) in &doc.fields.0 {
            add_field(entity, field, written.as_ref(), report);
        }
        if entity.custom && entity.fields.is_empty() && !doc.fields.0.iter().any(|(_, field)| field.is_none()) {
            report.error(Code::MissingKey, declared.place, format!("the entity `{name}` has no fields"));
        }
    }
    entities
}

fn add_field(entity: &mut Entity, name: &At<String>, doc: Option<&FieldDoc>, report: &mut Report) {
    if !names::check_name(name, "field", report) {
        return;
    }
    if TAKEN.contains(&name.value.as_str()) {
        return report.error(Code::BadName, name.place, format!("every record has a column `{}` already", name.value));
    }
    if entity.field(&name.value).is_some() {
        let message = format!("`{}` has a field `{}` already", entity.name, name.value);
        return report.error(Code::DuplicateName, name.place, message);
    }
    // A field that could not be read is still known by name, as a text.
    entity.fields.push(Field {
        name: name.value.clone(),
        kind: doc.map_or(FieldType::Text, |doc| doc.r#type.value),
        description: doc.and_then(|doc| doc.description.as_ref()).map_or_else(String::new, |text| text.value.clone()),
        required: doc.and_then(|doc| doc.required.as_ref()).is_some_and(|flag| flag.value),
        personal: doc.and_then(|doc| doc.personal.as_ref()).is_some_and(|flag| flag.value),
    });
}

/// An entity with all its fields, the product's among them.
pub(crate) fn to_node(entity: &Entity) -> Node {
    let field = |field: &Field| {
        let node = Node::flow_map(vec![
            ("type", Node::text(field.kind.word())),
            ("description", Node::text(&field.description)),
            ("required", Node::text(field.required.to_string())),
            ("personal", Node::text(field.personal.to_string())),
        ]);
        (field.name.clone(), node)
    };
    Node::map(vec![("description", Node::text(&entity.description)), ("fields", Node::map_of(entity.fields.iter().map(field), false))])
}
