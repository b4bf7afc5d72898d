//! The document of the API (OpenAPI 3.1), made from the handlers themselves.

use declic_common::api::{DeviceSort, Order};
use utoipa::OpenApi;

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
            The API answers on loopback and on the Unix socket of the data directory. Changes need \
            the header `content-type: application/json`.",
        license(name = "EUPL-1.2", identifier = "EUPL-1.2"),
    ),
    // Only named by parameters, which bring no schema of their own.
    components(schemas(DeviceSort, Order)),
    servers((url = "/", description = "This controller")),
    tags(
        (name = "devices", description = "The PCs of the programme"),
        (name = "commands", description = "What a PC is asked to do"),
        (name = "tickets", description = "What is to be repaired or answered"),
        (name = "enrolments", description = "Codes that let a PC join"),
        (name = "controller", description = "How the controller itself is"),
    ),
)]
pub(super) struct Base;

/// The document, in JSON.
pub fn document() -> String {
    let (_, document) = super::router::documented().split_for_parts();
    document
        .to_pretty_json()
        .expect("the document has a JSON form")
}
