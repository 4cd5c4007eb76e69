//! What the server is waited for.

use std::fmt;

/// What the server is waited for. Never what was said to it, which can be a password.
#[derive(Clone, Copy, Debug)]
pub(super) enum Awaited {
    Connection,
    Tls,
    Greeting,
    /// The answer to a command, by the command's name.
    Answer(&'static str),
    /// Everything that comes before the mail itself.
    Readiness,
}

impl fmt::Display for Awaited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connection => f.write_str("connection"),
            Self::Tls => f.write_str("TLS handshake"),
            Self::Greeting => f.write_str("greeting"),
            Self::Answer(command) => write!(f, "answer to {command}"),
            Self::Readiness => f.write_str("connection ready for mail"),
        }
    }
}
