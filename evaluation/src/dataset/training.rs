//! Rows about the workshop: sessions, who came, and help given to one person.

use jiff::civil::Date;

use super::column::Key;
use super::table::table;
use crate::vocabulary::{Autonomy, Equipment, Level, MediationPlace, SessionKind, Theme};

table! {
    pub struct Session in "sessions" key ["session"] {
        session: Key, "Pseudonym of the session";
        site: String, "Site";
        day: Date, "Local day";
        kind: SessionKind, "Individual or group";
        place: MediationPlace, "Where";
        level: Option<Level>, "For whom";
        length_minutes: u32, "Planned length";
        seats: u32, "Seats offered";
    }
    about "Sessions of the workshop that took place";

    pub struct SessionTheme in "session_themes" key ["session", "theme"] {
        session: Key, "Session";
        theme: Theme, "Theme of the CRA";
    }
    about "What sessions were about";

    pub struct Attendance in "attendance" key ["session", "participant"] {
        session: Key, "Session";
        participant: Key, "Pseudonym of who came; the same as in persons where the person is declared";
        household: Option<Key>, "Household of the programme, if the person lives in one";
        attended_minutes: Option<u32>, "Time attended";
        autonomy: Option<Autonomy>, "Autonomy at the end";
    }
    about "Who came to which session";

    pub struct Assistance in "assistance" key [] {
        site: String, "Site";
        day: Date, "Local day";
        household: Option<Key>, "Household of the programme, if it was one";
        place: MediationPlace, "Where";
        theme: Theme, "Theme of the CRA";
        given_minutes: u32, "Time given";
        autonomy: Option<Autonomy>, "Autonomy at the end";
        equipment: Option<Equipment>, "What it was done on";
    }
    about "Help given to one person outside of sessions";
}
