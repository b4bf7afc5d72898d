//! The roll as a form: one row a person, filled in by the keyboard, and read back into what the
//! register takes. What is kept is shown by the same fields as what was typed.

use std::collections::BTreeMap;

use declic_common::programme::vocabulary::{AgeBand, Autonomy, Gender};
use declic_common::programme::workshop::{NewRoll, Present, SessionSheet};
use declic_common::programme::{Attendance, BadField};

use super::super::Fields;

/// Rows for those who walk in, and for people of other groups.
const STRANGERS_LEAST: usize = 2;
const OTHERS: usize = 2;
/// Nobody offers more rows than that on one page.
const ROWS_MAX: usize = 60;

/// Somebody was not there.
pub(super) const ABSENT: &str = "non";
/// Somebody was there, and nobody said how much help they needed.
pub(super) const THERE: &str = "oui";

/// What is in the fields of the form.
#[derive(Clone, Debug, Default)]
pub(super) struct Typed(BTreeMap<String, String>);

/// Who a row of the form is for: the fields of a row begin with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Row {
    /// Of the sheet, by their code.
    Person(String),
    /// Chosen from all persons.
    Other(usize),
    /// Somebody who walked in.
    Stranger(usize),
}

impl Row {
    pub(super) fn name(&self) -> String {
        match self {
            Row::Person(code) => format!("p.{code}"),
            Row::Other(n) => format!("o.{n}"),
            Row::Stranger(n) => format!("w.{n}"),
        }
    }
}

/// What somebody typed cannot be read as a seat.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoNumber(pub(super) String);

/// A roll, and the row of each that is present.
pub(super) type Placed = (NewRoll, Vec<Row>);

impl Typed {
    pub(super) fn sent(fields: Fields) -> Self {
        let fields = fields.into_iter();
        Typed(
            fields
                .map(|(name, text)| (name, text.trim().to_owned()))
                .collect(),
        )
    }

    /// The fields of what is kept. With `everybody`, whoever is not entered yet is there.
    pub(super) fn kept(sheet: &SessionSheet, came: &[Attendance], everybody: bool) -> Self {
        let mut typed = Typed::default();
        let entered: BTreeMap<&str, &Attendance> = came
            .iter()
            .filter_map(|one| Some((one.person.as_deref()?, one)))
            .collect();
        for line in &sheet.lines {
            let Some(code) = &line.person else { continue };
            let row = Row::Person(code.clone());
            match entered.get(code.as_str()) {
                Some(one) => typed.enter(&row, one),
                None if everybody && !line.needs_authorisation => {
                    typed.put(&row, "venue", THERE);
                }
                None => typed.put(&row, "venue", ABSENT),
            }
        }
        let strangers = came.iter().filter(|one| one.person.is_none());
        for (n, one) in strangers.enumerate() {
            let row = Row::Stranger(n + 1);
            typed.enter(&row, one);
            let words = [
                ("age", one.age.map(AgeBand::as_str)),
                ("genre", one.gender.map(Gender::as_str)),
                (
                    "parent",
                    one.with_parent.filter(|with| *with).map(|_| THERE),
                ),
                ("code", Some(one.code.as_str())),
            ];
            for (field, word) in words {
                typed.put(&row, field, word.unwrap_or(""));
            }
        }
        typed
    }

    fn enter(&mut self, row: &Row, one: &Attendance) {
        let seat = one.seat.map(|seat| seat.to_string());
        self.put(row, "venue", one.autonomy.map_or(THERE, Autonomy::as_str));
        self.put(row, "poste", &seat.unwrap_or_default());
        self.put(
            row,
            "signe",
            if one.signed == Some(true) { THERE } else { "" },
        );
    }

    fn put(&mut self, row: &Row, field: &str, word: &str) {
        if !word.is_empty() {
            self.0
                .insert(format!("{}.{field}", row.name()), word.to_owned());
        }
    }

    /// A field of a row; empty where nothing was typed.
    pub(super) fn of(&self, row: &Row, field: &str) -> &str {
        self.plain(&format!("{}.{field}", row.name()))
    }

