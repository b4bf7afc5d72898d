//! What each page shows and what each form does, through the verbs of the agent's
//! socket and nothing else.

use std::path::PathBuf;

use askama::Template;
use declic_common::command::CommandId;
use declic_common::report::Consent;
use declic_common::six_words::SixWords;
use declic_common::socket::{AgentStatus, Answer, Ask, RefusedAsk, Shown as Queue};

use super::pages::{self, Frame, Said, Shown};
use super::voice::Voice;
use super::{faults, readable};
use crate::cli::words::of_refusal;
use crate::socket::{self, AskError};

const HOUR_S: u64 = 3_600;
const DAY_S: u64 = 24 * HOUR_S;

/// Asks the agent for one window.
#[derive(Clone, Debug)]
pub(super) struct Desk {
    pub(super) state_dir: PathBuf,
}

/// What goes back to the browser.
#[derive(Debug)]
pub(super) enum Reply {
    Page(String),
    /// The agent is not there to answer.
    Unavailable(String),
    /// After a form: to this page.
    Go(String),
    NotFound(String),
    /// The form was not one of ours.
    BadForm,
}

/// Why the agent did not do it.
enum Trouble {
    Refused(RefusedAsk),
    Absent,
}

/// The fields of a form.
#[derive(Clone, Debug, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    pub(super) fn parse(body: &[u8]) -> Self {
        Form(form_urlencoded::parse(body).into_owned().collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(field, _)| field == name)?;
        Some(value)
    }
}

impl Desk {
    /// A page. The form before it left a word in the address: what came of it.
    pub(super) async fn page(&self, path: &str, query: &str, v: Voice) -> Reply {
        let said = said(query, &v);
        let frame = |title| Frame {
            v: v.clone(),
            title,
            home: path == "/",
            said: said.clone(),
        };
        let shown = match path {
            "/" => self.home(frame(v.say("Mon PC", "My PC"))).await,
            "/sent" => {
                self.sent(frame(v.say("Ce qui est envoyé", "What is sent")))
                    .await
            }
            "/help" => Ok(html(&pages::Help {
                frame: frame(v.say("J’ai besoin d’aide", "I need help")),
            })),
            "/messages" => {
                let title = v.say("Messages du technicien", "Messages of the technician");
                self.messages(frame(title)).await
            }
            "/words" => {
                self.words(frame(v.say("Les six mots", "The six words")))
                    .await
            }
            "/pause" => self.pause(frame(v.say("Pause", "Pause"))).await,
            "/consent" => {
                self.consent(frame(v.say("Ce que j’accepte", "What I agree to")))
                    .await
            }
            _ => {
                let text = v.say("Cette page n’existe pas.", "There is no such page.");
                let frame = frame(v.say("Page inconnue", "Unknown page"));
                return Reply::NotFound(html(&pages::Absent { frame, text }));
            }
        };
        match shown {
            Ok(page) => Reply::Page(page),
            Err(trouble) => {
                let text = match trouble {
                    Trouble::Refused(reason) => of_refusal(reason, v.lang()),
                    Trouble::Absent => v.say(
                        "Déclic ne tourne pas sur ce PC. Redémarrez le PC. Si rien ne change, appelez le technicien.",
                        "Déclic is not running on this PC. Restart the PC. If nothing changes, call the technician.",
                    ),
                };
                let frame = frame(v.say("Rien à montrer", "Nothing to show"));
                Reply::Unavailable(html(&pages::Absent { frame, text }))
            }
        }
    }

    /// A form that was sent. Whatever comes of it, the page is shown again.
    pub(super) async fn act(&self, path: &str, form: &Form) -> Reply {
        let Some((ask, done)) = wish(path, form) else {
            return Reply::BadForm;
        };
        let page = if path == "/help" { "/" } else { path };
        Reply::Go(match self.ask(ask).await {
            Ok(_) => format!("{page}?done={done}"),
            Err(Trouble::Refused(reason)) => format!("{path}?no={reason}"),
            Err(Trouble::Absent) => format!("{path}?no=absent"),
        })
    }

    async fn home(&self, frame: Frame) -> Result<String, Trouble> {
        let status = self.status().await?;
        // An agent that was updated since this window was opened may speak otherwise.
        let diagnosis = SixWords::read(&self.code().await?)
            .and_then(|words| words.diagnosis())
            .map_err(|_| Trouble::Refused(RefusedAsk::Unreadable))?;
        Ok(html(&pages::Home {
            paused_until: status.paused_until.map(|until| frame.v.moment(until)),
            advice: faults::all(&diagnosis.faults(), &frame.v),
            connected: status.connected,
            waiting: status.waiting,
            unread: status.unread,
            frame,
        }))
    }

    async fn sent(&self, frame: Frame) -> Result<String, Trouble> {
        let Answer::Show(Queue {
            sent,
            waiting,
            waiting_total,
            next,
        }) = self.ask(Ask::Show).await?
        else {
            return Err(Trouble::Absent);
        };
        let told = |messages: Vec<_>| {
            let newest_first = messages.iter().rev();
            newest_first
                .map(|message| readable::message(message, &frame.v))
                .collect()
        };
        Ok(html(&pages::Sent {
            waiting: told(waiting),
            waiting_total,
            sent: told(sent),
            next: readable::next(&next, &frame.v),
            frame,
        }))
    }

    async fn messages(&self, frame: Frame) -> Result<String, Trouble> {
        let Answer::Letters { letters } = self.ask(Ask::Letters).await? else {
            return Err(Trouble::Absent);
        };
        let newest_first = letters.iter().rev();
        Ok(html(&pages::Messages {
            letters: newest_first
                .map(|letter| Shown::of(letter, &frame.v))
                .collect(),
            frame,
        }))
    }

