//! What the technician wrote or asks, in a terminal.

use std::process::ExitCode;

use declic_common::socket::{Answer, Ask, Letter, LetterState, Says};
use declic_common::tr;

use super::{Place, REFUSED, ask, print, show};

/// Reads yes or no in either language.
pub(super) fn yes_or_no(text: &str) -> Result<bool, String> {
    match text.to_lowercase().as_str() {
        "oui" | "o" | "yes" | "y" => Ok(true),
        "non" | "n" | "no" => Ok(false),
        _ => Err(tr("oui ou non", "yes or no").to_owned()),
    }
}

/// Prints all letters; messages that were new have then been read.
pub(super) fn read(place: &Place, json: bool) -> ExitCode {
    let mut shown = Vec::new();
    let done = ask(place, &Ask::Letters, |answer| {
        if let Answer::Letters { letters } = answer {
            if json {
                return show::print_json(&letters);
            }
            if letters.is_empty() {
                print::line(tr("(aucun message)", "(no messages)"));
            }
            letters.iter().for_each(print_letter);
            shown = letters;
        }
    });
    let new = |letter: &&Letter| {
        letter.state == LetterState::New && matches!(letter.says, Says::Message { .. })
    };
    for letter in shown.iter().filter(new) {
        let letter = letter.id;
        // Somebody else may have read it meanwhile, in the window.
        ask(place, &Ask::Read { letter }, |_| {});
    }
    done
}

/// Answers the diagnosis that has waited longest.
pub(super) fn answer(place: &Place, accept: bool) -> ExitCode {
    let mut waiting = None;
    let done = ask(place, &Ask::Letters, |answer| {
        if let Answer::Letters { letters } = answer {
            waiting = letters.into_iter().find(|letter| {
                letter.state == LetterState::New && matches!(letter.says, Says::Diagnose { .. })
            });
        }
    });
    if done != ExitCode::SUCCESS {
        return done;
    }
    let Some(letter) = waiting else {
        print::error(tr(
            "Aucun diagnostic n’est demandé.",
            "No diagnosis is asked for.",
        ));
        return ExitCode::from(REFUSED);
    };
    let letter = letter.id;
    ask(place, &Ask::Diagnose { letter, accept }, |_| {
        print::line(match accept {
            true => tr(
                "C’est noté : le diagnostic commence, et finit tout seul.",
                "Noted: the diagnosis begins, and ends by itself.",
            ),
            false => tr("C’est noté : pas de diagnostic.", "Noted: no diagnosis."),
        });
    })
}

fn print_letter(letter: &Letter) {
    let state = match letter.state {
        LetterState::New => tr("nouveau", "new"),
        LetterState::Read => tr("lu", "read"),
        LetterState::Accepted => tr("accepté, en cours", "accepted, under way"),
        LetterState::Declined => tr("refusé", "refused"),
        LetterState::Done => tr("terminé", "done"),
        LetterState::CutShort => tr("interrompu par l’arrêt du PC", "cut short by a shutdown"),
        LetterState::Expired => tr("plus d’actualité", "expired"),
    };
    print::line(&format!("# {} ({state})", show::date(letter.received_at)));
    match &letter.says {
        Says::Message { text } => print::line(&harmless(text)),
        Says::Diagnose { minutes } => print::line(&tr(
            format!(
                "Le technicien demande à mesurer ce PC de plus près pendant {minutes} min. Répondre : declic-agent diagnose oui (ou non)"
            ),
            format!(
                "The technician asks to measure this PC more closely for {minutes} min. Answer: declic-agent diagnose yes (or no)"
            ),
        )),
    }
}

/// A text from elsewhere does not command this terminal.
fn harmless(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '\n' => letter,
            letter if letter.is_control() => '\u{fffd}',
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            letter => letter,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_does_not_command_the_terminal() {
        assert_eq!(harmless("a\u{1b}[2J\nb\u{202e}"), "a\u{fffd}[2J\nb\u{fffd}");
    }
}
