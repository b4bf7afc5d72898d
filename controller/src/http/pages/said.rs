//! What came of a form, told once on the page that follows: a word of the address, so that
//! nothing has to be remembered between two requests.

use super::view::View;

/// The parameter that carries the word.
pub(super) const PARAMETER: &str = "dit";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Done,
    Commented,
    Taken,
    Opened,
    Sent,
    NotSent,
    PasswordChanged,
    LoginEnded,
    AccountChanged,
    Revoked,
    Cancelled,
    BackingUp,
    Added,
    Removed,
    Imported,
    Decided,
    HandedOver,
    TakenBack,
    Erased,
    RollTaken,
}

const WORDS: [(Said, &str); 20] = [
    (Said::Done, "fait"),
    (Said::Commented, "note"),
    (Said::Taken, "pris"),
    (Said::Opened, "ouvert"),
    (Said::Sent, "envoye"),
    (Said::NotSent, "en-attente"),
    (Said::PasswordChanged, "mot-de-passe"),
    (Said::LoginEnded, "session"),
    (Said::AccountChanged, "compte"),
    (Said::Revoked, "revoque"),
    (Said::Cancelled, "annule"),
    (Said::BackingUp, "sauvegarde"),
    (Said::Added, "ajoute"),
    (Said::Removed, "retire"),
    (Said::Imported, "importe"),
    (Said::Decided, "decide"),
    (Said::HandedOver, "remis"),
    (Said::TakenBack, "repris"),
    (Said::Erased, "efface"),
    (Said::RollTaken, "appel"),
];

impl Said {
    pub(super) fn word(self) -> &'static str {
        let found = WORDS.iter().find(|(said, _)| *said == self);
        found.map_or("fait", |(_, word)| word)
    }

    pub(super) fn text(&self, v: &View) -> &'static str {
        match self {
            Said::Done => v.say("C’est noté.", "Noted."),
            Said::Commented => v.say("Votre mot est ajouté au ticket.", "Your comment is on the ticket."),
            Said::Taken => v.say("Ce ticket est à vous.", "This ticket is yours."),
            Said::Opened => v.say("Le ticket est ouvert.", "The ticket is open."),
            Said::Sent => v.say("La demande est partie : le PC est en ligne.", "The request has left: the PC is online."),
            Said::NotSent => v.say(
                "La demande attend que le PC soit allumé.",
                "The request waits until the PC is on.",
            ),
            Said::PasswordChanged => v.say(
                "Votre mot de passe est changé ; toutes vos sessions sont terminées. Connectez-vous avec le nouveau.",
                "Your password is changed and all your sessions have ended. Sign in with the new one.",
            ),
            Said::LoginEnded => v.say("La session est terminée.", "The session has ended."),
            Said::AccountChanged => v.say("Le compte est changé.", "The account is changed."),
            Said::Revoked => v.say("Le jeton n’ouvre plus rien.", "The token opens nothing any more."),
            Said::Cancelled => v.say("Le code est annulé.", "The code is cancelled."),
            Said::BackingUp => v.say(
                "La sauvegarde est en cours ; elle apparaîtra ici une fois relue.",
                "The backup is being made; it will show here once it was read back.",
            ),
            Said::Added => v.say("C’est ajouté.", "It is added."),
            Said::Removed => v.say("C’est retiré.", "It is removed."),
            Said::Imported => v.say("Le tableau est importé.", "The table is imported."),
            Said::Decided => v.say("La décision est notée.", "The decision is noted."),
            Said::HandedOver => v.say(
                "Le PC est remis à ce foyer : ce qu’on voit de lui commence aujourd’hui.",
                "The PC is with this household: what is seen of it begins today.",
            ),
            Said::RollTaken => v.say("L’appel est noté.", "The roll is noted."),
            Said::TakenBack => v.say("Le PC est repris.", "The PC is taken back."),
            Said::Erased => v.say(
                "C’est effacé : les clés sont détruites, et personne ne lira plus ce qu’elles fermaient.",
                "Erased: the keys are destroyed, and nobody will read what they closed.",
            ),
        }
    }
}

/// What an address says came of a form; nothing else can be written into a page by a link.
pub(super) fn of_query(query: &str) -> Option<Said> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let (_, word) = pairs.find(|(name, _)| name == PARAMETER)?;
    WORDS
        .iter()
        .find(|(_, known)| *known == word)
        .map(|(said, _)| *said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_of_somebody_else_writes_no_words_of_its_own() {
        assert_eq!(of_query("a=b&dit=note"), Some(Said::Commented));
        assert_eq!(of_query("dit=Votre+compte+est+fermé"), None);
        for (said, word) in WORDS {
            assert_eq!(said.word(), word);
        }
    }
}
