//! Why a text is no address and no domain.

/// Why some text is not a domain or an address, as a sentence for the person who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("This is not an email address. It should look like name@example.com.")]
    NotAnAddress,
    #[error("This is not a domain. It should look like example.com.")]
    NotADomain,
    #[error("This contains letters that only look like plain ones. Type it with plain letters.")]
    Disguised,
}
