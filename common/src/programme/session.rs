//! One time that people came together to learn.

use jiff::civil::{Date, Time};

use super::sheet::{BadField, Form, Noun, Sheet};
use super::vocabulary::{Level, SessionKind, SessionPlace, SessionState, Theme};
use crate::noun;

noun! {
    /// A session of a workshop, in a cycle or by itself.
    pub struct Session = 21 "session" "sessions", "Séances", "Sessions", prefix "W", alone false,
    via ["site"] {
        /// Numbered by the controller when it is left out.
        code: String = Form::Code, "Numéro", "Number", needed;
        site: String = Form::Names("site"), "Site", "Site", needed;
        cycle: Option<String> = Form::Names("cycle"), "Cycle", "Cycle";
        /// Whose names the sheet begins with.
        group: Option<String> = Form::Names("group"), "Groupe", "Group";
        on: Option<Date> = Form::Day, "Le", "On", needed;
        /// Local time of the beginning, such as 14:30.
        start: Option<String> = Form::Text(5), "Heure", "Start";
        minutes: Option<u32> = Form::Number(1, 1_440), "Minutes", "Minutes", needed;
        kind: Option<SessionKind> = Form::Word(SessionKind::words), "Type", "Kind", needed;
        place: Option<SessionPlace> = Form::Word(SessionPlace::words), "Lieu", "Place";
        level: Option<Level> = Form::Word(Level::words), "Niveau", "Level";
        themes: Vec<Theme> = Form::SomeOf(Theme::words), "Thèmes", "Themes";
        /// Seats offered.
        seats: Option<u32> = Form::Number(0, 500), "Places", "Seats";
        /// Absent is planned.
        state: Option<SessionState> = Form::Word(SessionState::words), "État", "State";
    }
}

impl Session {
    pub fn state(&self) -> SessionState {
        self.state.unwrap_or(SessionState::Planned)
    }
}

impl Noun for Session {
    const SHEET: &'static Sheet = &Session::TABLE;

    fn judge(&self, _: Option<&Self>) -> Vec<BadField> {
        let mut bad = Vec::new();
        let time = |text: &String| text.len() == 5 && Time::strptime("%H:%M", text).is_ok();
        if !self.start.as_ref().is_none_or(time) {
            bad.push(BadField::new(
                "start",
                "n’est pas une heure : l’écrire 14:30",
                "is no time of the day: write it 14:30",
            ));
        }
        if self.group.is_some() && self.cycle.is_none() {
            bad.push(BadField::new(
                "cycle",
                "manque : un groupe est celui d’un cycle",
                "is missing: a group is that of a cycle",
            ));
        }
        bad
    }
}
