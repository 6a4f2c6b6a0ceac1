//! How far the import of a file got, so that it goes on where it was stopped.

use mainstay_model::Timestamp;
use sqlx::Row;

use crate::Store;
use crate::error::{Attempt, Result};

/// The progress of one file under one mapping.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ImportProgress {
    /// A digest of the file's content.
    pub file_digest: String,
    /// A digest of the mapping it was read with.
    pub mapping_digest: String,
    /// Where the file was, for people.
    pub path: String,
    /// Rows that are answered and need not be sent again.
    pub rows_done: u64,
    /// Facts accepted so far.
    pub accepted: u64,
    /// Facts that were there before.
    pub duplicate: u64,
    /// Rows in the quarantine.
    pub rejected: u64,
    /// Whether the last row is answered.
    pub finished: bool,
    /// When this was written.
    pub updated_at: Timestamp,
}

impl Store {
    /// How far a file got under a mapping.
    pub async fn import_progress(&self, file_digest: &str, mapping_digest: &str) -> Result<Option<ImportProgress>> {
        const READ: &str = "read how far an import got";
        let row = sqlx::query("select * from import_progress where file_digest = $1 and mapping_digest = $2")
            .bind(file_digest)
            .bind(mapping_digest)
            .fetch_optional(&self.pool)
            .await
            .attempt(READ)?;
        let Some(row) = row else { return Ok(None) };
        let count = |name: &str| -> Result<u64> { Ok(row.try_get::<i64, _>(name).attempt(READ)?.max(0).cast_unsigned()) };
        Ok(Some(ImportProgress {
            file_digest: file_digest.to_owned(),
            mapping_digest: mapping_digest.to_owned(),
            path: row.try_get("path").attempt(READ)?,
            rows_done: count("rows_done")?,
            accepted: count("accepted")?,
            duplicate: count("duplicate")?,
            rejected: count("rejected")?,
            finished: count("finished")? != 0,
            updated_at: Timestamp(row.try_get("updated_at").attempt(READ)?),
        }))
    }

    /// Writes how far a file got.
    pub async fn save_import_progress(&self, progress: &ImportProgress) -> Result<()> {
        sqlx::query(
            "insert into import_progress \
             (file_digest, mapping_digest, path, rows_done, accepted, duplicate, rejected, finished, updated_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
             on conflict (file_digest, mapping_digest) do update set path = excluded.path, rows_done = excluded.rows_done, \
             accepted = excluded.accepted, duplicate = excluded.duplicate, rejected = excluded.rejected, \
             finished = excluded.finished, updated_at = excluded.updated_at",
        )
        .bind(&progress.file_digest)
        .bind(&progress.mapping_digest)
        .bind(&progress.path)
        .bind(progress.rows_done.cast_signed())
        .bind(progress.accepted.cast_signed())
        .bind(progress.duplicate.cast_signed())
        .bind(progress.rejected.cast_signed())
        .bind(i64::from(progress.finished))
        .bind(progress.updated_at.micros())
        .execute(&self.pool)
        .await
        .attempt("write how far an import got")
        .map(drop)
    }
}
