//! What can be read at an address has an `ETag`, and what changes it takes `If-Match`: it is changed only as long as it is
//! what was seen (RFC 9110, 13). Each route for programs goes through here, so that handlers need not.

use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;

use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{Payload, ResponseHead, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CONTENT_TYPE, Header, IF_MATCH, IF_NONE_MATCH, IfMatch, IfNoneMatch, TryIntoHeaderPair,
};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{FromRequest, Handler, HttpMessage, HttpRequest, Responder};

use super::described::Draft;
use super::marks::CHANGES_BY_ITSELF;
use super::tag::Tag;
use crate::authority::Precondition;
use crate::error::{Error, Result};

type Answered = std::result::Result<ServiceResponse<BoxBody>, actix_web::Error>;
type Reading = Rc<dyn Fn(HttpRequest) -> Pin<Box<dyn Future<Output = Result<Option<Bytes>>>>>>;

/// How what is at an address is read.
#[derive(Clone)]
pub struct Readable {
    read: Reading,
    /// What its document is called.
    schema: Option<String>,
    by_themselves: Rc<[String]>,
}

impl Readable {
    /// As this handler of GET answers.
    pub fn by<F, Args>(handler: F, draft: &Draft) -> Self
    where
        F: Handler<Args>,
        F::Output: Responder + 'static,
        Args: FromRequest + 'static,
    {
        let read: Reading = Rc::new(move |request| Box::pin(read(handler.clone(), request)));
        Self { read, schema: draft.document(), by_themselves: draft.marked(CHANGES_BY_ITSELF).into() }
    }

    fn of(request: &ServiceRequest) -> Option<Self> {
        request.app_data::<Self>().cloned()
    }

    fn tag(&self, document: &[u8]) -> Tag {
        Tag::of(document, &self.by_themselves)
    }

    /// Whether what is there now is what was seen; none where there is nothing for who asks.
    async fn is_still(&self, seen: &IfMatch, request: HttpRequest) -> Result<Option<bool>> {
        let now = (self.read)(request).await?;
        Ok(now.map(|document| match seen {
            IfMatch::Any => true,
            IfMatch::Items(tags) => {
                let now = self.tag(&document);
                tags.iter().any(|tag| now.can_be_changed_from(tag))
            }
        }))
    }
}

/// What there is for the sender of the request; none where there is nothing.
async fn read<F, Args>(handler: F, request: HttpRequest) -> Result<Option<Bytes>>
where
    F: Handler<Args>,
    F::Output: Responder,
    Args: FromRequest,
{
    let unreadable = |what: String| Error::Unavailable(format!("what is to be changed: {what}"));
    let arguments = Args::from_request(&request, &mut Payload::None).await;
    let arguments = match arguments.map_err(Into::<actix_web::Error>::into) {
        Ok(arguments) => arguments,
        Err(error) if error.as_response_error().status_code().is_client_error() => return Ok(None),
        Err(error) => return Err(unreadable(error.to_string())),
    };
    let answer = handler.call(arguments).await.respond_to(&request);
    match answer.status() {
        StatusCode::OK => {
            let bytes = to_bytes(answer.into_body().boxed()).await;
            bytes.map(Some).map_err(|error| unreadable(error.to_string()))
        }
        status if status.is_client_error() => Ok(None),
        other => Err(unreadable(other.to_string())),
    }
}

/// The layer around a handler of GET: tells the tag, and no more to the person who has seen it.
///
/// # Errors
/// Those of the layers inside.
pub async fn tell_tag(request: ServiceRequest, next: Next<BoxBody>) -> Answered {
    let Some(readable) = Readable::of(&request) else { return next.call(request).await };
    let seen = match IfNoneMatch::parse(&request) {
        _ if !request.headers().contains_key(IF_NONE_MATCH) => None,
        Ok(IfNoneMatch::Items(tags)) if tags.is_empty() => return Ok(request.error_response(no_tag())),
        Ok(seen) => Some(seen),
        Err(_) => return Ok(request.error_response(no_tag())),
    };
    let (response, tag) = tagged(next.call(request).await?, &readable).await?;
    let is_seen = tag.zip(seen).is_some_and(|(tag, seen)| match seen {
        IfNoneMatch::Any => true,
        IfNoneMatch::Items(tags) => tags.iter().any(|seen| tag.is(seen)),
    });
    Ok(if is_seen { response.map_body(not_modified) } else { response })
}

