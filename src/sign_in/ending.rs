//! How a sign-in ended.

use super::refusal::Refusal;

/// How a sign-in ended.
pub enum Admission {
    /// The id of the person who is in.
    In(String),
    Out(Refusal),
}
