//! What can be typed on the Access page: rows of domains, a field of addresses in any shape, three switches, and
//! what an admin agrees to.

mod additions;
mod addresses;
mod domain_rules;
mod doubt;
mod parsing;
mod problems;
mod reading;
mod rules_form;
#[cfg(test)]
mod tests;

pub use additions::{Addition, Additions};
pub use addresses::parse_address;
pub use domain_rules::{DomainRules, parse_domain_rule, public_suffix};
pub use doubt::Doubt;
pub use parsing::MOST_DOMAINS;
pub use problems::Problems;
pub use rules_form::{Edit, Row, RulesForm};
