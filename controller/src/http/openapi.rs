//! The document of the API (OpenAPI 3.1), made from the handlers themselves.

use declic_common::api::{DeviceSort, Order};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Déclic",
        version = "1",
        description = "What a Déclic controller knows of its devices, and what it can ask of them.\n\n\
            Times are RFC 3339 in UTC. Sizes are whole numbers with their unit in their name. A \
            reading that could not be had is absent, never zero. Lists are pages: give `next` as \
            `cursor` to read on. Every error is a problem document (RFC 9457) whose `type` is \
            explained at that address.\n\n\
            Whoever asks sends a token (`authorization: Bearer dct_…`) or the cookie of a login; on \
            the Unix socket of the data directory nothing is asked for. `x-access` names the \
            permission that each operation needs, `signed-in` or `open`. A permission may be kept to \
            programmes and sites: what is elsewhere is left out of lists, and is not found. Changes need the header \
            `content-type: application/json`, and by cookie also `x-csrf-token`.",
        license(name = "EUPL-1.2", identifier = "EUPL-1.2"),
    ),
    // Only named by parameters, which bring no schema of their own.
    components(schemas(DeviceSort, Order)),
    modifiers(&Ways),
    security(("token" = []), ("login" = [])),
    servers((url = "/", description = "This controller")),
    tags(
        (name = "devices", description = "The PCs of the programme"),
        (name = "history", description = "What they reported, of all of them and in bulk"),
        (name = "commands", description = "What a PC is asked to do"),
        (name = "tickets", description = "What is to be repaired or answered"),
        (name = "programme", description = "The records of a programme: who was asked, equipped and heard, and what it cost"),
        (name = "enrolments", description = "Codes that let a PC join"),
        (name = "people", description = "Accounts, what they may do, and how they come in"),
        (name = "controller", description = "How the controller itself is"),
    ),
)]
pub(super) struct Base;

pub(super) type Document = utoipa::openapi::OpenApi;

/// The ways to come in.
struct Ways;

impl Modify for Ways {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_default();
        components.add_security_scheme(
            "token",
            SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)),
        );
        components.add_security_scheme(
            "login",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(super::identity::COOKIE))),
        );
    }
}

/// The document as it is sent: text, but for the address of the controller.
#[derive(Debug)]
pub(super) struct Description {
    before: String,
    after: String,
}

impl Description {
    pub(super) fn of(mut document: Document) -> Self {
        // No description holds it: a control character is written in its escaped form.
        const ADDRESS: &str = "\u{1}";
        let servers = document.servers.iter_mut().flatten();
        servers.for_each(|server| server.url = ADDRESS.to_owned());
        let text = json(&document);
        let (before, after) = text
            .split_once(&serde_json::json!(ADDRESS).to_string())
            .expect("the document names one server");
        Description {
            before: before.to_owned(),
            after: after.to_owned(),
        }
    }

    /// The document of a controller that the reader finds at this address.
    pub(super) fn at(&self, address: &str) -> String {
        let address = serde_json::json!(address).to_string();
        [&self.before, &address, &self.after]
            .map(String::as_str)
            .concat()
    }
}

fn json(document: &Document) -> String {
    document
        .to_pretty_json()
        .expect("the document has a JSON form")
}

/// The document, in JSON.
pub fn document() -> String {
    json(&super::router::document())
}
