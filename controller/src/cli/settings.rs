//! `declic settings`: those of the programme, and the move of the controller.

use clap::{Args, Subcommand};
use declic_common::api::ProgrammeSettings;
use declic_common::settings::Address;
use declic_common::tr;

use super::client::{Controller, Target, read};
use super::exit::Failure;
use super::output::{Format, Said, csv, json, sheet};
use super::words::Voice;

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct SettingsArgs {
    #[command(flatten)]
    pub target: Target,
    #[command(subcommand)]
    pub command: SettingsCommand,
}

#[derive(Subcommand, Clone, Debug, PartialEq, Eq)]
pub enum SettingsCommand {
    #[command(about = tr(
        "Montrer les réglages du programme, et combien de PC savent que le serveur déménage",
        "Show the settings of the programme, and how many devices know of a move"
    ))]
    Show {
        #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
        format: Format,
    },
    #[command(about = tr(
        "Annoncer aux PC la prochaine adresse de ce serveur Déclic, avant son déménagement",
        "Announce the next address of this controller to devices, before it moves"
    ))]
    Move(MoveArgs),
    #[command(about = tr(
        "Retirer l’annonce d’un déménagement qui n’a pas eu lieu",
        "Take back the announcement of a move that has not happened"
    ))]
    Stay,
}

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct MoveArgs {
    #[arg(long, value_name = "NAME", help = tr(
        "Nom ou adresse où les foyers trouveront ce serveur Déclic",
        "Name or address at which homes will find this controller"
    ))]
    pub host: String,
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..), help = tr(
        "Port MQTT vu des foyers, s’il change",
        "MQTT port as homes will see it, if it changes"
    ))]
    pub mqtt_port: Option<u16>,
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..), help = tr(
        "Port d’inscription vu des foyers, s’il change",
        "Enrolment port as homes will see it, if it changes"
    ))]
    pub enrol_port: Option<u16>,
}

const PATH: &str = "settings/next-address";

const COLUMNS: [&str; 10] = [
    "interval_s",
    "address.host",
    "address.mqtt_port",
    "address.enrol_port",
    "next.address.host",
    "next.address.mqtt_port",
    "next.address.enrol_port",
    "next.announced_at",
    "next.devices",
    "next.heard",
];

pub(crate) async fn run(
    command: SettingsCommand,
    controller: &Controller,
    v: &Voice,
) -> Result<Said, Failure> {
    match command {
        SettingsCommand::Show { format } => {
            let value = controller.get("settings", &[]).await?;
            Ok(Said::out(match format {
                Format::Json => json(&value),
                Format::Csv => csv(&[value], &COLUMNS),
                Format::Table => screen(&read(value)?, v),
            }))
        }
        SettingsCommand::Move(args) => {
            let now: ProgrammeSettings = read(controller.get("settings", &[]).await?)?;
            let next = Address {
                host: args.host,
                mqtt_port: args.mqtt_port.unwrap_or(now.address.mqtt_port),
                enrol_port: args.enrol_port.unwrap_or(now.address.enrol_port),
            };
            let after = read(controller.put(PATH, &next).await?)?;
            let aside = v.say(
                "annoncé aux PC connectés ; les autres l’apprennent en se connectant. Avant de \
                 déménager, attendre que tous le sachent : `declic settings show`\n",
                "told to the connected devices; the others learn it when they connect. Before \
                 moving, wait until all know: `declic settings show`\n",
            );
            Ok(Said {
                aside: aside.to_owned(),
                ..Said::out(screen(&after, v))
            })
        }
        SettingsCommand::Stay => {
            let after = read(controller.delete(PATH).await?)?;
            Ok(Said::out(screen(&after, v)))
        }
    }
}

fn screen(settings: &ProgrammeSettings, v: &Voice) -> String {
    let hosts = match settings.probe_hosts.is_empty() {
        true => "–".to_owned(),
        false => settings.probe_hosts.join(", "),
    };
    let mut lines = vec![
        (
            v.say("Un relevé toutes les", "A report every"),
            v.unit(&v.number(settings.interval_s), "s"),
        ),
        (v.say("Hôtes essayés", "Hosts tried"), hosts),
        (v.say("Adresse", "Address"), place(&settings.address, v)),
    ];
    let Some(next) = &settings.next else {
        let none = v.say("aucun déménagement annoncé", "no move announced");
        lines.push((v.say("Prochaine adresse", "Next address"), none.to_owned()));
        return sheet(&lines);
    };
    let (heard, devices) = (v.number(next.heard), v.number(next.devices));
    lines.extend([
        (
            v.say("Prochaine adresse", "Next address"),
            place(&next.address, v),
        ),
        (
            v.say("Annoncée", "Announced"),
            v.since(Some(next.announced_at)),
        ),
        (
            v.say("Savent", "Know of it"),
            v.say(
                format!("{heard} PC sur {devices}"),
                format!("{heard} of {devices} devices"),
            ),
        ),
    ]);
    sheet(&lines)
}

fn place(address: &Address, v: &Voice) -> String {
    let Address {
        host,
        mqtt_port,
        enrol_port,
    } = address;
    v.say(
        format!("{host}, MQTT {mqtt_port}, inscription {enrol_port}"),
        format!("{host}, MQTT {mqtt_port}, enrolment {enrol_port}"),
    )
}
