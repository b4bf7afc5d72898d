//! What the audit tells, in words: a noun and a verb become what somebody did.

use super::Voice;

/// Word of the audit, in French, in English.
const DEEDS: [(&str, &str, &str); 34] = [
    ("account.create", "compte créé", "account made"),
    ("account.grant", "rôles changés", "roles changed"),
    (
        "account.password",
        "mot de passe changé",
        "password changed",
    ),
    ("account.disable", "compte fermé", "account closed"),
    ("account.enable", "compte rouvert", "account opened again"),
    ("account.log_out", "sessions terminées", "logins ended"),
    ("absence.declare", "absence annoncée", "absence declared"),
    ("absence.remove", "absence retirée", "absence removed"),
    ("backup.create", "sauvegarde faite", "backup made"),
    (
        "certificate.renew",
        "certificat renouvelé",
        "certificate renewed",
    ),
    ("device.charter", "code de charte fait", "charter code made"),
    ("device.command", "demande au PC", "PC asked"),
    ("device.deploy", "PC remis", "PC handed over"),
    ("device.enrol", "PC inscrit", "PC enrolled"),
    ("device.retire", "PC retiré", "PC retired"),
    ("device.return", "PC revenu", "PC come back"),
    ("device.revoke", "PC exclu", "PC shut out"),
    ("device.settings", "réglages changés", "settings changed"),
    ("enrolment.cancel", "code annulé", "code cancelled"),
    ("enrolment.create", "code créé", "code made"),
    (
        "evaluation.export",
        "fichier d’évaluation téléchargé",
        "file of an evaluation downloaded",
    ),
    ("evaluation.freeze", "évaluation figée", "evaluation frozen"),
    ("history.import", "relevés importés", "reports imported"),
    (
        "history.purge",
        "relevés effacés à terme",
        "reports purged in time",
    ),
    ("login.begin", "entrée", "signed in"),
    ("login.end", "sortie", "signed out"),
    (
        "programme.purge",
        "personnes d’un programme oubliées à terme",
        "people of a programme forgotten in time",
    ),
    ("session.roll", "appel d’une séance", "roll of a session"),
    (
        "settings.move",
        "déménagement du serveur annoncé",
        "move of the controller announced",
    ),
    ("settings.stay", "déménagement abandonné", "move given up"),
    (
        "ticket.purge",
        "mots d’un ticket effacés à terme",
        "words of a ticket purged in time",
    ),
    (
        "ticket.silence",
        "règles mises en sourdine",
        "rules silenced",
    ),
    ("token.create", "jeton créé", "token made"),
    ("token.revoke", "jeton révoqué", "token revoked"),
];

impl Voice {
    /// What an entry of the audit tells; one without words of its own keeps its name.
    pub(crate) fn deed(&self, what: &str) -> String {
        // What happens to a ticket has its words in the ticket; here its kind is enough.
        if let Some(change) = what.strip_prefix("ticket.").filter(|_| !is_told(what)) {
            return match change {
                "opened" => self.say("Ticket ouvert", "Ticket opened").to_owned(),
                "comment" => self
                    .say("Mot sur un ticket", "Comment on a ticket")
                    .to_owned(),
                "assign" => self.say("Ticket attribué", "Ticket assigned").to_owned(),
                "solve" => self.say("Ticket réglé", "Ticket solved").to_owned(),
                "gone" | "close" => self.say("Ticket clos", "Ticket closed").to_owned(),
                _ => self.say("Ticket changé", "Ticket changed").to_owned(),
            };
        }
        let found = DEEDS.iter().find(|(word, ..)| *word == what);
        match found {
            Some((_, french, english)) => self.capital(self.say(french, english)),
            None => what.to_owned(),
        }
    }
}

fn is_told(what: &str) -> bool {
    DEEDS.iter().any(|(word, ..)| *word == what)
}
