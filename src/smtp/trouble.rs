//! Why a mail was not taken: not now, or never.

/// Why a mail was not taken. The reason holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It may be taken later: the server says so, can't be reached, or does not trust us yet.
    Later(String),
    /// The server does not take this mail (5xx).
    Never(String),
}
