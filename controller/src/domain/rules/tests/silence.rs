//! Rules that judge silence: nothing from our own absence, from a clock that jumps,
//! or from a PC that is where it should be silent.

use super::*;

/// The rules that would speak of a home that is silent, and how it looks then.
const SILENT: [(Cause, Presence); 3] = [
    (Cause::NeverStarted, Presence::NeverStarted),
    (Cause::InternetDown, Presence::Unreachable),
    (Cause::Overdue, Presence::Overdue),
];

fn silent(cause: Cause, presence: Presence) -> Play {
    Play {
        presence,
        ..Play::of(cause)
    }
}

#[test]
fn a_silence_that_lasts_opens_a_ticket_and_a_sign_of_life_closes_it() {
    for (cause, presence) in SILENT {
        let mut play = silent(cause, presence);
        assert!(play.wait(300, HOUR_MS), "{cause}");
        play.presence = Presence::On;
        let well = json!({"ladder": {"link": true, "internet": true}});
        let actions = play.hear_often(3, 15 * MINUTE_MS, &well);
        assert!(actions.contains(&Action::Close), "{cause}: {actions:?}");
        let again = play.hear_often(100, HOUR_MS, &well);
        assert_eq!(opened(&again), 0, "{cause}");
    }
}

#[test]
fn a_pc_that_fell_silent_without_a_word_is_no_proof_against_its_line() {
    let mut play = silent(Cause::InternetDown, Presence::Unreachable);
    play.network_fell = false;
    assert!(!play.wait(300, HOUR_MS));
}

#[test]
fn a_controller_that_was_away_blames_no_home() {
    for (cause, presence) in SILENT {
        // Two days of listening, then a month of absence, then two hours of which
        // the PCs need some to find us again.
        let mut play = silent(cause, Presence::Quiet);
        play.wait(48, HOUR_MS);
        play.now += 30 * DAY_MS;
        play.listening_since = play.now;
        play.presence = presence;
        assert!(!play.wait(239, 30_000), "{cause}");
        // And the absence does not count for a silence that began before it.
        if cause == Cause::NeverStarted {
            assert!(!play.wait(24, HOUR_MS), "{cause}");
        }
        play.presence = Presence::On;
        assert!(!play.wait(100, HOUR_MS), "{cause}");
    }
}

#[test]
fn a_clock_that_jumps_ahead_opens_nothing() {
    for (cause, presence) in SILENT {
        let mut play = silent(cause, Presence::Quiet);
        play.wait(48, HOUR_MS);
        // Whoever keeps the clock sees the jump, and listens anew.
        play.now += 3_000 * DAY_MS;
        play.listening_since = play.now;
        play.presence = presence;
        assert!(!play.wait(200, 30_000), "{cause}");
        // Reports arrive meanwhile: most clocks disagree with ours.
        play.clocks_agree = false;
        assert!(!play.wait(500, HOUR_MS), "{cause}");
    }
    let mut certificate = Play::of(Cause::CertificateEnding);
    certificate.now += 3_000 * DAY_MS;
    certificate.listening_since = certificate.now;
    assert!(!certificate.wait(200, 30_000));
    certificate.clocks_agree = false;
    assert!(!certificate.wait(500, HOUR_MS));
}

#[test]
fn a_pc_on_the_bench_or_in_stock_is_where_it_should_be_silent() {
    for place in [Place::Bench, Place::Stock] {
        for (cause, presence) in SILENT {
            let mut play = silent(cause, presence);
            play.placement = Some(Placement {
                place,
                household: None,
                since: NOW - 90 * DAY_MS,
            });
            assert!(!play.wait(500, HOUR_MS), "{cause} {place:?}");
        }
    }
}

#[test]
fn a_household_that_paused_its_pc_is_left_in_peace() {
    for (cause, _) in SILENT {
        for presence in [Presence::Paused, Presence::Retired, Presence::Quiet] {
            assert!(
                !silent(cause, presence).wait(500, HOUR_MS),
                "{cause} {presence}"
            );
        }
    }
}

#[test]
fn a_certificate_that_was_not_renewed_is_told_two_months_ahead() {
    let mut play = Play::of(Cause::CertificateEnding);
    play.certificate_ends_at = NOW + 65 * DAY_MS;
    assert!(!play.wait(4 * 24, HOUR_MS));
    assert!(play.wait(4 * 24, HOUR_MS));
    play.certificate_ends_at = play.now + 1000 * DAY_MS;
    play.wait(1, HOUR_MS);
    assert!(!play.ticket.unwrap().is_open());
}
