//! The map of the posts of a workshop: which of them nobody should be put at today.

use declic_common::programme::workshop::{Seat, SeatMap, SeatState};

use crate::domain::rights::Permission;
use crate::http::pages::view::View;

/// The posts of a workshop in words.
#[derive(Debug)]
pub(super) struct Seats {
    pub(super) posts: Vec<Post>,
    /// How many are down, as a sentence.
    pub(super) told: String,
    pub(super) all_good: bool,
    /// PCs of the workshop without a number.
    pub(super) unnumbered: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Post {
    pub(super) number: u16,
    pub(super) state: String,
    pub(super) tone: &'static str,
    pub(super) is_down: bool,
    /// Its PC, and where that is looked at by who may.
    pub(super) pc: Option<(String, Option<String>)>,
    /// Tickets: address for who may see them, and number.
    pub(super) tickets: Vec<(Option<String>, String)>,
}

impl Seats {
    pub(super) fn of(map: &SeatMap, v: &View) -> Self {
        let sees = v.may(Permission::SeeDevices);
        let name = |asset: &Option<String>, device| v.name(asset.as_deref(), device);
        let post = |seat: &Seat| Post {
            number: seat.seat,
            state: v.capital(v.seat_state(seat.state)),
            tone: tone(seat.state),
            is_down: seat.state != SeatState::Good,
            pc: seat.pc.as_ref().map(|pc| {
                let way = sees.then(|| v.url(format!("/postes/{}", pc.device)));
                (name(&pc.asset, pc.device), way)
            }),
            tickets: seat
                .tickets
                .iter()
                .map(|id| (sees.then(|| v.url(format!("/tickets/{id}"))), id.clone()))
                .collect(),
        };
        let down = map.down;
        Seats {
            posts: map.seats.iter().map(post).collect(),
            all_good: down == 0,
            told: match down {
                0 => v
                    .say("Tous les postes marchent.", "All posts work.")
                    .to_owned(),
                down => v.count(
                    down,
                    [
                        "poste à ne pas donner aujourd’hui.",
                        "postes à ne pas donner aujourd’hui.",
                    ],
                    [
                        "post not to be given today.",
                        "posts not to be given today.",
                    ],
                ),
            },
            unnumbered: map
                .unnumbered
                .iter()
                .map(|pc| name(&pc.asset, pc.device))
                .collect(),
        }
    }
}

fn tone(state: SeatState) -> &'static str {
    match state {
        SeatState::Good => "good",
        SeatState::Ticket => "bad",
        SeatState::Silent => "warn",
        SeatState::Empty => "gone",
    }
}
