//! `declic session`: sessions, the sheet to sign, the roll, and the seats of the workshop.

use clap::{Args, Subcommand};
use declic_common::programme::vocabulary::AgeBand;
use declic_common::programme::workshop::{NewRoll, Present, SeatMap, SessionSheet};
use declic_common::programme::{Noun, Session, Site};
use declic_common::tr;

use super::client::{Controller, Target, read};
use super::exit::Failure;
use super::output::{self, Format, Said, csv, table};
use super::record::{self, Desk, RecordCommand, Within};
use super::words::Voice;

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct SessionArgs {
    #[command(flatten)]
    pub target: Target,
    #[command(flatten)]
    pub within: Within,
    #[command(subcommand)]
    pub command: SessionCommand,
}

#[derive(Subcommand, Clone, Debug, PartialEq, Eq)]
pub enum SessionCommand {
    #[command(flatten)]
    Record(RecordCommand),
    #[command(about = tr("La feuille à imprimer et à signer", "The sheet to print and sign"))]
    Sheet {
        #[arg(help = tr("Numéro de la séance", "Number of the session"))]
        code: String,
        #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
        format: Format,
    },
    #[command(about = tr(
        "Noter qui est venu, en une fois : remplace ce qui était noté",
        "Enter who came, all at once: it replaces what was entered"
    ))]
    Roll {
        #[arg(help = tr("Numéro de la séance", "Number of the session"))]
        code: String,
        #[arg(
            value_name = "WHO",
            help = tr(
                "Qui : code de la personne, avec son poste s’il le faut (P-0001, P-0001@3) ; ou `+` et une tranche d’âge sans inscription (+vingt_cinq_trente_neuf@4)",
                "Who: code of the person, with their seat if need be (P-0001, P-0001@3); or `+` and the age band of whoever walked in (+vingt_cinq_trente_neuf@4)"
            )
        )]
        present: Vec<Came>,
    },
    #[command(about = tr("Les postes de l’atelier d’un site, et ceux qui manquent aujourd’hui", "The seats of the workshop of a site, and those that are down today"))]
    Seats {
        #[arg(help = tr("Code du site", "Code of the site"))]
        site: String,
        #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
        format: Format,
    },
}

/// Somebody who came, as it is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Came(Present);

impl std::str::FromStr for Came {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (who, seat) = match text.split_once('@') {
            None => (text, None),
            Some((who, seat)) => {
                let number = seat.parse::<u16>().map_err(|_| {
                    tr(
                        "un poste est un nombre : P-0001@3",
                        "a seat is a number: P-0001@3",
                    )
                    .to_owned()
                })?;
                (who, Some(number))
            }
        };
        let Some(band) = who.strip_prefix('+') else {
            return Ok(Came(Present {
                person: Some(who.to_owned()),
                seat,
                ..Present::default()
            }));
        };
        let age = AgeBand::from_word(band).ok_or_else(|| {
            let words = AgeBand::words().join(", ");
            tr(
                format!("{band} n’est pas une tranche d’âge : {words}"),
                format!("{band} is no age band: {words}"),
            )
        })?;
        // Whoever types it has the minor and their parent before them.
        let with_parent = (age.is_minor() == Some(true)).then_some(true);
        Ok(Came(Present {
            age: Some(age),
            with_parent,
            seat,
            ..Present::default()
        }))
    }
}

