//! Statements put together from parts: filters that may be absent, and many rows of values in few round trips.

use mainstay_model::Timestamp;
use sqlx::AssertSqlSafe;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;

use crate::dialect::Connection;

/// Rows per statement, the largest first. Few sizes, so that few statements are prepared; and no large one, because SQLite looks each
/// parameter's name up among all of them.
const CHUNKS: [usize; 3] = [64, 8, 1];

/// One value of a statement. Both kinds carry their type when they are null, which PostgreSQL needs.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(Option<String>),
    Number(Option<i64>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(Some(text.clone()))
    }
}

impl From<&Option<String>> for Value {
    fn from(text: &Option<String>) -> Self {
        Self::Text(text.clone())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(Some(number))
    }
}

impl From<Timestamp> for Value {
    fn from(at: Timestamp) -> Self {
        Self::Number(Some(at.micros()))
    }
}

impl From<Option<Timestamp>> for Value {
    fn from(at: Option<Timestamp>) -> Self {
        Self::Number(at.map(Timestamp::micros))
    }
}

impl From<bool> for Value {
    fn from(yes: bool) -> Self {
        Self::Number(Some(i64::from(yes)))
    }
}

/// A statement under construction. Only constants of this crate become its text; what comes from outside is bound.
#[derive(Debug, Default)]
pub(crate) struct Statement {
    sql: String,
    values: Vec<Value>,
}

impl Statement {
    pub(crate) fn new(sql: &'static str) -> Self {
        Self { sql: sql.to_owned(), values: Vec::new() }
    }

    /// Adds text.
    pub(crate) fn text(mut self, sql: &'static str) -> Self {
        self.sql.push_str(sql);
        self
    }

    /// Adds a value.
    pub(crate) fn value(mut self, value: impl Into<Value>) -> Self {
        self.push(value.into());
        self
    }

    /// Adds `and <condition> <value>` where there is a value; the text before ends in a condition.
    pub(crate) fn and<V: Into<Value>>(self, condition: &'static str, value: Option<V>) -> Self {
        match value {
            Some(value) => self.text(" and ").text(condition).text(" ").value(value),
            None => self,
        }
    }

    /// Adds the values as a list in parentheses, for `in`.
    pub(crate) fn list<V: Into<Value>>(mut self, values: impl IntoIterator<Item = V>) -> Self {
        self.sql.push('(');
        for (at, value) in values.into_iter().enumerate() {
            if at > 0 {
                self.sql.push_str(", ");
            }
            self.push(value.into());
        }
        self.sql.push(')');
        self
    }

    fn push(&mut self, value: Value) {
        self.values.push(value);
        self.sql.push('$');
        self.sql.push_str(&self.values.len().to_string());
    }

    /// The query, ready to run.
    pub(crate) fn query(self) -> Query<'static, sqlx::Any, AnyArguments> {
        self.values.into_iter().fold(sqlx::query(AssertSqlSafe(self.sql)), |query, value| match value {
            Value::Text(text) => query.bind(text),
            Value::Number(number) => query.bind(number),
        })
    }
}

/// Runs `head values (...), (...) tail` for all rows, in as few statements as the chunks allow; answers what they return.
pub(crate) async fn for_rows<const N: usize>(
    connection: &mut Connection,
    head: &'static str,
    rows: Vec<[Value; N]>,
    tail: &'static str,
) -> Result<Vec<AnyRow>, sqlx::Error> {
    let mut returned = Vec::new();
    let mut rows = rows.into_iter();
    while let Some(size) = CHUNKS.into_iter().find(|size| *size <= rows.len()) {
        let mut statement = Statement::new(head).text(" values ");
        for (at, row) in rows.by_ref().take(size).enumerate() {
            statement = statement.text(if at > 0 { ", " } else { "" }).list(row);
        }
        returned.extend(statement.text(tail).query().fetch_all(&mut *connection).await?);
    }
    Ok(returned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_filters_leave_no_trace_and_values_are_numbered() {
        let statement = Statement::new("select * from t where a = ").value(1).and("b =", None::<&str>).and("c <=", Some("x"));
        assert_eq!(statement.sql, "select * from t where a = $1 and c <= $2");
        assert_eq!(statement.values.len(), 2);
        assert_eq!(Statement::new("in ").list(["a", "b"]).sql, "in ($1, $2)");
    }
}
