//! The figures, for people and for programs.

use std::time::Duration;

use declic_common::tr;
use serde::Serialize;

use crate::meter::Reading;

/// What a stretch of time came to. Counts are since the beginning, journeys are those
/// that ended in the stretch.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct Figures {
    /// Since the beginning, in seconds.
    pub(super) at_s: f64,
    pub(super) connected: u64,
    /// Sessions begun; more than homes if some had to come again.
    pub(super) sessions: u64,
    /// Messages handed to a session, repeats included.
    pub(super) sent: u64,
    /// Messages of which a receipt came.
    pub(super) acknowledged: u64,
    /// Homes of which something has waited all along.
    pub(super) behind: u64,
    /// From publish to receipt, in ms.
    pub(super) p50_ms: Option<u64>,
    pub(super) p99_ms: Option<u64>,
}

impl Figures {
    pub(super) fn of(at: Duration, before: &Reading, now: &Reading, homes: usize) -> Self {
        Figures {
            at_s: seconds(at),
            connected: now.connected,
            sessions: now.sessions,
            sent: now.sent,
            acknowledged: now.acknowledged,
            behind: (homes as u64).saturating_sub(now.caught_up),
            p50_ms: now.journey_ms(before, 500),
            p99_ms: now.journey_ms(before, 990),
        }
    }

    pub(super) fn line(&self) -> String {
        let Figures {
            at_s,
            connected,
            acknowledged,
            behind,
            ..
        } = self;
        let (p50, p99) = (or_dash(self.p50_ms), or_dash(self.p99_ms));
        tr(
            format!(
                "{at_s:>7.1} s  connectés {connected}  messages reçus {acknowledged}  foyers en \
                 retard {behind}  aller-retour p50 {p50} p99 {p99} ms"
            ),
            format!(
                "{at_s:>7.1} s  connected {connected}  messages received {acknowledged}  homes \
                 behind {behind}  publish to receipt p50 {p50} p99 {p99} ms"
            ),
        )
    }
}

/// What the whole came to; its figures are those just before the homes were stopped.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct Summary {
    pub(super) homes: u64,
    /// Until every home was connected.
    #[serde(rename = "connected_within_s", serialize_with = "in_seconds")]
    pub(super) connected_within: Option<Duration>,
    /// Until nothing of what every home had to say waited any more.
    #[serde(rename = "caught_up_within_s", serialize_with = "in_seconds")]
    pub(super) caught_up_within: Option<Duration>,
    /// Homes that ended by themselves, which none should.
    pub(super) ended: u64,
    /// Why the first of them did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) first_end: Option<String>,
    #[serde(flatten)]
    pub(super) figures: Figures,
}

impl Summary {
    pub(super) fn lines(&self) -> String {
        let within = |time: Option<Duration>| match time {
            Some(time) => format!("{:.1} s", seconds(time)),
            None => tr("pas encore", "not yet").to_owned(),
        };
        let (all, back) = (within(self.connected_within), within(self.caught_up_within));
        let (homes, ended) = (self.homes, self.ended);
        let mut text = format!(
            "{}\n{}",
            self.figures.line(),
            tr(
                format!("{homes} foyers ; tous connectés : {all} ; tous à jour : {back}"),
                format!("{homes} homes; all connected: {all}; all caught up: {back}"),
            )
        );
        if let Some(why) = &self.first_end {
            text.push_str(&tr(
                format!("\n{ended} foyers se sont arrêtés, le premier : {why}"),
                format!("\n{ended} homes ended by themselves, the first: {why}"),
            ));
        }
        text
    }
}

fn or_dash(ms: Option<u64>) -> String {
    ms.map_or_else(|| "–".to_owned(), |ms| ms.to_string())
}

/// To the tenth: what is finer is noise.
fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 10.0).round() / 10.0
}

fn in_seconds<S: serde::Serializer>(time: &Option<Duration>, to: S) -> Result<S::Ok, S::Error> {
    time.map(seconds).serialize(to)
}
