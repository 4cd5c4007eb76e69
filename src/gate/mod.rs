//! Who may come in: one pure function from the rules and a person to an answer with its steps (rules 2.1 to
//! 2.7). Sign-in asks it, and so do the simulator, the lock-out preview and the list of those turned away.

mod answer;
mod by_list;
mod by_person;
mod candidate;
mod domain_rule;
mod installation;
mod instance_lists;
mod listed;
mod order;
mod prepared;
pub mod public_mail;
mod rule;
mod rules;
mod says;
mod sign_up;
mod step;
#[cfg(test)]
mod tests;

pub use answer::Answer;
pub use candidate::{Candidate, Standing};
pub use domain_rule::DomainRule;
pub use installation::{Acquaintance, Installation, OwnerBy, SignInCandidate, decide_sign_in};
pub use instance_lists::InstanceLists;
pub use order::decide;
pub use prepared::Gate;
pub use rule::Rule;
pub use rules::{AllowedDomains, AllowedEmails, NOBODY_COULD_JOIN, Rules};
pub use sign_up::{OrgCreators, SignUp};
pub use step::{Step, StepOutcome};
