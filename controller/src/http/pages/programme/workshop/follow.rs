//! Whom to call: those who stay away from the sessions of their group.

use super::super::by;
use crate::app::programme;
use crate::http::access::Pass;
use crate::http::pages::view::View;
use crate::http::problem::Failure;
use crate::http::router::Desk;

/// Somebody who missed two sessions in a row, or more.
#[derive(Debug)]
pub(super) struct Missing {
    pub(super) name: String,
    pub(super) household: String,
    /// The page of the household, with its contacts for who may see them.
    pub(super) address: String,
    pub(super) group: String,
    /// How many they missed, which, and when they came last.
    pub(super) told: String,
}

pub(super) async fn missing(
    desk: &Desk,
    pass: &Pass,
    programme: &str,
    v: &View,
) -> Result<Vec<Missing>, Failure> {
    let found = programme::missed(&desk.app, programme, &by(pass)).await?;
    let told = found.into_iter().map(|one| {
        let days: Vec<_> = one.days.iter().map(|day| v.date(*day)).collect();
        let times = v.count(
            days.len(),
            ["séance manquée", "séances manquées"],
            ["session missed", "sessions missed"],
        );
        let last = match one.last_came {
            Some(day) => {
                let day = v.date(day);
                v.say(
                    format!("venu la dernière fois le {day}"),
                    format!("came last on {day}"),
                )
            }
            None => v.say("jamais venu", "never came").to_owned(),
        };
        let days = days.join(", ");
        Missing {
            name: match one.first_name {
                Some(name) => format!("{name} ({})", one.person),
                None => one.person,
            },
            address: v.url(format!("/programmes/{programme}/foyers/{}", one.household)),
            household: one.household,
            group: one.group,
            told: v.say(
                format!("{times} ({days}) ; {last}"),
                format!("{times} ({days}); {last}"),
            ),
        }
    });
    Ok(told.collect())
}