pub(crate) async fn run(
    args: SessionArgs,
    controller: &Controller,
    v: &Voice,
) -> Result<Said, Failure> {
    let desk = Desk::open(controller, Session::SHEET, &args.within).await?;
    match args.command {
        SessionCommand::Record(command) => record::run(command, &desk, v).await,
        SessionCommand::Sheet { code, format } => {
            let path = format!("{}/sheet", desk.one(&code));
            let value = controller.get(&path, &[]).await?;
            Ok(Said::out(match format {
                Format::Json => output::json(&value),
                Format::Csv => {
                    let lines = value["lines"].as_array().cloned().unwrap_or_default();
                    csv(&lines, &["person", "first_name", "seat", "attendance"])
                }
                Format::Table => sheet(&read(value)?, v),
            }))
        }
        SessionCommand::Roll { code, present } => {
            let path = format!("{}/roll", desk.one(&code));
            let roll = NewRoll {
                present: present.into_iter().map(|came| came.0).collect(),
                state: None,
                version: None,
            };
            let count = roll.present.len();
            controller.post(&path, &roll).await?;
            Ok(record::aside(&v.say(
                format!("{count} présents notés\n"),
                format!("{count} entered as present\n"),
            )))
        }
        SessionCommand::Seats { site, format } => {
            let desk = Desk::open(controller, Site::SHEET, &args.within).await?;
            let path = format!("{}/seats", desk.one(&site));
            let value = controller.get(&path, &[]).await?;
            Ok(Said::out(match format {
                Format::Json => output::json(&value),
                Format::Csv => {
                    let seats = value["seats"].as_array().cloned().unwrap_or_default();
                    csv(&seats, &["seat", "state", "pc.asset", "pc.device"])
                }
                Format::Table => seats(&read(value)?, v),
            }))
        }
    }
}

/// The sheet as a terminal prints it: signed on the right.
fn sheet(sheet: &SessionSheet, v: &Voice) -> String {
    let session = &sheet.session;
    let when = session.on.map(|on| on.to_string()).unwrap_or_default();
    let start = session.start.clone().unwrap_or_default();
    let title = sheet.cycle_name.clone().unwrap_or_default();
    let place = sheet.workshop.as_ref().unwrap_or(&sheet.site_name);
    let mut text = format!(
        "{}\n{place}  {when} {start}  {title}\n",
        sheet.programme_name
    );
    if !sheet.seats_down.is_empty() {
        let down: Vec<_> = sheet.seats_down.iter().map(u16::to_string).collect();
        let down = down.join(", ");
        text.push_str(&v.say(
            format!("Postes à ne pas donner : {down}\n"),
            format!("Seats not to be given: {down}\n"),
        ));
    }
    let head = [
        v.say("PERSONNE", "PERSON"),
        v.say("PRÉNOM", "FIRST NAME"),
        v.say("POSTE", "SEAT"),
        v.say("SIGNATURE", "SIGNATURE"),
    ];
    let rows: Vec<Vec<String>> = sheet
        .lines
        .iter()
        .map(|line| {
            let note = match line.needs_authorisation {
                true => v.say(
                    "autorisation parentale à obtenir",
                    "a parent’s word is missing",
                ),
                false => "…………………………",
            };
            vec![
                line.person.clone().unwrap_or_else(|| "…………".to_owned()),
                line.first_name.clone().unwrap_or_default(),
                line.seat.map(|seat| seat.to_string()).unwrap_or_default(),
                note.to_owned(),
            ]
        })
        .collect();
    text.push_str(&table(&head, &rows));
    text
}

fn seats(map: &SeatMap, v: &Voice) -> String {
    let head = [
        v.say("POSTE", "SEAT"),
        v.say("ÉTAT", "STATE"),
        "PC",
        v.say("TICKETS", "TICKETS"),
    ];
    let rows: Vec<Vec<String>> = map
        .seats
        .iter()
        .map(|seat| {
            let pc = seat.pc.as_ref();
            let name = pc.map(|pc| pc.asset.clone().unwrap_or(pc.device.to_string()));
            vec![
                seat.seat.to_string(),
                v.seat_state(seat.state).to_owned(),
                name.unwrap_or_else(|| "–".to_owned()),
                seat.tickets.join(" "),
            ]
        })
        .collect();
    table(&head, &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_came_is_typed_by_code_or_by_band_with_a_seat() {
        let person: Came = "P-0001@3".parse().unwrap();
        assert_eq!(person.0.person.as_deref(), Some("P-0001"));
        assert_eq!(person.0.seat, Some(3));
        let walked_in: Came = "+douze_dix_huit".parse().unwrap();
        assert_eq!(walked_in.0.age, Some(AgeBand::From12));
        assert_eq!(walked_in.0.with_parent, Some(true));
        assert!("+jeune".parse::<Came>().is_err());
        assert!("P-0001@x".parse::<Came>().is_err());
    }
}
