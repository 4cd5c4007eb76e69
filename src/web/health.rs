//! Whether the process lives, and whether it can serve.

use actix_web::HttpResponse;

use super::Reply;
use crate::access::Anyone;
use crate::error::Error;

/// The process answers.
pub async fn live(_: Anyone) -> Reply {
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n"))
}

/// The database is reachable, its schema is this binary's, and the process is not stopping.
pub async fn ready(anyone: Anyone) -> Reply {
    let services = &anyone.services;
    if services.is_stopping() {
        return Err(Error::Unavailable("stopping".to_owned()));
    }
    let (database, schema) = match services.db.schema_status().await {
        Ok(status) if status.is_current() => ("ok", "ok"),
        Ok(_) => ("ok", "not current"),
        Err(error) => {
            tracing::error!(%error, "not ready");
            ("not reachable", "unknown")
        }
    };
    let mut response = if schema == "ok" { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    let text = format!("database: {database}\nschema: {schema}\n");
    Ok(response.content_type("text/plain; charset=utf-8").body(text))
}
