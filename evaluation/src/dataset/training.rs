//! Rows about the workshop: sessions, who came, and help given to one person.

use jiff::civil::Date;

use super::column::Key;
use super::table::table;
use crate::vocabulary::{Autonomy, Equipment, Level, MediationPlace, SessionKind, Theme};

table! {
    pub struct Session in "sessions" key ["session"] {
        session: Key, "Pseudonym of the session";
        site: String, "Site";
        cycle: Option<Key>, "Pseudonym of the cycle that it belongs to";
        day: Date, "Local day";
        kind: SessionKind, "Individual or group";
        place: Option<MediationPlace>, "Where";
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
        participant: Key, "Pseudonym of who came; the same as in persons where the person is declared, another one each time for whoever walks in";
        household: Option<Key>, "Household of the programme, if the person lives in one";
        attended_minutes: Option<u32>, "Time attended";
        autonomy: Option<Autonomy>, "Autonomy at the end";
    }
    about "Who came to which session";

    pub struct Assistance in "assistance" key ["assistance"] {
        assistance: Key, "Pseudonym of the help";
        site: String, "Site";
        day: Date, "Local day";
        household: Option<Key>, "Household of the programme, if it was one";
        place: Option<MediationPlace>, "Where";
        given_minutes: Option<u32>, "Time given";
        autonomy: Option<Autonomy>, "Autonomy at the end";
        equipment: Option<Equipment>, "What it was done on; the first of the list, if it was several";
    }
    about "Help given to one person outside of sessions";

    pub struct AssistanceTheme in "assistance_themes" key ["assistance", "theme"] {
        assistance: Key, "Help";
        theme: Theme, "Theme of the CRA";
    }
    about "What help was about";
}
