//! The words of a programme's records, as people read them.

use super::Voice;

impl Voice {
    /// An amount of money, kept in cents: `1 234,50 €`, without cents where there are none.
    pub(crate) fn euros(&self, cents: i64) -> String {
        let sign = if cents < 0 { "−" } else { "" };
        let (euros, rest) = (cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
        let euros = self.number(i128::from(euros));
        let comma = self.say(",", ".");
        let amount = match rest {
            0 => format!("{sign}{euros}"),
            rest => format!("{sign}{euros}{comma}{rest:02}"),
        };
        self.unit(&amount, "€")
    }

    /// Whom to call about a line, and in whose name; `None` where nothing is known of it.
    pub(crate) fn hotline(&self, line: &declic_common::programme::Line) -> Option<String> {
        let operator = line.operator.as_deref();
        let call = match (operator, line.hotline.as_deref()) {
            (Some(operator), Some(number)) => format!("{operator}, {number}"),
            (Some(operator), None) => operator.to_owned(),
            (None, Some(number)) => number.to_owned(),
            (None, None) => String::new(),
        };
        let call = (!call.is_empty())
            .then(|| self.say(format!("Assistance : {call}"), format!("Hotline: {call}")));
        let holder = line.holder.map(|holder| {
            let holder = self.record_word(holder.as_str());
            self.say(
                format!("contrat au nom de : {holder}"),
                format!("contract held by: {holder}"),
            )
        });
        let parts: Vec<_> = call.into_iter().chain(holder).collect();
        (!parts.is_empty()).then(|| self.capital(parts.join(" ; ")))
    }

    /// A word of a record; itself where no language needs another one.
    pub(crate) fn record_word<'a>(&self, word: &'a str) -> &'a str {
        match word {
            "received" => self.say("reçue", "received"),
            "selected" => self.say("retenue", "selected"),
            "waiting_list" => self.say("liste d’attente", "waiting list"),
            "declined" => self.say("refusée", "declined"),
            "withdrawn" => self.say("retirée", "withdrawn"),
            "no_interest" => self.say("pas d’intérêt", "no interest"),
            "cost" => self.say("coût", "cost"),
            "skills" => self.say("savoir-faire", "skills"),
            "privacy" => self.say("vie privée", "privacy"),
            "moved" => self.say("déménagement", "moved"),
            "other" => self.say("autre", "other"),
            "alone" => self.say("personne seule", "alone"),
            "single_parent" => self.say("parent seul", "single parent"),
            "couple" => self.say("couple", "couple"),
            "couple_with_children" => self.say("couple avec enfants", "couple with children"),
            "moins_de_douze" => self.say("moins de 12 ans", "under 12"),
            "douze_dix_huit" => self.say("12 à 18 ans", "12 to 18"),
            "dix_huit_vingt_quatre" => self.say("18 à 24 ans", "18 to 24"),
            "vingt_cinq_trente_neuf" => self.say("25 à 39 ans", "25 to 39"),
            "quarante_cinquante_neuf" => self.say("40 à 59 ans", "40 to 59"),
            "soixante_soixante_neuf" => self.say("60 à 69 ans", "60 to 69"),
            "soixante_dix_plus" => self.say("70 ans et plus", "70 and over"),
            "non_communique" => self.say("non communiqué", "not told"),
            "masculin" => self.say("masculin", "male"),
            "feminin" => self.say("féminin", "female"),
            "scolarise" => self.say("scolarisé", "pupil or student"),
            "sans_emploi" => self.say("sans emploi", "without work"),
            "en_emploi" => self.say("en emploi", "in work"),
            "retraite" => self.say("retraité", "retired"),
            "household" => self.say("foyer", "household"),
            "carrier" => self.say("porteur", "carrier"),
            "landlord" => self.say("bailleur", "landlord"),
            "city" => self.say("ville", "city"),
            "start" => self.say("début", "start"),
            "end" => self.say("fin", "end"),
            "daily" => self.say("chaque jour", "daily"),
            "weekly" => self.say("chaque semaine", "weekly"),
            "rare" => self.say("rarement", "rarely"),
            "never" => self.say("jamais", "never"),
            "yes" => self.say("oui", "yes"),
            "partly" => self.say("en partie", "partly"),
            "no" => self.say("non", "no"),
            "not_concerned" => self.say("pas concerné", "not concerned"),
            "not_reached" => self.say("pas joint", "not reached"),
            "refused" => self.say("refus", "refused"),
            "left" => self.say("parti", "left"),
            "skill" => self.say("savoir-faire de 0 à 4", "skill from 0 to 4"),
            "frequency" => self.say("fréquence", "frequency"),
            "effect" => self.say("effet", "effect"),
            "yes_no" => self.say("oui ou non", "yes or no"),
            "words" => self.say("texte", "text"),
            "equipment" => self.say("matériel", "equipment"),
            "refurbishing" => self.say("reconditionnement", "refurbishing"),
            "connection" => self.say("connexion", "connection"),
            "premises" => self.say("locaux", "premises"),
            "staff" => self.say("personnel", "staff"),
            "coordination" => "coordination",
            "technical" => self.say("technique", "technical"),
            "volunteer" => self.say("bénévolat", "volunteers"),
            "association" => "association",
            "school" => self.say("établissement scolaire", "school"),
            "company" => self.say("entreprise", "company"),
            "fr" => self.say("français", "French"),
            "en" => self.say("anglais", "English"),
            "training" => self.say("formation", "training"),
            "maintenance" => self.say("maintenance", "maintenance"),
            "communication" => self.say("communication", "communication"),
            "evaluation" => self.say("évaluation", "evaluation"),
            word => self.work_word(word),
        }
    }
}

#[cfg(test)]
mod tests {
    use declic_common::Lang;
    use declic_common::programme::{Form, SHEETS};

    use super::*;

    #[test]
    fn every_word_of_a_record_has_its_french() {
        let french = Voice::new(Lang::Fr, jiff::Timestamp::UNIX_EPOCH);
        let same = [
            "couple",
            "communication",
            "coordination",
            "maintenance",
            "masculin",
            "usage",
            "individuel",
            "collectif",
            "domicile",
            "autre",
            "aucun",
            "autonome",
            "ordinateur",
            "tablette",
            "administration",
            "bureautique",
            "entrepreneuriat",
            "logement",
            "justice",
            "associations",
        ];
        for sheet in SHEETS {
            for field in sheet.fields {
                let (Form::Word(words) | Form::SomeOf(words)) = field.form else {
                    continue;
                };
                for word in words() {
                    let told = french.record_word(word);
                    assert!(
                        told != word || same.contains(&word),
                        "{} {word}",
                        sheet.word
                    );
                }
            }
        }
    }
}
