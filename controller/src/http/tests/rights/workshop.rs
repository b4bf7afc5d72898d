//! The routes of the life of PCs and of the workshop, in the columns of the table beside.

/// Technicians keep the life of PCs, workshop leaders the workshop.
pub(super) const TABLE: &str = "
    GET    /api/v1/programmes/{programme}/lots y y y y y  .
    POST   /api/v1/programmes/{programme}/lots y y y . .  .
    GET    /api/v1/programmes/{programme}/lots/{code} y y y y y  .
    PUT    /api/v1/programmes/{programme}/lots/{code} y y y . .  .
    DELETE /api/v1/programmes/{programme}/lots/{code} y y y . .  .
    POST   /api/v1/programmes/{programme}/import/lots y y y . .  .
    GET    /api/v1/programmes/{programme}/export/lots y y y y y  .
    GET    /api/v1/programmes/{programme}/pcs y y y y y  .
    POST   /api/v1/programmes/{programme}/pcs y y y . .  .
    GET    /api/v1/programmes/{programme}/pcs/{code} y y y y y  .
    PUT    /api/v1/programmes/{programme}/pcs/{code} y y y . .  .
    DELETE /api/v1/programmes/{programme}/pcs/{code} y y y . .  .
    POST   /api/v1/programmes/{programme}/import/pcs y y y . .  .
    GET    /api/v1/programmes/{programme}/export/pcs y y y y y  .
    GET    /api/v1/programmes/{programme}/wipes y y y y y  .
    POST   /api/v1/programmes/{programme}/wipes y y y . .  .
    GET    /api/v1/programmes/{programme}/wipes/{code} y y y y y  .
    PUT    /api/v1/programmes/{programme}/wipes/{code} y y y . .  .
    DELETE /api/v1/programmes/{programme}/wipes/{code} y y y . .  .
    POST   /api/v1/programmes/{programme}/import/wipes y y y . .  .
    GET    /api/v1/programmes/{programme}/export/wipes y y y y y  .
    GET    /api/v1/programmes/{programme}/trials y y y y y  .
    POST   /api/v1/programmes/{programme}/trials y y y . .  .
    GET    /api/v1/programmes/{programme}/trials/{code} y y y y y  .
    PUT    /api/v1/programmes/{programme}/trials/{code} y y y . .  .
    DELETE /api/v1/programmes/{programme}/trials/{code} y y y . .  .
    POST   /api/v1/programmes/{programme}/import/trials y y y . .  .
    GET    /api/v1/programmes/{programme}/export/trials y y y y y  .
    GET    /api/v1/programmes/{programme}/repairs y y y y y  .
    POST   /api/v1/programmes/{programme}/repairs y y y . .  .
    GET    /api/v1/programmes/{programme}/repairs/{code} y y y y y  .
    PUT    /api/v1/programmes/{programme}/repairs/{code} y y y . .  .
    DELETE /api/v1/programmes/{programme}/repairs/{code} y y y . .  .
    POST   /api/v1/programmes/{programme}/import/repairs y y y . .  .
    GET    /api/v1/programmes/{programme}/export/repairs y y y y y  .
    GET    /api/v1/programmes/{programme}/handovers y y y y y  .
    POST   /api/v1/programmes/{programme}/handovers y y y . .  .
    GET    /api/v1/programmes/{programme}/handovers/{code} y y y y y  .
    PUT    /api/v1/programmes/{programme}/handovers/{code} y y y . .  .
    DELETE /api/v1/programmes/{programme}/handovers/{code} y y y . .  .
    POST   /api/v1/programmes/{programme}/import/handovers y y y . .  .
    GET    /api/v1/programmes/{programme}/export/handovers y y y y y  .
    GET    /api/v1/programmes/{programme}/lives y y y y y  .
    GET    /api/v1/programmes/{programme}/pcs/{code}/life y y y y y  .
    GET    /api/v1/programmes/{programme}/pcs/{code}/label y y y y y  .
";
