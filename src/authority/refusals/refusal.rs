//! What is known of a request's refusal while it is answered, by all who act for the request.

use std::sync::{Arc, OnceLock};

use crate::authority::limits::Refusals;
use crate::error::Forbidden;

/// The refusal of one request, if it comes to one. Where no one has asked, as in the shell, it is as none: nothing is
/// limited.
#[derive(Clone, Default)]
pub struct Refusal(Arc<State>);

#[derive(Default)]
struct State {
    limits: Option<Arc<Refusals>>,
    /// Why a handler has refused whose answer is a page of its own.
    why: OnceLock<Forbidden>,
    /// Whether there was room for its event, once that has been asked.
    has_room: OnceLock<bool>,
}

impl Refusal {
    /// Of a request that no one has refused yet; events of its refusal are counted in `limits`.
    pub(super) fn limited_by(limits: Arc<Refusals>) -> Self {
        Self(Arc::new(State { limits: Some(limits), ..State::default() }))
    }

    /// Notes why the request is refused, where the answer will not say so. The first reason counts.
    pub(in crate::authority) fn note(&self, why: Forbidden) {
        let _ = self.0.why.set(why);
    }

    /// What was noted.
    pub(super) fn noted(&self) -> Option<Forbidden> {
        self.0.why.get().copied()
    }

    /// Whether the log has room for an event of this refusal, of the person with this id: asked once for each request.
    pub(in crate::authority) fn has_room(&self, id: &str) -> bool {
        *self.0.has_room.get_or_init(|| self.0.limits.as_ref().is_none_or(|limits| limits.count(id)))
    }

    /// Whether an event was written, or there was no room for it.
    pub(super) fn is_told(&self) -> bool {
        self.0.has_room.get().is_some()
    }

    /// Counts one less: the event could not be written.
    pub(in crate::authority) fn forget(&self, id: &str) {
        if let Some(limits) = &self.0.limits {
            limits.forget(id);
        }
    }
}
