//! One row under one mapping: a fact, or the reason why it is none.

use std::borrow::Cow;

use mainstay_lake::rows::Cell;
use mainstay_model::source::{FileMapping, RowKind, Source, Value};
use mainstay_model::{Entity, Event, EventKind, Fact, Field, FieldType, ReasonCode, RecordVersion, Rejection, Timestamp, Zone};

use super::value;
use crate::error::{AppError, ErrorCode, Result};
use crate::ingest::tracking::clock;
use crate::ingest::typed::quoted;

/// The longest text of one cell, in bytes.
pub const MAX_CELL_BYTES: usize = 32 * 1024;

/// A mapping made ready for reading rows. It names columns by their place in [`Mapper::columns`].
pub(super) struct Mapper {
    source: String,
    kind: RowKind,
    columns: Vec<String>,
    id: Option<Origin>,
    occurred_at: Option<Origin>,
    zone: Option<Zone>,
    account: Option<Origin>,
    user: Option<Origin>,
    name: Option<Origin>,
    fields: Vec<Mapped>,
    required: Vec<String>,
}

/// A field and where it comes from.
struct Mapped {
    /// Absent for a property of no declared type: numbers stay numbers, texts stay texts.
    field: Option<Field>,
    name: String,
    /// The name as a JSON key, colon and all.
    key: String,
    from: Origin,
}

/// Where a value comes from.
enum Origin {
    Column(usize),
    Constant(String),
    Joined(Vec<usize>, String),
}

/// A cell, or a text put together from several.
enum Found<'a> {
    Cell(Cell<'a>),
    Made(String),
}

impl<'a> Found<'a> {
    fn into_text(self) -> Cow<'a, str> {
        match self {
            Self::Cell(cell) => cell.text(),
            Self::Made(text) => Cow::Owned(text),
        }
    }

    fn cell(&self) -> Cell<'_> {
        match self {
            Self::Cell(cell) => *cell,
            Self::Made(text) => Cell::Text(text),
        }
    }

    fn text(&self) -> Cow<'_, str> {
        self.cell().text()
    }
}

/// The cells of one row, asked for by the place of their column in [`Mapper::columns`].
pub(super) type Row<'a> = &'a dyn Fn(usize) -> Option<Cell<'a>>;

type Refusable<T> = std::result::Result<T, Rejection>;

impl Origin {
    /// The value in a row. Where one part of several is empty there is none.
    fn of<'a>(&'a self, row: Row<'a>) -> Option<Found<'a>> {
        let cell = |column: usize| row(column).filter(|cell| !matches!(cell, Cell::Text(text) if text.trim().is_empty()));
        match self {
            Self::Column(column) => cell(*column).map(Found::Cell),
            Self::Constant(text) => Some(Found::Cell(Cell::Text(text))),
            Self::Joined(columns, with) => {
                let parts: Option<Vec<_>> = columns.iter().map(|column| cell(*column).map(Cell::text)).collect();
                parts.map(|parts| Found::Made(parts.join(with)))
            }
        }
    }
}

impl Mapper {
    /// The reader of rows under a mapping. `entity` is what the rows are records of.
    ///
    /// # Errors
    /// `configuration` when the mapping fills a field that is not there or names no such zone.
    pub(super) fn new(source: &Source, mapping: &FileMapping, entity: Option<&Entity>) -> Result<Self> {
        let mut columns = Vec::new();
        let mut from = |value: &Value| bind(value, &mut columns);
        let mut fields = Vec::new();
        for (name, value) in &mapping.fields {
            fields.push(Mapped::new(name, field_of(name, mapping, entity)?, from(value)));
        }
        if let Some(entity) = entity {
            let account = "account_id";
            if let (Some(field), Some(value), false) = (entity.field(account), &mapping.account, mapping.fields.contains_key(account)) {
                fields.push(Mapped::new(account, Some(field.clone()), from(value)));
            }
        }
        let zone = mapping.time_zone.as_deref().map(Zone::named).transpose();
        Ok(Self {
            source: source.name.clone(),
            kind: mapping.rows.clone(),
            id: mapping.id.as_ref().map(&mut from),
            occurred_at: mapping.occurred_at.as_ref().map(&mut from),
            account: mapping.account.as_ref().map(&mut from),
            user: mapping.user.as_ref().map(&mut from),
            name: mapping.name.as_ref().map(&mut from),
            zone: zone.map_err(|error| AppError::new(ErrorCode::Configuration, error.to_string()))?,
            required: entity.map(required).unwrap_or_default(),
            fields,
            columns,
        })
    }