/// What is no tag, nor a list of them (RFC 9110, 8.8.3).
fn no_tag() -> Error {
    Error::Malformed("a condition without an entity tag".to_owned())
}

fn not_modified(head: &mut ResponseHead, _: BoxBody) -> BoxBody {
    head.status = StatusCode::NOT_MODIFIED;
    head.headers_mut().remove(CONTENT_TYPE);
    BoxBody::new(())
}

/// The layer around a handler that changes or deletes.
///
/// # Errors
/// Those of the layers inside.
pub async fn change_what_was_seen(
    request: ServiceRequest,
    next: Next<BoxBody>,
    schema: Rc<Option<String>>,
) -> Answered {
    let Some(readable) = Readable::of(&request) else {
        // What can't be read was not seen.
        let is_asked = request.headers().contains_key(IF_MATCH);
        return if is_asked {
            Ok(request.error_response(Error::PreconditionFailed))
        } else {
            next.call(request).await
        };
    };
    let response = if request.headers().contains_key(IF_MATCH) {
        change_if_it_is_still(request, next, &readable).await?
    } else {
        next.call(request).await?
    };
    if *schema == readable.schema { Ok(tagged(response, &readable).await?.0) } else { Ok(response) }
}

/// Looks before anything is done, since perhaps nothing has to be; and again once the change has its turn: of two at once
/// the second finds what the first has made.
async fn change_if_it_is_still(
    request: ServiceRequest,
    next: Next<BoxBody>,
    readable: &Readable,
) -> Answered {
    let seen = match IfMatch::parse(&request) {
        Ok(IfMatch::Items(tags)) if tags.is_empty() => return Ok(request.error_response(no_tag())),
        Ok(seen) => seen,
        Err(_) => return Ok(request.error_response(no_tag())),
    };
    let reader = request.request().clone();
    match readable.is_still(&seen, reader.clone()).await {
        // Who finds nothing there is told why by the handler; what it would make is refused by the second look.
        Ok(None | Some(true)) => {}
        Ok(Some(false)) => return Ok(request.error_response(Error::PreconditionFailed)),
        Err(error) => return Ok(request.error_response(error)),
    }
    let (precondition, mut questions) = Precondition::new();
    request.extensions_mut().insert(precondition);
    let mut change = pin!(next.call(request));
    loop {
        tokio::select! {
            response = &mut change => return response,
            Some(question) = questions.recv() => {
                // The client may have gone.
                let is_still = readable.is_still(&seen, reader.clone()).await;
                let _ = question.send(is_still.map(Option::unwrap_or_default));
            }
        }
    }
}

/// A good answer with its tag.
async fn tagged(
    response: ServiceResponse<BoxBody>,
    readable: &Readable,
) -> std::result::Result<(ServiceResponse<BoxBody>, Option<Tag>), actix_web::Error> {
    if response.status() != StatusCode::OK {
        return Ok((response, None));
    }
    let (request, response) = response.into_parts();
    let (mut response, body) = response.into_parts();
    let bytes = to_bytes(body).await.map_err(|error| Error::Internal(error.to_string()))?;
    let tag = readable.tag(&bytes);
    let (name, value) = tag.header().try_into_pair()?;
    response.headers_mut().insert(name, value);
    Ok((ServiceResponse::new(request, response.set_body(BoxBody::new(bytes))), Some(tag)))
}
