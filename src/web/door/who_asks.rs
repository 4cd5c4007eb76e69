//! Whose connections are kept when there is no more room.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

use super::Connection;
use crate::authority::client;

/// The layer inside the session that notes of a connection whether someone asks by it who is known here.
///
/// # Errors
/// Those of the layers inside.
pub async fn note_who_asks(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    if let Some(connection) = request.request().conn_data::<Connection>() {
        connection.note_signed_in(client::is_known(request.request()));
    }
    next.call(request).await
}