    /// A field of the form itself.
    pub(super) fn plain(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// All rows of the form: those of the sheet, then others, then those who walk in.
    pub(super) fn rows(&self, sheet: &SessionSheet) -> Vec<Row> {
        let people = sheet.lines.iter().filter_map(|line| line.person.clone());
        let mut rows: Vec<Row> = people.map(Row::Person).collect();
        let free = sheet.lines.len().saturating_sub(rows.len());
        rows.extend((1..=OTHERS).map(Row::Other));
        let typed = (1..=ROWS_MAX).rev().find(|n| {
            let row = Row::Stranger(*n);
            !self.of(&row, "age").is_empty()
        });
        let strangers = free
            .max(STRANGERS_LEAST)
            .max(typed.map_or(0, |n| n + 1))
            .min(ROWS_MAX);
        rows.extend((1..=strangers).map(Row::Stranger));
        rows
    }

    /// Whether a row says that somebody was there.
    pub(super) fn is_there(&self, row: &Row) -> bool {
        match row {
            Row::Person(_) => !matches!(self.of(row, "venue"), "" | ABSENT),
            Row::Other(_) => !self.of(row, "personne").is_empty(),
            Row::Stranger(_) => !self.of(row, "age").is_empty(),
        }
    }

    /// The roll that the form tells, and the row of each that is present, in their order. What no
    /// field of the form asks for stays as it was entered.
    pub(super) fn roll(
        &self,
        sheet: &SessionSheet,
        came: &[Attendance],
    ) -> Result<Placed, Vec<(Row, NoNumber)>> {
        let (mut present, mut places, mut bad) = (Vec::new(), Vec::new(), Vec::new());
        for row in self.rows(sheet) {
            if !self.is_there(&row) {
                continue;
            }
            match self.present(&row, came) {
                Ok(one) => {
                    present.push(one);
                    places.push(row);
                }
                Err(why) => bad.push((row, why)),
            }
        }
        let roll = NewRoll {
            present,
            state: None,
            version: self.plain("version").parse().ok(),
        };
        match bad.is_empty() {
            true => Ok((roll, places)),
            false => Err(bad),
        }
    }

    fn present(&self, row: &Row, came: &[Attendance]) -> Result<Present, NoNumber> {
        let person = match row {
            Row::Person(code) => Some(code.clone()),
            Row::Other(_) => Some(self.of(row, "personne").to_owned()),
            Row::Stranger(_) => None,
        };
        let kept = came.iter().find(|one| match &person {
            Some(person) => one.person.as_ref() == Some(person),
            None => one.person.is_none() && one.code == self.of(row, "code"),
        });
        let seat = match self.of(row, "poste") {
            "" => None,
            text => Some(text.parse().map_err(|_| NoNumber(text.to_owned()))?),
        };
        let is_known = person.is_some();
        let of_stranger = |word: &'static str| (!is_known).then(|| self.of(row, word));
        Ok(Present {
            person,
            age: of_stranger("age").and_then(AgeBand::from_word),
            gender: of_stranger("genre").and_then(Gender::from_word),
            status: kept.and_then(|one| one.status),
            with_parent: of_stranger("parent")
                .filter(|word| *word == THERE)
                .map(|_| true),
            seat,
            minutes: kept.and_then(|one| one.minutes),
            autonomy: Autonomy::from_word(self.of(row, "venue")),
            redirected_to: kept.and_then(|one| one.redirected_to),
            signed: (self.of(row, "signe") == THERE).then_some(true),
        })
    }
}

/// The row that a fault of the roll is about, and its field; `None` for the roll as a whole.
pub(super) fn place_of<'a>(bad: &'a BadField, places: &'a [Row]) -> Option<(&'a Row, &'a str)> {
    let rest = bad.field.strip_prefix("present ")?;
    let (n, field) = rest.split_once(' ').unwrap_or((rest, ""));
    let n: usize = n.parse().ok()?;
    Some((places.get(n.checked_sub(1)?)?, field))
}

