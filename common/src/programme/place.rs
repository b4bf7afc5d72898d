//! A site: a quarter or place of a programme, with its workshop.

use super::sheet::{BadField, Form, Noun, Sheet};
use crate::noun;

noun! {
    /// A quarter or place of a programme, with its workshop. Devices carry its code as their site.
    pub struct Site = 2 "site" "sites", "Sites", "Sites", prefix "", alone true, via ["code"] {
        code: String = Form::Code, "Code", "Code", needed;
        name: String = Form::Text(120), "Nom", "Name", needed;
        workshop: Option<String> = Form::Text(120), "Atelier", "Workshop";
        workshop_address: Option<String> = Form::Text(300), "Adresse de l’atelier", "Address of the workshop";
        /// Networked posts of the workshop.
        seats: Option<u32> = Form::Number(0, 500), "Postes de l’atelier", "Seats of the workshop";
        surface_m2: Option<u32> = Form::Number(1, 100_000), "Surface de l’atelier (m²)", "Surface of the workshop (m²)";
        /// Whoever runs the workshop: SIRET (14 digits) or RNA (W and 9 digits).
        pivot: Option<String> = Form::Text(14), "SIRET ou RNA de qui tient l’atelier", "SIRET or RNA of who runs the workshop";
        commune: Option<String> = Form::Text(80), "Commune", "Commune";
        postal_code: Option<String> = Form::Text(5), "Code postal", "Postal code";
        insee_code: Option<String> = Form::Text(5), "Code INSEE de la commune", "INSEE code of the commune";
        /// Degrees north, as maps write them.
        latitude: Option<String> = Form::Text(12), "Latitude (degrés)", "Latitude (degrees)";
        /// Degrees east.
        longitude: Option<String> = Form::Text(12), "Longitude (degrés)", "Longitude (degrees)";
        /// As OpenStreetMap writes them.
        opening_hours: Option<String> = Form::Text(200), "Horaires (Mo-Fr 14:00-18:00)", "Opening hours (Mo-Fr 14:00-18:00)";
        /// Of the workshop, which is a public place.
        workshop_phone: Option<String> = Form::Text(20), "Téléphone de l’atelier", "Telephone of the workshop";
        website: Option<String> = Form::Text(200), "Site internet de l’atelier", "Web page of the workshop";
        /// Organisations that own the buildings. No person of theirs has an account here.
        landlords: Vec<String> = Form::Texts(20), "Bailleurs", "Landlords";
    }
}

impl Noun for Site {
    const SHEET: &'static Sheet = &Site::TABLE;

    fn judge(&self, _: Option<&Self>) -> Vec<BadField> {
        let checks: [(&str, &Option<String>, Check, &str, &str); 6] = [
            (
                "pivot",
                &self.pivot,
                is_pivot,
                "n’est ni un SIRET (14 chiffres) ni un RNA (W et 9 chiffres)",
                "is neither a SIRET (14 digits) nor an RNA (W and 9 digits)",
            ),
            (
                "postal_code",
                &self.postal_code,
                |text| text.len() == 5 && is_digits(text),
                "doit avoir 5 chiffres",
                "must have 5 digits",
            ),
            (
                "insee_code",
                &self.insee_code,
                // Corsica has 2A and 2B.
                |text| text.len() == 5 && text.bytes().all(|b| b.is_ascii_alphanumeric()),
                "doit avoir 5 caractères, comme 33063",
                "must have 5 characters, such as 33063",
            ),
            (
                "latitude",
                &self.latitude,
                |text| degrees(text).is_some_and(|degrees| degrees.abs() <= 90.0),
                "doit être un nombre de degrés, comme 44.8770",
                "must be a number of degrees, such as 44.8770",
            ),
            (
                "longitude",
                &self.longitude,
                |text| degrees(text).is_some_and(|degrees| degrees.abs() <= 180.0),
                "doit être un nombre de degrés, comme -0.5750",
                "must be a number of degrees, such as -0.5750",
            ),
            (
                "website",
                &self.website,
                |text| text.starts_with("https://") || text.starts_with("http://"),
                "doit commencer par https://",
                "must begin with https://",
            ),
        ];
        let wrong = checks
            .into_iter()
            .filter(|(_, value, fits, ..)| value.as_deref().is_some_and(|text| !fits(text)));
        wrong
            .map(|(field, _, _, fr, en)| BadField::new(field, fr, en))
            .collect()
    }
}

type Check = fn(&str) -> bool;

/// A number of degrees, with a point or a comma.
pub fn degrees(text: &str) -> Option<f64> {
    let degrees: f64 = text.replace(',', ".").parse().ok()?;
    degrees.is_finite().then_some(degrees)
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_pivot(text: &str) -> bool {
    match text.strip_prefix('W') {
        Some(rest) => rest.len() == 9 && is_digits(rest),
        None => text.len() == 14 && is_digits(text),
    }
}
