//! Where a device may go, and what a household's code may look like.

use declic_common::api::Place;

/// Longest code of a household, in characters.
pub const CODE_CHARS: usize = 32;

/// Highest number of a post.
pub const SEAT_MAX: u16 = 500;

/// Where somebody wants to put a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish<'a> {
    pub place: Place,
    pub household: Option<&'a str>,
    /// Number of the post, on a seat.
    pub seat: Option<u16>,
}

/// Why a device cannot go there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(
        "a household's code has 1 to {CODE_CHARS} letters, digits and dashes, and is never a name"
    )]
    BadCode,
    #[error("say which household: a home is always somebody's")]
    NoHousehold,
    #[error("only a home has a household; leave it out for a seat, the bench or the stock")]
    NotAHome,
    #[error("only a seat of a workshop has a number, from 1 to {SEAT_MAX}; leave it out elsewhere")]
    NotASeat,
    #[error("this device is with household {0}; let it come back first (return)")]
    WithAnother(String),
    #[error("this device is already there")]
    Already,
}

/// Judges a wish against where the device is now.
pub fn judge(now: Option<&Wish<'_>>, wish: &Wish<'_>) -> Result<(), Refusal> {
    match (wish.place, wish.household) {
        (Place::Home, None) => return Err(Refusal::NoHousehold),
        (Place::Home, Some(code)) if !is_code(code) => return Err(Refusal::BadCode),
        (Place::Home, Some(_)) | (_, None) => {}
        (_, Some(_)) => return Err(Refusal::NotAHome),
    }
    let numbered =
        wish.place == Place::Seat && wish.seat.is_some_and(|n| (1..=SEAT_MAX).contains(&n));
    if wish.seat.is_some() && !numbered {
        return Err(Refusal::NotASeat);
    }
    match now {
        Some(now) if now == wish => Err(Refusal::Already),
        // What is seen of one household must never be shown as another's.
        Some(Wish {
            household: Some(other),
            ..
        }) if wish.place == Place::Home => Err(Refusal::WithAnother((*other).to_owned())),
        _ => Ok(()),
    }
}

fn is_code(code: &str) -> bool {
    (1..=CODE_CHARS).contains(&code.len())
        && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(place: Place, household: Option<&str>) -> Wish<'_> {
        Wish {
            place,
            household,
            seat: None,
        }
    }

    #[test]
    fn a_post_has_a_number_and_may_change_it() {
        let at = |place, seat| Wish {
            seat: Some(seat),
            ..wish(place, None)
        };
        let third = at(Place::Seat, 3);
        assert_eq!(judge(Some(&third), &at(Place::Seat, 4)), Ok(()));
        assert_eq!(judge(Some(&third), &third), Err(Refusal::Already));
        assert_eq!(judge(None, &at(Place::Seat, 0)), Err(Refusal::NotASeat));
        assert_eq!(judge(None, &at(Place::Bench, 3)), Err(Refusal::NotASeat));
    }

    #[test]
    fn a_home_has_a_household_and_nothing_else_has() {
        let bench = wish(Place::Bench, None);
        assert_eq!(
            judge(Some(&bench), &wish(Place::Home, Some("AUB-017"))),
            Ok(())
        );
        assert_eq!(
            judge(None, &wish(Place::Home, None)),
            Err(Refusal::NoHousehold)
        );
        assert_eq!(
            judge(None, &wish(Place::Seat, Some("AUB-017"))),
            Err(Refusal::NotAHome)
        );
        assert_eq!(judge(Some(&bench), &bench), Err(Refusal::Already));
    }

    #[test]
    fn a_code_is_no_name_and_no_sentence() {
        for code in ["", "Mme Martin", "é", "a_b", &"x".repeat(33)] {
            assert_eq!(
                judge(None, &wish(Place::Home, Some(code))),
                Err(Refusal::BadCode),
                "{code}"
            );
        }
    }

    #[test]
    fn a_device_comes_back_before_it_goes_to_another_household() {
        let home = wish(Place::Home, Some("AUB-017"));
        let refused = judge(Some(&home), &wish(Place::Home, Some("AUB-018")));
        assert_eq!(refused, Err(Refusal::WithAnother("AUB-017".to_owned())));
        assert_eq!(judge(Some(&home), &wish(Place::Stock, None)), Ok(()));
    }
}
