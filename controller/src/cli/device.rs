//! `declic device`: the PCs of the programme.

mod args;
mod history;
pub(super) mod lately;
mod life;
pub(super) mod screen;
mod strip;
pub(super) mod tables;
mod timeline;

use clap::ValueEnum;
use declic_common::api::{
    CharterCode, CommandInfo, DeviceDetail, DeviceSummary, NewCommand, NewPlacement, Place,
};
use declic_common::settings::Settings;
use serde_json::json;

pub(super) use self::args::{DeviceArgs, word};
use self::args::{DeviceCommand, ListArgs, Named, SettingsArgs};
use self::lately::Lately;
use super::client::{Controller, read};
use super::exit::Failure;
use super::output::{self, Format, Said, csv};
use super::words::Voice;

const COLUMNS: [&str; 16] = [
    "device",
    "asset",
    "site",
    "presence",
    "revoked",
    "connected",
    "enrolled_at",
    "last_seen",
    "reported_at",
    "reports",
    "messages",
    "lost",
    "consent",
    "agent_version",
    "placement.place",
    "placement.household",
];

pub(crate) async fn run(
    command: DeviceCommand,
    controller: &Controller,
    voice: &Voice,
) -> Result<Said, Failure> {
    match command {
        DeviceCommand::List(args) => list(args, controller, voice).await,
        DeviceCommand::Show { device, format } => {
            let path = path(controller, &device, "").await?;
            let value = controller.get(&path, &[]).await?;
            Ok(Said::out(match format {
                Format::Json => output::json(&value),
                Format::Csv => csv(&[value], &COLUMNS),
                Format::Table => {
                    let detail: DeviceDetail = read(value)?;
                    let lately = Lately::of(detail.summary.device, controller, voice).await?;
                    let asset = detail.summary.asset.as_deref();
                    let life = lately::life(asset, controller, voice).await?;
                    screen::device(&detail, &lately, life, voice)
                }
            }))
        }
        DeviceCommand::History(args) => history::run(args, controller, voice).await,
        DeviceCommand::Life(args) => life::show(args, controller, voice).await,
        DeviceCommand::Step(command) => life::step(command, controller, voice).await,
        DeviceCommand::Timeline(args) => timeline::run(args, controller, voice).await,
        DeviceCommand::Deploy {
            device,
            household,
            site,
        } => {
            let path = path(controller, &device, "/placements").await?;
            let new = NewPlacement {
                place: Place::Home,
                household: Some(household),
                site,
                seat: None,
            };
            controller.post(&path, &new).await?;
            Ok(aside(voice.say(
                "PC remis au foyer ; ce que l’on voit de lui commence maintenant".to_owned(),
                "device handed over; what is shown of it begins now".to_owned(),
            )))
        }
        DeviceCommand::Return {
            device,
            to,
            site,
            seat,
        } => {
            let path = path(controller, &device, "/placements").await?;
            let new = NewPlacement {
                place: to.into(),
                household: None,
                site,
                seat,
            };
            controller.post(&path, &new).await?;
            let place = voice.place(new.place);
            Ok(aside(voice.say(
                format!("PC repris ; il est maintenant ici : {place}"),
                format!("device taken back; it is now here: {place}"),
            )))
        }
        DeviceCommand::Send {
            device,
            hours,
            what,
        } => {
            let path = path(controller, &device, "/commands").await?;
            let action = what.into();
            let sent = controller
                .post(&path, &NewCommand { action, hours })
                .await?;
            let sent: CommandInfo = read(sent)?;
            let state = voice.command(sent.state);
            let end = voice.moment(sent.expires_at);
            Ok(aside(voice.say(
                format!("commande {state}, valable jusqu’au {end}"),
                format!("command {state}, valid until {end}"),
            )))
        }
        DeviceCommand::Commands { device, format } => {
            let path = path(controller, &device, "/commands").await?;
            let items = controller.items(&path, &[]).await?;
            Ok(Said::out(match format {
                Format::Json => output::json(&items.into()),
                Format::Csv => csv(
                    &items,
                    &[
                        "id",
                        "command",
                        "state",
                        "issued_at",
                        "expires_at",
                        "ended_at",
                    ],
                ),
                Format::Table => tables::commands(&read::<Vec<CommandInfo>>(items.into())?, voice),
            }))
        }
        DeviceCommand::Settings(args) => settings(args, controller, voice).await,
        DeviceCommand::Charter { device } => {
            let path = path(controller, &device, "/charter").await?;
            let made: CharterCode = read(controller.post(&path, &json!({})).await?)?;
            let words = voice.say(
                "à écrire sur la charte signée ; ce code ne sera plus montré\n",
                "to be written on the signed charter; this code will not be shown again\n",
            );
            Ok(Said {
                aside: words.to_owned(),
                ..Said::out(format!("{}\n", made.code))
            })
        }
        DeviceCommand::Retire { device } => {
            let path = path(controller, &device, "/retire").await?;
            controller.post(&path, &json!({})).await?;
            Ok(aside(voice.say(
                "PC retiré ; il l’apprend dès qu’il est connecté".to_owned(),
                "device retired; it is told as soon as it is connected".to_owned(),
            )))
        }
        DeviceCommand::Revoke { device } => {
            let path = path(controller, &device, "/revoke").await?;
            controller.post(&path, &json!({})).await?;
            Ok(aside(voice.say(
                "certificat révoqué ; ce PC ne peut plus se connecter".to_owned(),
                "certificate revoked; this device can no longer connect".to_owned(),
            )))
        }
    }
}

fn aside(text: String) -> Said {
    Said {
        aside: format!("{text}\n"),
        ..Said::default()
    }
}

async fn path(controller: &Controller, device: &Named, rest: &str) -> Result<String, Failure> {
    let device = controller.resolve(&device.device).await?;
    Ok(format!("devices/{device}{rest}"))
}

async fn list(args: ListArgs, controller: &Controller, v: &Voice) -> Result<Said, Failure> {
    let sort = args
        .sort
        .to_possible_value()
        .map(|value| value.get_name().to_owned());
    let order = if args.reverse { "desc" } else { "asc" };
    let query: Vec<(&str, String)> = [
        ("presence", args.presence),
        ("site", args.site),
        ("text", args.text),
        ("spare", args.spare.then(|| "true".to_owned())),
        ("sort", sort),
        ("order", Some(order.to_owned())),
        ("limit", Some("500".to_owned())),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect();
    let items = controller.items("devices", &query).await?;
    Ok(Said::out(match args.format {
        Format::Json => output::json(&items.into()),
        Format::Csv => csv(&items, &COLUMNS),
        Format::Table => tables::devices(&read::<Vec<DeviceSummary>>(items.into())?, v),
    }))
}

async fn settings(args: SettingsArgs, controller: &Controller, v: &Voice) -> Result<Said, Failure> {
    let path = path(controller, &args.device, "/settings").await?;
    let mut settings: Settings = read(controller.get(&path, &[]).await?)?;
    if args.interval.is_some() || !args.probe_hosts.is_empty() {
        settings.interval_s = args.interval.unwrap_or(settings.interval_s);
        if !args.probe_hosts.is_empty() {
            settings.probe_hosts = args.probe_hosts;
        }
        settings = read(controller.put(&path, &settings).await?)?;
    }
    Ok(Said::out(tables::settings(&settings, v)))
}
