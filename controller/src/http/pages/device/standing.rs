//! Whether a PC is with us and why, and where it is: the first thing that is read.

use declic_common::api::DeviceDetail;

use crate::http::pages::tone;
use crate::http::pages::view::View;

#[derive(Debug)]
pub(super) struct Standing {
    pub(super) presence: String,
    pub(super) tone: &'static str,
    pub(super) connected: bool,
    pub(super) why: String,
    /// When to call, if the silence goes on.
    pub(super) call: Option<String>,
    pub(super) seen: String,
    pub(super) place: String,
    pub(super) site: Option<String>,
    pub(super) since: Option<String>,
    pub(super) enrolled: String,
    pub(super) certificate: String,
    pub(super) messages: String,
}

impl Standing {
    pub(super) fn of(detail: &DeviceDetail, v: &View) -> Self {
        let device = &detail.summary;
        let placement = device.placement.as_ref();
        let place = placement.map_or_else(
            || v.say("Nulle part encore", "Nowhere yet").to_owned(),
            |placement| match &placement.household {
                Some(code) => v.say(format!("Foyer {code}"), format!("Household {code}")),
                None => v.capital(v.place(placement.place)),
            },
        );
        let end = v.day(detail.certificate.expires_at);
        let (reports, lost) = (v.number(device.reports), v.number(device.lost));
        Standing {
            presence: v.standing(device),
            tone: tone::presence(device.presence),
            connected: device.connected,
            why: v.capital(v.reason(&device.reason)),
            call: v.overdue(device),
            seen: v.since(device.last_seen),
            place,
            site: device.site.clone(),
            since: placement.map(|placement| v.day(placement.from)),
            enrolled: v.day(device.enrolled_at),
            certificate: match detail.certificate.revoked {
                true => v.say("révoqué", "revoked").to_owned(),
                false => v.say(
                    format!("valable jusqu’au {end}"),
                    format!("valid until {end}"),
                ),
            },
            messages: v.say(
                format!("{reports} reçus, {lost} perdus"),
                format!("{reports} received, {lost} lost"),
            ),
        }
    }
}
