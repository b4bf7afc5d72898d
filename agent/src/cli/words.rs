//! Why something was not done, in words for the people of the PC.

use declic_common::code::BadCode;
use declic_common::lang::Lang;
use declic_common::socket::RefusedAsk;

use crate::enrol::EnrolError;

/// Why this PC is not enrolled, and what to do. The details that only a
/// technician can use stay in English.
pub(super) fn of_enrolment(error: &EnrolError) -> String {
    if Lang::current() == Lang::En {
        return error.to_string();
    }
    match error {
        EnrolError::Code(BadCode::Garbled) => {
            "ce n’est pas un code d’inscription : cherchez une lettre oubliée ou fausse".to_owned()
        }
        EnrolError::Code(BadCode::Newer) => {
            "ce code vient d’un serveur Déclic plus récent : mettez d’abord l’agent à jour"
                .to_owned()
        }
        EnrolError::AlreadyEnrolled(device) => format!(
            "ce PC est déjà inscrit sous le nom {device} ; ajoutez --replace pour lui donner une nouvelle identité"
        ),
        EnrolError::Unreachable(host, _) => format!(
            "le serveur Déclic {host} ne répond pas : vérifiez que ce PC est connecté à Internet, puis réessayez"
        ),
        EnrolError::OtherAuthority(host) => format!(
            "une autre machine a répondu à la place du serveur Déclic {host} : ne continuez pas sur ce réseau, et prévenez le technicien"
        ),
        EnrolError::WrongName(host) => {
            format!(
                "le certificat du serveur Déclic n’est pas fait pour {host} : prévenez le technicien"
            )
        }
        EnrolError::Clock => {
            "l’horloge de ce PC semble fausse : réglez la date et l’heure, puis réessayez"
                .to_owned()
        }
        EnrolError::Ended => {
            "le certificat de ce PC a pris fin : demandez un nouveau code".to_owned()
        }
        EnrolError::NotAccepted => {
            "le serveur Déclic n’accepte plus le certificat de ce PC : demandez un nouveau code"
                .to_owned()
        }
        EnrolError::Refused { kind, detail } => match kind.rsplit('/').next() {
            Some("code-used") => "ce code a déjà servi : demandez-en un nouveau".to_owned(),
            Some("code-expired") => "ce code a pris fin : demandez-en un nouveau".to_owned(),
            Some("code-cancelled") => "ce code a été annulé : demandez-en un nouveau".to_owned(),
            _ => format!("le serveur Déclic refuse : {detail}"),
        },
        EnrolError::Running(_) => {
            "l’agent tourne : arrêtez-le d’abord (systemctl stop declic-agent)".to_owned()
        }
        other => format!("l’inscription a échoué : {other}"),
    }
}

/// Why the agent did not do what was asked.
pub(crate) fn of_refusal(reason: RefusedAsk, lang: Lang) -> &'static str {
    match reason {
        RefusedAsk::CharterNeeded => lang.say(
            "Pour envoyer aussi les données d’usage, il faut le code de la charte signée.",
            "To send usage data as well, the code of the signed charter is needed.",
        ),
        RefusedAsk::CharterWrong => lang.say(
            "Ce n’est pas le code de la charte de ce PC. Vérifiez chaque lettre.",
            "This is not the code of this PC's charter. Check each letter.",
        ),
        RefusedAsk::CharterUnknown => lang.say(
            "Le programme n’a pas encore annoncé de charte à ce PC. Demandez au technicien.",
            "The programme has not announced a charter to this PC yet. Ask the technician.",
        ),
        RefusedAsk::Unreadable => lang.say(
            "L’agent n’a pas compris : il est peut-être d’une autre version.",
            "The agent did not understand: it may be of another version.",
        ),
        RefusedAsk::TooLong => lang.say(
            "Le texte est trop long : 2 000 caractères au plus.",
            "The text is too long: 2,000 characters at most.",
        ),
        RefusedAsk::NotKept => lang.say(
            "Le disque du PC ne prend plus rien : rien n’a changé. Faites de la place, puis recommencez.",
            "The PC's disk takes nothing more: nothing has changed. Free some room, then try again.",
        ),
        RefusedAsk::TooMany => lang.say(
            "Trop d’essais. Réessayez dans quelques minutes.",
            "Too many attempts. Try again in a few minutes.",
        ),
        RefusedAsk::BadLength => lang.say(
            "Une pause dure 90 jours au plus.",
            "A pause lasts 90 days at most.",
        ),
        RefusedAsk::Answered => lang.say(
            "Cette demande n’attend plus de réponse.",
            "This request does not wait for an answer any more.",
        ),
        RefusedAsk::Busy => lang.say(
            "Un diagnostic est déjà en cours. Attendez qu’il se termine.",
            "A diagnosis is already under way. Wait until it ends.",
        ),
        RefusedAsk::Paused => lang.say(
            "Déclic est en pause. Mettez d’abord fin à la pause.",
            "Déclic is paused. End the pause first.",
        ),
    }
}
