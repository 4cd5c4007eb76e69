//! Until when a request is being answered: until its answer is sent, or no one takes it any more.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::HttpRequest;
use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use pin_project_lite::pin_project;

use super::connections::{Asked, Connection};
use crate::web::body;

pin_project! {
    /// The body of an answer.
    pub struct Answered<B> {
        #[pin]
        body: B,
        under_way: Option<Asked>,
    }
}

/// The outermost layer: notes of a connection that someone asks by it. Once a request has come as a whole it waits for us
/// alone, and makes no room for another until its answer is sent.
///
/// # Errors
/// Those of the layers inside.
pub async fn hold_while_sent<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<Answered<B>>, actix_web::Error> {
    let under_way = request.request().conn_data::<Connection>().map(Connection::is_asked);
    if !body::is_announced(&request) {
        note_complete(request.request());
    }
    let response = next.call(request).await?;
    note_complete(response.request());
    Ok(response.map_body(|_, body| Answered { body, under_way }))
}

/// A request has come as a whole.
pub fn note_complete(request: &HttpRequest) {
    if let Some(connection) = request.conn_data::<Connection>() {
        connection.note_complete();
    }
}

impl<B: MessageBody> MessageBody for Answered<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, B::Error>>> {
        self.project().body.poll_next(context)
    }
}
