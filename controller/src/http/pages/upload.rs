//! A form with a file, read as an ordinary form: what follows knows only one kind.
//!
//! Browsers send a file as `multipart/form-data` (RFC 7578) alone. Ours are small tables of
//! text, so that all of it is read at once.

use axum::body::{Body, to_bytes};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use declic_common::problem::ProblemKind;

use crate::http::problem::Failure;

/// Largest form with a file, in bytes. As an ordinary form, text that is no ASCII takes three
/// times as much, which is within the bound of any request.
const UPLOAD_BYTES: usize = 300 * 1024;

/// What parts the fields, if this is such a form.
fn boundary(parts: &Parts) -> Option<String> {
    let kind = parts.headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let rest = kind.strip_prefix("multipart/form-data")?;
    let value = rest
        .split(';')
        .find_map(|part| part.trim().strip_prefix("boundary="))?;
    let value = value.trim_matches('"');
    (1..=70).contains(&value.len()).then(|| value.to_owned())
}

/// Turns a form with a file into one without; any other body stays as it is. The second value
/// says whether it was one.
pub(super) async fn as_form(parts: &mut Parts, body: Body) -> Result<(Body, bool), Failure> {
    let Some(boundary) = boundary(parts) else {
        return Ok((body, false));
    };
    let bytes = to_bytes(body, UPLOAD_BYTES).await.map_err(|_| {
        Failure::new(
            ProblemKind::TooLarge,
            "a file has at most 256 KiB here; cut the table in parts, or import it with declic",
        )
    })?;
    let text = std::str::from_utf8(&bytes).map_err(|_| {
        Failure::new(
            ProblemKind::BadRequest,
            "the file is not UTF-8; save the table again as CSV in UTF-8",
        )
    })?;
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields(text, &boundary) {
        form.append_pair(name, value);
    }
    let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
    parts.headers.insert(header::CONTENT_TYPE, kind);
    parts.headers.remove(header::CONTENT_LENGTH);
    Ok((Body::from(form.finish()), true))
}

/// Names and values, in their order; what is no field is passed over.
fn fields<'a>(text: &'a str, boundary: &str) -> Vec<(&'a str, &'a str)> {
    let line = format!("--{boundary}");
    let mut found = Vec::new();
    for part in text.split(line.as_str()) {
        let Some((head, value)) = part.split_once("\r\n\r\n") else {
            continue;
        };
        let names = head.lines().find(|line| {
            let name = line.split(':').next().unwrap_or_default();
            name.eq_ignore_ascii_case("content-disposition")
        });
        let name = names.into_iter().flat_map(|line| line.split(';'));
        let name = name
            .into_iter()
            .find_map(|piece| piece.trim().strip_prefix("name=\""));
        if let Some(name) = name.and_then(|name| name.strip_suffix('"')) {
            found.push((name, value.strip_suffix("\r\n").unwrap_or(value)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_a_field_like_the_others() {
        let sent = "--x1\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nabc\r\n\
                    --x1\r\nContent-Disposition: form-data; name=\"fichier\"; filename=\"a.csv\"\r\n\
                    Content-Type: text/csv\r\n\r\ncode;site\r\nA-1;aubiers\r\n\r\n--x1--\r\n";
        let found = fields(sent, "x1");
        assert_eq!(
            found,
            [("csrf", "abc"), ("fichier", "code;site\r\nA-1;aubiers\r\n")]
        );
        assert!(fields("", "x1").is_empty());
        assert!(fields("--x1\r\nno head", "x1").is_empty());
    }
}
