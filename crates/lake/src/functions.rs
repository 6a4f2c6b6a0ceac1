//! SQL functions of the product, the same in the workspace's expressions and in `mainstay sql`.

pub mod account_of;
pub mod arithmetic;
pub mod clock;
pub mod days;
pub mod property;

use std::sync::Arc;

use datafusion::logical_expr::ScalarUDF;
use mainstay_model::Zone;

/// The functions that depend on nothing but their arguments and the workspace's zone.
#[must_use]
pub fn all(zone: &Zone) -> Vec<Arc<ScalarUDF>> {
    let mut functions = property::all();
    functions.extend(arithmetic::all());
    functions.extend(days::all(zone));
    functions
}

/// One documented function.
#[derive(Clone, Copy, Debug)]
pub struct FunctionDoc {
    /// How it is called.
    pub usage: &'static str,
    /// What it answers.
    pub description: &'static str,
}

/// Every function of the product that people may call, in the order of the reference page.
pub const DOCUMENTED: &[FunctionDoc] = &[
    FunctionDoc {
        usage: "properties.name",
        description: "The property of that name as a text; as a number, true/false, time or day where its use asks for one, and null where it is none. `properties.\"Plan Name\"` for names with other characters, `properties.a.b` for nested ones",
    },
    FunctionDoc { usage: "property(json, 'a.b')", description: "The value at a path of a JSON text, as a text" },
    FunctionDoc {
        usage: "property_number(json, 'a.b')",
        description: "The value at a path as a decimal number with 9 decimals; null where it is none",
    },
    FunctionDoc { usage: "property_boolean(json, 'a.b')", description: "The value at a path as true/false; null where it is neither" },
    FunctionDoc {
        usage: "property_timestamp(json, 'a.b')",
        description: "The value at a path as an instant, where it is RFC 3339 with an offset",
    },
    FunctionDoc { usage: "property_date(json, 'a.b')", description: "The value at a path as a day, where it is written like 2026-03-01" },
    FunctionDoc { usage: "day_of(x)", description: "The calendar day of an instant in the workspace's zone; also `cast(x as date)`" },
    FunctionDoc { usage: "start_of_day(day)", description: "The first instant of a day in the workspace's zone" },
    FunctionDoc { usage: "day - day", description: "Days between two days, a number" },
    FunctionDoc { usage: "day + n", description: "The day n days later" },
    FunctionDoc {
        usage: "a / b",
        description: "Never a whole-number division; null where b is 0. All arithmetic on numbers is null where it overflows",
    },
    FunctionDoc { usage: "now()", description: "The instant asked about (`as of`), in `mainstay sql` only" },
    FunctionDoc {
        usage: "today()",
        description: "The day asked about in the workspace's zone, in `mainstay sql` only; also `current_date`",
    },
];