#[cfg(test)]
mod tests {
    use declic_common::programme::workshop::SheetLine;

    use super::*;

    fn sheet() -> SessionSheet {
        let line = |code: &str| SheetLine {
            person: Some(code.to_owned()),
            ..SheetLine::default()
        };
        let mut lines = vec![line("P-0001"), line("P-0002")];
        lines.extend(std::iter::repeat_with(SheetLine::default).take(8));
        SessionSheet {
            programme_name: String::new(),
            site_name: String::new(),
            workshop: None,
            cycle_name: None,
            session: Default::default(),
            lines,
            seats_down: Vec::new(),
            version: 7,
        }
    }

    fn typed(fields: &[(&str, &str)]) -> Typed {
        let fields = fields.iter();
        Typed::sent(
            fields
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect(),
        )
    }

    #[test]
    fn who_is_there_is_on_the_roll_and_nobody_else() {
        let typed = typed(&[
            ("version", "7"),
            ("p.P-0001.venue", "autonome"),
            ("p.P-0001.poste", "3"),
            ("p.P-0001.signe", "oui"),
            ("p.P-0002.venue", "non"),
            ("o.1.personne", "P-0009"),
            ("w.2.age", "soixante_dix_plus"),
            ("w.2.genre", "feminin"),
        ]);
        let (roll, places) = typed.roll(&sheet(), &[]).unwrap();
        assert_eq!(roll.version, Some(7));
        let first = &roll.present[0];
        assert_eq!(first.person.as_deref(), Some("P-0001"));
        assert_eq!((first.seat, first.signed), (Some(3), Some(true)));
        assert_eq!(first.autonomy, Some(Autonomy::Alone));
        assert_eq!(roll.present[1].person.as_deref(), Some("P-0009"));
        assert_eq!(roll.present[2].age, Some(AgeBand::From70));
        assert_eq!(roll.present.len(), 3);
        assert_eq!(places[2], Row::Stranger(2));
    }

    #[test]
    fn what_was_entered_is_in_the_form_and_comes_back_as_it_was() {
        let came = vec![
            Attendance {
                code: "V-0001".to_owned(),
                person: Some("P-0001".to_owned()),
                minutes: Some(30),
                seat: Some(2),
                ..Attendance::default()
            },
            Attendance {
                code: "V-0002".to_owned(),
                age: Some(AgeBand::From12),
                with_parent: Some(true),
                status: Some(declic_common::programme::vocabulary::SocialStatus::Pupil),
                ..Attendance::default()
            },
        ];
        let typed = Typed::kept(&sheet(), &came, false);
        let (roll, _) = typed.roll(&sheet(), &came).unwrap();
        assert_eq!(roll.present[0].minutes, Some(30));
        assert_eq!(roll.present[0].seat, Some(2));
        assert_eq!(roll.present[1].status, came[1].status);
        assert_eq!(roll.present[1].with_parent, Some(true));
        assert_eq!(roll.present.len(), 2);
    }

    #[test]
    fn everybody_is_there_but_who_may_not_be_entered() {
        let mut sheet = sheet();
        sheet.lines[1].needs_authorisation = true;
        let (roll, _) = Typed::kept(&sheet, &[], true).roll(&sheet, &[]).unwrap();
        assert_eq!(roll.present.len(), 1);
    }

    #[test]
    fn a_seat_that_is_no_number_is_told_in_its_row() {
        let typed = typed(&[("w.1.age", "non_communique"), ("w.1.poste", "x")]);
        let bad = typed.roll(&sheet(), &[]).unwrap_err();
        assert_eq!(bad, [(Row::Stranger(1), NoNumber("x".to_owned()))]);
    }

    #[test]
    fn a_fault_of_the_roll_finds_its_row() {
        let places = [Row::Other(1), Row::Stranger(2)];
        let bad = BadField::new("present 2 with_parent", "", "");
        assert_eq!(
            place_of(&bad, &places),
            Some((&Row::Stranger(2), "with_parent"))
        );
        assert_eq!(place_of(&BadField::new("state", "", ""), &places), None);
    }
}
