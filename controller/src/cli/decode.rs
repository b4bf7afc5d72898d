//! `declic decode`: what the six words of a PC say. Needs no controller and no store,
//! but to open a ticket with it.

mod open;
mod told;

use std::fmt::Write as _;

use clap::Args;
use declic_common::six_words::{BadWords, Diagnosis, Fault, Mend, SixWords, Slip};
use declic_common::tr;
use serde_json::{Value, json};

use self::told::lines;
use super::client::{Controller, Target};
use super::exit::{Exit, Failure};
use super::output::{Format, Said, csv, json, sheet};
use super::words::Voice;

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct DecodeArgs {
    #[arg(
        required = true,
        value_name = tr("MOT", "WORD"),
        help = tr(
            "Les six mots lus par la personne ; accents et majuscules comptent peu, quatre lettres suffisent",
            "The six words that the resident reads; accents and capitals do not matter, four letters are enough",
        )
    )]
    pub words: Vec<String>,
    #[arg(
        long, requires = "device",
        help = tr(
            "Ouvrir un ticket avec ce diagnostic, pour le PC nommé par --device",
            "Open a ticket with this diagnosis, for the PC that --device names"
        )
    )]
    pub open: bool,
    #[arg(
        long, requires = "open", value_name = "PC",
        help = tr(
            "De quel PC viennent les mots : nom (d-…) ou numéro d’inventaire ; eux ne le disent pas",
            "Which PC the words are of: name (d-…) or asset tag; they do not say it themselves"
        )
    )]
    pub device: Option<String>,
    #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
    pub format: Format,
    #[command(flatten)]
    pub target: Target,
}

/// Ends with code 6 when the words do not belong together.
pub(crate) fn run(args: &DecodeArgs, v: &Voice) -> Result<Said, Failure> {
    let heard = hear(args, v)?;
    Ok(Said::out(match args.format {
        Format::Json => json(&heard.value()),
        Format::Csv => csv(&[heard.value()], &COLUMNS),
        Format::Table => format!("{}\n{}", heard.sheet(v), open::offer(&heard.words, v)),
    }))
}

/// The same, and a ticket about it; the number of the ticket stands alone.
pub(crate) async fn open(
    args: &DecodeArgs,
    controller: &Controller,
    v: &Voice,
) -> Result<Said, Failure> {
    let heard = hear(args, v)?;
    let ticket = open::ticket(args, &heard, controller, v).await?;
    Ok(match args.format {
        Format::Table => Said {
            aside: format!(
                "{}\n{}",
                heard.sheet(v),
                v.say("ticket ouvert\n", "ticket opened\n")
            ),
            ..Said::out(format!("{ticket}\n"))
        },
        format => {
            let mut value = heard.value();
            value["ticket"] = json!(ticket);
            let columns = [&["ticket"], &COLUMNS[..]].concat();
            Said::out(match format {
                Format::Csv => csv(&[value], &columns),
                _ => json(&value),
            })
        }
    })
}

/// Six words that were understood.
struct Heard {
    words: SixWords,
    diagnosis: Diagnosis,
    faults: Vec<Fault>,
}

impl Heard {
    fn value(&self) -> Value {
        json!({ "diagnosis": self.diagnosis, "faults": self.faults })
    }

    fn sheet(&self, v: &Voice) -> String {
        sheet(&lines(&self.diagnosis, &self.faults, v))
    }
}

fn hear(args: &DecodeArgs, v: &Voice) -> Result<Heard, Failure> {
    let refused = |bad| refuse(&bad, v);
    let words = SixWords::read_text(&args.words.join(" ")).map_err(refused)?;
    let diagnosis = words.diagnosis().map_err(refused)?;
    Ok(Heard {
        words,
        faults: diagnosis.faults(),
        diagnosis,
    })
}

const COLUMNS: [&str; 11] = [
    "diagnosis.agent",
    "diagnosis.system_free.from",
    "diagnosis.home_free.from",
    "diagnosis.memory_available.from",
    "diagnosis.smart",
    "diagnosis.bad_sectors.from",
    "diagnosis.updates.from",
    "diagnosis.security_updates.from",
    "diagnosis.reboot_required",
    "diagnosis.waiting.from",
    "faults",
];

