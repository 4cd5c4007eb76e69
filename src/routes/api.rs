//! Routes for programs: what they take and answer is told by the types of their handlers.

use std::rc::Rc;

use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::{FromRequest, Handler, Responder};

use super::route::{Admits, Route, route_with};
use crate::authority::Authority;
use crate::authority::limits::Limit;
use crate::web::api::{
    Describes, Draft, Operation, Readable, SHOWN_ONCE, ShownOnce, answer_as, change_what_was_seen, do_once,
    tell_quotas, tell_tag,
};

// An authority, of which the route itself tells, and what follows it.
macro_rules! takes {
    ($($rest:ident)*) => {
        impl<First: Authority + 'static, $($rest: Describes),*> Describes for (First, $($rest),*) {
            fn describe(_draft: &mut Draft) {
                $($rest::describe(_draft);)*
            }
        }
    };
}

takes!();
takes!(A);
takes!(A B);
takes!(A B C);

macro_rules! methods {
    ($($name:ident $method:ident)*) => {
        $(/// A route of this method, and what it does in a few words.
        pub(super) fn $name<F, Args>(path: &str, summary: &'static str, handler: F) -> Route
        where
            F: Handler<Args>,
            Args: Admits + Describes + FromRequest + 'static,
            F::Output: Responder + Describes + 'static,
        {
            let mut draft = Draft::default();
            Args::describe(&mut draft);
            F::Output::describe(&mut draft);
            let method = Method::$method;
            let is_one = method == Method::GET && !draft.is_list();
            let readable = is_one.then(|| Readable::by(handler.clone(), &draft));
            let layers = |handler| once(as_asked(conditionally(handler, &method, &draft), &draft), &method, &draft);
            let route = route_with(method.clone(), path, handler, layers);
            Route { readable, operation: Some(Operation { summary, draft }), ..route }
        })*
    };
}

methods! { get GET post POST put PUT patch PATCH delete DELETE }

/// What is posted is done once.
fn once(handler: actix_web::Route, method: &Method, draft: &Draft) -> actix_web::Route {
    if *method != Method::POST {
        return handler;
    }
    let shown_once: ShownOnce = draft.marked(SHOWN_ONCE).into();
    handler.wrap(from_fn(move |request, next| do_once(request, next, shown_once.clone())))
}

impl Route {
    /// The same, telling what is left of a limit.
    #[must_use]
    pub(super) fn limited_by(self, limit: Limit) -> Self {
        let tell = from_fn(move |request, next| tell_quotas(request, next, limit));
        Self { limit: Some(limit), handler: self.handler.wrap(tell), ..self }
    }
}

/// What every answer has in common.
fn as_asked(handler: actix_web::Route, draft: &Draft) -> actix_web::Route {
    let media_type = draft.answer.as_ref().map(|answer| answer.media_type);
    handler.wrap(from_fn(move |request, next| answer_as(request, next, media_type)))
}

/// What is read has a tag, and is changed as long as it is what was seen.
fn conditionally(handler: actix_web::Route, method: &Method, draft: &Draft) -> actix_web::Route {
    if *method == Method::GET {
        return handler.wrap(from_fn(tell_tag));
    }
    if *method == Method::POST {
        return handler;
    }
    let schema = Rc::new(draft.document());
    handler.wrap(from_fn(move |request, next| change_what_was_seen(request, next, schema.clone())))
}
