//! What a browser sends of a form, as the fields of a sheet.

use declic_common::programme::{Form, Noun, Sheet, Survey};

use crate::http::pages::programme::Fields;

/// The fields of a form as those of the sheet: a programme's own questions are answered one
/// by one, and kept together.
pub(super) fn gathered(sheet: &Sheet, sent: Fields) -> Fields {
    let mut sent = ticked(sheet, sent);
    if sheet.word != Survey::SHEET.word {
        return sent;
    }
    let own: Vec<_> = sent
        .iter()
        .filter_map(|(name, text)| {
            Some((name.strip_prefix("q.")?.to_owned(), text.trim().to_owned()))
        })
        .collect();
    if own.is_empty() {
        return sent;
    }
    let Some((_, more)) = sent.iter_mut().find(|(name, _)| name == "more") else {
        return sent;
    };
    let others = more.lines().filter(|line| {
        let code = line.split_once(':').map(|(code, _)| code.trim());
        !own.iter().any(|(own, _)| Some(own.as_str()) == code)
    });
    let answered = own.iter().filter(|(_, text)| !text.is_empty());
    let answered = answered.map(|(code, text)| format!("{code}: {text}"));
    *more = others
        .map(str::to_owned)
        .chain(answered)
        .collect::<Vec<_>>()
        .join("\n");
    sent
}

/// What was ticked comes one by one, and is kept as one list.
fn ticked(sheet: &Sheet, sent: Fields) -> Fields {
    let mut one_each: Fields = Vec::new();
    for (name, text) in sent {
        let field = sheet.field(&name);
        let some = field.is_some_and(|field| matches!(field.form, Form::SomeOf(_)));
        match one_each
            .iter_mut()
            .find(|(known, _)| some && *known == name)
        {
            Some((_, all)) => *all = format!("{all}|{text}"),
            None => one_each.push((name, text)),
        }
    }
    one_each
}

#[cfg(test)]
mod tests {
    use declic_common::programme::Cycle;

    use super::*;
    use crate::http::pages::programme::input::texts;
    use crate::http::pages::programme::told::record;

    #[test]
    fn what_is_ticked_is_one_list() {
        let sent = [
            ("themes", "email"),
            ("code", "debuter"),
            ("themes", "sante"),
        ];
        let sent = sent.map(|(name, text)| (name.to_owned(), text.to_owned()));
        let kept = record(Cycle::SHEET, &gathered(Cycle::SHEET, sent.to_vec()));
        assert_eq!(kept["themes"], serde_json::json!(["email", "sante"]));
    }

    #[test]
    fn own_questions_are_answered_one_by_one_and_kept_together() {
        let sent = |pairs: &[(&str, &str)]| -> Fields {
            let pairs = pairs.iter();
            pairs
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect()
        };
        let typed = sent(&[
            ("more", "transport: bus\natelier: non"),
            ("q.atelier", "oui"),
            ("q.garde", ""),
        ]);
        let kept = gathered(Survey::SHEET, typed);
        assert_eq!(kept[0].1, "transport: bus\natelier: oui");
        let back = texts(Survey::SHEET, &record(Survey::SHEET, &kept));
        assert_eq!(back["q.atelier"], "oui");
    }
}