    async fn words(&self, frame: Frame) -> Result<String, Trouble> {
        let words = self.code().await?;
        Ok(html(&pages::Words { frame, words }))
    }

    async fn pause(&self, frame: Frame) -> Result<String, Trouble> {
        let status = self.status().await?;
        let v = &frame.v;
        Ok(html(&pages::Pause {
            until: status.paused_until.map(|until| v.moment(until)),
            lengths: vec![
                (2 * HOUR_S, v.say("2 heures", "2 hours")),
                (DAY_S, v.say("1 jour", "1 day")),
                (7 * DAY_S, v.say("1 semaine", "1 week")),
                (30 * DAY_S, v.say("1 mois", "1 month")),
            ],
            frame,
        }))
    }

    async fn consent(&self, frame: Frame) -> Result<String, Trouble> {
        let level = self.status().await?.consent;
        Ok(html(&pages::ConsentPage { frame, level }))
    }

    async fn status(&self) -> Result<AgentStatus, Trouble> {
        match self.ask(Ask::Status).await? {
            Answer::Status(status) => Ok(status),
            _ => Err(Trouble::Absent),
        }
    }

    async fn code(&self) -> Result<Vec<String>, Trouble> {
        match self.ask(Ask::Code).await? {
            Answer::Code { words } => Ok(words),
            _ => Err(Trouble::Absent),
        }
    }

    async fn ask(&self, ask: Ask) -> Result<Answer, Trouble> {
        let state_dir = self.state_dir.clone();
        let asked = tokio::task::spawn_blocking(move || socket::ask(&state_dir, &ask)).await;
        match asked {
            Ok(Ok(Answer::Refused { reason })) => Err(Trouble::Refused(reason)),
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error @ (AskError::NotRunning(_) | AskError::Closed { .. }))) => {
                tracing::debug!(?error, "the agent is out of reach");
                Err(Trouble::Absent)
            }
            Ok(Err(error)) => {
                tracing::warn!(?error, "the agent gave no answer");
                Err(Trouble::Absent)
            }
            // The question itself broke: as good as no answer.
            Err(error) => {
                tracing::warn!(%error, "a question was not asked to its end");
                Err(Trouble::Absent)
            }
        }
    }
}

/// What a form asks of the agent, and the word for its success; `None` for a form that
/// no page of ours has.
fn wish(path: &str, form: &Form) -> Option<(Ask, &'static str)> {
    let letter = || form.get("letter")?.parse::<CommandId>().ok();
    Some(match path {
        "/help" => {
            // A form writes line ends as CR LF.
            let text = form.get("text")?.trim().replace("\r\n", "\n");
            (Ask::Help { text }, "helped")
        }
        "/messages" => match form.get("answer")? {
            "read" => (Ask::Read { letter: letter()? }, "read"),
            "yes" => (
                Ask::Diagnose {
                    letter: letter()?,
                    accept: true,
                },
                "accepted",
            ),
            "no" => (
                Ask::Diagnose {
                    letter: letter()?,
                    accept: false,
                },
                "declined",
            ),
            _ => return None,
        },
        "/pause" => match form.get("for")? {
            "end" => (Ask::Pause { for_s: None }, "resumed"),
            seconds => {
                let for_s = Some(seconds.parse().ok()?);
                (Ask::Pause { for_s }, "paused")
            }
        },
        "/consent" => {
            let level = Consent::from_word(form.get("level")?)?;
            let charter = form.get("charter").map(str::to_owned);
            (Ask::Consent { level, charter }, level.as_str())
        }
        _ => return None,
    })
}

/// What came of a form, by the words in the address. Other words say nothing: whoever
/// made the address does not write on our page.
fn said(query: &str, v: &Voice) -> Option<Said> {
    let (name, word) = query.split_once('=')?;
    match name {
        "done" => Some(Said {
            text: done(word, v)?,
            wrong: false,
        }),
        "no" => Some(Said {
            text: match word {
                "absent" => v.say(
                    "Rien n’a été fait : Déclic ne tourne pas sur ce PC.",
                    "Nothing was done: Déclic is not running on this PC.",
                ),
                word => of_refusal(RefusedAsk::from_word(word)?, v.lang()),
            },
            wrong: true,
        }),
        _ => None,
    }
}

fn done(word: &str, v: &Voice) -> Option<&'static str> {
    Some(match word {
        "helped" => v.say(
            "Votre demande d’aide est notée. Elle part dès que le réseau le permet.",
            "Your call for help is noted. It leaves as soon as the network allows.",
        ),
        "read" => v.say(
            "Le technicien saura que vous l’avez lu.",
            "The technician will know that you read it.",
        ),
        "accepted" => v.say(
            "Merci. Le diagnostic commence, et finit tout seul.",
            "Thank you. The diagnosis begins, and ends by itself.",
        ),
        "declined" => v.say("C’est noté : pas de diagnostic.", "Noted: no diagnosis."),
        "paused" => v.say(
            "C’est noté : la pause commence.",
            "Noted: the pause begins.",
        ),
        "resumed" => v.say("La pause est finie.", "The pause is over."),
        "maintenance" => v.say(
            "C’est noté : seul ce qui garde le PC en état est envoyé.",
            "Noted: only what keeps the PC working is sent.",
        ),
        "usage" => v.say(
            "C’est noté : les données d’usage sont aussi envoyées. Merci.",
            "Noted: usage data are sent as well. Thank you.",
        ),
        _ => return None,
    })
}

fn html(page: &impl Template) -> String {
    page.render()
        .expect("a page of ours can be written into memory")
}
