//! What only pages say: days in full, how many there are, and what to do next.

use std::fmt::Display;

use declic_common::DeviceId;
use declic_common::api::{CommandInfo, Presence};
use declic_common::command::Action;
use declic_common::ticket::{Cause, Origin};
use jiff::Timestamp;
use jiff::civil::{Date, Weekday};

use super::{NNBSP, Voice};

impl Voice {
    /// The tag of the language, for `lang` attributes.
    pub(crate) fn tag(&self) -> &'static str {
        self.say("fr", "en")
    }

    /// The local day at which it speaks.
    pub(crate) fn today(&self) -> Date {
        self.now().to_zoned(self.zone.clone()).date()
    }

    /// How many, and of what. French counts none as it counts one.
    pub(crate) fn count(&self, n: usize, french: [&str; 2], english: [&str; 2]) -> String {
        let one = self.say(n < 2, n == 1);
        let [single, several] = self.say(french, english);
        let word = if one { single } else { several };
        format!("{} {word}", self.number(n as i128))
    }

    /// `jeudi 26 novembre 2026`.
    pub(crate) fn long_day(&self, day: Date) -> String {
        let weekday = self.weekday(day.weekday());
        let month = self.month(day.month());
        let n = match (day.day(), self.say(true, false)) {
            (1, true) => "1er".to_owned(),
            (n, _) => n.to_string(),
        };
        format!("{weekday} {n} {month} {}", day.year())
    }

    /// `jeu. 26`: for a cell of a calendar.
    pub(crate) fn short_day(&self, day: Date) -> String {
        let weekday: String = self.weekday(day.weekday()).chars().take(3).collect();
        let dot = self.say(".", "");
        format!("{weekday}{dot} {}", day.day())
    }

    /// The hour alone: `14 h 05`.
    pub(crate) fn hour(&self, at: Timestamp) -> String {
        let local = at.to_zoned(self.zone.clone());
        match self.say(true, false) {
            true => format!("{}{NNBSP}h{NNBSP}{:02}", local.hour(), local.minute()),
            false => local.strftime("%H:%M").to_string(),
        }
    }

    /// `aujourd’hui à 14 h 05`, `hier à 9 h 00`, `24/11/2026 à 8 h 30`.
    pub(crate) fn when(&self, at: Timestamp) -> String {
        let day = at.to_zoned(self.zone.clone()).date();
        let (today, hour) = (self.today(), self.hour(at));
        let day = if day == today {
            self.say("aujourd’hui", "today").to_owned()
        } else if day.tomorrow().is_ok_and(|next| next == today) {
            self.say("hier", "yesterday").to_owned()
        } else {
            self.date(day)
        };
        self.say(format!("{day} à {hour}"), format!("{day} at {hour}"))
    }

    /// The local day of a moment, in ms UTC.
    pub(crate) fn date_of(&self, ms: i64) -> String {
        self.day(crate::app::device::time(ms))
    }

    /// A name and what it is: `Groupes : mardi`, `Groups: mardi`.
    pub(crate) fn pair(&self, name: impl Display, what: impl Display) -> String {
        format!("{name}{}{what}", self.say("\u{a0}: ", ": "))
    }

    /// As programs read a moment, for the attribute `datetime`.
    pub(crate) fn machine(&self, at: Timestamp) -> String {
        at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    fn weekday(&self, day: Weekday) -> &'static str {
        match day {
            Weekday::Monday => self.say("lundi", "Monday"),
            Weekday::Tuesday => self.say("mardi", "Tuesday"),
            Weekday::Wednesday => self.say("mercredi", "Wednesday"),
            Weekday::Thursday => self.say("jeudi", "Thursday"),
            Weekday::Friday => self.say("vendredi", "Friday"),
            Weekday::Saturday => self.say("samedi", "Saturday"),
            Weekday::Sunday => self.say("dimanche", "Sunday"),
        }
    }

    fn month(&self, month: i8) -> &'static str {
        const FRENCH: [&str; 12] = [
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ];
        const ENGLISH: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        let months = self.say(FRENCH, ENGLISH);
        months[usize::try_from(month - 1).unwrap_or(0) % 12]
    }

    /// With a capital, as a sentence begins.
    pub(crate) fn capital(&self, text: impl AsRef<str>) -> String {
        let mut letters = text.as_ref().chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters).collect()
    }

    /// What to do first about a cause, for whoever has never met it.
    pub(crate) fn next_step(&self, cause: Cause, presence: Presence) -> &'static str {
        let on = presence == Presence::On;
        match cause {
            Cause::DiskFailing => self.say(
                "Appeler le foyer avant qu’il ne perde ses documents : les copier, puis changer le disque ou le PC.",
                "Call before the household loses its documents: copy them, then change the disk or the PC.",
            ),
            Cause::Overheating => self.say(
                "Demander de dégager les aérations ; passer dépoussiérer et refaire la pâte thermique.",
                "Ask for the vents to be cleared; go there to dust it and renew the thermal paste.",
            ),
            Cause::DiskFull if on => self.say(
                "Appeler : vider la corbeille et les téléchargements ensemble, sans rien effacer à leur place.",
                "Call: empty the bin and the downloads together, and delete nothing on their behalf.",
            ),
            Cause::DiskFull => self.say(
                "Prévoir un passage avec un disque de sauvegarde : le PC est éteint pour l’instant.",
                "Plan a visit with a backup drive: the PC is off for now.",
            ),
            Cause::NeverStarted => self.say(
                "Appeler et proposer un passage : le PC n’a jamais donné signe depuis sa remise.",
                "Call and offer a visit: the PC was never heard of since its handover.",
            ),
            Cause::InternetDown => self.say(
                "Appeler : voyants de la box, câble, Wi-Fi ; si la box est en cause, l’assistance de l’opérateur avec le titulaire du contrat.",
                "Call: lights of the box, cable, Wi-Fi; if it is the box, the operator’s hotline together with the contract holder.",
            ),
            Cause::Overdue => self.say(
                "Appeler pour prendre des nouvelles : ce silence ne ressemble pas à ce foyer.",
                "Call to hear how they are: this silence is not like this home.",
            ),
            Cause::MemoryStarving => self.say(
                "Regarder ce qui occupe la mémoire ; apporter une barrette qui convient.",
                "See what fills the memory; bring a module that fits.",
            ),
            Cause::UpdatesFailing => self.say(
                "Demander un rapport, puis relancer les mises à jour lors d’un passage.",
                "Ask for a report, then run the updates again at a visit.",
            ),
            Cause::CertificateEnding => self.say(
                "Demander au PC de renouveler son certificat dès qu’il est allumé ; sinon préparer un nouveau code.",
                "Ask the PC to renew its certificate as soon as it is on; otherwise prepare a new code.",
            ),
            Cause::ClockWrong => self.say(
                "Changer la pile de la carte mère au prochain passage.",
                "Change the battery of the board at the next visit.",
            ),
            Cause::RebootPending => self.say(
                "Envoyer un message : éteindre et rallumer le PC ce soir.",
                "Send a message: switch the PC off and on again tonight.",
            ),
            Cause::AgentOutdated => self.say(
                "Mettre l’agent à jour au prochain passage.",
                "Update the agent at the next visit.",
            ),
            Cause::Help => self.say(
                "Rappeler le foyer : il attend une réponse.",
                "Call the household back: it waits for an answer.",
            ),
            Cause::Reported => self.say(
                "Relire ce qui a été signalé, puis appeler ou passer.",
                "Read again what was reported, then call or visit.",
            ),
        }
    }

    pub(crate) fn origin(&self, origin: Origin) -> &'static str {
        match origin {
            Origin::Rule => self.say("une règle", "a rule"),
            Origin::Technician => self.say("un technicien", "a technician"),
            Origin::Household => self.say("le foyer, depuis son PC", "the household, from its PC"),
            Origin::Phone => self.say("le foyer, au téléphone", "the household, by phone"),
        }
    }

    /// What people call a device: its asset tag, or its own name while it has none.
    pub(crate) fn name(&self, asset: Option<&str>, device: DeviceId) -> String {
        asset.map_or_else(|| device.to_string(), str::to_owned)
    }

    /// What a command asks for.
    pub(crate) fn action(&self, command: &CommandInfo) -> String {
        match &command.action {
            Action::Refresh => self.say("donner des nouvelles", "report now").to_owned(),
            Action::Diagnose { minutes } => {
                let time = self.unit(&minutes.to_string(), "min");
                self.say(
                    format!("mesurer de plus près pendant {time}"),
                    format!("measure more closely for {time}"),
                )
            }
            Action::Message { text } => {
                self.say(format!("message : {text}"), format!("message: {text}"))
            }
            Action::RenewCertificate => self
                .say("renouveler son certificat", "renew its certificate")
                .to_owned(),
            Action::Retire => self
                .say("quitter le programme", "leave the programme")
                .to_owned(),
        }
    }

    /// Who did something, as the audit writes them.
    pub(crate) fn actor(&self, who: &str) -> String {
        match who.split_once(':') {
            Some(("account", name)) => name.to_owned(),
            Some(("cli", _)) => self
                .say("console du serveur", "the server’s console")
                .to_owned(),
            _ => match who {
                "rule" | "rules" => self.say("une règle", "a rule").to_owned(),
                "device" => self.say("le PC", "the PC").to_owned(),
                "cli" => self
                    .say("console du serveur", "the server’s console")
                    .to_owned(),
                "demo" => self.say("la démonstration", "the demonstration").to_owned(),
                "controller" => self.say("le serveur", "the controller").to_owned(),
                other => other.to_owned(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use declic_common::Lang;

    use super::*;

    fn voices() -> [Voice; 2] {
        let now = "2026-11-26T12:00:00Z".parse().unwrap();
        [Voice::new(Lang::Fr, now), Voice::new(Lang::En, now)]
    }

    #[test]
    fn none_is_one_in_french_and_many_in_english() {
        let [fr, en] = voices();
        let count = |v: &Voice, n| v.count(n, ["poste", "postes"], ["PC", "PCs"]);
        assert_eq!(
            [0, 1, 2].map(|n| count(&fr, n)),
            ["0 poste", "1 poste", "2 postes"]
        );
        assert_eq!([0, 1, 2].map(|n| count(&en, n)), ["0 PCs", "1 PC", "2 PCs"]);
    }

    #[test]
    fn days_are_said_as_people_say_them() {
        let [fr, en] = voices();
        let first = jiff::civil::date(2026, 8, 1);
        assert_eq!(fr.long_day(first), "samedi 1er août 2026");
        assert_eq!(en.long_day(first), "Saturday 1 August 2026");
        assert_eq!(fr.short_day(first), "sam. 1");
        let at: Timestamp = "2026-11-25T08:05:00Z".parse().unwrap();
        assert_eq!(fr.when(at), "hier à 9\u{202f}h\u{202f}05");
        assert_eq!(en.when(at), "yesterday at 09:05");
    }
}
