//! Words about sessions and assistance: those of the CRA.

use super::vocabulary;

vocabulary! {
    pub enum SessionKind {
        Individual = "individuel", "individuel", "individual";
        Group = "collectif", "collectif", "group";
    }

    pub enum MediationPlace {
        Workplace = "lieu_activite", "lieu d’activité", "place of activity";
        Home = "domicile", "domicile", "home";
        Remote = "a_distance", "à distance", "remote";
        Other = "autre", "autre", "other";
    }

    pub enum Level {
        Beginner = "debutant", "débutant", "beginner";
        Intermediate = "intermediaire", "intermédiaire", "intermediate";
        Advanced = "avance", "avancé", "advanced";
    }

    pub enum Autonomy {
        Accompanied = "entierement_accompagne", "entièrement accompagné", "fully accompanied";
        Partly = "partiellement_autonome", "partiellement autonome", "partly autonomous";
        Autonomous = "autonome", "autonome", "autonomous";
    }

    pub enum Equipment {
        Computer = "ordinateur", "ordinateur", "computer";
        Phone = "telephone", "téléphone", "phone";
        Tablet = "tablette", "tablette", "tablet";
        Other = "autre", "autre", "other";
        None = "aucun", "aucun", "none";
    }

    /// The 30 themes of the CRA.
    pub enum Theme {
        Diagnosis = "diagnostic_numerique", "diagnostic numérique", "digital diagnosis";
        Hardware = "prendre_en_main_du_materiel", "prendre en main du matériel", "getting to know hardware";
        Maintenance = "maintenance_de_materiel", "maintenance de matériel", "hardware maintenance";
        Content = "gere_ses_contenus_numeriques", "gérer ses contenus numériques", "managing one’s files";
        Browsing = "navigation_sur_internet", "navigation sur Internet", "browsing";
        Email = "email", "e-mail", "e-mail";
        Office = "bureautique", "bureautique", "office software";
        Networks = "reseaux_sociaux", "réseaux sociaux", "social networks";
        Health = "sante", "santé", "health";
        Banking = "banque_et_achats_en_ligne", "banque et achats en ligne", "banking and shopping";
        Business = "entrepreneuriat", "entrepreneuriat", "business";
        Job = "insertion_professionnelle", "insertion professionnelle", "finding work";
        Security = "securite_numerique", "sécurité numérique", "digital security";
        Parenting = "parentalite", "parentalité", "parenting";
        School = "scolarite_et_numerique", "scolarité et numérique", "school";
        Creating = "creer_avec_le_numerique", "créer avec le numérique", "creating";
        Culture = "culture_numerique", "culture numérique", "digital culture";
        Ai = "intelligence_artificielle", "intelligence artificielle", "artificial intelligence";
        Procedures = "aide_aux_demarches_administratives", "aide aux démarches administratives", "help with procedures";
        Papers = "papiers_elections_citoyennete", "papiers, élections, citoyenneté", "papers, elections, citizenship";
        Family = "famille_scolarite", "famille et scolarité", "family and school";
        Social = "social_sante", "social et santé", "social and health";
        Work = "travail_formation", "travail et formation", "work and training";
        Housing = "logement", "logement", "housing";
        Transport = "transports_mobilite", "transports et mobilité", "transport";
        Taxes = "argent_impots", "argent et impôts", "money and taxes";
        Justice = "justice", "justice", "justice";
        Foreigners = "etrangers_europe", "étrangers et Europe", "foreigners and Europe";
        Leisure = "loisirs_sports_culture", "loisirs, sports, culture", "leisure, sports, culture";
        Associations = "associations", "associations", "associations";
    }
}
