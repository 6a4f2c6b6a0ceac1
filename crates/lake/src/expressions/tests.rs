//! What the language promises of expressions.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use mainstay_model::expression::{event_columns, record_columns};
use mainstay_model::{Day, Timestamp};

use super::*;
use crate::format::cell_text;

fn micros(text: &str) -> i64 {
    Timestamp::parse(text).unwrap().micros()
}

fn batch() -> RecordBatch {
    let at = vec![Some(micros("2026-03-01T23:30:00Z")), Some(micros("2026-03-02T12:00:00Z")), None];
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("name", Arc::new(StringArray::from(vec![Some("Signed In"), Some("Feature Used"), None]))),
        ("tier", Arc::new(StringArray::from(vec![Some("smb"), Some("enterprise"), None]))),
        ("count", Arc::new(Int64Array::from(vec![Some(3), Some(0), None]))),
        ("share", Arc::new(Float64Array::from(vec![Some(0.25), Some(0.0), None]))),
        ("amount", Arc::new(Decimal128Array::from(vec![Some(10_100_000_000), Some(-1), None]).with_precision_and_scale(38, 9).unwrap())),
        ("active", Arc::new(BooleanArray::from(vec![Some(true), Some(false), None]))),
        ("at", Arc::new(TimestampMicrosecondArray::from(at).with_timezone("UTC"))),
        (
            "day",
            Arc::new(Date32Array::from(vec![Some(Day::parse("2026-03-02").unwrap().0), Some(Day::parse("2026-01-31").unwrap().0), None])),
        ),
        (
            "properties",
            Arc::new(StringArray::from(vec![
                Some(
                    r#"{"plan":"pro","seats":5,"amount":"12.345","trial":true,"on":"2026-03-01","at":"2026-03-01T00:00:00+01:00","a":{"b":1},"Plan Name":"X","x.y":9}"#,
                ),
                Some(r#"{"plan":7,"seats":"many","trial":"false","amount":2}"#),
                None,
            ])),
        ),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

fn engine() -> ExpressionEngine {
    ExpressionEngine::new(&Zone::named("Europe/Berlin").unwrap())
}

fn evaluate(sql: &str) -> String {
    let batch = batch();
    match engine().compile(&batch.schema(), sql) {
        Ok(compiled) => {
            let values = compiled.evaluate(&batch).unwrap();
            let cells: Vec<String> = (0..batch.num_rows()).map(|row| cell_text(&values, row).unwrap_or_else(|| "null".into())).collect();
            format!("{sql}  ->  {}", cells.join(" | "))
        }
        Err(fault) => format!("{sql}  ->  FAULT {} {:?}", fault.message, fault.at.map(|(from, length)| &sql[from..from + length])),
    }
}

fn all(list: &[&str]) -> String {
    list.iter().map(|sql| evaluate(sql)).collect::<Vec<_>>().join("\n")
}

#[test]
fn properties_take_the_type_their_use_asks_for() {
    insta::assert_snapshot!(all(&[
        "properties.plan",
        "properties.seats > 4",
        "properties.seats >= 4.5",
        "4 < properties.seats",
        "properties.seats between 1 and 5",
        "properties.seats in (5, 6)",
        "properties.plan in ('pro', '7')",
        "properties.plan = 'pro'",
        "properties.plan = tier",
        "properties.amount * 2",
        "properties.amount + properties.seats",
        "-properties.amount",
        "abs(properties.amount)",
        "round(properties.amount, 1)",
        "properties.trial",
        "properties.trial = true",
        "not properties.trial",
        "properties.trial and active",
        "properties.on < day",
        "properties.at < at",
        "properties.a.b",
        "properties.a",
        "properties.\"Plan Name\"",
        "properties['Plan Name']",
        "properties['a']['b'] = 1",
        "properties.\"x.y\" = 9",
        "property(properties, 'a.b')",
        "properties.missing is null",
        "case when properties.trial then 1 else 0 end",
        "coalesce(properties.plan, 'none')",
        "cast(properties.seats as double)",
        "properties.seats::int",
    ]));
}

#[test]
fn numbers_never_fail_and_never_divide_as_whole_numbers() {
    insta::assert_snapshot!(all(&[
        "count / 2",
        "count / 0",
        "1 / count",
        "count % 0",
        "share / share",
        "amount / 3",
        "amount * amount",
        "amount * count * (1 - 0.1) / 12",
        "1 - amount",
        "count + 1",
        "9223372036854775807 + count",
        "count > 2.5",
        "amount > 10",
        "amount = 10.1",
        "share >= 0.2",
        "nullif(count, 0)",
        "coalesce(count, 0) + 1",
        "ln(count)",
        "sqrt(-1)",
        "cast(name as int)",
        "greatest(count, 1)",
        "case when count > 1 then 'many' else 'few' end",
        "count = null",
        "count is null",
    ]));
}

#[test]
fn days_are_days_of_the_workspace() {
    insta::assert_snapshot!(all(&[
        "day_of(at)",
        "cast(at as date)",
        "at < day",
        "day - cast('2026-03-01' as date)",
        "day + 30",
        "day - 1",
        "day >= '2026-02-01'",
        "at >= '2026-03-02'",
        "at >= '2026-03-02T00:30:00Z'",
        "at > at - interval '1 day'",
        "day between '2026-02-01' and '2026-04-01'",
        "date_part('hour', at)",
        "to_unixtime(day) / 86400",
        "at = 'soon'",
        "day = '2026-13-01'",
    ]));
}

#[test]
fn faults_name_the_place_and_the_mend() {
    insta::assert_snapshot!(all(&[
        "",
        "count >",
        "count > > 1",
        "(count > 1",
        "count > 1 extra",
        "conut > 1",
        "tier > 5",
        "tier = 5",
        "5 + tier",
        "active > 1",
        "count and active",
        "properties.x and tier",
        "count = 'three'",
        "sum(count) > 1",
        "lenght(name) > 1",
        "now() > at",
        "random() > 0.5",
        "accounts.tier = 'smb'",
        "(select 1) > 0",
        "exists (select 1)",
        "row_number() over () > 1",
        "at - at",
        "name like 5",
        "Tier = 'smb'",
    ]));
}

#[test]
fn a_fault_has_its_place_on_later_lines_too() {
    let sql = "tier = 'ä' and\n  conut > 1";
    let fault = engine().compile(&batch().schema(), sql).unwrap_err();
    assert_eq!(fault.at.map(|(from, length)| &sql[from..from + length]), Some("conut"));
}

#[test]
fn only_the_columns_named_are_needed_and_found_by_name() {
    let batch = batch();
    let compiled = engine().compile(&batch.schema(), "properties.seats > count or tier = 'x'").unwrap();
    assert_eq!(compiled.columns_needed().collect::<Vec<_>>(), ["tier", "count", "properties"]);
    let few = batch.project(&[8, 2, 1]).unwrap();
    assert_eq!(compiled.evaluate_mask(&few).unwrap(), BooleanArray::from(vec![true, false, false]));
    let fault = compiled.evaluate(&batch.project(&[0]).unwrap()).unwrap_err();
    assert!(fault.message.contains("reads the column `tier`"), "{}", fault.message);
    assert_eq!(engine().compile(&batch.schema(), "1 + 1").unwrap().evaluate(&batch).unwrap().len(), 3);
}

#[test]
fn the_use_of_a_whole_expression_asks_for_a_type_too() {
    let schema = batch().schema();
    let sum = engine().compile_as(&schema, "properties.amount", ValueType::Number).unwrap();
    assert_eq!(values::nanos(&sum.evaluate(&batch()).unwrap()), [Some(12_345_000_000), Some(2_000_000_000), None]);
    let condition = engine().compile_as(&schema, "properties.trial", ValueType::Boolean).unwrap();
    assert_eq!(condition.evaluate_mask(&batch()).unwrap(), BooleanArray::from(vec![true, false, false]));
    let fault = engine().compile_as(&schema, "tier", ValueType::Number).unwrap_err();
    assert_eq!(fault.message, "a number was expected, but this is a text");
}

#[test]
fn values_come_out_exact() {
    let schema = batch().schema();
    let evaluate = |sql: &str| engine().compile(&schema, sql).unwrap().evaluate(&batch()).unwrap();
    assert_eq!(values::nanos(&evaluate("count")), [Some(3_000_000_000), Some(0), None]);
    assert_eq!(values::nanos(&evaluate("share")), [Some(250_000_000), Some(0), None]);
    assert_eq!(values::nanos(&evaluate("amount")), [Some(10_100_000_000), Some(-1), None]);
    assert_eq!(values::numbers(&evaluate("amount")), [Some(10.1), Some(-1e-9), None]);
    assert_eq!(values::texts(&evaluate("tier")), [Some("smb".to_owned()), Some("enterprise".to_owned()), None]);
    assert_eq!(values::booleans(&evaluate("active")), [Some(true), Some(false), None]);
    let berlin = Zone::named("Europe/Berlin").unwrap();
    assert_eq!(values::days(&evaluate("at"), &berlin)[0].map(|day| day.to_string()).as_deref(), Some("2026-03-02"));
    assert_eq!(values::instants(&evaluate("at"))[1], Some(Timestamp(micros("2026-03-02T12:00:00Z"))));
}

#[test]
fn types_are_told_over_the_documented_columns() {
    let type_of = |columns: &[Column], sql: &str| engine().type_of(columns, sql).map_err(|fault| fault.message);
    let events = event_columns();
    assert_eq!(type_of(&events, "name = 'Signed In' and properties.seats > 3"), Ok(ValueType::Boolean));
    assert_eq!(type_of(&events, "properties.feature"), Ok(ValueType::Text));
    assert_eq!(type_of(&events, "properties.amount * 1.5"), Ok(ValueType::Number));
    let entities = mainstay_model::entity::built_in();
    let columns = |name: &str| record_columns(entities.iter().find(|entity| entity.name == name).unwrap());
    let cases = [
        ("invoices", "paid_at > due_at or (paid_at is null and due_at < as_of)", ValueType::Boolean),
        ("subscriptions", "amount * coalesce(quantity, 1) * (1 - coalesce(discount, 0)) / coalesce(interval_months, 1)", ValueType::Number),
        (
            "subscriptions",
            "(status in ('active', 'past_due') or status is null) and starts_on <= today and (ends_on is null or ends_on > today)",
            ValueType::Boolean,
        ),
        ("subscriptions", "ends_on - today", ValueType::Number),
        ("surveys", "answered_at", ValueType::Timestamp),
        ("surveys", "score", ValueType::Number),
        ("people", "left_on", ValueType::Date),
    ];
    for (entity, sql, kind) in cases {
        assert_eq!(type_of(&columns(entity), sql), Ok(kind), "{sql}");
    }
    assert_eq!(type_of(&columns("people"), "properties.x").unwrap_err(), "there are no `properties` here; only events have them");
}