fn refuse(bad: &BadWords, v: &Voice) -> Failure {
    let text = match bad {
        BadWords::Count(n) => {
            let text = v.say(
                format!("il faut six mots, et il y en a {n}"),
                format!("there must be six words, and there are {n}"),
            );
            return Failure::new(Exit::Usage, text);
        }
        BadWords::Unknown(slips) => slips
            .iter()
            .map(|slip| unknown(slip, v))
            .collect::<Vec<_>>()
            .join("\n"),
        BadWords::Check(found) => mend(found, v),
        BadWords::Newer => v
            .say(
                "ces mots viennent d’un agent plus récent que ce programme : mettez declic à jour",
                "these words come from an agent that is newer than this program: update declic",
            )
            .to_owned(),
    };
    Failure::new(Exit::Refused, text)
}

fn unknown(slip: &Slip, v: &Voice) -> String {
    let Slip { place, typed, near } = slip;
    let mut text = v.say(
        format!("mot {place} : « {typed} » n’est pas dans la liste"),
        format!("word {place}: “{typed}” is not in the list"),
    );
    if near.is_empty() {
        text.push_str(v.say(" ; faites-le épeler", "; have it spelt"));
    } else {
        let _ = write!(
            text,
            "{} {}",
            v.say(" ; peut-être", "; perhaps"),
            near.join(", ")
        );
    }
    text
}

fn mend(found: &[Mend], v: &Voice) -> String {
    let mut text = v
        .say(
            "ces six mots ne vont pas ensemble : l’un d’eux a été mal entendu ou mal tapé ; faites-les relire",
            "these six words do not belong together: one was heard or typed wrong; have them read again",
        )
        .to_owned();
    for mend in found {
        text.push('\n');
        text.push_str(&match mend {
            Mend::Word(place, word) => v.say(
                format!("peut-être « {word} » comme mot {place}"),
                format!("perhaps “{word}” as word {place}"),
            ),
            Mend::Swap(a, b) => v.say(
                format!("peut-être les mots {a} et {b} échangés"),
                format!("perhaps words {a} and {b} changed places"),
            ),
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use declic_common::Lang;
    use declic_common::report::HealthReport;

    fn asked(words: &[&str], format: Format, lang: Lang) -> Result<Said, Failure> {
        let args = DecodeArgs {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            open: false,
            device: None,
            format,
            target: target(),
        };
        run(&args, &Voice::new(lang, jiff::Timestamp::UNIX_EPOCH))
    }

    fn target() -> Target {
        Target {
            data_dir: "/nonexistent".into(),
            url: None,
            token_file: None,
            ca: None,
        }
    }

    fn words() -> String {
        let report: HealthReport = serde_json::from_str(
            r#"{"disks":[{"class":"system","free_bytes":1500000000}],"memory":{"available_bytes":1},
                "ladder":{"link":true,"gateway":false},"agent":{"version":"0.1.0","waiting":3}}"#,
        )
        .unwrap();
        SixWords::of(&Diagnosis::of(&report, None, Some(90_000), false)).to_string()
    }

    #[test]
    fn the_words_are_understood_in_both_languages_and_by_programs() {
        let words = words();
        let french = asked(&[&words], Format::Table, Lang::Fr).unwrap().out;
        for line in [
            "la box ne répond pas",
            "de 1,0\u{202f}Go à 2,0\u{202f}Go",
            "de 24\u{202f}h à 7\u{202f}j",
            "0.1.0",
        ] {
            assert!(french.contains(line), "{french}");
        }
        let offer = format!("declic decode --open --device BDX-001 {words}\n");
        assert!(french.ends_with(&offer), "{french}");
        let apart: Vec<&str> = words.split(' ').collect();
        let english = asked(&apart, Format::Table, Lang::En).unwrap().out;
        assert!(english.contains("the box does not answer"), "{english}");
        let json = asked(&apart, Format::Json, Lang::En).unwrap().out;
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["faults"][0], "gateway");
        assert_eq!(json["diagnosis"]["system_free"]["below"], 2_000_000_000u64);
    }

    #[test]
    fn a_wrong_word_is_refused_with_what_it_may_be() {
        let words = words();
        let mut typed: Vec<&str> = words.split(' ').collect();
        let meant = typed[4].to_owned();
        let slip = format!("{meant}q");
        typed[4] = &slip;
        let failure = asked(&typed, Format::Table, Lang::Fr).unwrap_err();
        assert_eq!(failure.exit, Exit::Refused);
        assert!(failure.text.contains("mot 5"), "{failure}");
        assert!(failure.text.contains(&meant), "{failure}");
        typed[4] = if meant == "zoologie" {
            "abaisser"
        } else {
            "zoologie"
        };
        let failure = asked(&typed, Format::Table, Lang::En).unwrap_err();
        assert_eq!(failure.exit, Exit::Refused);
        assert_eq!(
            asked(&typed[..3], Format::Json, Lang::En).unwrap_err().exit,
            Exit::Usage
        );
    }
}
