//! The national file of places of digital mediation: one line a workshop.

use std::io::{self, Write};

use crate::dataset::{Column, Dataset, Site};

/// The columns of the standard, version 1.0, in its order.
const COLUMNS: [&str; 32] = [
    "id",
    "pivot",
    "nom",
    "commune",
    "code_postal",
    "code_insee",
    "adresse",
    "complement_adresse",
    "latitude",
    "longitude",
    "typologie",
    "telephone",
    "courriels",
    "site_web",
    "horaires",
    "presentation_resume",
    "presentation_detail",
    "source",
    "itinerance",
    "structure_parente",
    "date_maj",
    "services",
    "publics_specifiquement_adresses",
    "prise_en_charge_specifique",
    "frais_a_charge",
    "dispositif_programmes_nationaux",
    "formations_labels",
    "autres_formations_labels",
    "modalites_acces",
    "modalites_accompagnement",
    "fiche_acces_libre",
    "prise_rdv",
];

const SERVICES: &str = "Maîtrise des outils numériques du quotidien|Aide aux démarches administratives|\
    Accès internet et matériel informatique";

/// A workshop that cannot be in the file, and the columns that it would need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    pub site: String,
    pub lacks: Vec<&'static str>,
}

/// Writes the workshops that have what the standard requires, and tells which have not.
pub fn places(data: &Dataset, to: impl Write) -> io::Result<Vec<LeftOut>> {
    let mut csv = csv::Writer::from_writer(to);
    csv.write_record(COLUMNS)?;
    let mut left_out = Vec::new();
    for site in &data.sites {
        let lacks = lacks(site);
        if lacks.is_empty() {
            csv.write_record(COLUMNS.map(|column| value(site, column)))?;
        } else {
            left_out.push(LeftOut {
                site: site.site.clone(),
                lacks,
            });
        }
    }
    csv.flush()?;
    Ok(left_out)
}

fn lacks(site: &Site) -> Vec<&'static str> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = |column: &str, value: &str| match column {
        "pivot" => {
            (9..=14).contains(&value.len())
                && value.bytes().all(|byte| byte.is_ascii_alphanumeric())
        }
        "code_postal" => value.len() == 5 && digits(value),
        _ => !value.is_empty(),
    };
    let required = [
        "id",
        "pivot",
        "nom",
        "commune",
        "code_postal",
        "adresse",
        "date_maj",
    ];
    required
        .into_iter()
        .filter(|column| !fits(column, &value(site, column)))
        .collect()
}

fn value(site: &Site, column: &str) -> String {
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    match column {
        "id" => site.site.clone(),
        "pivot" => optional(&site.pivot),
        "nom" => site.name.clone(),
        "commune" => optional(&site.commune),
        "code_postal" => optional(&site.postal_code),
        "code_insee" => optional(&site.insee_code),
        "adresse" => optional(&site.address),
        "latitude" => site.latitude.cell().to_string(),
        "longitude" => site.longitude.cell().to_string(),
        "telephone" => optional(&site.phone),
        "site_web" => optional(&site.website),
        "horaires" => optional(&site.opening_hours),
        "presentation_resume" => {
            format!(
                "Atelier de {} postes en réseau, au pied de l’immeuble.",
                site.seats
            )
        }
        "source" => "Déclic".to_owned(),
        "itinerance" => "Fixe".to_owned(),
        "date_maj" => site.updated_on.to_string(),
        "services" => SERVICES.to_owned(),
        "modalites_acces" => "Se présenter".to_owned(),
        "modalites_accompagnement" => {
            "Dans un atelier collectif|Accompagnement individuel".to_owned()
        }
        _ => String::new(),
    }
}
