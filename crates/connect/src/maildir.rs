//! A folder of mails as mail programs read them (Maildir): mail that is written instead of sent, and mail that lies there to be taken in.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use mainstay_model::Timestamp;

use crate::answer::Answer;
use crate::error::{ConnectError, Result};
use crate::inbound::MOST_MAIL_BYTES;
use crate::signing::short_digest;
use crate::smtp::Mail;

/// What a name gets once a mail was read: seen.
const SEEN: &str = ":2,S";

/// One Maildir.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Maildir {
    folder: PathBuf,
}

/// A mail that lies in a folder and was not taken yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waiting {
    path: PathBuf,
    name: String,
}

impl Maildir {
    /// The Maildir at `folder`; what of it is not there is made.
    ///
    /// # Errors
    /// [`ConnectError::Setting`] when it cannot be made.
    pub fn open(folder: &Path) -> Result<Self> {
        for part in ["tmp", "new", "cur"] {
            fs::create_dir_all(folder.join(part)).map_err(|error| ConnectError::Setting {
                setting: "mail folder",
                why: format!("{} cannot be made: {error}", folder.join(part).display()),
            })?;
        }
        Ok(Self { folder: folder.to_owned() })
    }

    /// Where it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes one mail. It appears whole or not at all, and once: the same key again finds it there, read or not.
    pub fn write(&self, mail: &Mail, now: Timestamp) -> Answer {
        let bytes = match mail.to_bytes(now) {
            Ok(bytes) => bytes,
            Err(why) => return Answer::refused(why),
        };
        let name = format!("{}.mainstay", short_digest(&mail.key));
        let written = match self.holds(&name) {
            Ok(true) => Ok(()),
            Ok(false) => self.place(&name, &bytes),
            Err(error) => Err(error),
        };
        match written {
            Ok(()) => Answer::Sent { id: mail.message_id() },
            Err(error) => Answer::retry(format!("the mail folder {} cannot be written: {error}", self.folder.display())),
        }
    }

    fn holds(&self, name: &str) -> io::Result<bool> {
        if self.folder.join("new").join(name).exists() {
            return Ok(true);
        }
        for entry in fs::read_dir(self.folder.join("cur"))? {
            // What a program has read has its marks behind a colon.
            if entry?.file_name().to_string_lossy().split(':').next() == Some(name) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn place(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let draft = self.folder.join("tmp").join(name);
        let mut file = File::create(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&draft, self.folder.join("new").join(name))
    }

    /// Mails that were not taken yet, by name; at most so many.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn waiting(&self, most: usize) -> io::Result<Vec<Waiting>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(self.folder.join("new"))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.starts_with('.') && entry.file_type()?.is_file() {
                found.push(Waiting { path: entry.path(), name });
            }
        }
        found.sort_by(|one, other| one.name.cmp(&other.name));
        found.truncate(most);
        Ok(found)
    }

    /// Notes that a mail was taken: it is not waiting any more, and mail programs show it as read.
    ///
    /// # Errors
    /// When it cannot be moved; it is then waiting still.
    pub fn taken(&self, waiting: &Waiting) -> io::Result<()> {
        let name = waiting.name.split(':').next().unwrap_or(&waiting.name);
        match fs::rename(&waiting.path, self.folder.join("cur").join(format!("{name}{SEEN}"))) {
            // Somebody else has moved it meanwhile; it is taken all the same.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            moved => moved,
        }
    }
}

impl Waiting {
    /// The file's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The mail's bytes; one byte more than the longest that is read, where it is longer.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(&self.path)?.take(MOST_MAIL_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(key: &str) -> Mail {
        Mail {
            key: key.into(),
            from: "Acme <success@acme.example>".into(),
            to: "ada@customer.example".into(),
            subject: "Hello".into(),
            text: "Hello Ada".into(),
            ..Mail::default()
        }
    }

    #[test]
    fn a_mail_is_written_once_whether_it_was_read_or_not() {
        let folder = tempfile::tempdir().unwrap();
        let maildir = Maildir::open(folder.path()).unwrap();
        assert_eq!(maildir.write(&mail("run/alert/0"), Timestamp(0)), Answer::Sent { id: mail("run/alert/0").message_id() });
        maildir.write(&mail("run/alert/0"), Timestamp(0));
        let waiting = maildir.waiting(10).unwrap();
        assert_eq!(waiting.len(), 1);
        assert!(String::from_utf8(waiting[0].read().unwrap()).unwrap().contains("Hello Ada"));
        maildir.taken(&waiting[0]).unwrap();
        maildir.taken(&waiting[0]).unwrap();
        maildir.write(&mail("run/alert/0"), Timestamp(0));
        assert_eq!(maildir.waiting(10).unwrap(), []);
        assert_eq!(fs::read_dir(folder.path().join("tmp")).unwrap().count(), 0);
    }

    #[test]
    fn what_cannot_be_written_is_tried_again_and_what_is_no_address_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let maildir = Maildir::open(folder.path()).unwrap();
        fs::remove_dir(folder.path().join("tmp")).unwrap();
        assert!(matches!(maildir.write(&mail("k"), Timestamp(0)), Answer::Retry { .. }));
        assert!(matches!(maildir.write(&Mail { to: "nobody".into(), ..mail("k") }, Timestamp(0)), Answer::Refused { bounced: false, .. }));
    }
}
