//! The words of the workshop: those of the activity report of digital mediators (CRA), whose
//! French values are identifiers.

use crate::words;

words! {
    /// CRA: how people were received.
    pub enum SessionKind {
        0 Individual = "individuel",
        1 Group = "collectif",
    }

    /// CRA: where.
    pub enum SessionPlace {
        0 Workplace = "lieu_activite",
        1 Home = "domicile",
        2 Remote = "a_distance",
        3 Other = "autre",
    }

    /// CRA.
    pub enum Level {
        0 Beginner = "debutant",
        1 Intermediate = "intermediaire",
        2 Advanced = "avance",
    }

    /// CRA: how much help somebody needed.
    pub enum Autonomy {
        0 Accompanied = "entierement_accompagne",
        1 Partly = "partiellement_autonome",
        2 Alone = "autonome",
    }

    /// CRA: what they came with or used.
    pub enum Equipment {
        0 Computer = "ordinateur",
        1 Phone = "telephone",
        2 Tablet = "tablette",
        3 Other = "autre",
        4 Nothing = "aucun",
    }

    /// CRA: to whom somebody was sent on.
    pub enum Redirection {
        0 Administration = "administration",
        1 DigitalMediation = "mediation_numerique",
        2 Operator = "operateur_ou_organisme_en_charge",
        3 SocialHelp = "aide_sociale",
        4 Work = "insertion_professionnelle",
        5 Procedures = "aide_aux_demarches_administratives",
        6 Other = "autre",
    }

    /// CRA: what it was about.
    pub enum Theme {
        0 Diagnosis = "diagnostic_numerique",
        1 Handling = "prendre_en_main_du_materiel",
        2 Upkeep = "maintenance_de_materiel",
        3 Contents = "gere_ses_contenus_numeriques",
        4 Browsing = "navigation_sur_internet",
        5 Mail = "email",
        6 Office = "bureautique",
        7 SocialNetworks = "reseaux_sociaux",
        8 Health = "sante",
        9 BankAndShopping = "banque_et_achats_en_ligne",
        10 Business = "entrepreneuriat",
        11 Work = "insertion_professionnelle",
        12 Security = "securite_numerique",
        13 Parents = "parentalite",
        14 School = "scolarite_et_numerique",
        15 Creation = "creer_avec_le_numerique",
        16 Culture = "culture_numerique",
        17 Ai = "intelligence_artificielle",
        18 Procedures = "aide_aux_demarches_administratives",
        19 Papers = "papiers_elections_citoyennete",
        20 FamilyAndSchool = "famille_scolarite",
        21 SocialAndHealth = "social_sante",
        22 WorkAndTraining = "travail_formation",
        23 Housing = "logement",
        24 Transport = "transports_mobilite",
        25 MoneyAndTaxes = "argent_impots",
        26 Justice = "justice",
        27 Foreigners = "etrangers_europe",
        28 Leisure = "loisirs_sports_culture",
        29 Associations = "associations",
    }

    /// What became of a session.
    pub enum SessionState {
        0 Planned = "planned",
        1 Held = "held",
        2 Cancelled = "cancelled",
    }
}
