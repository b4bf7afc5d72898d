//! `declic question`: a programme's own questions, and all that it asks.

use clap::{Args, Subcommand};
use declic_common::programme::{Noun, Question};
use declic_common::tr;

use super::client::{Controller, Target, read};
use super::exit::Failure;
use super::output::{Format, Said, csv, json, table};
use super::record::{self, Desk, RecordCommand, Within};
use super::words::Voice;

#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct QuestionArgs {
    #[command(flatten)]
    pub target: Target,
    #[command(flatten)]
    pub within: Within,
    #[command(subcommand)]
    pub command: QuestionCommand,
}

#[derive(Subcommand, Clone, Debug, PartialEq, Eq)]
pub enum QuestionCommand {
    #[command(flatten)]
    Record(RecordCommand),
    #[command(about = tr(
        "Tout ce que l’enquête demande, questions d’origine comprises",
        "All that the survey asks, built-in questions too"
    ))]
    Asked {
        #[arg(long, value_enum, default_value_t, help = tr("Forme de la réponse", "Form of the answer"))]
        format: Format,
    },
}

pub(crate) async fn run(
    args: QuestionArgs,
    controller: &Controller,
    v: &Voice,
) -> Result<Said, Failure> {
    let desk = Desk::open(controller, Question::SHEET, &args.within).await?;
    let format = match args.command {
        QuestionCommand::Record(command) => return record::run(command, &desk, v).await,
        QuestionCommand::Asked { format } => format,
    };
    let items = controller.items(&desk.beside("questionnaire"), &[]).await?;
    Ok(Said::out(match format {
        Format::Json => json(&items.into()),
        Format::Csv => csv(&items, &["code", "fr", "en", "answer"]),
        Format::Table => {
            let questions: Vec<Question> = read(items.into())?;
            let rows: Vec<Vec<String>> = questions
                .into_iter()
                .map(|asked| {
                    let answer = asked.answer.map(|answer| answer.as_str());
                    let english = asked.en.unwrap_or_else(|| asked.fr.clone());
                    vec![
                        asked.code,
                        v.say(asked.fr, english),
                        answer.map_or("–", |word| v.record_word(word)).to_owned(),
                    ]
                })
                .collect();
            let head = v.say(
                ["CODE", "QUESTION", "RÉPONSE"],
                ["CODE", "QUESTION", "ANSWER"],
            );
            table(&head, &rows)
        }
    }))
}
