//! Mail through a relay: one recipient a message, connections reused, a limit on every phase.

mod mail;
mod session;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lettre::transport::smtp::client::{Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use mainstay_model::Timestamp;
use tokio::time::Instant;

use crate::answer::Answer;
use crate::error::{ConnectError, Result};
use session::{Failure, Session};

pub use mail::{Mail, Unsubscribe, message_id};

/// So many connections wait for the next mail.
const MOST_IDLE: usize = 4;

/// A connection that has waited so long is not used again; relays close theirs after a minute or more.
const LONGEST_IDLE: Duration = Duration::from_secs(30);

/// How the connection to the relay is protected.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Security {
    /// Begun in clear and always turned into TLS before anything is said (port 587).
    #[default]
    StartTls,
    /// TLS from the first byte (port 465).
    Tls,
    /// In clear: only for a relay on this machine or in tests. Refused together with a password unless the host is this machine.
    None,
}

/// How long each phase may take. What takes longer is tried again later on a new connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SmtpLimits {
    /// Until the relay has greeted, over TLS where TLS comes first.
    pub connect: Duration,
    /// Each answer: `EHLO`, `STARTTLS`, `AUTH`, `MAIL`, `RCPT`, `DATA`.
    pub answer: Duration,
    /// From the first byte of the content until the relay has taken it.
    pub content: Duration,
}

impl Default for SmtpLimits {
    /// 30 seconds, 60 seconds, 10 minutes: what RFC 5321 (4.5.3.2) allows for the content, less for the rest since nobody is called on a landline.
    fn default() -> Self {
        Self { connect: Duration::from_secs(30), answer: Duration::from_mins(1), content: Duration::from_mins(10) }
    }
}

/// Where the relay is and how to get in.
#[derive(Clone)]
pub struct SmtpSettings {
    /// Its name, which its certificate must have.
    pub host: String,
    /// 587, 465 or 25.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// User and password.
    pub credentials: Option<(String, String)>,
    /// What we call ourselves in `EHLO`; the name of this machine as the relay should know it.
    pub hello: Option<String>,
    /// A further root certificate (PEM), for a relay with a certificate of the house.
    pub root_pem: Option<Vec<u8>>,
    /// How long each phase may take.
    pub limits: SmtpLimits,
}

impl std::fmt::Debug for SmtpSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let user = self.credentials.as_ref().map(|(user, _)| user);
        f.debug_struct("SmtpSettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .field("user", &user)
            .finish_non_exhaustive()
    }
}

/// Sends mail through one relay. Clones share the connections.
#[derive(Clone)]
pub struct Smtp {
    settings: Arc<SmtpSettings>,
    hello: ClientId,
    tls: Option<TlsParameters>,
    idle: Arc<Mutex<Vec<(Session, Instant)>>>,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smtp").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Smtp {
    /// A sender with these settings; it connects when there is a mail to send.
    ///
    /// # Errors
    /// [`ConnectError::Setting`] for a certificate that cannot be read and for a password that would travel in clear.
    pub fn new(settings: SmtpSettings) -> Result<Self> {
        if settings.security == Security::None && settings.credentials.is_some() && !is_this_machine(&settings.host) {
            let why = "is none, so the password would travel in clear; use starttls or tls".to_owned();
            return Err(ConnectError::Setting { setting: "SMTP security", why });
        }
        let tls = match settings.security {
            Security::None => None,
            Security::StartTls | Security::Tls => Some(tls(&settings)?),
        };
        let hello = settings.hello.clone().map_or_else(ClientId::default, ClientId::Domain);
        Ok(Self { settings: Arc::new(settings), hello, tls, idle: Arc::default() })
    }

    /// Sends one mail to its one recipient.
    ///
    /// A silent relay, a lost connection, 4xx, and everything that settings can mend (TLS, name, password) is answered as a retry; 5xx to the
    /// recipient or the content is a refusal, and `bounced` where it says that the address is dead. When the connection is lost
    /// after the content was sent, the relay may have it: the next attempt carries the same Message-ID.
    pub async fn send(&self, mail: &Mail, now: Timestamp) -> Answer {
        let message = match mail.build(now) {
            Ok(message) => message,
            Err(why) => return Answer::Refused { why, bounced: false },
        };
        let mut session = match self.session().await {
            Ok(session) => session,
            Err(failure) => return failure.before_the_message(),
        };
        match session.deliver(message.envelope(), &message.formatted(), &self.settings.limits).await {
            Ok(()) => {
                self.keep(session);
                Answer::Sent { id: mail.message_id() }
            }
            Err(failure) => {
                if failure.leaves_the_connection_usable() && session.reset(&self.settings.limits).await.is_ok() {
                    self.keep(session);
                }
                failure.of_the_message()
            }
        }
    }

    /// Connects, protects, authenticates and says goodbye: what "test the settings" does. `None` when all is well, else why not.
    pub async fn check(&self) -> Option<String> {
        match self.session().await {
            Ok(session) => {
                self.keep(session);
                None
            }
            Err(failure) => Some(failure.to_string()),
        }
    }

    /// A connection that waited and still answers, or a new one.
    async fn session(&self) -> std::result::Result<Session, Failure> {
        while let Some(mut session) = self.take() {
            if session.is_alive(&self.settings.limits).await {
                return Ok(session);
            }
        }
        Box::pin(Session::open(&self.settings, &self.hello, self.tls.as_ref())).await
    }

    fn take(&self) -> Option<Session> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(_, since)| since.elapsed() < LONGEST_IDLE);
        idle.pop().map(|(session, _)| session)
    }

    fn keep(&self, session: Session) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MOST_IDLE {
            idle.push((session, Instant::now()));
        }
    }
}

fn is_this_machine(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "::1")
}

fn tls(settings: &SmtpSettings) -> Result<TlsParameters> {
    let wrong = |setting, error: lettre::transport::smtp::Error| ConnectError::Setting { setting, why: error.to_string() };
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(pem) = &settings.root_pem {
        builder = builder.add_root_certificate(Certificate::from_pem(pem).map_err(|error| wrong("SMTP root certificate", error))?);
    }
    builder.build().map_err(|error| wrong("SMTP TLS", error))
}
