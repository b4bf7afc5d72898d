//! What somebody does to a ticket, as the forms of its page send it.

use declic_common::ticket::Change;
use serde::Deserialize;

use crate::app::ticket::TicketError;
use crate::domain::ticket::Refused;
use crate::http::pages::form::filled;
use crate::http::pages::said::Said;
use crate::http::pages::view::View;

/// One form of the page; each has the fields that it needs, and no others.
#[derive(Clone, Debug, Default, Deserialize)]
pub(in crate::http::pages) struct Act {
    /// Which of the forms: `prendre`, `noter` …
    #[serde(default)]
    pub(super) faire: String,
    /// The version that the person saw.
    #[serde(default)]
    pub(super) version: u64,
    pub(super) texte: Option<String>,
    pub(super) a: Option<String>,
    pub(super) attend: Option<String>,
    pub(super) jour: Option<String>,
    pub(super) minutes: Option<String>,
    pub(super) priorite: Option<String>,
    pub(super) categorie: Option<String>,
    pub(super) choix: Option<String>,
    pub(super) avec: Option<String>,
    pub(super) reparation: Option<String>,
    pub(super) obstacle: Option<String>,
    /// Where to go back to; the page itself when absent.
    pub(super) retour: Option<String>,
}

impl Act {
    /// The change that is meant, or what is missing for it.
    pub(super) fn change(&self, v: &View) -> Result<Change, &'static str> {
        let chosen = v.say(
            "Choisissez une réponse de la liste.",
            "Choose an answer of the list.",
        );
        let day = v.say("Donnez un jour.", "Give a day.");
        let minutes = || {
            let text = self.minutes.as_deref().unwrap_or_default().trim();
            text.parse().map_err(|_| {
                v.say(
                    "Donnez un nombre de minutes, 960 au plus.",
                    "Give a number of minutes, 960 at most.",
                )
            })
        };
        fn of<T>(text: &Option<String>, read: fn(&str) -> Option<T>) -> Option<T> {
            read(text.as_deref()?)
        }
        let date = || filled(self.jour.clone()).map(|text| text.parse().map_err(|_| day));
        let text = || {
            filled(self.texte.clone())
                .unwrap_or_default()
                .replace("\r\n", "\n")
        };
        Ok(match self.faire.as_str() {
            "prendre" => Change::Assign {
                to: v
                    .account()
                    .ok_or(v.say(
                        "Sans compte, donnez-le à quelqu’un.",
                        "Without an account, give it to somebody.",
                    ))?
                    .to_owned(),
            },
            "donner" => Change::Assign {
                to: filled(self.a.clone()).ok_or(chosen)?,
            },
            "commencer" => Change::Start,
            "attendre" => Change::Wait {
                waits_for: of(&self.attend, declic_common::ticket::WaitsFor::from_word)
                    .ok_or(chosen)?,
                until: date().transpose()?,
            },
            "noter" => Change::Comment { text: text() },
            "prevoir" => Change::Visit {
                on: date().ok_or(day)??,
            },
            "visiter" => Change::Visited {
                minutes: minutes()?,
            },
            "passer" => Change::Spend {
                minutes: minutes()?,
            },
            "piece" => Change::Part { text: text() },
            "documents" => Change::Documents {
                choice: of(&self.choix, declic_common::ticket::Documents::from_word)
                    .ok_or(chosen)?,
            },
            "echanger" => Change::Swap {
                with: of(&self.avec, |text| text.parse().ok()).ok_or(chosen)?,
            },
            "priorite" => Change::Prioritise {
                priority: of(&self.priorite, declic_common::ticket::Priority::from_word)
                    .ok_or(chosen)?,
            },
            "categorie" => Change::Categorise {
                category: of(&self.categorie, declic_common::ticket::Category::from_word)
                    .ok_or(chosen)?,
            },
            "regler" => Change::Solve {
                repair: of(&self.reparation, declic_common::ticket::Repair::from_word)
                    .ok_or(chosen)?,
                barrier: of(&self.obstacle, declic_common::ticket::Barrier::from_word),
            },
            "clore" => Change::Close,
            "rouvrir" => Change::Reopen,
            _ => return Err(chosen),
        })
    }

    /// The change in words, for whoever meets another one.
    pub(super) fn wanted(&self, v: &View) -> String {
        match self.change(v) {
            Ok(mut change) => {
                change.take_text();
                v.capital(v.change(&change))
            }
            Err(text) => text.to_owned(),
        }
    }

    pub(super) fn words(&self) -> Option<String> {
        filled(self.texte.clone())
    }

    /// All that was sent, but the version: to be sent again on the newest one.
    pub(super) fn fields(&self) -> Vec<(&'static str, String)> {
        let all = [
            ("texte", &self.texte),
            ("a", &self.a),
            ("attend", &self.attend),
            ("jour", &self.jour),
            ("minutes", &self.minutes),
            ("priorite", &self.priorite),
            ("categorie", &self.categorie),
            ("choix", &self.choix),
            ("avec", &self.avec),
            ("reparation", &self.reparation),
            ("obstacle", &self.obstacle),
        ];
        let sent = all
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.clone()?)));
        std::iter::once(("faire", self.faire.clone()))
            .chain(sent)
            .collect()
    }

    pub(super) fn said(&self) -> Said {
        match self.faire.as_str() {
            "prendre" => Said::Taken,
            "noter" => Said::Commented,
            _ => Said::Done,
        }
    }

    /// What was typed into the form of this name, if it was that one.
    pub(super) fn typed(&self, form: &str) -> &str {
        match self.faire == form {
            true => self.texte.as_deref().unwrap_or_default(),
            false => "",
        }
    }

    /// The form of this name is open: it was sent and not taken.
    pub(super) fn is(&self, form: &str) -> bool {
        self.faire == form
    }
}

