//! Rotation of the master key: what is sealed with which key, and sealing it anew.

pub mod rewrap;
pub mod rows;
pub mod survey;
mod walk;
