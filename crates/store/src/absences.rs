//! When colleagues are away, and who stands in for them.

use mainstay_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::error::{Attempt, Result};
use crate::fields::{Fields, read_all};

/// One absence of one colleague.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Absence {
    /// Who is away, by address.
    pub person: String,
    /// From when.
    pub from_at: Timestamp,
    /// Until when, that instant not included.
    pub until_at: Timestamp,
    /// Who stands in, by address.
    pub cover: Option<String>,
}

impl Store {
    /// Keeps an absence; one of the same person and beginning is replaced.
    pub async fn save_absence(&self, absence: &Absence) -> Result<()> {
        sqlx::query(
            "insert into absences (person, from_at, until_at, cover) values ($1, $2, $3, $4) \
             on conflict (person, from_at) do update set until_at = excluded.until_at, cover = excluded.cover",
        )
        .bind(&absence.person)
        .bind(absence.from_at.micros())
        .bind(absence.until_at.micros())
        .bind(absence.cover.as_ref())
        .execute(&self.pool)
        .await
        .attempt("keep an absence")
        .map(drop)
    }

    /// The absences that last at `since` or begin later, by their beginning.
    pub async fn absences_since(&self, since: Timestamp) -> Result<Vec<Absence>> {
        const READ: &str = "list absences";
        let rows = sqlx::query("select * from absences where until_at > $1 order by from_at, person")
            .bind(since.micros())
            .fetch_all(&self.pool)
            .await
            .attempt(READ)?;
        let read = |row: Fields<'_>| {
            Ok(Absence {
                person: row.text("person")?,
                from_at: row.at("from_at")?,
                until_at: row.at("until_at")?,
                cover: row.text_if_any("cover")?,
            })
        };
        read_all(&rows, READ, read)
    }

    /// Removes an absence; answers whether there was one.
    pub async fn remove_absence(&self, person: &str, from_at: Timestamp) -> Result<bool> {
        let done =
            sqlx::query("delete from absences where person = $1 and from_at = $2").bind(person).bind(from_at.micros()).execute(&self.pool);
        Ok(done.await.attempt("remove an absence")?.rows_affected() > 0)
    }
}
