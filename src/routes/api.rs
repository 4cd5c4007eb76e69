//! Routes for programs: what they take and answer is told by the types of their handlers.

use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::{FromRequest, Handler, Responder};

use super::route::{Admits, Route, route};
use crate::authority::Authority;
use crate::web::api::{Describes, Draft, Operation, SHOWN_ONCE, ShownOnce, do_once};

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
            let route = with_manners(route(Method::$method, path, handler), &draft);
            Route { operation: Some(Operation { summary, draft }), ..route }
        })*
    };
}

methods! { get GET post POST put PUT patch PATCH delete DELETE }

/// What every route for programs does beside what its handler does.
fn with_manners(route: Route, draft: &Draft) -> Route {
    if route.method != Method::POST {
        return route;
    }
    let shown_once: ShownOnce = draft.marked(SHOWN_ONCE).into();
    let once = from_fn(move |request, next| do_once(request, next, shown_once.clone()));
    Route { handler: route.handler.wrap(once), ..route }
}
