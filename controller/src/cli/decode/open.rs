//! From six words to a ticket.
//!
//! No identity is in the words, so whoever opens the ticket names the PC.

use declic_common::limits::TEXT_CHARS;
use declic_common::six_words::SixWords;
use declic_common::ticket::body::{NewTicket, TicketDetail};
use declic_common::ticket::{Origin, TicketId};

use super::told::say;
use super::{DecodeArgs, Heard};
use crate::cli::client::{Controller, read};
use crate::cli::exit::Failure;
use crate::cli::words::Voice;

/// The command that opens a ticket about these words, to be completed with the PC.
pub(super) fn offer(words: &SixWords, v: &Voice) -> String {
    let command = format!("declic decode --open --device BDX-001 {words}");
    v.say(
        format!(
            "Pour ouvrir un ticket, avec le numéro de ce PC à la place de BDX-001 :\n  {command}\n"
        ),
        format!("To open a ticket, with the tag of this PC instead of BDX-001:\n  {command}\n"),
    )
}

/// Opens the ticket. What is wrong becomes its evidence, and the words themselves
/// stand in its first comment, so that anybody can hear all of them again.
pub(super) async fn ticket(
    args: &DecodeArgs,
    heard: &Heard,
    controller: &Controller,
    v: &Voice,
) -> Result<TicketId, Failure> {
    let device = args.device.as_deref().expect("--open requires --device");
    let new = NewTicket {
        device: controller.resolve(device).await?,
        text: about(heard, v),
        origin: Some(Origin::Phone),
        category: None,
        priority: None,
        six_words: Some(heard.words.to_string()),
    };
    let made: TicketDetail = read(controller.post("tickets", &new).await?)?;
    Ok(made.summary.ticket)
}

fn about(heard: &Heard, v: &Voice) -> String {
    let words = &heard.words;
    let mut text = v.say(format!("six mots : {words}"), format!("six words: {words}"));
    let faults = heard.faults.iter();
    for fault in faults.map(|fault| say(*fault, v)) {
        text.push_str("\n– ");
        text.push_str(fault);
    }
    text.chars().take(TEXT_CHARS).collect()
}
