//! The programme itself: what was promised to whom, and its legal sheet.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::sheet::{BadField, Form, Noun, Sheet};
use super::vocabulary::PartnerKind;
use crate::noun;

/// Who gives money, and how much at most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Funder {
    pub name: String,
    /// In euro cents; none promised when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap_cents: Option<u64>,
}

/// Who takes part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Partner {
    pub name: String,
    /// What they bring.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brings: Option<String>,
    /// The day of their letter of intent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letter_on: Option<Date>,
    /// What they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<PartnerKind>,
}

/// How many households of a quarter were told about the programme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Approached {
    pub quarter: String,
    pub households: u32,
}

noun! {
    /// What a city or a carrier runs.
    pub struct Programme = 1 "programme" "programmes", "Programmes", "Programmes",
    prefix "", alone true, via [] {
        code: String = Form::Code, "Code", "Code", needed;
        name: String = Form::Text(120), "Nom", "Name", needed;
        /// Who runs it.
        carrier: Option<String> = Form::Text(120), "Porteur", "Carrier";
        begins_on: Option<Date> = Form::Day, "Début", "Begins on";
        /// The last day.
        ends_on: Option<Date> = Form::Day, "Fin", "Ends on";
        /// Homes to be equipped.
        target_homes: Option<u32> = Form::Number(1, 100_000), "Foyers visés", "Homes to equip";
        quarters: Vec<String> = Form::Texts(50), "Quartiers", "Quarters";
        approached: Vec<Approached> = Form::Rows(rows::<Approached>), "Foyers approchés", "Households approached";
        funders: Vec<Funder> = Form::Rows(rows::<Funder>), "Financeurs", "Funders";
        partners: Vec<Partner> = Form::Rows(rows::<Partner>), "Partenaires", "Partners";
        premises: Option<String> = Form::Text(300), "Locaux", "Premises";
        staff_hours_per_week: Option<u32> = Form::Number(0, 10_000), "Heures de travail par semaine", "Staff hours per week";
        /// What a household pays, in words.
        tariff: Option<String> = Form::Text(300), "Tarif", "Tariff";
        /// In euro cents a month.
        tariff_cents: Option<u32> = Form::Number(0, 100_000), "Ce qu’un foyer paie par mois, en centimes", "What a household pays a month, in cents";
        /// Simulated homes, a test, a training: no real household is behind its codes.
        demonstration: bool = Form::Flag, "Démonstration", "Demonstration";
        /// Legal sheet: who answers for the data (article 4 of the GDPR).
        legal_controller: Option<String> = Form::Text(200), "Responsable du traitement", "Data controller";
        /// Legal sheet: whom a household writes to about its data.
        legal_contact: Option<String> = Form::Text(200), "Contact pour les données", "Data-protection contact";
        /// Legal sheet: the version of the notice that households are given.
        legal_notice: Option<String> = Form::Text(60), "Version de la notice", "Version of the notice";
        /// Legal sheet: the day of the impact assessment.
        legal_assessed_on: Option<Date> = Form::Day, "Analyse d’impact du", "Impact assessed on";
    }
}

/// Longest list of rows, as JSON. A record has room for a few of them.
const ROWS_BYTES: usize = 8_000;

/// Rows of a shape of their own.
fn rows<T: serde::de::DeserializeOwned>(value: &Value) -> Result<(), String> {
    if value.to_string().len() > ROWS_BYTES {
        return Err(format!("longer than {ROWS_BYTES} bytes"));
    }
    if has_control(value) {
        return Err("a text of several lines".to_owned());
    }
    let rows = serde_json::from_value::<Vec<T>>(value.clone());
    rows.map(drop).map_err(|error| error.to_string())
}

fn has_control(value: &Value) -> bool {
    match value {
        Value::String(text) => text.chars().any(char::is_control),
        Value::Array(items) => items.iter().any(has_control),
        Value::Object(fields) => fields.values().any(has_control),
        _ => false,
    }
}

impl Programme {
    /// Fields of the legal sheet that are still empty; none where no real household is.
    pub fn legal_gaps(&self) -> Vec<&'static str> {
        if self.demonstration {
            return Vec::new();
        }
        let sheet = [
            ("legal_controller", self.legal_controller.is_none()),
            ("legal_contact", self.legal_contact.is_none()),
            ("legal_notice", self.legal_notice.is_none()),
            ("legal_assessed_on", self.legal_assessed_on.is_none()),
        ];
        sheet
            .iter()
            .filter(|(_, empty)| *empty)
            .map(|(name, _)| *name)
            .collect()
    }

    /// Households that were told about it, all quarters together; `None` if nobody counted.
    pub fn households_approached(&self) -> Option<u64> {
        let counts = self.approached.iter().map(|row| u64::from(row.households));
        (!self.approached.is_empty()).then(|| counts.sum())
    }
}

impl Noun for Programme {
    const SHEET: &'static Sheet = &Programme::TABLE;

    fn judge(&self, before: Option<&Self>) -> Vec<BadField> {
        let mut bad = Vec::new();
        if let (Some(begins), Some(ends)) = (self.begins_on, self.ends_on)
            && ends < begins
        {
            bad.push(BadField::new(
                "ends_on",
                "la fin précède le début",
                "the end comes before the beginning",
            ));
        }
        for (n, row) in self.approached.iter().enumerate() {
            let again = self.approached[..n]
                .iter()
                .any(|other| other.quarter == row.quarter);
            if again {
                bad.push(BadField::new(
                    "approached",
                    format!(
                        "le quartier {} y est deux fois ; garder une ligne",
                        row.quarter
                    ),
                    format!("the quarter {} is there twice; keep one row", row.quarter),
                ));
            }
        }
        // The other way round, simulated homes would count as households.
        let was_real = before.is_some_and(|before| !before.demonstration);
        if was_real && self.demonstration {
            bad.push(BadField::new(
                "demonstration",
                "un vrai programme ne devient pas une démonstration ; en ouvrir une autre",
                "a real programme does not become a demonstration; open another one",
            ));
        }
        // With homes in it already, a programme must not turn real, or stay so, without it.
        if let Some(before) = before
            && !self.demonstration
        {
            let gaps = self.legal_gaps();
            let were = before.legal_gaps();
            let lost = gaps.iter().filter(|gap| !were.contains(gap));
            bad.extend(lost.map(|gap| {
                BadField::new(
                    gap,
                    "manque : la fiche légale d’un vrai programme reste remplie",
                    "is missing: the legal sheet of a real programme stays filled in",
                )
            }));
        }
        bad
    }
}
