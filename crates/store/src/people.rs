//! People who sign in, and how often somebody failed to.

use mainstay_model::Timestamp;
use mainstay_model::access::Role;
use sqlx::Row;

use crate::Store;
use crate::error::{Attempt, Result, StoreError};

/// A person as stored. The hash never leaves the operations on people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PersonRow {
    /// The id.
    pub id: String,
    /// The address, in lower case; unique.
    pub email: String,
    /// What colleagues read.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The password's hash, in the PHC format.
    pub password_hash: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Since when they may not sign in any more.
    pub disabled_at: Option<Timestamp>,
}

/// Failed sign-ins of one address since its last success.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SignInFailures {
    /// How many in a row.
    pub failures: u32,
    /// When the last one was.
    pub last_at: Timestamp,
}

impl Store {
    /// Adds a person.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when the address is taken.
    pub async fn add_person(&self, person: &PersonRow) -> Result<()> {
        sqlx::query(
            "insert into people (id, email, name, role, password_hash, created_at, disabled_at) values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&person.id)
        .bind(&person.email)
        .bind(&person.name)
        .bind(person.role.as_str())
        .bind(&person.password_hash)
        .bind(person.created_at.micros())
        .bind(person.disabled_at.map(Timestamp::micros))
        .execute(&self.pool)
        .await
        .attempt("add a person")
        .map(drop)
    }

    /// Everybody, by address.
    pub async fn people(&self) -> Result<Vec<PersonRow>> {
        let rows = sqlx::query("select * from people order by email").fetch_all(&self.pool).await.attempt("list people")?;
        rows.iter().map(read_person).collect()
    }

    /// The person of an address, written in lower case.
    pub async fn person_by_email(&self, email: &str) -> Result<Option<PersonRow>> {
        let row = sqlx::query("select * from people where email = $1").bind(email).fetch_optional(&self.pool).await;
        row.attempt("look a person up")?.as_ref().map(read_person).transpose()
    }

    /// The person of an id.
    pub async fn person(&self, id: &str) -> Result<Option<PersonRow>> {
        let row = sqlx::query("select * from people where id = $1").bind(id).fetch_optional(&self.pool).await;
        row.attempt("look a person up")?.as_ref().map(read_person).transpose()
    }

    /// Writes name, role, hash and disablement of a person anew; answers whether there is one.
    pub async fn update_person(&self, person: &PersonRow) -> Result<bool> {
        let done = sqlx::query("update people set name = $2, role = $3, password_hash = $4, disabled_at = $5 where id = $1")
            .bind(&person.id)
            .bind(&person.name)
            .bind(person.role.as_str())
            .bind(&person.password_hash)
            .bind(person.disabled_at.map(Timestamp::micros))
            .execute(&self.pool)
            .await
            .attempt("change a person")?;
        Ok(done.rows_affected() > 0)
    }

    /// The failed sign-ins of an address, known or not.
    pub async fn sign_in_failures(&self, email: &str) -> Result<SignInFailures> {
        let row: Option<(i64, i64)> = sqlx::query_as("select failures, last_at from sign_in_failures where email = $1")
            .bind(email)
            .fetch_optional(&self.pool)
            .await
            .attempt("read failed sign-ins")?;
        Ok(row.map_or_else(SignInFailures::default, |(failures, last_at)| SignInFailures {
            failures: u32::try_from(failures).unwrap_or(u32::MAX),
            last_at: Timestamp(last_at),
        }))
    }

    /// Counts one more failed sign-in of an address and answers how many that makes; forgets those whose last one was before `forget_before`.
    pub async fn add_sign_in_failure(&self, email: &str, at: Timestamp, forget_before: Timestamp) -> Result<u32> {
        sqlx::query("delete from sign_in_failures where last_at < $1")
            .bind(forget_before.micros())
            .execute(&self.pool)
            .await
            .attempt("forget failed sign-ins")?;
        let failures: i64 = sqlx::query_scalar(
            "insert into sign_in_failures (email, failures, last_at) values ($1, 1, $2) \
             on conflict (email) do update set failures = sign_in_failures.failures + 1, last_at = excluded.last_at returning failures",
        )
        .bind(email)
        .bind(at.micros())
        .fetch_one(&self.pool)
        .await
        .attempt("count a failed sign-in")?;
        Ok(u32::try_from(failures).unwrap_or(u32::MAX))
    }

    /// Forgets the failed sign-ins of an address.
    pub async fn clear_sign_in_failures(&self, email: &str) -> Result<()> {
        let done = sqlx::query("delete from sign_in_failures where email = $1").bind(email).execute(&self.pool).await;
        done.attempt("forget failed sign-ins").map(drop)
    }
}

fn read_person(row: &crate::dialect::Row) -> Result<PersonRow> {
    const READ: &str = "read a person";
    Ok(PersonRow {
        id: row.try_get("id").attempt(READ)?,
        email: row.try_get("email").attempt(READ)?,
        name: row.try_get("name").attempt(READ)?,
        role: read_role(&row.try_get::<String, _>("role").attempt(READ)?)?,
        password_hash: row.try_get("password_hash").attempt(READ)?,
        created_at: Timestamp(row.try_get("created_at").attempt(READ)?),
        disabled_at: row.try_get::<Option<i64>, _>("disabled_at").attempt(READ)?.map(Timestamp),
    })
}

pub(crate) fn read_role(word: &str) -> Result<Role> {
    Role::parse(word).ok_or_else(|| StoreError::Foreign { what: "role", value: word.to_owned() })
}
