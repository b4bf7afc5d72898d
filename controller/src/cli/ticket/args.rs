//! The arguments of `declic ticket`.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use declic_common::ticket::change::MINUTES_MAX;
use declic_common::ticket::{
    Barrier, Category, Cause, Change, Documents, Priority, Repair, TicketId, TicketState, WaitsFor,
};
use declic_common::tr;
use jiff::civil::Date;

use crate::cli::client::Target;
use crate::cli::device::word;
use crate::cli::output::Format;

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct TicketArgs {
    #[command(flatten)]
    pub target: Target,
    #[command(subcommand)]
    pub command: TicketCommand,
}

#[derive(Subcommand, Clone, Debug, PartialEq, Eq)]
pub enum TicketCommand {
    #[command(about = tr("Lister les tickets, le plus grave d’abord", "List the tickets, worst first"))]
    List(ListArgs),
    #[command(about = tr("Tout sur un ticket, en un écran", "All about one ticket, on one screen"))]
    Show {
        #[arg(help = tr("Numéro du ticket, par exemple T-1042", "Number of the ticket, such as T-1042"))]
        ticket: TicketId,
        #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
        format: Format,
    },
    #[command(about = tr("Ouvrir un ticket", "Open a ticket"))]
    Open(OpenArgs),
    #[command(about = tr(
        "Échanger le PC contre un PC de réserve, une fois le choix du foyer noté (documents)",
        "Exchange the PC for a spare one, once the household's choice is recorded (documents)"
    ))]
    Swap {
        #[command(flatten)]
        step: Step,
        #[arg(help = tr("PC de réserve : nom (d-…) ou numéro d’inventaire", "Spare device: name (d-…) or asset tag"))]
        spare: String,
    },
    #[command(about = tr("N’ouvrir aucun ticket seul, pour un temps", "Open no ticket by itself, for a while"))]
    Silence(SilenceArgs),
    #[command(about = tr("Lister ce qui est en sourdine", "List what is silenced"))]
    Silences {
        #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
        format: Format,
    },
    #[command(flatten)]
    Change(Made),
}

/// Which ticket, as it was seen.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct Step {
    #[arg(help = tr("Numéro du ticket, par exemple T-1042", "Number of the ticket, such as T-1042"))]
    pub ticket: TicketId,
    #[arg(
        long, value_name = "VERSION",
        help = tr(
            "Version que vous avez vue : rien n’est fait si le ticket a changé depuis",
            "Version that you saw: nothing is done if the ticket has changed since"
        )
    )]
    pub seen: Option<u64>,
}

/// What a technician does with a ticket.
#[derive(Subcommand, Clone, Debug, PartialEq, Eq)]
pub enum Made {
    #[command(about = tr("Confier un ticket à un compte", "Give a ticket to an account"))]
    Assign {
        #[command(flatten)]
        step: Step,
        #[arg(help = tr("Nom du compte", "Name of the account"))]
        to: String,
    },
    #[command(about = tr("Commencer, ou reprendre après une attente", "Begin, or go on after waiting"))]
    Start {
        #[command(flatten)]
        step: Step,
    },
    #[command(about = tr("Mettre en attente : ses horloges s’arrêtent", "Let it wait: its clocks stop"))]
    Wait {
        #[command(flatten)]
        step: Step,
        #[arg(long = "for", value_parser = parse(WaitsFor::ALL, WaitsFor::as_str, WaitsFor::from_word), help = tr("Ce qui est attendu", "What it waits for"))]
        waits_for: WaitsFor,
        #[arg(long, value_name = "DATE", help = tr("Jour où il est repris de lui-même, par exemple 2026-12-01", "Day on which it is taken up again by itself, such as 2026-12-01"))]
        until: Option<Date>,
    },
    #[command(about = tr("Ajouter un mot", "Add a comment"))]
    Comment {
        #[command(flatten)]
        step: Step,
        #[arg(help = tr("Le texte", "The text"))]
        text: String,
    },
    #[command(about = tr("Prévoir une visite", "Plan a visit"))]
    Visit {
        #[command(flatten)]
        step: Step,
        #[arg(value_name = "DATE", help = tr("Jour, par exemple 2026-12-01", "Day, such as 2026-12-01"))]
        on: Date,
    },
    #[command(about = tr("Noter une visite faite", "Record a visit that was made"))]
    Visited {
        #[command(flatten)]
        step: Step,
        #[arg(value_parser = minutes(), help = tr("Sa durée en minutes", "Its length in minutes"))]
        minutes: u32,
    },
    #[command(about = tr("Noter du temps passé", "Record time spent"))]
    Spend {
        #[command(flatten)]
        step: Step,
        #[arg(value_parser = minutes(), help = tr("Minutes", "Minutes"))]
        minutes: u32,
    },
    #[command(about = tr("Noter une pièce utilisée", "Record a part that was used"))]
    Part {
        #[command(flatten)]
        step: Step,
        #[arg(help = tr("La pièce, par exemple pile CR2032", "The part, such as battery CR2032"))]
        text: String,
    },
    #[command(about = tr(
        "Noter ce que le foyer décide pour ses documents",
        "Record what the household decides for its documents"
    ))]
    Documents {
        #[command(flatten)]
        step: Step,
        #[arg(
            value_parser = parse(Documents::ALL, Documents::as_str, Documents::from_word),
            help = tr("Copiés sur sa clé, transférés, ou effacés", "Copied to its own key, transferred, or erased")
        )]
        choice: Documents,
    },
    #[command(about = tr("Changer la priorité", "Change the priority"))]
    Priority {
        #[command(flatten)]
        step: Step,
        #[arg(value_parser = parse(Priority::ALL, Priority::as_str, Priority::from_word), help = tr("Priorité", "Priority"))]
        priority: Priority,
    },
    #[command(about = tr("Changer la catégorie", "Change the category"))]
    Category {
        #[command(flatten)]
        step: Step,
        #[arg(value_parser = parse(Category::ALL, Category::as_str, Category::from_word), help = tr("Catégorie", "Category"))]
        category: Category,
    },
    #[command(about = tr("C’est réglé", "It is solved"))]
    Solve {
        #[command(flatten)]
        step: Step,
        #[arg(long, default_value = "fixed", value_parser = parse(Repair::ALL, Repair::as_str, Repair::from_word), help = tr("Ce qu’est devenu le PC", "What became of the PC"))]
        repair: Repair,
        #[arg(long, value_parser = parse(Barrier::ALL, Barrier::as_str, Barrier::from_word), help = tr("Ce qui a empêché la réparation", "What stood in the way"))]
        barrier: Option<Barrier>,
    },
    #[command(about = tr("Clore", "Close"))]
    Close {
        #[command(flatten)]
        step: Step,
    },
    #[command(about = tr("Rouvrir", "Open again"))]
    Reopen {
        #[command(flatten)]
        step: Step,
    },
}

