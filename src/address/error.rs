//! Why a text is neither an address nor a domain.

/// Why some text is not a domain or an address, as a sentence for the person who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("This isn’t an email address. Use one like name@example.com.")]
    NotAnAddress,
    #[error("This isn’t a domain. Use one like example.com.")]
    NotADomain,
    #[error("This contains letters that only look like plain ones. Type it with plain letters.")]
    Disguised,
}
