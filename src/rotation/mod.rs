//! Rotation of the master key: what is sealed with which key, and sealing it again.

pub mod rewrap;
pub mod rows;
pub mod survey;
mod walk;
