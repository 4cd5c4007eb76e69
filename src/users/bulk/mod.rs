//! The same for many people at once: looked at first, then done in one change; who is left out is named.

mod action;
mod apply;
mod selection;

pub use action::BulkAction;
pub use apply::{Applied, apply};
pub use selection::{MOST, Matching, Plan, Skipped, matching, plan};
