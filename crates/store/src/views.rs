//! Saved views of the console: a filter, columns and an order under a name, per person.

use mainstay_model::Timestamp;
use serde::Serialize;

use crate::Store;
use crate::error::{Attempt, Result};

/// One saved view.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SavedView {
    /// The id.
    pub id: String,
    /// Whose it is.
    pub person_id: String,
    /// Its name, unique for the person.
    pub name: String,
    /// What it shows, as the console writes it: the query part of the page's address.
    pub definition: String,
    /// Since when.
    pub created_at: Timestamp,
}

impl Store {
    /// Keeps a view; one of the same name and person is replaced.
    pub async fn save_view(&self, view: &SavedView) -> Result<()> {
        sqlx::query(
            "insert into saved_views (id, person_id, name, definition, created_at) values ($1, $2, $3, $4, $5) \
             on conflict (person_id, name) do update set definition = excluded.definition",
        )
        .bind(&view.id)
        .bind(&view.person_id)
        .bind(&view.name)
        .bind(&view.definition)
        .bind(view.created_at.micros())
        .execute(&self.pool)
        .await
        .attempt("save a view")
        .map(drop)
    }

    /// A person's views, by name.
    pub async fn views_of(&self, person_id: &str) -> Result<Vec<SavedView>> {
        let rows: Vec<(String, String, String, String, i64)> =
            sqlx::query_as("select id, person_id, name, definition, created_at from saved_views where person_id = $1 order by name")
                .bind(person_id)
                .fetch_all(&self.pool)
                .await
                .attempt("list views")?;
        let read = |(id, person_id, name, definition, at)| SavedView { id, person_id, name, definition, created_at: Timestamp(at) };
        Ok(rows.into_iter().map(read).collect())
    }

    /// Removes a person's view; answers whether there was one.
    pub async fn remove_view(&self, person_id: &str, id: &str) -> Result<bool> {
        let done = sqlx::query("delete from saved_views where person_id = $1 and id = $2")
            .bind(person_id)
            .bind(id)
            .execute(&self.pool)
            .await
            .attempt("remove a view")?;
        Ok(done.rows_affected() > 0)
    }
}
