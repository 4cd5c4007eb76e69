//! The General page, and the page where an organization begins.

mod creation;
mod general;

pub use creation::{ask, create};
pub use general::{index, rename};
