//! The table of routes and roles.

/// Every route, and the roles that it lets pass: admin, coordinator, technician,
/// animator, evaluator; then whoever has not come in. Written by hand, so that it
/// says what is wanted rather than what is done.
pub(super) const TABLE: &str = "
                                            A C T N E  nobody
    GET    /api/v1/devices                  y y y . .  .
    GET    /api/v1/devices/{id}             y y y . .  .
    GET    /api/v1/devices/{id}/latest      y y y . .  .
    GET    /api/v1/devices/{id}/history     y y y . .  .
    GET    /api/v1/devices/{id}/history/rows y y y . . .
    GET    /api/v1/devices/{id}/history/buckets y y y . . .
    GET    /api/v1/devices/{id}/history/days y y y . . .
    GET    /api/v1/fleet/history            y y y . .  .
    GET    /api/v1/fleet/latest             y y y . .  .
    GET    /api/v1/history/export           y y y . .  .
    POST   /api/v1/history/import           y . . . .  .
    GET    /api/v1/devices/{id}/timeline    y y y . .  .
    GET    /api/v1/devices/{id}/timeline/days y y y . .  .
    GET    /api/v1/devices/{id}/placements  y y y . .  .
    POST   /api/v1/devices/{id}/placements  y y y . .  .
    GET    /api/v1/devices/{id}/settings    y y y . .  .
    PUT    /api/v1/devices/{id}/settings    y y y . .  .
    POST   /api/v1/devices/{id}/charter     y y y . .  .
    POST   /api/v1/devices/{id}/retire      y y y . .  .
    POST   /api/v1/devices/{id}/revoke      y y y . .  .
    GET    /api/v1/devices/{id}/commands    y y y . .  .
    POST   /api/v1/devices/{id}/commands    y y y . .  .
    GET    /api/v1/tickets                  y y y . .  .
    POST   /api/v1/tickets                  y y y . .  .
    GET    /api/v1/tickets/{id}             y y y . .  .
    POST   /api/v1/tickets/{id}/changes     y y y . .  .
    GET    /api/v1/today                    y y y . .  .
    GET    /api/v1/silences                 y y y . .  .
    POST   /api/v1/silences                 y y y . .  .
    GET    /api/v1/absences                 y y y . .  .
    POST   /api/v1/absences                 y y y . .  .
    DELETE /api/v1/absences/{id}            y y y . .  .
    GET    /api/v1/enrolments               y y y . .  .
    POST   /api/v1/enrolments               y y y . .  .
    DELETE /api/v1/enrolments/{id}          y y y . .  .
    GET    /api/v1/status                   y y y y y  .
    GET    /api/v1/settings                 y y y y y  .
    PUT    /api/v1/settings/next-address    y . . . .  .
    DELETE /api/v1/settings/next-address    y . . . .  .
    GET    /api/v1/backups                  y . . . .  .
    POST   /api/v1/backups                  y . . . .  .
    GET    /metrics                         y y y y y  .
    GET    /api/v1/audit                    y y . . .  .
    GET    /api/v1/audit/check              y y . . .  .
    GET    /api/v1/accounts                 y . . . .  .
    POST   /api/v1/accounts                 y . . . .  .
    PUT    /api/v1/accounts/{name}/grants   y . . . .  .
    PUT    /api/v1/accounts/{name}/password y . . . .  .
    POST   /api/v1/accounts/{name}/disable  y . . . .  .
    POST   /api/v1/accounts/{name}/enable   y . . . .  .
    DELETE /api/v1/accounts/{name}/logins   y . . . .  .
    GET    /api/v1/tokens                   y . . . .  .
    POST   /api/v1/tokens                   y . . . .  .
    DELETE /api/v1/tokens/{id}              y . . . .  .
    GET    /api/v1/logins                   y . . . .  .
    DELETE /api/v1/logins/{id}              y . . . .  .
    GET    /api/v1/me                       y y y y y  .
    PUT    /api/v1/me/password              y y y y y  .
    DELETE /api/v1/me/login                 y y y y y  .
    POST   /api/v1/logins                   y y y y y  y
    GET    /api/v1/programmes y y y y y  .
    POST   /api/v1/programmes y y . . .  .
    GET    /api/v1/programmes/{programme} y y y y y  .
    PUT    /api/v1/programmes/{programme} y y . . .  .
    DELETE /api/v1/programmes/{programme} y y . . .  .
    GET    /api/v1/programmes/{programme}/sites y y y y y  .
    POST   /api/v1/programmes/{programme}/sites y y . . .  .
    GET    /api/v1/programmes/{programme}/sites/{code} y y y y y  .
    PUT    /api/v1/programmes/{programme}/sites/{code} y y . . .  .
    DELETE /api/v1/programmes/{programme}/sites/{code} y y . . .  .
    POST   /api/v1/programmes/{programme}/import/sites y y . . .  .
    GET    /api/v1/programmes/{programme}/export/sites y y y y y  .
    GET    /api/v1/programmes/{programme}/buildings y y y y y  .
    POST   /api/v1/programmes/{programme}/buildings y y . . .  .
    GET    /api/v1/programmes/{programme}/buildings/{code} y y y y y  .
    PUT    /api/v1/programmes/{programme}/buildings/{code} y y . . .  .
    DELETE /api/v1/programmes/{programme}/buildings/{code} y y . . .  .
    POST   /api/v1/programmes/{programme}/import/buildings y y . . .  .
    GET    /api/v1/programmes/{programme}/export/buildings y y y y y  .
    GET    /api/v1/programmes/{programme}/applications y y y y y  .
    POST   /api/v1/programmes/{programme}/applications y y . . .  .
    GET    /api/v1/programmes/{programme}/applications/{code} y y y y y  .
    PUT    /api/v1/programmes/{programme}/applications/{code} y y . . .  .
    DELETE /api/v1/programmes/{programme}/applications/{code} y y . . .  .
    POST   /api/v1/programmes/{programme}/import/applications y y . . .  .
    GET    /api/v1/programmes/{programme}/export/applications y y y y y  .
    GET    /api/v1/programmes/{programme}/households y y y y y  .
    POST   /api/v1/programmes/{programme}/households y y . . .  .
    GET    /api/v1/programmes/{programme}/households/{code} y y y y y  .
    PUT    /api/v1/programmes/{programme}/households/{code} y y . . .  .
    DELETE /api/v1/programmes/{programme}/households/{code} y y . . .  .
    POST   /api/v1/programmes/{programme}/import/households y y . . .  .
    GET    /api/v1/programmes/{programme}/export/households y y y y y  .
    GET    /api/v1/programmes/{programme}/households/{code}/file y y . . .  .
    POST   /api/v1/programmes/{programme}/households/{code}/erase y y . . .  .
    POST   /api/v1/programmes/{programme}/applications/{code}/erase y y . . .  .
    GET    /api/v1/programmes/{programme}/households/{code}/devices y y y . .  .
    GET    /api/v1/programmes/{programme}/questionnaire y y y y y  .
    GET    /api/v1/programmes/{programme}/persons y y y y y  .
    POST   /api/v1/programmes/{programme}/persons y y . . .  .
    GET    /api/v1/programmes/{programme}/persons/{code} y y y y y  .
    PUT    /api/v1/programmes/{programme}/persons/{code} y y . . .  .
    DELETE /api/v1/programmes/{programme}/persons/{code} y y . . .  .
    POST   /api/v1/programmes/{programme}/import/persons y y . . .  .
    GET    /api/v1/programmes/{programme}/export/persons y y y y y  .
    GET    /api/v1/programmes/{programme}/lines y y y y y  .
    POST   /api/v1/programmes/{programme}/lines y y . . .  .
    GET    /api/v1/programmes/{programme}/lines/{code} y y y y y  .
    PUT    /api/v1/programmes/{programme}/lines/{code} y y . . .  .
    DELETE /api/v1/programmes/{programme}/lines/{code} y y . . .  .
    POST   /api/v1/programmes/{programme}/import/lines y y . . .  .
    GET    /api/v1/programmes/{programme}/export/lines y y y y y  .
    GET    /api/v1/programmes/{programme}/contacts y y y . .  .
    POST   /api/v1/programmes/{programme}/contacts y y . . .  .
    GET    /api/v1/programmes/{programme}/contacts/{code} y y y . .  .
    PUT    /api/v1/programmes/{programme}/contacts/{code} y y . . .  .
    DELETE /api/v1/programmes/{programme}/contacts/{code} y y . . .  .
    POST   /api/v1/programmes/{programme}/import/contacts y y . . .  .
    GET    /api/v1/programmes/{programme}/export/contacts y y y . .  .
    GET    /api/v1/programmes/{programme}/questions y y y y y  .
    POST   /api/v1/programmes/{programme}/questions y y . . y  .
    GET    /api/v1/programmes/{programme}/questions/{code} y y y y y  .
    PUT    /api/v1/programmes/{programme}/questions/{code} y y . . y  .
    DELETE /api/v1/programmes/{programme}/questions/{code} y y . . y  .
    POST   /api/v1/programmes/{programme}/import/questions y y . . y  .
    GET    /api/v1/programmes/{programme}/export/questions y y y y y  .
    GET    /api/v1/programmes/{programme}/surveys y y y y y  .
    POST   /api/v1/programmes/{programme}/surveys y y . y y  .
    GET    /api/v1/programmes/{programme}/surveys/{code} y y y y y  .
    PUT    /api/v1/programmes/{programme}/surveys/{code} y y . y y  .
    DELETE /api/v1/programmes/{programme}/surveys/{code} y y . y y  .
    POST   /api/v1/programmes/{programme}/import/surveys y y . y y  .
    GET    /api/v1/programmes/{programme}/export/surveys y y y y y  .
    GET    /api/v1/programmes/{programme}/costs y y y y y  .
    POST   /api/v1/programmes/{programme}/costs y y . . .  .
    GET    /api/v1/programmes/{programme}/costs/{code} y y y y y  .
    PUT    /api/v1/programmes/{programme}/costs/{code} y y . . .  .
    DELETE /api/v1/programmes/{programme}/costs/{code} y y . . .  .
    POST   /api/v1/programmes/{programme}/import/costs y y . . .  .
    GET    /api/v1/programmes/{programme}/export/costs y y y y y  .
    GET    /api/v1/programmes/{programme}/evaluation/dataset y y . . y  .
    GET    /api/v1/openapi.json             y y y y y  y
    GET    /problems/{slug}                 y y y y y  y
    GET    /healthz                         y y y y y  y
    GET    /readyz                          y y y y y  y
";

/// Beside the API, and so not in its document.
pub(super) const BESIDE: [&str; 5] = [
    "GET /metrics",
    "GET /api/v1/openapi.json",
    "GET /problems/{slug}",
    "GET /healthz",
    "GET /readyz",
];
