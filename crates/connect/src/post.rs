//! How mail leaves: through a relay, or into a folder that mail programs read.

use mainstay_model::Timestamp;

use crate::answer::Answer;
use crate::maildir::Maildir;
use crate::smtp::{Mail, Smtp};

/// The way mail leaves.
#[derive(Clone, Debug)]
pub enum Post {
    /// Through a relay, to whom it is for.
    Relay(Smtp),
    /// Into a folder on this machine; nobody else is reached.
    Folder(Maildir),
}

impl Post {
    /// Sends one mail to its one recipient.
    pub async fn send(&self, mail: &Mail, now: Timestamp) -> Answer {
        match self {
            Self::Relay(smtp) => smtp.send(mail, now).await,
            Self::Folder(maildir) => {
                let (maildir, mail) = (maildir.clone(), mail.clone());
                let written = tokio::task::spawn_blocking(move || maildir.write(&mail, now)).await;
                written.unwrap_or_else(|error| Answer::retry(format!("the mail could not be written: {error}")))
            }
        }
    }
}
