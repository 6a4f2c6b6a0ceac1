//! `sources/*.yaml`: where facts come from and how they map to the model.

pub(crate) mod files;
pub(crate) mod write;

use std::collections::{BTreeMap, BTreeSet};

use mainstay_model::Entity;
use mainstay_model::FieldType;
use mainstay_model::expression::{ExpressionTypes, event_columns, record_columns};
use mainstay_model::source::{RowKind, Rule, Source, SourceKind, Value};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::decode::{self, Decode, Expression, Named, Needed, Several, Word, Words, document};
use crate::document::{At, Place};
use crate::expressions::{self, Scope, Want};
use crate::names::{self, Declared};
use crate::nearest;
use crate::problem::{Code, Report};
use crate::thresholds::refused_in_facts;
use crate::yaml::{Content, Node};

/// The longest `fresh_within`, in hours.
const MAX_FRESH_HOURS: u32 = 24 * 366;

document! {
    /// A source of facts.
    SourceDoc {
        /// What people read. Default: the name in words.
        label: Option<At<String>>,
        /// The door it uses: tracking (events over HTTP) or files (`mainstay import`).
        kind: Needed<Word<SourceKind>>,
        /// How old its newest fact may be before it counts as stale: `24 hours`, `2 days`.
        fresh_within: Option<At<String>>,
        /// For tracking: the product its events are of, where they do not say.
        product: Option<At<String>>,
        /// For tracking: names in the source to names in the workspace, e.g. `Login: Signed In`.
        #[schemars(default)]
        rename_events: Named<At<String>>,
        /// For files: one mapping per kind of file.
        #[schemars(default)]
        files: Several<FileDoc>,
        /// A fact for which a rule is false, or not known, goes to the quarantine.
        #[schemars(default)]
        rules: Several<RuleDoc>,
    }
}

document! {
    /// How the rows of a file become facts.
    FileDoc {
        /// File names it is for: a glob such as `accounts*.csv`.
        matches: At<String>,
        /// What each row is: `events`, or an entity such as `subscriptions`.
        rows: At<String>,
        /// The record's id; for events the message id (absent: made from the row's content).
        id: Option<At<Value>>,
        /// When it was true. For records absent: the row is the state as of the import.
        occurred_at: Option<At<Value>>,
        /// IANA name of the zone of times that carry none.
        time_zone: Option<At<String>>,
        /// The account.
        account: Option<At<Value>>,
        /// For events: the user.
        user: Option<At<Value>>,
        /// For events: what happened.
        name: Option<At<Value>>,
        /// Field (for events: property) to where it comes from: a column, `{ constant: x }` or `{ join: [a, b], with: "-" }`.
        #[schemars(default)]
        fields: Named<At<Value>>,
        /// Types of properties that are not plain text.
        #[schemars(default)]
        types: Named<Word<FieldType>>,
    }
}

document! {
    /// A validation rule of a source.
    RuleDoc {
        /// What it applies to: `events` or an entity.
        on: At<String>,
        /// Which facts it applies to. Absent: all.
        r#where: Option<Expression>,
        /// What must be true: SQL over the fact's columns.
        require: Expression,
        /// Said to whoever looks at the quarantine.
        because: At<String>,
    }
}

document! {
    /// A value made of something else than one column.
    ValueDoc {
        /// The same text for every row.
        constant: Option<At<String>>,
        /// Columns whose texts are joined.
        join: Option<Vec<At<String>>>,
        /// What stands between them. Default: nothing.
        with: Option<SeparatorDoc>,
    }
}

/// A separator: a text whose white space counts.
pub(crate) struct SeparatorDoc(String);

impl Decode for SeparatorDoc {
    fn decode(node: &Node, report: &mut Report) -> Option<Self> {
        decode::scalar(node, "a text", report).map(|scalar| Self(scalar.text.clone()))
    }
}

impl JsonSchema for SeparatorDoc {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Separator".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }

    fn inline_schema() -> bool {
        true
    }
}

impl Decode for At<Value> {
    fn decode(node: &Node, report: &mut Report) -> Option<Self> {
        if matches!(node.content, Content::Scalar(_)) {
            // A header may begin or end with a space, so nothing is trimmed here.
            let column = decode::scalar(node, "a column name", report)?.text.clone();
            return Some(Self { value: Value::Column(column), place: node.place });
        }
        let doc = ValueDoc::decode(node, report)?;
        let value = match (doc.constant, doc.join, doc.with) {
            (Some(constant), None, None) => Value::Constant(constant.value),
            (None, Some(columns), with) if columns.len() > 1 => {
                Value::Joined(columns.into_iter().map(|column| column.value).collect(), with.map_or_else(String::new, |with| with.0))
            }
            _ => {
                let message = "a value is a column name, `{ constant: x }`, or `{ join: [a, b], with: \"-\" }` with two columns or more";
                report.error(Code::BadValue, node.place, message);
                return None;
            }
        };
        Some(Self { value, place: node.place })
    }
}

impl JsonSchema for At<Value> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Value".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let other = generator.subschema_for::<ValueDoc>();
        json_schema!({ "description": "A column name, a constant or columns joined.", "anyOf": [{ "type": "string" }, other] })
    }
}

impl Words for SourceKind {
    const WORDS: &'static [(&'static str, Self)] = &[("tracking", Self::Tracking), ("files", Self::Files)];
}

/// What sources are checked against.
pub(crate) struct Context<'a> {
    pub(crate) entities: &'a BTreeMap<String, Entity>,
    /// The names of the thresholds, which no rule can read.
    pub(crate) thresholds: &'a BTreeSet<String>,
    pub(crate) types: &'a dyn ExpressionTypes,
}

