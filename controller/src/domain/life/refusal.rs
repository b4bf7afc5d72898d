//! Why a step of a PC's life is impossible, and what to do, in both languages.

/// Why a step cannot come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    ReceivedTwice,
    NotReceived,
    Rejected,
    ServedAlready,
    /// With the household that has it.
    AtHome(String),
    WithNobody,
    NeverErased,
    /// Since it came back from this household.
    NotErasedSince(String),
    NotTested,
    NotReady,
    NoRepair,
    InRepair,
    WornOut,
    Lost,
    Recycled,
}

impl Refusal {
    pub fn fr(&self) -> String {
        match self {
            Refusal::ReceivedTwice => "le PC est déjà reçu ; garder la première date".into(),
            Refusal::NotReceived => {
                "le PC n’était pas encore reçu ce jour-là ; corriger l’une des deux dates".into()
            }
            Refusal::Rejected => {
                "le PC a été écarté à l’arrivée ; il ne peut plus qu’être effacé et recyclé".into()
            }
            Refusal::ServedAlready => {
                "le PC a déjà servi dans un foyer : on n’écarte qu’à l’arrivée ; le recycler".into()
            }
            Refusal::AtHome(household) => format!(
                "le PC est au foyer {household} ce jour-là ; le reprendre d’abord (`declic device return`)"
            ),
            Refusal::WithNobody => "le PC n’est chez personne ce jour-là".into(),
            Refusal::NeverErased => {
                "rien ne prouve que le PC a été effacé depuis son arrivée ; l’effacer, et noter la \
                 preuve (`declic device erase`)"
                    .into()
            }
            Refusal::NotErasedSince(household) => format!(
                "le PC revient du foyer {household} et rien ne prouve qu’il a été effacé depuis ; \
                 l’effacer, et noter la nouvelle preuve (`declic device erase`)"
            ),
            Refusal::NotTested => {
                "le PC n’a pas d’essai réussi depuis qu’il est là ; l’essayer d’abord (`declic device test`)"
                    .into()
            }
            Refusal::NotReady => {
                "le PC n’est pas prêt : lui donner une classe, et noter le jour où il est prêt \
                 (`declic device grade`)"
                    .into()
            }
            Refusal::NoRepair => "aucune réparation n’est en cours ce jour-là".into(),
            Refusal::InRepair => {
                "le PC est en réparation ; dire d’abord ce qu’elle a donné (`declic repair set`)".into()
            }
            Refusal::WornOut => {
                "sa dernière réparation dit le PC en fin de vie ; le recycler, ou l’essayer de nouveau \
                 avec succès"
                    .into()
            }
            Refusal::Lost => {
                "le PC est perdu ; s’il est retrouvé, vider la date de perte (`declic pc set … lost_on=`)"
                    .into()
            }
            Refusal::Recycled => "le PC est recyclé : sa vie ici est finie".into(),
        }
    }

    pub fn en(&self) -> String {
        match self {
            Refusal::ReceivedTwice => "the PC was received already; keep the first day".into(),
            Refusal::NotReceived => {
                "the PC had not been received on that day; correct one of the two dates".into()
            }
            Refusal::Rejected => {
                "the PC was rejected at intake; it can only be erased and recycled".into()
            }
            Refusal::ServedAlready => {
                "the PC has served in a home: only intake rejects; recycle it".into()
            }
            Refusal::AtHome(household) => format!(
                "the PC is with household {household} on that day; take it back first \
                 (`declic device return`)"
            ),
            Refusal::WithNobody => "the PC is with nobody on that day".into(),
            Refusal::NeverErased => {
                "nothing proves that the PC was erased since it came in; erase it, and note the \
                 proof (`declic device erase`)"
                    .into()
            }
            Refusal::NotErasedSince(household) => format!(
                "the PC came back from household {household} and nothing proves that it was erased \
                 since; erase it, and note the new proof (`declic device erase`)"
            ),
            Refusal::NotTested => {
                "the PC passed no trial since it is here; try it first (`declic device test`)"
                    .into()
            }
            Refusal::NotReady => {
                "the PC is not ready: give it a grade, and note the day on which it is ready \
                 (`declic device grade`)"
                    .into()
            }
            Refusal::NoRepair => "no repair is under way on that day".into(),
            Refusal::InRepair => {
                "the PC is in repair; say first what came of it (`declic repair set`)".into()
            }
            Refusal::WornOut => {
                "its last repair calls the PC end of life; recycle it, or try it again and pass"
                    .into()
            }
            Refusal::Lost => {
                "the PC is lost; if it was found, empty the day (`declic pc set … lost_on=`)".into()
            }
            Refusal::Recycled => "the PC was recycled: its life here is over".into(),
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.en())
    }
}

impl std::error::Error for Refusal {}
