//! Comparable programmes, for the order of size.

use super::html::Page;

/// Figures of comparable programmes, for the order of size.
pub(super) fn write(page: &mut Page) {
    let title = page.say(
        "Comparaison avec des programmes voisins",
        "Comparison with similar programmes",
    );
    page.heading(3, "precedents", title);
    let ours = |code: &str, part: &str, category: &str| {
        page.figures
            .line_any(code, part, category)
            .map_or("–".to_owned(), |line| page.value(line))
    };
    let rows = [
        (
            page.say(
                "Foyers qui adhèrent (Brest Kérourien 2010 : 77 contrats pour 596 logements)",
                "Households that sign (Brest Kérourien 2010: 77 contracts for 596 flats)",
            ),
            page.say("13 %", "13%"),
            ours("take_up_rate", "value", ""),
        ),
        (
            page.say(
                "De « jamais » à régulier (Brest : 6 sur 8)",
                "From never to regular (Brest: 6 of 8)",
            ),
            page.say("75 %", "75%"),
            ours("use_and_skill_change", "never_to_regular", ""),
        ),
        (
            page.say(
                "Ennuis techniques (Brest, 36 réponses)",
                "Technical trouble (Brest, 36 answers)",
            ),
            page.say("31 %", "31%"),
            ours("outcomes", "value", "technical_trouble"),
        ),
        (
            page.say("Jamais branchés (Brest)", "Never plugged in (Brest)"),
            "2",
            ours("never_started", "value", ""),
        ),
        (
            page.say(
                "Réponses au début et à la fin (Work Ventures : 71 pour 134)",
                "Answers at start and end (Work Ventures: 71 of 134)",
            ),
            page.say("53 %", "53%"),
            ours("paired_response_rate", "value", ""),
        ),
    ];
    let rows: String = rows
        .iter()
        .map(|(what, theirs, ours)| {
            format!("<tr><th scope=\"row\">{what}</th><td>{theirs}</td><td>{ours}</td></tr>\n")
        })
        .collect();
    let heads = [
        page.say("Quoi", "What"),
        page.say("Là-bas", "There"),
        page.say("Ici", "Here"),
    ];
    let heads = heads
        .map(|head| format!("<th scope=\"col\">{head}</th>"))
        .concat();
    let html = format!(
        "<table>\n<caption>{title}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>"
    );
    page.raw(&html);
    let text = page.say(
        "Ces programmes diffèrent par leur public, leur durée et leur méthode : ce sont des ordres de grandeur.",
        "These programmes differ in public, length and method: they give orders of size.",
    );
    page.element("p", text);
}