/// Why a change was not made, for people.
pub(super) fn refusal(error: &TicketError, v: &View) -> String {
    let text = match error {
        TicketError::Refused(Refused::NoChoice) => v.say(
            "Le foyer n’a pas encore dit ce que deviennent ses documents : notez d’abord son choix.",
            "The household has not said yet what becomes of its documents: note its choice first.",
        ),
        TicketError::Refused(Refused::AlreadySwapped) => v.say(
            "Le PC a déjà été échangé.",
            "The PC was exchanged already.",
        ),
        TicketError::Refused(Refused::State { .. }) => v.say(
            "Un ticket dans cet état ne le permet pas. Rouvrez-le d’abord s’il est clos.",
            "A ticket in this state does not take it. Reopen it first if it is closed.",
        ),
        TicketError::Refused(Refused::BarrierOfFixed) => v.say(
            "Un PC réparé n’a pas d’obstacle : retirez l’un des deux.",
            "A PC that is fixed has no barrier: leave one of them out.",
        ),
        TicketError::NotASpare(_) | TicketError::NothingToExchange(_) => v.say(
            "L’échange demande un PC en réserve ou sur l’établi, et un PC qui est chez quelqu’un.",
            "An exchange needs a PC in stock or on the bench, and a PC that somebody has.",
        ),
        TicketError::OtherIsOpen(other) => {
            return v.say(
                format!("{other} est ouvert pour la même cause : travaillez sur celui-là."),
                format!("{other} is open for the same cause: work on that one."),
            );
        }
        TicketError::Bad(_) | TicketError::Refused(Refused::Bad(_)) => v.say(
            "Un texte a de 1 à 2 000 caractères, une durée de 1 à 960 minutes.",
            "A text has 1 to 2,000 characters, a length 1 to 960 minutes.",
        ),
        other => {
            return v.say(
                format!("Cela n’a pas été fait : {other}"),
                format!("This was not done: {other}"),
            );
        }
    };
    text.to_owned()
}
