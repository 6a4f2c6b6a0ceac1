//! Saved views of the console.

use mainstay_store::SavedView;

use super::People;
use super::keys::named;
use crate::error::{AppError, Result};

/// The longest definition of a view.
const MAX_DEFINITION_BYTES: usize = 8 * 1024;

impl People {
    /// Keeps a view of a person under a name; one of the same name is replaced.
    ///
    /// # Errors
    /// `invalid` without a name, or with a definition that is too long.
    pub async fn save_view(&self, person_id: &str, name: &str, definition: &str) -> Result<()> {
        if definition.len() > MAX_DEFINITION_BYTES {
            return Err(AppError::invalid("this view is too long to be saved; shorten its filter"));
        }
        let view = SavedView {
            id: self.id("view_")?,
            person_id: person_id.to_owned(),
            name: named(name, "view")?,
            definition: definition.to_owned(),
            created_at: self.clock.now(),
        };
        Ok(self.store.save_view(&view).await?)
    }

    /// A person's views, by name.
    ///
    /// # Errors
    /// `unavailable` when the store cannot be read.
    pub async fn views(&self, person_id: &str) -> Result<Vec<SavedView>> {
        Ok(self.store.views_of(person_id).await?)
    }

    /// Removes a person's view.
    ///
    /// # Errors
    /// `not_found` when they have none of that id.
    pub async fn remove_view(&self, person_id: &str, id: &str) -> Result<()> {
        match self.store.remove_view(person_id, id).await? {
            true => Ok(()),
            false => Err(AppError::not_found("there is no such view any more")),
        }
    }
}
