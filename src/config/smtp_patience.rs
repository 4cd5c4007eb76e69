//! How long a mail server can take.

use std::time::Duration;

/// How long a mail server can take for each step, however many answers it sends. Not a setting: it follows from RFC 5321,
/// section 4.5.3.2, and from what happens to a mail when the time is up. Before its end has been sent, it is simply tried
/// again; after that, it can arrive twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For connecting to one address of the server.
    pub connect: Duration,
    /// For TLS and the greeting. Shorter than in the RFC: with a server that speaks TLS from the first byte, each side can
    /// wait for the other.
    pub greeting: Duration,
    /// For each command: the server may ask another server about the recipient.
    pub command: Duration,
    /// For everything before the mail itself: connecting, logging in and every command. More than a working server needs.
    pub preparation: Duration,
    /// For the mail itself, which can be scanned before it is answered.
    pub end: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            greeting: Duration::from_mins(1),
            command: Duration::from_mins(5),
            preparation: Duration::from_mins(20),
            end: Duration::from_mins(10),
        }
    }
}

impl Patience {
    /// For a person who waits at the terminal. Only the mail itself can take longer, as it can be scanned.
    pub const SHORT: Self = Self {
        connect: Duration::from_secs(10),
        greeting: Duration::from_secs(10),
        command: Duration::from_secs(10),
        preparation: Duration::from_mins(1),
        end: Duration::from_secs(30),
    };
}
