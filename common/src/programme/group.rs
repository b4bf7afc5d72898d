//! Who follows a cycle together.

use jiff::civil::Date;

use super::sheet::{BadField, Form, Noun, Sheet};
use crate::noun;

noun! {
    /// People who follow a cycle together. Their first names stand on the sheet of each session.
    pub struct Group = 19 "group" "groups", "Groupes", "Groups", prefix "", alone false, via ["cycle"] {
        code: String = Form::Code, "Code", "Code", needed;
        cycle: String = Form::Names("cycle"), "Cycle", "Cycle", needed;
        /// Such as `mardi matin`; never a list of people.
        name: Option<String> = Form::Text(120), "Nom", "Name";
    }
}

noun! {
    /// Somebody of a group.
    pub struct Member = 20 "member" "members", "Inscrits", "Members", prefix "M", alone false,
    via ["group"] {
        /// Numbered by the controller when it is left out.
        code: String = Form::Code, "Numéro", "Number", needed;
        group: String = Form::Names("group"), "Groupe", "Group", needed;
        person: String = Form::Names("person"), "Personne", "Person", needed;
        joined_on: Option<Date> = Form::Day, "Depuis le", "Since";
        left_on: Option<Date> = Form::Day, "Parti le", "Left on";
    }
}

impl Member {
    /// Whether they are of the group on a day.
    pub fn is_there(&self, day: Date) -> bool {
        self.joined_on.is_none_or(|joined| joined <= day)
            && self.left_on.is_none_or(|left| day < left)
    }
}

impl Noun for Group {
    const SHEET: &'static Sheet = &Group::TABLE;

    fn judge(&self, _: Option<&Self>) -> Vec<BadField> {
        Vec::new()
    }
}

impl Noun for Member {
    const SHEET: &'static Sheet = &Member::TABLE;

    fn judge(&self, _: Option<&Self>) -> Vec<BadField> {
        match (self.joined_on, self.left_on) {
            (Some(joined), Some(left)) if left < joined => vec![BadField::new(
                "left_on",
                "précède le début",
                "comes before they joined",
            )],
            _ => Vec::new(),
        }
    }
}