pub(crate) fn check(declared: &BTreeMap<String, Declared<SourceDoc>>, context: &Context, report: &mut Report) -> BTreeMap<String, Source> {
    let mut sources = BTreeMap::new();
    for (name, declared) in declared {
        if let Some(source) = declared.doc.as_ref().and_then(|doc| check_source(name, doc, declared.place, context, report)) {
            sources.insert(name.clone(), source);
        }
    }
    sources
}

fn check_source(name: &str, doc: &SourceDoc, place: Place, context: &Context, report: &mut Report) -> Option<Source> {
    let kind = doc.kind.0.map(|kind| kind.value);
    let mut ok = kind.is_none_or(|kind| check_door(kind, doc, place, report)) && !doc.files.lost && !doc.rules.lost;
    let fresh_within_hours = match &doc.fresh_within {
        None => None,
        Some(written) => {
            let hours = hours(written, report);
            ok &= hours.is_some();
            hours
        }
    };
    let mut rename_events = BTreeMap::new();
    for (from, to) in &doc.rename_events.0 {
        let Some(to) = to else {
            ok = false;
            continue;
        };
        if rename_events.insert(from.value.clone(), to.value.clone()).is_some() {
            report.error(Code::DuplicateName, from.place, format!("the event `{}` is renamed twice", from.value));
            ok = false;
        }
    }
    let files: Vec<_> = doc.files.items.iter().map(|file| files::check(file, context, report)).collect();
    let rules: Vec<_> = doc.rules.items.iter().map(|rule| check_rule(rule, context, report)).collect();
    let files = files.into_iter().collect::<Option<Vec<_>>>()?;
    let rules = rules.into_iter().collect::<Option<Vec<_>>>()?;
    let kind = kind?;
    let label = names::label(doc.label.as_ref(), name);
    let product = doc.product.as_ref().map(|product| product.value.clone());
    ok.then(|| Source { name: name.to_owned(), label, kind, fresh_within_hours, product, rename_events, files, rules })
}

/// Keys that belong to the other door.
fn check_door(kind: SourceKind, doc: &SourceDoc, place: Place, report: &mut Report) -> bool {
    match kind {
        SourceKind::Tracking => {
            if let Some(file) = doc.files.items.first() {
                report.error(Code::BadValue, file.place, "a tracking source has no `files`; declare a source of `kind: files` for them");
                return false;
            }
        }
        SourceKind::Files => {
            if let Some((name, _)) = doc.rename_events.0.first() {
                report.error(Code::BadValue, name.place, "`rename_events` is for tracking sources; in files map `name`");
                return false;
            }
            if let Some(product) = &doc.product {
                report.error(Code::BadValue, product.place, "`product` is for tracking sources; in files map the field `product`");
                return false;
            }
            if doc.files.items.is_empty() && !doc.files.lost {
                report.error(Code::MissingKey, place, "a source of `kind: files` needs `files`: one mapping per kind of file");
                return false;
            }
        }
    }
    true
}

fn hours(written: &At<String>, report: &mut Report) -> Option<u32> {
    let (count, unit) = written.value.split_once(' ').unwrap_or((&written.value, ""));
    let factor = match unit.trim() {
        "hour" | "hours" => Some(1),
        "day" | "days" => Some(24),
        _ => None,
    };
    let hours = count.parse::<u32>().ok().zip(factor).and_then(|(count, factor)| count.checked_mul(factor));
    let hours = hours.filter(|hours| (1..=MAX_FRESH_HOURS).contains(hours));
    if hours.is_none() {
        let message = format!("`{}` is no length of time for freshness", written.value);
        report.error_with(Code::BadValue, written.place, message, "write it like `24 hours` or `2 days`, at most 366 days".to_owned());
    }
    hours
}

/// Events or an entity by name, or a report.
pub(crate) fn row_kind(name: &At<String>, context: &Context, report: &mut Report) -> Option<RowKind> {
    if name.value == "events" {
        return Some(RowKind::Events);
    }
    if context.entities.contains_key(&name.value) {
        return Some(RowKind::Records(name.value.clone()));
    }
    let known: Vec<&str> = std::iter::once("events").chain(context.entities.keys().map(String::as_str)).collect();
    let message = format!("there is no entity `{}`", name.value);
    report.error_with(Code::UnknownName, name.place, message, nearest::hint(&name.value, &known, "entities"));
    None
}

fn check_rule(doc: &RuleDoc, context: &Context, report: &mut Report) -> Option<Rule> {
    let columns = match row_kind(&doc.on, context, report)? {
        RowKind::Events => event_columns(),
        RowKind::Records(entity) => context.entities.get(&entity).map(record_columns).unwrap_or_default(),
    };
    let broken = BTreeSet::new();
    // A rule is asked when the fact comes in, before there is any instant to look back from.
    let reason = "a rule looks at one fact as it comes in; compare it with its own columns";
    let mut refused = ["as_of", "today", "received_at"].map(|name| (name.to_owned(), reason.to_owned())).to_vec();
    let columns = columns.into_iter().filter(|column| refused.iter().all(|(name, _)| *name != column.name)).collect();
    refused.extend(refused_in_facts(context.thresholds));
    let (about, hints) = (format!("a rule on {}", doc.on.value), Vec::new());
    let scope = Scope { columns, about, broken: &broken, refused, hints, thresholds: None };
    let filter = doc.r#where.as_ref().map(|condition| expressions::check(condition, &scope, Want::Condition, context.types, report));
    let require = expressions::check(&doc.require, &scope, Want::Condition, context.types, report);
    require.and(filter.unwrap_or(require))?;
    Some(Rule {
        on: doc.on.value.clone(),
        where_: doc.r#where.as_ref().map(|condition| condition.sql.clone()),
        require: doc.require.sql.clone(),
        because: doc.because.value.clone(),
    })
}
