//! Tags of accounts, set by plays and people.

use mainstay_model::Timestamp;
use serde::Serialize;

use crate::Store;
use crate::error::{Attempt, Result};
use crate::fields::{Fields, read_all};
use crate::statement::{Statement, Value, for_rows};

/// A tag of an account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct AccountTag {
    /// The account.
    pub account_id: String,
    /// The tag.
    pub tag: String,
    /// Since when.
    pub set_at: Timestamp,
    /// The person or the play that set it.
    pub set_by: String,
}

impl Store {
    /// Sets a tag; answers whether it was not set before.
    pub async fn set_tag(&self, tag: &AccountTag) -> Result<bool> {
        const SET: &str = "set a tag";
        let mut connection = self.pool.acquire().await.attempt(SET)?;
        let set = for_rows(&mut connection, INSERT_TAG, vec![tag_values(tag)], " on conflict do nothing returning tag").await;
        Ok(!set.attempt(SET)?.is_empty())
    }

    /// Removes a tag; answers whether it was set.
    pub async fn remove_tag(&self, account_id: &str, tag: &str) -> Result<bool> {
        let done =
            sqlx::query("delete from account_tags where account_id = $1 and tag = $2").bind(account_id).bind(tag).execute(&self.pool);
        Ok(done.await.attempt("remove a tag")?.rows_affected() > 0)
    }

    /// The tags of one account, or of all, by account and tag.
    pub async fn tags(&self, account_id: Option<&str>) -> Result<Vec<AccountTag>> {
        const READ: &str = "list tags";
        let statement =
            Statement::new("select * from account_tags where 1 = 1").and("account_id =", account_id).text(" order by account_id, tag");
        let read = |row: Fields<'_>| {
            Ok(AccountTag {
                account_id: row.text("account_id")?,
                tag: row.text("tag")?,
                set_at: row.at("set_at")?,
                set_by: row.text("set_by")?,
            })
        };
        read_all(&statement.query().fetch_all(&self.pool).await.attempt(READ)?, READ, read)
    }
}

pub(crate) const INSERT_TAG: &str = "insert into account_tags (account_id, tag, set_at, set_by)";

pub(crate) fn tag_values(tag: &AccountTag) -> [Value; 4] {
    [Value::from(&tag.account_id), Value::from(&tag.tag), Value::from(tag.set_at), Value::from(&tag.set_by)]
}
