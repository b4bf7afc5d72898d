//! The questions of a survey: those that are built in, and a programme's own.

use super::sheet::{BadField, Form, Noun, Sheet};
use super::vocabulary::AnswerForm;
use crate::noun;

noun! {
    /// A question of a programme. With the code of one that is built in it takes its place.
    pub struct Question = 9 "question" "questions", "Questions", "Questions",
    prefix "", alone false, via [] {
        code: String = Form::Code, "Code", "Code", needed;
        fr: String = Form::Text(300), "En français", "In French", needed;
        en: Option<String> = Form::Text(300), "En anglais", "In English";
        answer: Option<AnswerForm> = Form::Word(AnswerForm::words), "Réponse", "Answer", needed;
        /// Not asked in this programme.
        left_out: bool = Form::Flag, "Non posée", "Left out";
    }
}

impl Noun for Question {
    const SHEET: &'static Sheet = &Question::TABLE;

    fn judge(&self, _: Option<&Self>) -> Vec<BadField> {
        let found = built_in().into_iter().find(|built| built.code == self.code);
        match found {
            // Figures of several programmes are only comparable if a code keeps its scale.
            Some(built) if built.answer != self.answer => vec![BadField::new(
                "answer",
                "une question d’origine garde sa forme de réponse ; changer de code",
                "a built-in question keeps its kind of answer; take another code",
            )],
            _ => Vec::new(),
        }
    }
}

/// The questions that every programme begins with: ten of skill, two for each of the five
/// areas of the European framework, then use, and what changed.
pub fn built_in() -> Vec<Question> {
    use AnswerForm::{Effect, Frequency, Skill, YesNo};
    let question = |(code, answer, fr, en): (&str, AnswerForm, &str, &str)| Question {
        code: code.to_owned(),
        fr: fr.to_owned(),
        en: Some(en.to_owned()),
        answer: Some(answer),
        left_out: false,
    };
    [
        (
            "information-1",
            Skill,
            "Je trouve sur internet ce que je cherche",
            "I find what I look for on the internet",
        ),
        (
            "information-2",
            Skill,
            "Je range mes fichiers et je les retrouve",
            "I put my files away and find them again",
        ),
        (
            "communication-1",
            Skill,
            "J’envoie un message avec une pièce jointe",
            "I send a message with an attachment",
        ),
        (
            "communication-2",
            Skill,
            "Je participe à une conversation ou à un appel en vidéo",
            "I take part in a group chat or a video call",
        ),
        (
            "creation-1",
            Skill,
            "J’écris et je mets en forme un document, un CV par exemple",
            "I write and lay out a document, such as a CV",
        ),
        (
            "creation-2",
            Skill,
            "Je retouche ou je partage une photo",
            "I edit or share a photo",
        ),
        (
            "protection-1",
            Skill,
            "Je reconnais un message qui veut me tromper",
            "I recognise a message that tries to cheat me",
        ),
        (
            "protection-2",
            Skill,
            "Je choisis et je garde des mots de passe sûrs",
            "I choose and keep safe passwords",
        ),
        (
            "environment-1",
            Skill,
            "J’installe ou je mets à jour un logiciel",
            "I install or update a program",
        ),
        (
            "environment-2",
            Skill,
            "Je trouve d’où vient une panne simple et je la répare",
            "I find where a simple fault comes from and mend it",
        ),
        (
            "frequency",
            Frequency,
            "À quelle fréquence utilisez-vous un ordinateur ou internet ?",
            "How often do you use a computer or the internet?",
        ),
        (
            "no-home-line",
            YesNo,
            "Il n’y avait pas de ligne internet à la maison",
            "There was no line to the internet at home",
        ),
        (
            "procedures-alone",
            YesNo,
            "Je fais seul mes démarches en ligne",
            "I do my procedures online by myself",
        ),
        (
            "job",
            Effect,
            "Le PC m’a aidé à chercher ou à trouver un emploi",
            "The PC helped me look for work or find it",
        ),
        (
            "cv",
            Effect,
            "J’ai fait ou refait mon CV",
            "I made my CV, or made it anew",
        ),
        (
            "procedures",
            Effect,
            "Mes démarches administratives sont plus faciles",
            "My administrative procedures are easier",
        ),
        (
            "family",
            Effect,
            "J’ai plus de liens avec ma famille et mes amis",
            "I am closer to family and friends",
        ),
        (
            "school",
            Effect,
            "Les enfants s’en servent pour l’école",
            "The children use it for school",
        ),
        (
            "spending",
            Effect,
            "J’ai dépensé moins (téléphone, achats, petites annonces)",
            "I spent less (phone, shopping, small ads)",
        ),
    ]
    .map(question)
    .into()
}