impl From<Made> for (Step, Change) {
    fn from(made: Made) -> Self {
        match made {
            Made::Assign { step, to } => (step, Change::Assign { to }),
            Made::Start { step } => (step, Change::Start),
            Made::Wait {
                step,
                waits_for,
                until,
            } => (step, Change::Wait { waits_for, until }),
            Made::Comment { step, text } => (step, Change::Comment { text }),
            Made::Visit { step, on } => (step, Change::Visit { on }),
            Made::Visited { step, minutes } => (step, Change::Visited { minutes }),
            Made::Spend { step, minutes } => (step, Change::Spend { minutes }),
            Made::Part { step, text } => (step, Change::Part { text }),
            Made::Documents { step, choice } => (step, Change::Documents { choice }),
            Made::Priority { step, priority } => (step, Change::Prioritise { priority }),
            Made::Category { step, category } => (step, Change::Categorise { category }),
            Made::Solve {
                step,
                repair,
                barrier,
            } => (step, Change::Solve { repair, barrier }),
            Made::Close { step } => (step, Change::Close),
            Made::Reopen { step } => (step, Change::Reopen),
        }
    }
}

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct ListArgs {
    #[arg(long, value_parser = word::<TicketState>(TicketState::ALL, TicketState::as_str), help = tr("Seulement cet état", "Only this state"))]
    pub state: Option<String>,
    #[arg(long, value_parser = word::<Cause>(Cause::ALL, Cause::as_str), help = tr("Seulement cette cause", "Only this cause"))]
    pub cause: Option<String>,
    #[arg(long, help = tr("Seulement ce PC : nom (d-…) ou numéro d’inventaire", "Only this device: name (d-…) or asset tag"))]
    pub device: Option<String>,
    #[arg(long, help = tr("Seulement ce site", "Only this site"))]
    pub site: Option<String>,
    #[arg(long, value_name = "ACCOUNT", help = tr("Seulement ce compte", "Only this account"))]
    pub assignee: Option<String>,
    #[arg(long, help = tr("Les tickets clos aussi", "Closed tickets too"))]
    pub all: bool,
    #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
    pub format: Format,
}

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct OpenArgs {
    #[arg(help = tr("Nom (d-…) ou numéro d’inventaire du PC", "Name (d-…) or asset tag of the device"))]
    pub device: String,
    #[arg(help = tr("De quoi il s’agit", "What it is about"))]
    pub text: String,
    #[arg(long, help = tr("Quelqu’un a appelé", "Somebody called"))]
    pub phone: bool,
    #[arg(long, value_parser = parse(Priority::ALL, Priority::as_str, Priority::from_word), help = tr("Priorité [normal]", "Priority [normal]"))]
    pub priority: Option<Priority>,
    #[arg(long, value_parser = parse(Category::ALL, Category::as_str, Category::from_word), help = tr("Catégorie [other]", "Category [other]"))]
    pub category: Option<Category>,
}

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct SilenceArgs {
    #[arg(long, required_unless_present = "site", conflicts_with = "site", help = tr("Ce PC : nom (d-…) ou numéro d’inventaire", "This device: name (d-…) or asset tag"))]
    pub device: Option<String>,
    #[arg(long, help = tr("Tous les PC de ce site", "All devices of this site"))]
    pub site: Option<String>,
    #[arg(long, value_parser = parse(Cause::ALL, Cause::as_str, Cause::from_word), help = tr("Seulement cette cause", "Only this cause"))]
    pub cause: Option<Cause>,
    #[arg(
        long, value_parser = clap::value_parser!(u32).range(0..=8_760),
        help = tr("Pour combien d’heures ; 0 y met fin", "For how many hours; 0 ends it")
    )]
    pub hours: u32,
}

fn minutes() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=i64::from(MINUTES_MAX))
}

/// One of the words of a list, as its value.
fn parse<T: Copy + Send + Sync + 'static>(
    all: &'static [T],
    as_str: fn(T) -> &'static str,
    from_word: fn(&str) -> Option<T>,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(all.iter().map(|value| as_str(*value)))
        .map(move |word| from_word(&word).expect("one of the words"))
}
