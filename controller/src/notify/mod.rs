//! The way out: brings notices to people who are not looking.

mod digest;
mod mail;
pub mod settings;
#[cfg(test)]
mod tests;
mod webhook;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{MissedTickBehavior, interval};

use self::mail::Mail;
use self::settings::{BadSettings, DigestAt, Settings};
use self::webhook::Webhook;
use crate::app::{App, notice};
use crate::clock;

/// What is urgent leaves within this time.
const EVERY: Duration = Duration::from_secs(5);

/// The channels by which notices leave.
#[derive(Debug, Default)]
pub struct Channels {
    mail: Option<Mail>,
    webhook: Option<Webhook>,
    digest: DigestAt,
}

/// The word of a channel, in stored notices.
const MAIL: &str = "mail";
const WEBHOOK: &str = "webhook";

impl Channels {
    /// Prepares what the settings name; connects to nothing yet.
    pub fn new(settings: &Settings) -> Result<Self, BadSettings> {
        Ok(Channels {
            mail: settings.mail.as_ref().map(Mail::new).transpose()?,
            webhook: settings.webhook.as_ref().map(Webhook::new).transpose()?,
            digest: settings.digest,
        })
    }

    /// The words of the channels that there are: a notice is queued once for each.
    pub fn words(&self) -> Vec<&'static str> {
        let mail = self.mail.as_ref().map(|_| MAIL);
        let webhook = self.webhook.as_ref().map(|_| WEBHOOK);
        mail.into_iter().chain(webhook).collect()
    }

    /// Hands out all that is due, one after the other. What fails waits; a channel
    /// that is no longer set lets its notices wait until it is again, or they end.
    pub async fn round(&self, app: &Arc<App>, now: Timestamp) {
        let due = match notice::due(app, now).await {
            Ok(due) => due,
            Err(error) => return tracing::warn!(%error, "failed to read the notices"),
        };
        for waiting in due {
            if waiting.has_ended(now) {
                if let Err(error) = notice::stayed(app, waiting, now).await {
                    tracing::warn!(%error, "failed to give up a notice");
                }
                continue;
            }
            let sent = match (waiting.row.channel.as_str(), &self.mail, &self.webhook) {
                (MAIL, Some(mail), _) => mail.send(&waiting.row).await,
                (WEBHOOK, _, Some(webhook)) => webhook.send(&waiting.row).await,
                _ => Err(anyhow::anyhow!("this channel is not set")),
            };
            let kept = match sent {
                Ok(()) => notice::left(app, waiting).await,
                Err(error) => {
                    let channel = &waiting.row.channel;
                    tracing::warn!(%channel, error = format!("{error:#}"), "a notice did not leave; it will be tried again");
                    notice::stayed(app, waiting, now).await
                }
            };
            if let Err(error) = kept {
                tracing::warn!(%error, "failed to note what became of a notice");
            }
        }
    }
}

/// Brings notices out, for ever.
pub async fn run(app: Arc<App>, channels: Arc<Channels>) {
    let mut rounds = interval(EVERY);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        digest::round(&app, &channels, clock::now()).await;
        channels.round(&app, clock::now()).await;
    }
}