    /// The columns of the file that the mapping reads.
    pub(super) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Whether rows are the state as of the import rather than dated facts.
    pub(super) const fn states_now(&self) -> bool {
        self.occurred_at.is_none() && matches!(self.kind, RowKind::Records(_))
    }

    /// Whether each row brings an id of its own.
    pub(super) const fn brings_id(&self) -> bool {
        self.id.is_some()
    }

    /// What keeps facts apart that one row yields under several mappings.
    pub(super) fn content_kind<'a>(&'a self, row: Row<'a>) -> Cow<'a, str> {
        match &self.kind {
            RowKind::Events => self.name.as_ref().and_then(|name| name.of(row)).map_or(Cow::Borrowed(""), Found::into_text),
            RowKind::Records(entity) => Cow::Borrowed(entity),
        }
    }

    /// The fact of a row. `content_id` is its id where the row brings none; `now` the instant of the import.
    pub(super) fn read<'a>(&'a self, row: Row<'a>, content_id: Option<String>, now: Timestamp) -> Refusable<Fact> {
        let id = match (&self.id, content_id) {
            (Some(id), _) => needed("id", id.of(row))?,
            (None, made) => made.unwrap_or_default(),
        };
        let occurred_at = self.occurred_at(row, now)?;
        match &self.kind {
            RowKind::Events => self.event(row, id, occurred_at, now).map(Fact::Event),
            RowKind::Records(entity) => Ok(Fact::Record(RecordVersion {
                source: self.source.clone(),
                entity: entity.clone(),
                external_id: id,
                occurred_at,
                received_at: now,
                fields: self.record_fields(row)?,
            })),
        }
    }

    fn occurred_at<'a>(&'a self, row: Row<'a>, now: Timestamp) -> Refusable<Timestamp> {
        let Some(from) = &self.occurred_at else {
            return match self.kind {
                RowKind::Records(_) => Ok(now),
                RowKind::Events => Err(missing("occurred_at")),
            };
        };
        let found = from.of(row).ok_or_else(|| missing("occurred_at"))?;
        let at = value::instant(found.cell(), self.zone.as_ref()).map_err(|error| {
            let misfit = value::mistimed(&error);
            Rejection::new(misfit.code, "occurred_at", &found.text(), misfit.message)
        })?;
        clock::believable("occurred_at", &found.text(), at, now)
    }

    fn event<'a>(&'a self, row: Row<'a>, message_id: String, occurred_at: Timestamp, now: Timestamp) -> Refusable<Event> {
        let value = |from: &'a Option<Origin>| from.as_ref().and_then(|from| from.of(row)).map(|found| found.text().into_owned());
        let name = needed("name", self.name.as_ref().and_then(|from| from.of(row)))?;
        let (account_id, user_id) = (value(&self.account), value(&self.user));
        if account_id.is_none() && user_id.is_none() {
            let message = "an event needs an account or a user; this row has neither";
            return Err(Rejection::new(ReasonCode::MissingField, "account", "", message));
        }
        Ok(Event {
            source: self.source.clone(),
            message_id,
            kind: EventKind::Track,
            name,
            account_id,
            user_id,
            anonymous_id: None,
            occurred_at,
            received_at: now,
            properties: self.object(row, false)?,
        })
    }

    fn record_fields<'a>(&'a self, row: Row<'a>) -> Refusable<String> {
        for name in &self.required {
            let filled = self.fields.iter().any(|mapped| mapped.name == *name && mapped.from.of(row).is_some());
            if !filled {
                return Err(missing(name));
            }
        }
        self.object(row, true)
    }

    /// The mapped fields as a JSON object. A row states all its fields, so an empty cell of a record takes the value away (`empty_is_null`).
    fn object<'a>(&'a self, row: Row<'a>, empty_is_null: bool) -> Refusable<String> {
        let mut json = String::with_capacity(32 + 24 * self.fields.len());
        json.push('{');
        for mapped in &self.fields {
            let text = match mapped.from.of(row) {
                Some(found) => Cow::Owned(mapped.typed(found.cell(), self.zone.as_ref())?),
                None if empty_is_null => Cow::Borrowed("null"),
                None => continue,
            };
            if json.len() > 1 {
                json.push(',');
            }
            json.push_str(&mapped.key);
            json.push_str(&text);
        }
        json.push('}');
        Ok(json)
    }
}

