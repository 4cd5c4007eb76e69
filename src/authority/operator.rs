//! Why an operator is refused, who runs commands on the machine itself.

use crate::address::EmailAddress;
use crate::config::ConfigError;
use crate::error::Error;
use crate::gate::InstanceLists;

/// Why an operator is refused, in a sentence.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("nobody here has the address {0}. `gatehouse user list` shows everybody.")]
    Unknown(EmailAddress),
    #[error(
        "{0} is no member of the organization. `gatehouse user promote {0} --role member` makes them one."
    )]
    NoMember(String),
    #[error("{0} is deactivated. Run `gatehouse user reactivate {0}` first.")]
    Deactivated(String),
    #[error("{0} is the only owner who can come in. Promote somebody else first.")]
    LastOwner(String),
    #[error("whether another owner can come in can't be told: {0}")]
    Unjudged(ConfigError),
    #[error(
        "the lists of the installation leave {0} out: change GATEHOUSE_ALLOWED_DOMAINS, GATEHOUSE_ALLOWED_EMAILS, \
         GATEHOUSE_BLOCKED_DOMAINS or GATEHOUSE_BLOCKED_EMAILS"
    )]
    BeyondLimits(String),
    #[error(
        "{email} is {is}, which is above {role}. `gatehouse user demote {email} --role {role}` lowers them."
    )]
    IsAbove { email: String, is: &'static str, role: &'static str },
    #[error(
        "{email} is {is}, which is below {role}. `gatehouse user promote {email} --role {role}` raises them."
    )]
    IsBelow { email: String, is: &'static str, role: &'static str },
    #[error(
        "nobody has come with a new account at a provider that they sign in by. Ask them to try to sign in, then run this \
         again."
    )]
    NothingToRelink,
    #[error(
        "several new accounts have come with the address of {0}: {1}. Name the right one with --subject."
    )]
    SeveralHaveCome(String, String),
    #[error("{0}: something has changed meanwhile. Look again.")]
    ChangedMeanwhile(String),
    #[error(transparent)]
    Failed(#[from] Error),
}

/// What an operator has done, or is refused.
pub type Acted<T> = std::result::Result<T, Refusal>;

/// The names of the providers and the instance's lists, as far as the shell has the server's settings.
pub type Configured = std::result::Result<(Vec<String>, InstanceLists), ConfigError>;
