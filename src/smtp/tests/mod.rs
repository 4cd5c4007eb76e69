//! What comes over the wire, and what we make of it.

mod answers;
mod blame;
mod endless;
mod kept;
mod peers;
mod reasons;
mod splits;
