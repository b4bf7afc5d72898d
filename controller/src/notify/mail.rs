//! Notices by mail. The only code that knows lettre.

use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::settings::{self, BadSettings, Security, secret};
use crate::store::records::NoticeRow;

/// One exchange with the server takes no longer.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Of the name of this program in `Message-ID` (RFC 5322).
const DOMAIN: &str = "declic";

/// A mail server, ready to take notices.
#[derive(Debug)]
pub(super) struct Mail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    to: Vec<Mailbox>,
}

impl Mail {
    pub(super) fn new(settings: &settings::Mail) -> Result<Self, BadSettings> {
        let address = |text: &str, what| text.parse().map_err(|_| BadSettings::Address { what });
        let to: Result<Vec<Mailbox>, _> = settings.to.iter().map(|t| address(t, "to")).collect();
        let to = to?;
        if to.is_empty() {
            return Err(BadSettings::Nobody);
        }
        let server = settings.server.as_str();
        let (tls, port) = match settings.security {
            Security::None if !settings::is_loopback(server) => return Err(BadSettings::Open),
            Security::None => (Tls::None, 25),
            Security::Starttls => (Tls::Required(TlsParameters::new(server.to_owned())?), 587),
            Security::Tls => (Tls::Wrapper(TlsParameters::new(server.to_owned())?), 465),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server)
            .tls(tls)
            .port(settings.port.unwrap_or(port))
            .timeout(Some(TIMEOUT));
        match (&settings.user, &settings.password_file) {
            (Some(user), Some(file)) => {
                builder = builder.credentials(Credentials::new(user.clone(), secret(file)?));
            }
            (None, None) => {}
            _ => return Err(BadSettings::HalfLogin),
        }
        Ok(Mail {
            transport: builder.build(),
            from: address(&settings.from, "from")?,
            to,
        })
    }

    /// Hands a notice to the server, to every address or to none.
    pub(super) async fn send(&self, notice: &NoticeRow) -> anyhow::Result<()> {
        let mut message = Message::builder()
            .from(self.from.clone())
            .subject(notice.subject.clone())
            // The same at each attempt: a reader sees one mail.
            .message_id(Some(format!("<{:016x}@{DOMAIN}>", notice.id)))
            .header(ContentType::TEXT_PLAIN);
        for to in &self.to {
            message = message.to(to.clone());
        }
        self.transport
            .send(message.body(notice.text.clone())?)
            .await?;
        Ok(())
    }
}
