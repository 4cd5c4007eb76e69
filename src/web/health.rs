//! Whether the process lives, and whether it can serve.

use actix_web::{HttpResponse, web};

use super::frame::Frame;
use super::installation::INSTALLATION;
use super::reply::Reply;
use crate::authority::Anyone;
use crate::error::Error;

/// The process answers.
pub async fn live(_: Anyone) -> Reply {
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n"))
}

/// The database takes changes, its schema is this binary's, and the process is not stopping; else the text says why.
pub async fn ready(anyone: Anyone, frame: web::Data<Frame>) -> Reply {
    let services = &anyone.services;
    if frame.is_stopping() {
        return Err(Error::Unavailable("stopping".to_owned()));
    }
    let schema = match services.db.schema_status().await {
        Ok(status) if status.is_current() => Ok("ok"),
        Ok(_) => Ok("not current"),
        Err(error) => Err(services.db.fault_of(&error)),
    };
    let (database, schema) = match schema {
        Ok(schema) => (services.db.beat(&services.clock).await, schema),
        Err(fault) => (Err(fault), "unknown"),
    };
    let is_ready = database.is_ok() && schema == "ok";
    let database = database.map_or_else(|fault| fault.reason, |()| "ok".to_owned());
    let mut response = if is_ready { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    response.insert_header((INSTALLATION, frame.installation.clone()));
    let text = format!("database: {database}\nschema: {schema}\n");
    Ok(response.content_type("text/plain; charset=utf-8").body(text))
}
