//! What a programme asks: the questions that are built in, with its own over them.

use std::collections::BTreeMap;
use std::sync::Arc;

use declic_common::programme::{Noun, Question, built_in};

use super::register::{blocking, seen};
use super::{By, RegisterError, row};
use crate::app::App;

/// The questions in their order: built-in ones first, then the programme's own by code.
pub async fn questionnaire(
    app: &Arc<App>,
    programme: &str,
    by: &By,
) -> Result<Vec<Question>, RegisterError> {
    let (app, programme, by) = (Arc::clone(app), programme.to_owned(), by.clone());
    blocking(move || {
        let store = app.store.as_ref();
        seen(store, &programme, &by)?;
        let rows = row::all(store, Question::SHEET, &programme)?;
        let own = rows.iter().filter_map(|row| row.read::<Question>());
        Ok(merged(own.collect()))
    })
    .await
}

fn merged(own: Vec<Question>) -> Vec<Question> {
    let mut own: BTreeMap<String, Question> = own
        .into_iter()
        .map(|question| (question.code.clone(), question))
        .collect();
    let mut asked: Vec<Question> = built_in()
        .into_iter()
        .map(|built| own.remove(&built.code).unwrap_or(built))
        .collect();
    asked.extend(own.into_values());
    asked.retain(|question| !question.left_out);
    asked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_programme_asks_in_its_own_words_leaves_out_and_adds() {
        let question = |code: &str, fr: &str, left_out: bool| Question {
            code: code.to_owned(),
            fr: fr.to_owned(),
            left_out,
            ..Question::default()
        };
        let asked = merged(vec![
            question("job", "Avez-vous trouvé un emploi ?", false),
            question("school", "", true),
            question("atelier", "L’atelier vous a-t-il plu ?", false),
        ]);
        assert_eq!(asked.len(), built_in().len());
        let job = asked.iter().find(|question| question.code == "job");
        assert_eq!(job.unwrap().fr, "Avez-vous trouvé un emploi ?");
        assert!(asked.iter().all(|question| question.code != "school"));
        assert_eq!(asked.last().unwrap().code, "atelier");
    }
}