impl Mapped {
    fn new(name: &str, field: Option<Field>, from: Origin) -> Self {
        Self { field, name: name.to_owned(), key: format!("{}:", quoted(name)), from }
    }

    fn typed(&self, cell: Cell<'_>, zone: Option<&Zone>) -> Refusable<String> {
        if let Cell::Text(text) | Cell::Json(text) = cell
            && text.len() > MAX_CELL_BYTES
        {
            return Err(too_long(&self.name, text));
        }
        match &self.field {
            None => Ok(cell.json().into_owned()),
            Some(field) => value::typed(field, cell, zone)
                .map_err(|misfit| Rejection::new(misfit.code, self.name.clone(), &cell.text(), misfit.message)),
        }
    }
}

fn needed(field: &str, found: Option<Found<'_>>) -> Refusable<String> {
    let found = found.ok_or_else(|| missing(field))?;
    let text = found.text();
    if text.len() > MAX_CELL_BYTES { Err(too_long(field, &text)) } else { Ok(text.into_owned()) }
}

fn missing(field: &str) -> Rejection {
    let message = format!("the row has no `{field}`; fill it, or map it to the column that has it");
    Rejection::new(ReasonCode::MissingField, field, "", message)
}

fn too_long(field: &str, text: &str) -> Rejection {
    let message = format!("the text has {} bytes; at most {MAX_CELL_BYTES} are taken", text.len());
    Rejection::new(ReasonCode::TextTooLong, field, text, message)
}

fn required(entity: &Entity) -> Vec<String> {
    entity.fields.iter().filter(|field| field.required).map(|field| field.name.clone()).collect()
}

/// The declared field of that name; none for a property without a type.
fn field_of(name: &str, mapping: &FileMapping, entity: Option<&Entity>) -> Result<Option<Field>> {
    let Some(entity) = entity else {
        let declared =
            |kind: FieldType| Field { name: name.to_owned(), kind, description: String::new(), required: false, personal: false };
        return Ok(mapping.types.get(name).copied().map(declared));
    };
    entity.field(name).cloned().map(Some).ok_or_else(|| {
        let known: Vec<&str> = entity.fields.iter().map(|field| field.name.as_str()).collect();
        let message = format!("the mapping for {} fills `{name}`, but {} have no such field", mapping.matches, entity.name);
        AppError::new(ErrorCode::Configuration, message)
            .hint(format!("their fields are: {}; declare more of them in entities/", known.join(", ")))
    })
}

fn bind(value: &Value, columns: &mut Vec<String>) -> Origin {
    let mut place = |name: &String| {
        columns.iter().position(|column| column == name).unwrap_or_else(|| {
            columns.push(name.clone());
            columns.len() - 1
        })
    };
    match value {
        Value::Column(name) => Origin::Column(place(name)),
        Value::Constant(text) => Origin::Constant(text.clone()),
        Value::Joined(names, with) => Origin::Joined(names.iter().map(place).collect(), with.clone()),
    }
}
