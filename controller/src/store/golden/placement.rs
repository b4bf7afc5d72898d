//! A placement on a numbered post.

use super::*;

#[test]
fn a_post_of_a_workshop_reads_and_is_written_the_same() {
    let third = Placement {
        place: Place::Seat,
        household: None,
        site: Some("aubiers".to_owned()),
        from: 1_790_000_000_000,
        to: None,
        seat: Some(3),
    };
    let placements = Placements {
        periods: vec![third],
    };
    check_in("v5", "placements", &placements);
}
