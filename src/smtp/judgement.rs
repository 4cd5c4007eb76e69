//! What a failure means for the mail, and how an admin reads it.

use lettre::transport::smtp::response::Severity;

use super::delivery::Delivery;
use super::exchange::Failure;
use super::reason;
use super::trouble::Trouble;

impl Delivery {
    /// What the server's answer means for the mail. 530 and its kin (RFC 4954) speak of us, not of the mail.
    pub(super) fn judge(&self, failure: Failure) -> Trouble {
        let reason = self.explain(&failure);
        let Failure::Answer(error) = failure else { return Trouble::Later(reason) };
        match error.status() {
            Some(code)
                if code.severity == Severity::PermanentNegativeCompletion
                    && !matches!(code.to_string().as_str(), "530" | "534" | "535" | "538") =>
            {
                Trouble::Never(reason)
            }
            _ => Trouble::Later(reason),
        }
    }

    pub(super) fn explain(&self, failure: &Failure) -> String {
        match failure {
            Failure::Answer(error) => reason::of_answer(error, &self.secrets)
                .unwrap_or_else(|| reason::of_failure(error, &self.secrets)),
            Failure::NoAnswer(reason) => reason.clone(),
        }
    }
}
