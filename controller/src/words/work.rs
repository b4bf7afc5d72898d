//! The words of the workshop and of the life of PCs, as people read them.

use declic_common::programme::vocabulary::{LifeState, LifeStep};
use declic_common::programme::workshop::SeatState;

use super::Voice;

impl Voice {
    /// A word of the bench or of the workshop; itself where no language needs another one.
    pub(super) fn work_word<'a>(&self, word: &'a str) -> &'a str {
        match word {
            "donation" => self.say("don", "donation"),
            "purchase" => self.say("achat", "purchase"),
            "desktop" => self.say("unité centrale", "desktop"),
            "laptop" => self.say("portable", "laptop"),
            "all_in_one" => self.say("tout-en-un", "all in one"),
            "loan" => self.say("prêt", "loan"),
            "gift" => self.say("don", "gift"),
            "too_old" => self.say("trop ancien", "too old"),
            "broken" => self.say("cassé", "broken"),
            "incomplete" => self.say("incomplet", "incomplete"),
            "unsafe" => self.say("dangereux", "unsafe"),
            "zeros" => self.say("une passe de zéros", "one pass of zeros"),
            "random" => self.say("passe aléatoire", "random pass"),
            "passes" => self.say("plusieurs passes", "several passes"),
            "secure_erase" => self.say("commande du disque", "the disk’s own command"),
            "crypto_erase" => self.say("clé détruite", "key destroyed"),
            "destruction" => self.say("disque détruit", "disk destroyed"),
            "no_disk" => self.say("sans disque", "no disk"),
            "done" => self.say("fait", "done"),
            "failed" => self.say("échec", "failed"),
            "a" => "A",
            "b" => "B",
            "c" => "C",
            "right" => self.say("à raison", "right"),
            "false_alarm" => self.say("à tort", "false alarm"),
            "missed" => self.say("manquée", "missed"),
            "handover" => self.say("remise", "handover"),
            "return" => self.say("retour", "return"),
            "copied" => self.say("copiés sur une clé", "copied to a key"),
            "transferred" => self.say("passés sur l’autre PC", "moved to the other PC"),
            "erased" => self.say("effacés", "erased"),
            "hardware" => self.say("matériel", "hardware"),
            "storage" => self.say("stockage", "storage"),
            "network" => self.say("réseau", "network"),
            "system" => self.say("système", "system"),
            "usage" => self.say("usage", "usage"),
            "fixed" => self.say("réparé", "fixed"),
            "repairable" => self.say("réparable", "repairable"),
            "end_of_life" => self.say("en fin de vie", "end of life"),
            "unknown" => self.say("inconnu", "unknown"),
            "spare_parts_not_available" => {
                self.say("pièce introuvable", "spare parts not available")
            }
            "spare_parts_too_expensive" => {
                self.say("pièce trop chère", "spare parts too expensive")
            }
            "no_way_to_open_the_product" => {
                self.say("impossible à ouvrir", "no way to open the product")
            }
            "repair_information_not_available" => {
                self.say("pas de documentation", "repair information not available")
            }
            "lack_of_equipment" => self.say("pas d’outillage", "lack of equipment"),
            "item_too_worn_out" => self.say("trop usé", "item too worn out"),
            "planned" => self.say("prévue", "planned"),
            "held" => self.say("tenue", "held"),
            "cancelled" => self.say("annulée", "cancelled"),
            word => self.cra_word(word),
        }
    }

    /// A word of the activity report of digital mediators, which is French itself.
    fn cra_word<'a>(&self, word: &'a str) -> &'a str {
        match word {
            "individuel" => self.say("individuel", "individual"),
            "collectif" => self.say("collectif", "group"),
            "lieu_activite" => self.say("lieu d’activité", "workplace"),
            "domicile" => self.say("domicile", "at home"),
            "a_distance" => self.say("à distance", "remote"),
            "autre" => self.say("autre", "other"),
            "aucun" => self.say("aucun", "none"),
            "debutant" => self.say("débutant", "beginner"),
            "intermediaire" => self.say("intermédiaire", "intermediate"),
            "avance" => self.say("avancé", "advanced"),
            "entierement_accompagne" => self.say("entièrement accompagné", "fully accompanied"),
            "partiellement_autonome" => self.say("partiellement autonome", "partly autonomous"),
            "autonome" => self.say("autonome", "autonomous"),
            "ordinateur" => self.say("ordinateur", "computer"),
            "telephone" => self.say("téléphone", "phone"),
            "tablette" => self.say("tablette", "tablet"),
            "administration" => self.say("administration", "administration"),
            "mediation_numerique" => self.say("médiation numérique", "digital mediation"),
            "operateur_ou_organisme_en_charge" => self.say(
                "opérateur ou organisme en charge",
                "operator or body in charge",
            ),
            "aide_sociale" => self.say("aide sociale", "social help"),
            "insertion_professionnelle" => self.say("insertion professionnelle", "way into work"),
            "aide_aux_demarches_administratives" => {
                self.say("aide aux démarches administratives", "help with procedures")
            }
            "diagnostic_numerique" => self.say("diagnostic numérique", "digital diagnosis"),
            "prendre_en_main_du_materiel" => {
                self.say("prise en main du matériel", "handling a device")
            }
            "maintenance_de_materiel" => self.say("maintenance de matériel", "upkeep of a device"),
            "gere_ses_contenus_numeriques" => self.say("gérer ses contenus", "keeping one’s files"),
            "navigation_sur_internet" => self.say("navigation sur internet", "browsing"),
            "email" => self.say("courriel", "mail"),
            "bureautique" => self.say("bureautique", "office"),
            "reseaux_sociaux" => self.say("réseaux sociaux", "social networks"),
            "sante" => self.say("santé", "health"),
            "banque_et_achats_en_ligne" => {
                self.say("banque et achats en ligne", "bank and shopping")
            }
            "entrepreneuriat" => self.say("entrepreneuriat", "business"),
            "securite_numerique" => self.say("sécurité numérique", "security"),
            "parentalite" => self.say("parentalité", "being a parent"),
            "scolarite_et_numerique" => self.say("scolarité et numérique", "school"),
            "creer_avec_le_numerique" => self.say("créer avec le numérique", "creating"),
            "culture_numerique" => self.say("culture numérique", "digital culture"),
            "intelligence_artificielle" => {
                self.say("intelligence artificielle", "artificial intelligence")
            }
            "papiers_elections_citoyennete" => self.say(
                "papiers, élections, citoyenneté",
                "papers, elections, citizenship",
            ),
            "famille_scolarite" => self.say("famille, scolarité", "family and school"),
            "social_sante" => self.say("social, santé", "social and health"),
            "travail_formation" => self.say("travail, formation", "work and training"),
            "logement" => self.say("logement", "housing"),
            "transports_mobilite" => self.say("transports, mobilité", "transport"),
            "argent_impots" => self.say("argent, impôts", "money and taxes"),
            "justice" => self.say("justice", "justice"),
            "etrangers_europe" => self.say("étrangers, Europe", "foreigners, Europe"),
            "loisirs_sports_culture" => {
                self.say("loisirs, sports, culture", "leisure, sports, culture")
            }
            "associations" => self.say("associations", "associations"),
            word => word,
        }
    }

    pub(crate) fn life_state(&self, state: LifeState) -> &'static str {
        match state {
            LifeState::Received => self.say("reçu", "received"),
            LifeState::Rejected => self.say("écarté", "rejected"),
            LifeState::Erased => self.say("effacé", "erased"),
            LifeState::Tested => self.say("essayé", "tested"),
            LifeState::Ready => self.say("prêt", "ready"),
            LifeState::Deployed => self.say("remis", "deployed"),
            LifeState::Connected => self.say("connecté", "connected"),
            LifeState::InRepair => self.say("en réparation", "in repair"),
            LifeState::Returned => self.say("revenu", "returned"),
            LifeState::Lost => self.say("perdu", "lost"),
            LifeState::Recycled => self.say("recyclé", "recycled"),
        }
    }

    pub(crate) fn life_step(&self, step: LifeStep) -> &'static str {
        match step {
            LifeStep::Received => self.say("reçu", "received"),
            LifeStep::Rejected => self.say("écarté à l’arrivée", "rejected at intake"),
            LifeStep::Erased => self.say("effacé", "erased"),
            LifeStep::Tested => self.say("essayé", "tested"),
            LifeStep::Ready => self.say("prêt", "ready"),
            LifeStep::Deployed => self.say("remis à un foyer", "handed over"),
            LifeStep::Connected => self.say("entendu dans le foyer", "heard at home"),
            LifeStep::RepairBegun => self.say("réparation commencée", "repair begun"),
            LifeStep::RepairEnded => self.say("réparation finie", "repair ended"),
            LifeStep::Returned => self.say("repris", "taken back"),
            LifeStep::Lost => self.say("perdu", "lost"),
            LifeStep::Recycled => self.say("recyclé", "recycled"),
        }
    }

    pub(crate) fn seat_state(&self, state: SeatState) -> &'static str {
        match state {
            SeatState::Good => self.say("bon", "good"),
            SeatState::Ticket => self.say("ticket ouvert", "open ticket"),
            SeatState::Silent => self.say("silencieux", "silent"),
            SeatState::Empty => self.say("sans PC", "no PC"),
        }
    }
}
