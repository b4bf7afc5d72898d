//! `declic ticket`: what is to be repaired or answered.

mod args;
pub(super) mod screen;

use declic_common::ticket::body::{
    ChangeTicket, NewSilence, NewTicket, Silence, TicketDetail, TicketSummary,
};
use declic_common::ticket::{Change, Origin, TicketId};
use serde_json::Value;

pub(super) use self::args::TicketArgs;
use self::args::{ListArgs, OpenArgs, SilenceArgs, Step, TicketCommand};
use super::client::{Controller, read};
use super::exit::Failure;
use super::output::{self, Format, Said, csv};
use super::words::Voice;

const COLUMNS: [&str; 23] = [
    "ticket",
    "version",
    "device",
    "asset",
    "site",
    "household",
    "cause",
    "origin",
    "category",
    "priority",
    "state",
    "assignee",
    "waits_for",
    "wait_until",
    "visit_on",
    "opened_at",
    "changed_at",
    "solved_at",
    "closed_at",
    "responded",
    "first_response_ms",
    "resolution_ms",
    "returns",
];

pub(crate) async fn run(
    command: TicketCommand,
    controller: &Controller,
    v: &Voice,
) -> Result<Said, Failure> {
    match command {
        TicketCommand::List(args) => list(args, controller, v).await,
        TicketCommand::Show { ticket, format } => {
            let value = controller.get(&format!("tickets/{ticket}"), &[]).await?;
            Ok(Said::out(match format {
                Format::Json => output::json(&value),
                Format::Csv => csv(&[value], &COLUMNS),
                Format::Table => screen::ticket(&read::<TicketDetail>(value)?, v),
            }))
        }
        TicketCommand::Open(args) => open(args, controller, v).await,
        TicketCommand::Swap { step, spare } => {
            let with = controller.resolve_spare(&spare).await?;
            let mut said = change(step, Change::Swap { with }, controller, v).await?;
            said.aside.push_str(v.say(
                "le PC de réserve est noté à sa place, et l’ancien sur l’établi\n",
                "the spare device is recorded in its place, and the old one on the bench\n",
            ));
            Ok(said)
        }
        TicketCommand::Silence(args) => silence(args, controller, v).await,
        TicketCommand::Silences { format } => silences(format, controller, v).await,
        TicketCommand::Change(made) => {
            let (step, made) = made.into();
            change(step, made, controller, v).await
        }
    }
}

async fn list(args: ListArgs, controller: &Controller, v: &Voice) -> Result<Said, Failure> {
    let device = match &args.device {
        Some(asked) => Some(controller.resolve(asked).await?.to_string()),
        None => None,
    };
    let query: Vec<(&str, String)> = [
        ("state", args.state),
        ("cause", args.cause),
        ("device", device),
        ("site", args.site),
        ("assignee", args.assignee),
        ("all", args.all.then(|| "true".to_owned())),
        ("limit", Some("500".to_owned())),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect();
    let items = controller.items("tickets", &query).await?;
    Ok(Said::out(match args.format {
        Format::Json => output::json(&items.into()),
        Format::Csv => csv(&items, &COLUMNS),
        Format::Table => screen::list(&read::<Vec<TicketSummary>>(items.into())?, v),
    }))
}

async fn open(args: OpenArgs, controller: &Controller, v: &Voice) -> Result<Said, Failure> {
    let new = NewTicket {
        device: controller.resolve(&args.device).await?,
        text: args.text,
        origin: args.phone.then_some(Origin::Phone),
        category: args.category,
        priority: args.priority,
        six_words: None,
    };
    let made = controller.post("tickets", &new).await?;
    let made: TicketDetail = read(made)?;
    // The number stands alone, for scripts.
    Ok(Said {
        aside: v.say("ticket ouvert\n", "ticket opened\n").to_owned(),
        ..Said::out(format!("{}\n", made.summary.ticket))
    })
}

/// Makes a change on the version that was seen: the one that the person names, or
/// the one that is there now.
async fn change(
    step: Step,
    made: Change,
    controller: &Controller,
    v: &Voice,
) -> Result<Said, Failure> {
    let ticket: TicketId = step.ticket;
    let version = match step.seen {
        Some(version) => version,
        None => {
            let now = controller.get(&format!("tickets/{ticket}"), &[]).await?;
            read::<TicketDetail>(now)?.summary.version
        }
    };
    let asked = ChangeTicket {
        version,
        change: made,
    };
    let path = format!("tickets/{ticket}/changes");
    let now: TicketDetail = read(controller.post(&path, &asked).await?)?;
    Ok(aside(screen::stands(&now.summary, v)))
}

async fn silence(args: SilenceArgs, controller: &Controller, v: &Voice) -> Result<Said, Failure> {
    let device = match &args.device {
        Some(asked) => Some(controller.resolve(asked).await?),
        None => None,
    };
    let new = NewSilence {
        device,
        site: args.site,
        cause: args.cause,
        hours: args.hours,
    };
    let set: Silence = read(controller.post("silences", &new).await?)?;
    let end = v.moment(set.until);
    Ok(aside(match args.hours {
        0 => v.say(
            "les tickets s’ouvrent de nouveau seuls".to_owned(),
            "tickets open by themselves again".to_owned(),
        ),
        _ => v.say(
            format!("aucun ticket ne s’ouvrira seul jusqu’au {end}"),
            format!("no ticket will open by itself until {end}"),
        ),
    }))
}

async fn silences(format: Format, controller: &Controller, v: &Voice) -> Result<Said, Failure> {
    let items: Vec<Value> = controller.items("silences", &[]).await?;
    let columns = ["device", "site", "cause", "until", "who", "since"];
    Ok(Said::out(match format {
        Format::Json => output::json(&items.into()),
        Format::Csv => csv(&items, &columns),
        Format::Table => screen::silences(&read::<Vec<Silence>>(items.into())?, v),
    }))
}

fn aside(text: String) -> Said {
    Said {
        aside: format!("{text}\n"),
        ..Said::default()
    }
}
