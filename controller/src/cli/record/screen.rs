//! Records as people read them at a terminal.

use declic_common::programme::body::{ImportedTable, Shown};
use declic_common::programme::{Field, Form, Sheet, cell};
use declic_common::tr;
use serde_json::Value;

use crate::cli::output::{Said, table};
use crate::words::Voice;

/// Columns that hold something and fit a line.
pub(super) fn list(sheet: &Sheet, records: &[Value], v: &Voice) -> String {
    let short = |field: &&Field| {
        !matches!(
            field.form,
            Form::Words(_) | Form::Rows(_) | Form::Texts(_) | Form::SomeOf(_)
        ) && records
            .iter()
            .any(|record| record.get(field.name).is_some())
    };
    let columns: Vec<_> = sheet.fields.iter().filter(short).collect();
    let head: Vec<_> = columns
        .iter()
        .map(|field| v.say(field.fr, field.en).to_uppercase())
        .collect();
    let head: Vec<_> = head.iter().map(String::as_str).collect();
    let rows: Vec<Vec<String>> = records
        .iter()
        .map(|record| {
            let cell = |field: &&Field| value(field, record.get(field.name), v);
            columns.iter().map(cell).collect()
        })
        .collect();
    table(&head, &rows)
}

/// One field a line; what is empty is left out.
pub(crate) fn show(sheet: &Sheet, kept: &Shown, v: &Voice) -> String {
    let mut rows = Vec::new();
    for field in sheet.fields {
        let label = v.say(field.fr, field.en).to_owned();
        let has = |names: &[String]| names.iter().any(|name| name == field.name);
        let text = match kept.record.get(field.name) {
            found @ Some(_) => value(field, found, v),
            None if has(&kept.hidden) => v.say("(masqué)", "(hidden)").to_owned(),
            None if has(&kept.lost) => v
                .say("(effacé, ou clé perdue)", "(erased, or key lost)")
                .to_owned(),
            None => continue,
        };
        rows.push(vec![label, text]);
    }
    rows.push(vec![
        v.say("Version", "Version").to_owned(),
        format!("{} ({})", kept.version, v.moment(kept.changed_at)),
    ]);
    table(&["", ""], &rows).trim_start().to_owned()
}

fn value(field: &Field, found: Option<&Value>, v: &Voice) -> String {
    match (field.form, found) {
        (_, None) => "–".to_owned(),
        (Form::Flag, Some(Value::Bool(true))) => v.say("oui", "yes").to_owned(),
        (Form::Flag, Some(Value::Bool(false))) => v.say("non", "no").to_owned(),
        (Form::Word(_), Some(Value::String(word))) => v.record_word(word).to_owned(),
        (Form::SomeOf(_), Some(Value::Array(words))) => {
            let words = words.iter().filter_map(Value::as_str);
            let words: Vec<_> = words.map(|word| v.record_word(word)).collect();
            words.join(", ")
        }
        (_, Some(value)) => cell::write(value),
    }
}

/// What came of an import; lines that are bad are an answer of no.
pub(super) fn imported(done: &ImportedTable, dry_run: bool) -> Said {
    let mut text = String::new();
    for bad in &done.bad {
        let line = bad.line;
        for column in &bad.columns {
            let what = tr(&column.fr, &column.en);
            text.push_str(&match column.field.as_str() {
                "" => tr(
                    format!("ligne {line} : {what}\n"),
                    format!("line {line}: {what}\n"),
                ),
                name => tr(
                    format!("ligne {line}, {name} : {what}\n"),
                    format!("line {line}, {name}: {what}\n"),
                ),
            });
        }
    }
    let (lines, added, changed, same, bad) = (
        done.lines,
        done.added,
        done.changed,
        done.same,
        done.bad.len(),
    );
    let counts = tr(
        format!(
            "{lines} lignes : {added} à ajouter, {changed} à changer, {same} déjà là, {bad} mauvaises"
        ),
        format!(
            "{lines} lines: {added} to add, {changed} to change, {same} there already, {bad} bad"
        ),
    );
    let end = match (done.done, dry_run) {
        (true, _) => tr("importé", "imported"),
        (false, true) => tr("essai : rien n’a été gardé", "a trial: nothing was kept"),
        (false, false) if bad > 0 => tr(
            "rien n’a été gardé : corriger ces lignes, ou les laisser (--skip-bad)",
            "nothing was kept: correct these lines, or leave them (--skip-bad)",
        ),
        (false, false) => tr("rien à changer", "nothing to change"),
    };
    Said {
        out: text,
        aside: format!("{counts}\n{end}\n"),
        no: bad > 0 && !done.done,
    }
}
