//! Why a mail wasn't accepted: not now, or never.

/// Why a mail wasn't accepted. The reason holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It may be accepted later: the server says so, can't be reached, or has a problem with us.
    Later(String),
    /// The server doesn't accept this mail (5xx).
    Never(String),
}
