//! What a failure means for the mail, and how it reads to an admin.

use lettre::address::Envelope;

use super::blame::is_ours;
use super::delivery::Delivery;
use super::failure::Failure;
use super::reason;
use super::trouble::Trouble;

/// How the reason begins if a refusal is about us.
const OURS: &str = "our mail setup is the problem, not this address";

impl Delivery {
    /// What the server's answer means for the mail.
    pub(super) fn judge(&self, failure: &Failure, mail: &Envelope) -> Trouble {
        let reason = self.explain(failure);
        match failure {
            Failure::Answer(step, reply) if reply.is_final() => {
                if is_ours(*step, reply, mail) {
                    Trouble::Later(format!("{OURS}: {reason}"))
                } else {
                    Trouble::Never(reason)
                }
            }
            _ => Trouble::Later(reason),
        }
    }

    pub(super) fn explain(&self, failure: &Failure) -> String {
        match failure {
            Failure::Answer(_, reply) => reason::of_answer(reply, &self.secrets),
            Failure::Unreadable(said) => reason::of_unreadable(said, &self.secrets),
            Failure::NoAnswer(reason) | Failure::Setup(reason) => reason.clone(),
        }
    }
}
