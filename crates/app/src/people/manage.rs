//! Making people, changing what they may do, setting passwords.

use mainstay_model::access::Role;
use mainstay_store::{PersonRow, StoreError};

use super::{People, Person, password, secret};
use crate::error::{AppError, ErrorCode, Result};

/// The address of the admin made on the first start.
pub(crate) const FIRST_ADMIN: &str = "admin@localhost";

/// A password that was made for somebody. It is shown once and kept as a hash.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct NewPassword {
    /// The address to sign in with.
    pub email: String,
    /// The password.
    pub password: String,
}

impl People {
    /// Makes an admin where there are no people yet; `None` where there are.
    ///
    /// # Errors
    /// `unavailable` when the store cannot be written.
    pub async fn ensure_admin(&self) -> Result<Option<NewPassword>> {
        if !self.store.people().await?.is_empty() {
            return Ok(None);
        }
        self.create(FIRST_ADMIN, "Admin", Role::Admin).await.map(Some)
    }

    /// Everybody, by address.
    ///
    /// # Errors
    /// `unavailable` when the store cannot be read.
    pub async fn list(&self) -> Result<Vec<Person>> {
        Ok(self.store.people().await?.into_iter().map(Person::from).collect())
    }

    /// Adds a person and makes a password.
    ///
    /// # Errors
    /// `invalid` when the address is none or is taken.
    pub async fn create(&self, email: &str, name: &str, role: Role) -> Result<NewPassword> {
        let email = address(email)?;
        let password = secret::password(self.random.as_ref())?;
        let person = PersonRow {
            id: self.id("person_")?,
            name: if name.trim().is_empty() { email.clone() } else { name.trim().to_owned() },
            role,
            password_hash: self.hash(&password).await?,
            created_at: self.clock.now(),
            disabled_at: None,
            email,
        };
        match self.store.add_person(&person).await {
            Err(StoreError::Exists { .. }) => {
                Err(AppError::invalid(format!("there is already a person with the address {}", person.email)))
            }
            other => Ok(other.map(|()| NewPassword { email: person.email, password })?),
        }
    }

    /// Changes what a person may do.
    ///
    /// # Errors
    /// `not_found`; `invalid` when nobody could manage people afterwards.
    pub async fn set_role(&self, email: &str, role: Role) -> Result<()> {
        let mut person = self.find(email).await?;
        if role != Role::Admin {
            self.keep_one_admin(&person).await?;
        }
        person.role = role;
        self.write(&person).await
    }

    /// Keeps a person from signing in, and signs them out everywhere.
    ///
    /// # Errors
    /// `not_found`; `invalid` when nobody could manage people afterwards.
    pub async fn disable(&self, email: &str) -> Result<()> {
        let mut person = self.find(email).await?;
        self.keep_one_admin(&person).await?;
        person.disabled_at = Some(self.clock.now());
        self.write(&person).await?;
        Ok(self.store.remove_sessions_of(&person.id).await?)
    }

    /// Lets a disabled person sign in again.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn enable(&self, email: &str) -> Result<()> {
        let mut person = self.find(email).await?;
        person.disabled_at = None;
        self.write(&person).await
    }

    /// Makes a new password for a person, signs them out everywhere and lifts the lock of their address.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn reset_password(&self, email: &str) -> Result<NewPassword> {
        let mut person = self.find(email).await?;
        let password = secret::password(self.random.as_ref())?;
        person.password_hash = self.hash(&password).await?;
        self.write(&person).await?;
        self.store.remove_sessions_of(&person.id).await?;
        self.store.clear_sign_in_failures(&person.email).await?;
        Ok(NewPassword { email: person.email, password })
    }

    /// A person sets a password of their own; they are signed out everywhere.
    ///
    /// # Errors
    /// `unauthorized` when `old` is wrong, `invalid` when `new` is too short or too long.
    pub async fn change_password(&self, person_id: &str, old: &str, new: &str) -> Result<()> {
        password::check(new)?;
        let person = self.store.person(person_id).await?.ok_or_else(|| AppError::not_found("there is no such person any more"))?;
        // The same door as signing in: the same throttle holds.
        let signed_in = self.sign_in(&person.email, old).await?;
        self.sign_out(&signed_in.token).await?;
        let person = PersonRow { password_hash: self.hash(new).await?, ..person };
        self.write(&person).await?;
        Ok(self.store.remove_sessions_of(&person.id).await?)
    }

    async fn hash(&self, password: &str) -> Result<String> {
        let mut salt = [0; 16];
        self.random.fill(&mut salt)?;
        password::hash(password, salt).await
    }

    async fn find(&self, email: &str) -> Result<PersonRow> {
        let email = email.trim().to_lowercase();
        self.store.person_by_email(&email).await?.ok_or_else(|| {
            AppError::not_found(format!("there is no person with the address {email}")).hint("`mainstay user list` shows who there is")
        })
    }

    async fn write(&self, person: &PersonRow) -> Result<()> {
        match self.store.update_person(person).await? {
            true => Ok(()),
            false => Err(AppError::not_found(format!("there is no person with the address {} any more", person.email))),
        }
    }

    async fn keep_one_admin(&self, leaving: &PersonRow) -> Result<()> {
        let others = self.store.people().await?;
        let another = others.iter().any(|person| person.id != leaving.id && person.role == Role::Admin && person.disabled_at.is_none());
        if leaving.role != Role::Admin || leaving.disabled_at.is_some() || another {
            return Ok(());
        }
        Err(AppError::new(ErrorCode::Invalid, format!("{} is the only admin left", leaving.email))
            .hint("make somebody else an admin first"))
    }
}

/// The address in the form it is kept: trimmed, in lower case.
pub(crate) fn address(email: &str) -> Result<String> {
    let email = email.trim().to_lowercase();
    let whole = email.split_once('@').is_some_and(|(before, after)| !before.is_empty() && !after.is_empty() && !after.contains('@'));
    if whole && email.len() <= 254 && !email.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
        return Ok(email);
    }
    Err(AppError::invalid(format!("`{email}` is not an e-mail address")))
}
