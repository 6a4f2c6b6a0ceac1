//! Runs `tests/slt/*.slt` over a small company.
//!
//! A file is a list of records, apart by empty lines: `as-of` and `known` set the instants for what follows; `query` is SQL, `----` and
//! the rows as CSV; `statement error` is a part of the message, then the SQL on the next lines.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, RwLock};

use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use mainstay_lake::facts::{events_batch, events_schema};
use mainstay_lake::format::{Format, format_batches};
use mainstay_lake::links::Links;
use mainstay_lake::records::Records;
use mainstay_lake::session::{FileTable, QueryLimits, Session, SessionInputs};
use mainstay_model::{Event, EventKind, RecordVersion, Timestamp, Zone};

struct Company {
    files: Vec<std::path::PathBuf>,
    tail: RecordBatch,
    records: Arc<RwLock<Records>>,
    links: Arc<RwLock<Links>>,
    _folder: tempfile::TempDir,
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

type Sent = (&'static str, EventKind, &'static str, [Option<&'static str>; 3], &'static str, &'static str, &'static str);

/// Id, call, name, [account, user, anonymous], occurred, received, properties.
const EVENTS: &[Sent] = &[
    ("m1", EventKind::Group, "", [Some("acme"), Some("u1"), None], "2026-01-02T00:00:00Z", "2026-01-02T00:00:01Z", "{}"),
    (
        "m2",
        EventKind::Track,
        "Signed In",
        [None, Some("u1"), None],
        "2026-01-05T08:00:00Z",
        "2026-01-05T08:00:01Z",
        r#"{"device":"phone"}"#,
    ),
    (
        "m3",
        EventKind::Track,
        "Signed In",
        [None, Some("u1"), None],
        "2026-01-05T23:30:00Z",
        "2026-01-05T23:30:01Z",
        r#"{"device":"desk","Plan Name":"Pro"}"#,
    ),
    (
        "m4",
        EventKind::Track,
        "Report Run",
        [Some("bolt"), Some("u1"), None],
        "2026-01-06T09:00:00Z",
        "2026-01-06T09:00:01Z",
        r#"{"rows":1200,"cost":0.1,"ok":true,"in":{"region":"emea"}}"#,
    ),
    (
        "m5",
        EventKind::Track,
        "Report Run",
        [None, Some("u2"), None],
        "2026-01-07T09:00:00Z",
        "2026-01-07T09:00:01Z",
        r#"{"rows":"many","cost":0.2,"ok":false}"#,
    ),
    ("m6", EventKind::Track, "Signed In", [None, None, Some("anon-1")], "2026-01-04T09:00:00Z", "2026-01-04T09:00:01Z", "{}"),
    ("m7", EventKind::Identify, "", [None, Some("u1"), Some("anon-1")], "2026-01-05T08:00:00Z", "2026-01-05T08:00:01Z", "{}"),
    ("m8", EventKind::Track, "Signed In", [None, Some("u1"), None], "2026-01-03T09:00:00Z", "2026-02-01T00:00:00Z", r#"{"device":"late"}"#),
    ("m9", EventKind::Group, "", [Some("bolt"), Some("u1"), None], "2026-01-20T00:00:00Z", "2026-01-20T00:00:01Z", "{}"),
    (
        "m10",
        EventKind::Track,
        "Signed In",
        [None, Some("u1"), None],
        "2026-01-21T09:00:00Z",
        "2026-01-21T09:00:01Z",
        r#"{"device":"desk"}"#,
    ),
    ("m11", EventKind::Track, "Signed In", [None, Some("nobody"), None], "2026-01-21T10:00:00Z", "2026-01-21T10:00:01Z", "{}"),
];

/// Entity, id, occurred, received, fields.
const RECORDS: &[[&str; 5]] = &[
    [
        "accounts",
        "acme",
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:01Z",
        r#"{"name":"Acme, Inc","tier":"smb","employees":40,"created_at":"2025-11-03T10:00:00Z"}"#,
    ],
    ["accounts", "acme", "2026-01-10T00:00:00Z", "2026-01-15T00:00:00Z", r#"{"tier":"enterprise","employees":null}"#],
    ["accounts", "bolt", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", r#"{"name":"Bolt","tier":"smb","employees":7}"#],
    [
        "subscriptions",
        "s1",
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:01Z",
        r#"{"account_id":"acme","amount":"100.10","quantity":3,"starts_on":"2026-01-01","ends_on":"2026-12-31"}"#,
    ],
    [
        "subscriptions",
        "s2",
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:01Z",
        r#"{"account_id":"acme","amount":1200,"interval_months":12,"discount":0.25,"starts_on":"2026-01-01"}"#,
    ],
    [
        "subscriptions",
        "s3",
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:01Z",
        r#"{"account_id":"bolt","amount":0.3,"starts_on":"2026-02-01","auto_renews":true}"#,
    ],
    ["users", "u2", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", r#"{"account_id":"bolt","name":"Uma"}"#],
];

fn event(sent: &Sent) -> Event {
    let (id, kind, name, [account, user, anonymous], occurred, received, properties) = *sent;
    let text = |text: Option<&str>| text.map(str::to_owned);
    Event {
        source: "app".into(),
        message_id: id.into(),
        kind,
        name: name.into(),
        account_id: text(account),
        user_id: text(user),
        anonymous_id: text(anonymous),
        occurred_at: at(occurred),
        received_at: at(received),
        properties: properties.into(),
    }
}

fn company() -> Company {
    let events: Vec<Event> = EVENTS.iter().map(event).collect();
    let mut links = Links::new();
    for event in &events {
        links.apply_event(event);
    }
    let mut records = Records::new();
    for [entity, id, occurred, received, fields] in RECORDS {
        let (occurred_at, received_at) = (at(occurred), at(received));
        let version = RecordVersion {
            source: "crm".into(),
            entity: (*entity).into(),
            external_id: (*id).into(),
            occurred_at,
            received_at,
            fields: (*fields).into(),
        };
        links.apply_record(&version);
        records.apply(&version);
    }
    let numbered = |range: std::ops::Range<usize>| events_batch(range.map(|place| (place as u64 + 1, &events[place]))).unwrap();
    let folder = tempfile::Builder::new().prefix("month=2026 01 ").tempdir().unwrap();
    let path = folder.path().join("part one.parquet");
    let mut writer = parquet::arrow::ArrowWriter::try_new(std::fs::File::create(&path).unwrap(), events_schema(), None).unwrap();
    writer.write(&numbered(0..6)).unwrap();
    writer.close().unwrap();
    let (records, links) = (Arc::new(RwLock::new(records)), Arc::new(RwLock::new(links)));
    Company { files: vec![path], tail: numbered(6..events.len()), records, links, _folder: folder }
}

fn signals() -> RecordBatch {
    let columns: [(&str, ArrayRef); 3] = [
        ("account_id", Arc::new(StringArray::from(vec!["acme", "bolt"]))),
        ("signal", Arc::new(StringArray::from(vec!["logins_30d", "logins_30d"]))),
        ("value", Arc::new(Float64Array::from(vec![Some(4.0), None]))),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

impl Company {
    fn session(&self, as_of: Timestamp, known: Option<Timestamp>) -> Session {
        Session::new(SessionInputs {
            events: FileTable { files: self.files.clone(), tail: vec![self.tail.clone()] },
            file_tables: Vec::new(),
            tables: vec![("signals".into(), signals())],
            records: Arc::clone(&self.records),
            links: Arc::clone(&self.links),
            entities: mainstay_model::entity::built_in(),
            as_of,
            known,
            zone: Zone::named("Europe/Berlin").unwrap(),
            limits: QueryLimits::default(),
        })
        .unwrap()
    }
}

/// What a record of a file should be, given what the session answers.
async fn run(company: &Company, record: &str, instants: &mut (Timestamp, Option<Timestamp>)) -> String {
    let lines: Vec<&str> = record.lines().filter(|line| !line.starts_with('#')).collect();
    let Some((head, rest)) = lines.split_first() else { return record.to_owned() };
    if let Some(text) = head.strip_prefix("as-of ") {
        *instants = (at(text), None);
        return record.to_owned();
    }
    if let Some(text) = head.strip_prefix("known ") {
        instants.1 = (text != "today").then(|| at(text));
        return record.to_owned();
    }
    let sql: Vec<&str> = rest.iter().copied().take_while(|line| *line != "----").collect();
    let session = company.session(instants.0, instants.1);
    let comments: String = record.lines().filter(|line| line.starts_with('#')).fold(String::new(), |all, line| all + line + "\n");
    let mut text = comments;
    match session.sql(&sql.join("\n")).await {
        Err(error) => {
            let _ = write!(text, "statement error {error}\n{}", sql.join("\n"));
        }
        Ok(answer) => {
            let csv = format_batches(&answer.columns, &answer.batches, Format::Csv);
            let rows = csv.split_once('\n').map_or("", |(_, rows)| rows);
            let _ = write!(text, "query\n{}\n----\n{}", sql.join("\n"), rows.trim_end());
        }
    }
    text
}

#[tokio::test]
async fn every_slt_file_answers_as_written() {
    let company = company();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/slt");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "slt"))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    let mut differing = Vec::new();
    for file in files {
        let written = std::fs::read_to_string(&file).unwrap();
        let mut instants = (at("2026-03-01T00:00:00Z"), None);
        let mut answered = Vec::new();
        for record in written.trim_end().split("\n\n") {
            answered.push(run(&company, record, &mut instants).await.trim_end().to_owned());
        }
        let answered = answered.join("\n\n") + "\n";
        if answered != written {
            let beside = Path::new(env!("CARGO_TARGET_TMPDIR")).join(file.file_name().unwrap());
            std::fs::write(&beside, &answered).unwrap();
            differing.push(format!("{} answers differently: compare with {}", file.display(), beside.display()));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

#[test]
fn the_reference_page_is_what_the_tables_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/sql.md");
    let page = mainstay_lake::tables::reference_markdown();
    if std::fs::read_to_string(&path).ok().as_deref() != Some(page.as_str()) {
        let beside = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sql.md");
        std::fs::write(&beside, page).unwrap();
        panic!("{} is not what the tables say: compare with {}", path.display(), beside.display());
    }
}

#[tokio::test]
async fn a_query_that_runs_too_long_is_stopped() {
    let company = company();
    let mut session = company.session(at("2026-03-01T00:00:00Z"), None);
    session.limit(QueryLimits { timeout: std::time::Duration::from_millis(50), ..QueryLimits::default() });
    let error = session
        .sql("select count(*) from generate_series(1, 3000000) a, generate_series(1, 100000) b where a.value % 7 = b.value % 11")
        .await
        .unwrap_err();
    assert!(error.to_string().contains("stopped after"), "{error}");
}

#[tokio::test]
async fn more_rows_than_the_limit_are_cut_and_said_so() {
    let company = company();
    let mut session = company.session(at("2026-03-01T00:00:00Z"), None);
    session.limit(QueryLimits { rows: 5, ..QueryLimits::default() });
    let answer = session.sql("select message_id from events").await.unwrap();
    assert_eq!((answer.batches.iter().map(RecordBatch::num_rows).sum::<usize>(), answer.cut), (5, true));
}
