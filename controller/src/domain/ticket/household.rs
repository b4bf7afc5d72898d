//! What a household may be told of a ticket: without technique, names or blame.

use declic_common::ticket::Cause;
use declic_common::ticket::body::ForHousehold;

/// The words for one cause, in both languages.
pub fn for_household(cause: Cause) -> ForHousehold {
    let (fr, en) = match cause {
        Cause::DiskFailing => (
            "Le disque de votre PC montre des signes d’usure. Mettez vos documents importants sur une clé USB ; nous venons voir.",
            "The disk of your PC shows signs of wear. Keep a copy of what matters on a USB key; we will come and look.",
        ),
        Cause::Overheating => (
            "Votre PC chauffe trop. Laissez de l’air autour de lui ; nous venons le nettoyer.",
            "Your PC gets too hot. Leave some air around it; we will come and clean it.",
        ),
        Cause::DiskFull => (
            "Il reste très peu de place sur votre PC. Nous vous aiderons à faire du tri.",
            "There is very little room left on your PC. We will help you sort things out.",
        ),
        Cause::NeverStarted => (
            "Nous n’avons pas encore de nouvelles de votre PC. Voulez-vous de l’aide pour le brancher ?",
            "We have not heard of your PC yet. Would you like help to set it up?",
        ),
        Cause::InternetDown => (
            "Votre PC n’arrive plus sur Internet. Nous cherchons avec vous d’où cela vient.",
            "Your PC no longer reaches the Internet. We will find out why with you.",
        ),
        Cause::Overdue => (
            "Votre PC ne s’est pas allumé depuis quelque temps. Tout va bien ? Dites-nous s’il y a un souci.",
            "Your PC has not been on for a while. Is all well? Tell us if something is wrong.",
        ),
        Cause::MemoryStarving => (
            "Votre PC manque de mémoire et devient lent. Nous regardons ce qui peut être amélioré.",
            "Your PC is short of memory and gets slow. We will see what can be improved.",
        ),
        Cause::UpdatesFailing => (
            "Les mises à jour de votre PC ne se font plus. Nous nous en occupons.",
            "The updates of your PC no longer go through. We will take care of it.",
        ),
        Cause::CertificateEnding => (
            "Le lien entre votre PC et nous doit être renouvelé. Laissez-le allumé un moment.",
            "The link between your PC and us has to be renewed. Leave it on for a while.",
        ),
        Cause::ClockWrong => (
            "L’horloge de votre PC n’est pas à l’heure. Nous venons changer une petite pile.",
            "The clock of your PC is wrong. We will come and change a small battery.",
        ),
        Cause::RebootPending => (
            "Votre PC doit redémarrer pour finir ses mises à jour : éteignez-le puis rallumez-le.",
            "Your PC must restart to finish its updates: switch it off, then on again.",
        ),
        Cause::AgentOutdated => (
            "Un petit programme de votre PC doit être mis à jour. Vous n’avez rien à faire.",
            "A small program of your PC has to be updated. There is nothing for you to do.",
        ),
        Cause::Help => (
            "Vous nous avez appelés : votre demande est bien arrivée, nous vous rappelons.",
            "You called us: we have your message and will call you back.",
        ),
        Cause::Reported => (
            "Nous avons noté un souci sur votre PC et nous nous en occupons.",
            "We have taken note of a problem with your PC and will take care of it.",
        ),
    };
    ForHousehold {
        fr: fr.to_owned(),
        en: en.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_household_is_told_of_every_cause_without_technical_words() {
        for cause in Cause::ALL {
            let told = for_household(*cause);
            for text in [told.fr, told.en] {
                assert!((20..200).contains(&text.chars().count()), "{cause}: {text}");
                for word in ["SMART", "certificat", "agent", "SSD", "kernel", "MQTT"] {
                    assert!(!text.contains(word), "{cause}: {text}");
                }
            }
        }
    }
}
