//! French typography, applied once to a whole page as it leaves.
//!
//! Whoever writes a text types ordinary spaces; no sign is ever alone at the beginning of
//! a line for all that.

use super::NNBSP;

/// Elements whose text is not prose, or is sent back as it stands.
const LEFT_ALONE: [&str; 5] = ["textarea", "pre", "code", "script", "option"];

/// Puts a narrow no-break space before double signs and inside guillemets, in the text of
/// a page. Tags, and what people may edit, stay as they are.
pub(crate) fn typeset(html: &str) -> String {
    let mut page = String::with_capacity(html.len() + html.len() / 64);
    let mut rest = html;
    let mut kept: Option<&str> = None;
    while let Some(begin) = rest.find('<') {
        let (text, tag) = rest.split_at(begin);
        put(&mut page, text, kept.is_none());
        let end = tag.find('>').map_or(tag.len(), |end| end + 1);
        let (tag, after) = tag.split_at(end);
        page.push_str(tag);
        rest = after;
        let closes = tag.starts_with("</");
        let name = tag.trim_start_matches(['<', '/']);
        let name = name.split([' ', '>', '\n']).next().unwrap_or_default();
        match kept {
            Some(open) if closes && name == open => kept = None,
            None if !closes => kept = LEFT_ALONE.into_iter().find(|kind| *kind == name),
            _ => {}
        }
    }
    put(&mut page, rest, kept.is_none());
    page
}

fn put(page: &mut String, text: &str, is_prose: bool) {
    if !is_prose || !text.contains(' ') {
        return page.push_str(text);
    }
    let mut before = None;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let joins = letter == ' '
            && (before == Some('«')
                || matches!(letters.peek(), Some(';' | ':' | '!' | '?' | '»' | '%')));
        page.push(if joins { NNBSP } else { letter });
        before = Some(letter);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_double_sign_is_left_alone_at_the_beginning_of_a_line() {
        for (typed, set) in [
            ("<p>Quoi ?</p>", "<p>Quoi\u{202f}?</p>"),
            (
                "« Déclic » : 5 %",
                "«\u{202f}Déclic\u{202f}»\u{202f}: 5\u{202f}%",
            ),
            ("à 12:30 ; fin !", "à 12:30\u{202f}; fin\u{202f}!"),
            ("<a title=\"a : b\">c</a>", "<a title=\"a : b\">c</a>"),
        ] {
            assert_eq!(typeset(typed), set);
        }
    }

    #[test]
    fn what_people_edit_or_copy_stays_as_it_is() {
        for html in [
            "<textarea name=\"text\">Bruit ? Oui : fort</textarea>",
            "<pre>a : b</pre>",
            "<option value=\"x\">Quoi ?</option>",
        ] {
            assert_eq!(typeset(html), html);
        }
        assert_eq!(
            typeset("<code>a : b</code> ?"),
            "<code>a : b</code>\u{202f}?"
        );
    }
}
