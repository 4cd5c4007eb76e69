//! Someone who is there themselves, and not by a token.

use std::ops::Deref;

/// Anyone whom `A` lets through, by a session: a token can't make tokens (rule 10.2).
pub struct InPerson<A>(pub(super) A);

impl<A> Deref for InPerson<A> {
    type Target = A;

    fn deref(&self) -> &A {
        &self.0
    }
}
