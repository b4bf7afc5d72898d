//! The pages, as data; how they look is in `templates/`.

use askama::Template;
use declic_common::report::Consent;
use declic_common::socket::{Letter, LetterState, Says};

use super::faults::Advice;
use super::readable::Told;
use super::voice::Voice;

/// What every page has.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) v: Voice,
    pub(super) title: &'static str,
    pub(super) home: bool,
    /// What came of the form that was just sent.
    pub(super) said: Option<Said>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) text: &'static str,
    /// It was not done.
    pub(super) wrong: bool,
}

#[derive(Debug, Template)]
#[template(path = "home.html")]
pub(super) struct Home {
    pub(super) frame: Frame,
    pub(super) paused_until: Option<String>,
    pub(super) advice: Vec<Advice>,
    pub(super) connected: bool,
    pub(super) waiting: u64,
    pub(super) unread: usize,
}

#[derive(Debug, Template)]
#[template(path = "sent.html")]
pub(super) struct Sent {
    pub(super) frame: Frame,
    pub(super) waiting: Vec<Told>,
    pub(super) waiting_total: u64,
    pub(super) sent: Vec<Told>,
    pub(super) next: Told,
}

#[derive(Debug, Template)]
#[template(path = "help.html")]
pub(super) struct Help {
    pub(super) frame: Frame,
}

#[derive(Debug, Template)]
#[template(path = "messages.html")]
pub(super) struct Messages {
    pub(super) frame: Frame,
    /// Newest first.
    pub(super) letters: Vec<Shown>,
}

/// A letter as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) id: String,
    pub(super) when: String,
    pub(super) new: bool,
    /// Paragraphs of a message.
    pub(super) text: Vec<String>,
    /// Minutes of a diagnosis.
    pub(super) minutes: Option<u16>,
    /// What became of it; empty while it is new.
    pub(super) state: &'static str,
}

impl Shown {
    pub(super) fn of(letter: &Letter, v: &Voice) -> Self {
        let (text, minutes) = match &letter.says {
            Says::Message { text } => (text.lines().map(str::to_owned).collect(), None),
            Says::Diagnose { minutes } => (Vec::new(), Some(*minutes)),
        };
        Shown {
            id: letter.id.to_string(),
            when: v.moment(letter.received_at),
            new: letter.state == LetterState::New,
            text,
            minutes,
            state: match letter.state {
                LetterState::New => "",
                LetterState::Read => v.say("Lu", "Read"),
                LetterState::Accepted => v.say("Accepté, en cours", "Accepted, under way"),
                LetterState::Declined => v.say("Refusé", "Refused"),
                LetterState::Done => v.say("Terminé", "Done"),
                LetterState::CutShort => v.say(
                    "Interrompu par l’arrêt du PC",
                    "Cut short when the PC went off",
                ),
                LetterState::Expired => v.say("Plus d’actualité", "Out of date"),
            },
        }
    }
}

#[derive(Debug, Template)]
#[template(path = "words.html")]
pub(super) struct Words {
    pub(super) frame: Frame,
    pub(super) words: Vec<String>,
}

#[derive(Debug, Template)]
#[template(path = "pause.html")]
pub(super) struct Pause {
    pub(super) frame: Frame,
    pub(super) until: Option<String>,
    pub(super) lengths: Vec<(u64, &'static str)>,
}

#[derive(Debug, Template)]
#[template(path = "consent.html")]
pub(super) struct ConsentPage {
    pub(super) frame: Frame,
    pub(super) level: Consent,
}

impl ConsentPage {
    fn sends_usage(&self) -> bool {
        self.level == Consent::Usage
    }
}

/// There is nothing to show, and why.
#[derive(Debug, Template)]
#[template(path = "absent.html")]
pub(super) struct Absent {
    pub(super) frame: Frame,
    pub(super) text: &'static str,
}
