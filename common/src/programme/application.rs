//! A household that asks to take part, and what became of it.

use jiff::civil::Date;

use super::sheet::{BadField, Form, Noun, Sheet};
use super::vocabulary::{ApplicationState, OutReason};
use crate::noun;

noun! {
    /// A household that asks to take part.
    pub struct Application = 4 "application" "applications", "Candidatures", "Applications",
    prefix "A", alone false, via ["site"] {
        /// Numbered by the controller when it is left out.
        code: String = Form::Code, "Numéro", "Number", needed;
        site: String = Form::Names("site"), "Site", "Site", needed;
        quarter: Option<String> = Form::Text(120), "Quartier", "Quarter";
        received_on: Option<Date> = Form::Day, "Reçue le", "Received on", needed;
        /// Received, when it is left out: whoever sends a table has not decided yet.
        state: Option<ApplicationState> = Form::Word(ApplicationState::words), "État", "State";
        decided_on: Option<Date> = Form::Day, "Décidée le", "Decided on";
        /// Why it was declined or withdrawn.
        reason: Option<OutReason> = Form::Word(OutReason::words), "Motif", "Reason";
        /// Criterion of the call: they live near the workshop.
        near_workshop: Option<bool> = Form::Flag, "Près de l’atelier", "Near the workshop";
        /// Criterion of the call: no PC or no connection, or nobody who can use them.
        digitally_excluded: Option<bool> = Form::Flag, "Exclu du numérique", "Digitally excluded";
        /// Criterion of the call: they ask for themselves, and agree to the workshop.
        volunteer: Option<bool> = Form::Flag, "Volontaire", "Volunteer";
        persons: Option<u32> = Form::Number(1, 30), "Personnes", "Persons";
        /// Of them, those under 18.
        children: Option<u32> = Form::Number(0, 30), "Enfants", "Children";
        note: Option<String> = Form::Words(2_000), "Remarque", "Note", words;
    }
}

impl Noun for Application {
    const SHEET: &'static Sheet = &Application::TABLE;

    fn judge(&self, before: Option<&Self>) -> Vec<BadField> {
        let mut bad = Vec::new();
        let state = self.state.unwrap_or(ApplicationState::Received);
        if state.is_out() && self.reason.is_none() {
            bad.push(BadField::new(
                "reason",
                "manque : dire pourquoi elle est refusée ou retirée",
                "is missing: say why it was declined or withdrawn",
            ));
        }
        if !state.is_out() && self.reason.is_some() {
            bad.push(BadField::new(
                "reason",
                "ne se donne qu’à une candidature refusée ou retirée ; le vider",
                "is for what was declined or withdrawn; leave it empty",
            ));
        }
        if state == ApplicationState::Selected {
            let criteria = [
                ("near_workshop", self.near_workshop),
                ("digitally_excluded", self.digitally_excluded),
                ("volunteer", self.volunteer),
            ];
            for (field, _) in criteria.iter().filter(|(_, answer)| answer.is_none()) {
                bad.push(BadField::new(
                    field,
                    "manque : répondre oui ou non avant de retenir la candidature",
                    "is missing: answer yes or no before it is selected",
                ));
            }
        }
        if let (Some(received), Some(decided)) = (self.received_on, self.decided_on)
            && decided < received
        {
            bad.push(BadField::new(
                "decided_on",
                "précède la réception",
                "comes before it was received",
            ));
        }
        if self.children.unwrap_or(0) > self.persons.unwrap_or(u32::MAX) {
            bad.push(BadField::new(
                "children",
                "sont plus nombreux que les personnes",
                "are more than the persons",
            ));
        }
        // Whoever withdrew may apply anew; nobody is selected behind their back.
        let was = before.and_then(|before| before.state);
        if was.is_some_and(ApplicationState::is_out) && state.is_decided() && was != Some(state) {
            bad.push(BadField::new(
                "state",
                "a été refusée ou retirée : la remettre d’abord à « received »",
                "was declined or withdrawn: put it back to received first",
            ));
        }
        bad
    }
}
