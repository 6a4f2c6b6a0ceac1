//! The schema, step by step. A step that has been released is never changed; a new one is added.

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AnyPool, SqlSafeStr};

use crate::error::{Result, StoreError};

const STEPS: &[(i64, &str, &str)] = &[
    (1, "people", include_str!("../migrations/0001_people.sql")),
    (2, "plays", include_str!("../migrations/0002_plays.sql")),
    (3, "work", include_str!("../migrations/0003_work.sql")),
    (4, "messages", include_str!("../migrations/0004_messages.sql")),
    (5, "play_cursor", include_str!("../migrations/0005_play_cursor.sql")),
    (8, "heard_tasks", include_str!("../migrations/0008_heard_tasks.sql")),
    (9, "in_app_receipts", include_str!("../migrations/0009_in_app_receipts.sql")),
    (10, "play_refusals", include_str!("../migrations/0010_play_refusals.sql")),
    (11, "recorded_messages", include_str!("../migrations/0011_recorded_messages.sql")),
];

pub(crate) async fn run(pool: &AnyPool) -> Result<()> {
    let steps =
        STEPS.iter().map(|(version, name, sql)| Migration::new(*version, (*name).into(), MigrationType::Simple, sql.into_sql_str(), false));
    Migrator::with_migrations(steps.collect()).run(pool).await.map_err(StoreError::Migrate)
}
