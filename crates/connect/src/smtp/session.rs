//! One connection to a relay: each phase has its limit and its own meaning when it fails.

use std::future::Future;
use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Noop, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::Severity;

use super::{Security, SmtpLimits, SmtpSettings};
use crate::answer::Answer;

/// Where in the conversation something failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    Greeting,
    Tls,
    Authentication,
    Sender,
    Recipient,
    Content,
    /// Between two messages.
    Between,
}

impl Phase {
    /// As it stands after "the mail relay".
    fn words(self) -> &'static str {
        match self {
            Self::Greeting => "to the connection",
            Self::Tls => "to STARTTLS",
            Self::Authentication => "to the password",
            Self::Sender => "to the sender",
            Self::Recipient => "to the recipient",
            Self::Content => "to the content",
            Self::Between => "between two messages",
        }
    }
}

/// Why a phase failed.
#[derive(Debug)]
enum Reason {
    /// The limit passed without an answer.
    Silent(Duration),
    /// The relay answered no, the connection broke, or TLS failed.
    Error(Error),
    /// The relay cannot do what the message needs.
    Unable(&'static str),
}

/// A failed phase.
#[derive(Debug)]
pub(super) struct Failure {
    phase: Phase,
    reason: Reason,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let phase = self.phase.words();
        match &self.reason {
            Reason::Silent(limit) => write!(f, "the mail relay did not answer {phase} within {limit:?}"),
            Reason::Unable(what) => f.write_str(what),
            Reason::Error(error) => {
                write!(f, "the mail relay said no {phase}: {error}")?;
                match std::error::Error::source(error) {
                    Some(source) if !error.to_string().contains(&source.to_string()) => write!(f, ": {source}"),
                    _ => Ok(()),
                }
            }
        }
    }
}

impl Failure {
    /// Before the message was named, nothing is wrong with it.
    pub(super) fn before_the_message(&self) -> Answer {
        Answer::retry(self.to_string())
    }

    /// What the failure means for the message.
    pub(super) fn of_the_message(&self) -> Answer {
        let why = self.to_string();
        match &self.reason {
            Reason::Unable(_) => Answer::Refused { why, bounced: false },
            Reason::Error(error) if self.is_final() => {
                Answer::Refused { why, bounced: self.phase == Phase::Recipient && is_dead_address(&reply_text(error)) }
            }
            Reason::Error(_) | Reason::Silent(_) => Answer::retry(why),
        }
    }

    /// Whether the relay answered, if with a no, so that the conversation can go on.
    pub(super) fn leaves_the_connection_usable(&self) -> bool {
        matches!(&self.reason, Reason::Unable(_)) || matches!(&self.reason, Reason::Error(error) if error.status().is_some())
    }

    /// Whether the relay said never (5xx).
    fn is_final(&self) -> bool {
        matches!(&self.reason, Reason::Error(error) if error.status().is_some_and(|code| code.severity == Severity::PermanentNegativeCompletion))
    }
}

/// The words of the relay.
fn reply_text(error: &Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

/// Whether a final no to a recipient is about the address. The enhanced status (RFC 3463) says so where there is one: 5.1 is the address and
/// 5.2.1 a closed mailbox; a full mailbox, policy or the relay's own trouble are not. Without one the address is the likeliest reason.
fn is_dead_address(text: &str) -> bool {
    let status = text
        .split(|letter: char| letter.is_whitespace() || letter == ':')
        .find(|word| word.starts_with("5.") && word.matches('.').count() == 2);
    status.is_none_or(|status| status.starts_with("5.1.") || status == "5.2.1")
}

/// A connection that is ready for a message.
pub(super) struct Session {
    connection: AsyncSmtpConnection,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Session")
    }
}

impl Session {
    /// Connects, protects the connection and authenticates.
    pub(super) async fn open(settings: &SmtpSettings, hello: &ClientId, tls: Option<&TlsParameters>) -> Result<Self, Failure> {
        let SmtpLimits { connect, answer, .. } = settings.limits;
        let first = tls.filter(|_| settings.security == Security::Tls).cloned();
        let connecting = AsyncSmtpConnection::connect_tokio1((settings.host.as_str(), settings.port), Some(connect), hello, first, None);
        let mut connection = within(connect, Phase::Greeting, connecting).await?;
        if let (Security::StartTls, Some(tls)) = (settings.security, tls) {
            within(answer, Phase::Tls, connection.starttls(tls.clone(), hello)).await?;
        }
        if let Some((user, password)) = &settings.credentials {
            let credentials = Credentials::new(user.clone(), password.clone());
            within(answer, Phase::Authentication, connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials)).await?;
        }
        Ok(Self { connection })
    }

    /// Hands one message over.
    pub(super) async fn deliver(&mut self, envelope: &Envelope, content: &[u8], limits: &SmtpLimits) -> Result<(), Failure> {
        let connection = &mut self.connection;
        let mut parameters = Vec::new();
        let sender = envelope.from().into_iter();
        if sender.chain(envelope.to()).any(|address| !AsRef::<str>::as_ref(address).is_ascii()) {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                let reason = Reason::Unable("the address has letters that the mail relay cannot handle (no SMTPUTF8)");
                return Err(Failure { phase: Phase::Recipient, reason });
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        within(limits.answer, Phase::Sender, connection.command(Mail::new(envelope.from().cloned(), parameters))).await?;
        for recipient in envelope.to() {
            within(limits.answer, Phase::Recipient, connection.command(Rcpt::new(recipient.clone(), Vec::new()))).await?;
        }
        within(limits.answer, Phase::Content, connection.command(Data)).await?;
        within(limits.content, Phase::Content, connection.message(content)).await?;
        Ok(())
    }

    /// Forgets a message that was not taken, so that the connection can carry the next.
    pub(super) async fn reset(&mut self, limits: &SmtpLimits) -> Result<(), Failure> {
        within(limits.answer, Phase::Between, self.connection.command(Rset)).await.map(|_| ())
    }

    /// Whether the relay still answers after a while of silence.
    pub(super) async fn is_alive(&mut self, limits: &SmtpLimits) -> bool {
        within(limits.answer, Phase::Between, self.connection.command(Noop)).await.is_ok()
    }
}

async fn within<T>(limit: Duration, phase: Phase, work: impl Future<Output = Result<T, Error>>) -> Result<T, Failure> {
    match tokio::time::timeout(limit, work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) if error.is_timeout() => Err(Failure { phase, reason: Reason::Silent(limit) }),
        Ok(Err(error)) => Err(Failure { phase, reason: Reason::Error(error) }),
        Err(_) => Err(Failure { phase, reason: Reason::Silent(limit) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_no_about_the_address_is_a_bounce() {
        assert!(is_dead_address("5.1.1 no such user"));
        assert!(is_dead_address("5.2.1 mailbox disabled"));
        assert!(is_dead_address("no such user here"));
        assert!(!is_dead_address("5.2.2 mailbox full"));
        assert!(!is_dead_address("5.7.1 relaying denied"));
    }
}
