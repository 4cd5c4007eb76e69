//! The time, passed in, so that a test can move it.
//!
//! What lasts, and what is over, is told by [`Clock::now`], which never goes back in a process, whatever happens to the
//! machine's clock: a sign-in does not stay fresh, what has ended does not live again, nothing waits for hours that come
//! twice. What others date is compared with [`Clock::wall`].

mod hands;
mod steady;
#[cfg(test)]
mod tests;

pub use steady::{Clock, SKEW};
