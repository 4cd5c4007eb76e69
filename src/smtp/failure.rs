//! How a conversation with the server fails.

use super::reply::Reply;

/// What was being said when the server refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Before any mail: the greeting, EHLO, STARTTLS.
    Hello,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA, before the mail itself.
    Data,
    /// The end of the mail.
    End,
}

/// Why a step failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The server answered, and not well.
    Answer(Step, Reply),
    /// The answer had no code.
    Unreadable(String),
    /// There was no answer, and why.
    NoAnswer(String),
    /// The server doesn't fit the configuration, in a sentence.
    Setup(String),
}

impl Reply {
    /// A good answer, or else a failure of this step.
    pub fn good(self, step: Step) -> Result<Self, Failure> {
        if self.is_good() { Ok(self) } else { Err(Failure::Answer(step, self)) }
    }
}

/// The server doesn't fit the configuration.
pub(super) fn setup(sentence: &str) -> Failure {
    Failure::Setup(sentence.to_owned())
}
