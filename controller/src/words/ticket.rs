//! The words of tickets, in French and in English.

use declic_common::ticket::{
    Barrier, Bound, Category, Cause, Change, Documents, Fact, Priority, Repair, TicketState,
    WaitsFor,
};
use jiff::civil::Date;

use super::Voice;
use crate::domain::metric::{self, Unit};

impl Voice {
    pub(crate) fn cause(&self, cause: Cause) -> &'static str {
        match cause {
            Cause::DiskFailing => self.say("disque en train de lâcher", "disk failing"),
            Cause::Overheating => self.say("surchauffe", "overheating"),
            Cause::DiskFull => self.say("disque presque plein", "disk nearly full"),
            Cause::NeverStarted => self.say("jamais démarré", "never started"),
            Cause::InternetDown => self.say("internet coupé", "internet down"),
            Cause::Overdue => self.say("silence inhabituel", "overdue"),
            Cause::MemoryStarving => self.say("mémoire insuffisante", "memory starving"),
            Cause::UpdatesFailing => self.say("mises à jour en panne", "updates failing"),
            Cause::CertificateEnding => {
                self.say("certificat bientôt fini", "certificate near its end")
            }
            Cause::ClockWrong => self.say("horloge fausse", "clock wrong"),
            Cause::RebootPending => self.say("redémarrage attendu", "reboot pending"),
            Cause::AgentOutdated => self.say("agent trop ancien", "agent outdated"),
            Cause::Help => self.say("demande d’aide", "call for help"),
            Cause::Reported => self.say("signalé", "reported"),
        }
    }

    pub(crate) fn ticket_state(&self, state: TicketState) -> &'static str {
        match state {
            TicketState::New => self.say("nouveau", "new"),
            TicketState::Assigned => self.say("attribué", "assigned"),
            TicketState::InProgress => self.say("en cours", "in progress"),
            TicketState::Waiting => self.say("en attente", "waiting"),
            TicketState::Solved => self.say("réglé", "solved"),
            TicketState::Closed => self.say("clos", "closed"),
        }
    }

    pub(crate) fn priority(&self, priority: Priority) -> &'static str {
        match priority {
            Priority::Urgent => self.say("urgente", "urgent"),
            Priority::High => self.say("haute", "high"),
            Priority::Normal => self.say("normale", "normal"),
            Priority::Low => self.say("basse", "low"),
        }
    }

    pub(crate) fn category(&self, category: Category) -> &'static str {
        match category {
            Category::Hardware => self.say("matériel", "hardware"),
            Category::Storage => self.say("stockage", "storage"),
            Category::Network => self.say("réseau", "network"),
            Category::System => self.say("système", "system"),
            Category::Usage => self.say("usage", "usage"),
            Category::Other => self.say("autre", "other"),
        }
    }

    pub(crate) fn repair(&self, repair: Repair) -> &'static str {
        match repair {
            Repair::Fixed => self.say("réparé", "fixed"),
            Repair::Repairable => self.say("réparable", "repairable"),
            Repair::EndOfLife => self.say("en fin de vie", "end of life"),
            Repair::Unknown => self.say("inconnue", "unknown"),
        }
    }

    pub(crate) fn barrier(&self, barrier: Barrier) -> &'static str {
        match barrier {
            Barrier::PartsUnavailable => {
                self.say("pièces introuvables", "spare parts not available")
            }
            Barrier::PartsTooExpensive => {
                self.say("pièces trop chères", "spare parts too expensive")
            }
            Barrier::NoWayToOpen => self.say("impossible à ouvrir", "no way to open the product"),
            Barrier::NoInformation => {
                self.say("sans documentation", "repair information not available")
            }
            Barrier::NoEquipment => self.say("sans l’outillage", "lack of equipment"),
            Barrier::WornOut => self.say("trop usé", "item too worn out"),
        }
    }

    pub(crate) fn waits_for(&self, waits_for: WaitsFor) -> &'static str {
        match waits_for {
            WaitsFor::Household => self.say("du foyer", "for the household"),
            WaitsFor::Part => self.say("d’une pièce", "for a part"),
            WaitsFor::Operator => self.say("de l’opérateur", "for the operator"),
            WaitsFor::Other => self.say("d’autre chose", "for something else"),
        }
    }

    pub(crate) fn documents(&self, choice: Documents) -> &'static str {
        match choice {
            Documents::Copied => self.say(
                "copiés sur la clé du foyer",
                "copied to the household's own key",
            ),
            Documents::Transferred => {
                self.say("transférés sur l’autre PC", "transferred to the other PC")
            }
            Documents::Erased => self.say("effacés", "erased"),
        }
    }

    /// The readings that speak for a ticket, in one line; `None` if there are none.
    pub(crate) fn facts(&self, facts: &[Fact]) -> Option<String> {
        let facts: Vec<String> = facts.iter().map(|fact| self.fact(fact)).collect();
        (!facts.is_empty()).then(|| facts.join(", "))
    }

    fn fact(&self, fact: &Fact) -> String {
        match fact.name.as_str() {
            "agent_disk_full" => {
                return self
                    .say("l’agent ne peut plus écrire", "the agent cannot write")
                    .to_owned();
            }
            "smart_passed" => {
                let Some(disk) = fact.disk.as_deref() else {
                    return self
                        .say("un disque se dit en panne", "a disk says that it fails")
                        .to_owned();
                };
                return self.say(
                    format!("le disque {disk} se dit en panne"),
                    format!("disk {disk} says that it fails"),
                );
            }
            "ladder_link" => {
                return self
                    .say("câble ou Wi-Fi débranché", "cable or Wi-Fi disconnected")
                    .to_owned();
            }
            "ladder_gateway" => {
                return self
                    .say("la box ne répond pas", "the box does not answer")
                    .to_owned();
            }
            "ladder_controller" => {
                return self
                    .say(
                        "seul le serveur Déclic est injoignable",
                        "only the controller is out of reach",
                    )
                    .to_owned();
            }
            "ladder_internet" => {
                return self
                    .say("rien ne répond au-delà", "nothing beyond answers")
                    .to_owned();
            }
            "ladder_dns" => {
                return self
                    .say("aucun nom ne se résout", "no name resolves")
                    .to_owned();
            }
            "reboot_required" => {
                return self
                    .say("redémarrage nécessaire", "a restart is needed")
                    .to_owned();
            }
            _ => {}
        }
        let value = self.measure(fact, fact.value);
        let value = match fact.bound {
            None => value,
            Some(Bound::Under) => self.say(format!("moins de {value}"), format!("under {value}")),
            Some(Bound::AtLeast) => {
                self.say(format!("{value} ou plus"), format!("{value} or more"))
            }
        };
        let mut text = format!("{} {value}", self.reading(&fact.name));
        if let Some(before) = fact.before {
            let before = self.measure(fact, before);
            text.push_str(&self.say(
                format!(", {before} à la remise"),
                format!(", {before} at handover"),
            ));
        } else if let Some(limit) = fact.limit {
            let limit = self.measure(fact, limit);
            text.push_str(&self.say(format!(", seuil {limit}"), format!(", threshold {limit}")));
        }
        text
    }

    /// What a reading is called; one without words of its own keeps its name.
    fn reading<'a>(&self, name: &'a str) -> &'a str {
        match name {
            "disk_system_free_bytes" => self.say("libre (système)", "free (system)"),
            "disk_home_free_bytes" => self.say("libre (personnel)", "free (home)"),
            "memory_available_bytes" => self.say("mémoire libre", "memory left"),
            "swap_free_bytes" => self.say("échange libre", "swap left"),
            "temperature_cpu_millicelsius" => self.say("processeur", "processor"),
            "temperature_gpu_millicelsius" => self.say("carte graphique", "graphics"),
            "temperature_disk_millicelsius" => self.say("disque", "disk"),
            "smart_reallocated" => self.say("secteurs réalloués", "reallocated sectors"),
            "smart_pending" => self.say("secteurs en suspens", "pending sectors"),
            "smart_bad_sectors" => self.say("secteurs abîmés", "bad sectors"),
            "smart_uncorrectable" => self.say("erreurs incorrigibles", "uncorrectable errors"),
            "smart_wear_percent" => self.say("usure", "wear"),
            "updates_lists_age_s" => self.say("listes de", "lists from"),
            "updates_security" => self.say("mises à jour de sécurité", "security updates"),
            "failed_units" => self.say("services en échec", "failed services"),
            "clock_offset_ms" => self.say("écart", "off by"),
            "certificate_days_left" => self.say("jours restants", "days left"),
            "agent_version" => "version",
            other => other,
        }
    }

    fn measure(&self, fact: &Fact, value: i64) -> String {
        match fact.name.as_str() {
            "clock_offset_ms" => self.span(value.unsigned_abs()),
            // 1.2.3 travels as 1002003.
            "agent_version" => {
                format!(
                    "{}.{}.{}",
                    value / 1_000_000,
                    value / 1000 % 1000,
                    value % 1000
                )
            }
            name => match metric::find(name) {
                Some(metric) if metric.unit == Unit::Bytes && name.starts_with("disk_") => {
                    self.disk(value.unsigned_abs())
                }
                Some(metric) => self.value(value, metric.unit),
                None => self.number(value),
            },
        }
    }

    /// What happened to a ticket, without the words of people.
    pub(crate) fn change(&self, change: &Change) -> String {
        match change {
            Change::Opened => self.say("ouvert", "opened").to_owned(),
            Change::Returned => self.say("revenu", "came back").to_owned(),
            Change::Gone => self.say("disparu de lui-même", "gone by itself").to_owned(),
            Change::Called { .. } => self
                .say("appel du foyer", "the household called")
                .to_owned(),
            Change::Assign { to } => {
                self.say(format!("attribué à {to}"), format!("assigned to {to}"))
            }
            Change::Start => self.say("commencé", "begun").to_owned(),
            Change::Wait { waits_for, .. } => {
                let what = self.waits_for(*waits_for);
                self.say(format!("en attente {what}"), format!("waits {what}"))
            }
            Change::Resumed { .. } => self
                .say(
                    "repris, le jour est venu",
                    "taken up again, its day has come",
                )
                .to_owned(),
            Change::Comment { .. } => self.say("mot", "comment").to_owned(),
            Change::Visit { on } => {
                let day = self.date(*on);
                self.say(
                    format!("visite prévue le {day}"),
                    format!("visit planned on {day}"),
                )
            }
            Change::Visited { minutes } => {
                let time = self.unit(&minutes.to_string(), "min");
                self.say(format!("visite, {time}"), format!("visited, {time}"))
            }
            Change::Spend { minutes } => {
                let time = self.unit(&minutes.to_string(), "min");
                self.say(format!("{time} passées"), format!("{time} spent"))
            }
            Change::Part { .. } => self.say("pièce", "part").to_owned(),
            Change::Documents { choice } => {
                let choice = self.documents(*choice);
                self.say(format!("documents {choice}"), format!("documents {choice}"))
            }
            Change::Swap { with } => self.say(
                format!("échangé contre {with}"),
                format!("exchanged for {with}"),
            ),
            Change::Prioritise { priority } => {
                let priority = self.priority(*priority);
                self.say(
                    format!("priorité {priority}"),
                    format!("priority {priority}"),
                )
            }
            Change::Categorise { category } => {
                let category = self.category(*category);
                self.say(
                    format!("catégorie {category}"),
                    format!("category {category}"),
                )
            }
            Change::Solve { repair, .. } => {
                let repair = self.repair(*repair);
                self.say(format!("réglé ({repair})"), format!("solved ({repair})"))
            }
            Change::Close => self.say("clos", "closed").to_owned(),
            Change::Reopen => self.say("rouvert", "reopened").to_owned(),
        }
    }

    /// A day of the calendar.
    pub(crate) fn date(&self, day: Date) -> String {
        day.strftime(self.say("%d/%m/%Y", "%Y-%m-%d")).to_string()
    }
}
