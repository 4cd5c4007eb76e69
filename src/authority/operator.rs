//! Why an operator is refused, who runs commands on the machine itself.

use crate::address::EmailAddress;
use crate::config::ConfigError;
use crate::error::Error;
use crate::gate::InstanceLists;

/// Why an operator is refused, in a sentence.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("no one here has the address {0}. `gatehouse user list` lists everyone.")]
    Unknown(EmailAddress),
    #[error(
        "{0} isn't a member of the organization. `gatehouse user promote {0} --role member` makes them one."
    )]
    NoMember(String),
    #[error("{0} is deactivated. Run `gatehouse user reactivate {0}` first.")]
    Deactivated(String),
    #[error("{0} is the only owner who can sign in. Promote someone else first.")]
    LastOwner(String),
    #[error("can't tell whether another owner can sign in: {0}")]
    Unjudged(ConfigError),
    #[error(
        "the server's lists don't allow {0}: change GATEHOUSE_ALLOWED_DOMAINS, GATEHOUSE_ALLOWED_EMAILS, \
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
        "no new account has tried to sign in with their address. Ask them to try to sign in, then run this again."
    )]
    NothingToRelink,
    #[error(
        "several new accounts have tried to sign in with the address {0}: {1}. Name the right one with --subject."
    )]
    SeveralHaveCome(String, String),
    #[error("{0} has changed in the meantime. Try again.")]
    ChangedMeanwhile(String),
    #[error(transparent)]
    Failed(#[from] Error),
}

/// What an operator has done, or is refused.
pub type Acted<T> = std::result::Result<T, Refusal>;

/// The names of the providers and the instance's lists, as far as the shell has the server's settings.
pub type Configured = std::result::Result<(Vec<String>, InstanceLists), ConfigError>;
