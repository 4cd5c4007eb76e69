//! The lists of the installation, which no rule of the organization goes beyond.

use crate::address::{Domain, EmailAddress};
use crate::gate::InstanceLists;

pub(super) struct Ceiling {
    pub(super) variable: &'static str,
    pub(super) value: String,
}

pub(super) fn ceilings(instance: &InstanceLists) -> Vec<Ceiling> {
    let domains = |list: &[Domain]| list.iter().map(Domain::to_unicode).collect::<Vec<_>>().join(", ");
    let emails = |list: &[EmailAddress]| list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let all = [
        ("GATEHOUSE_ALLOWED_DOMAINS", domains(&instance.allowed_domains)),
        ("GATEHOUSE_ALLOWED_EMAILS", emails(&instance.allowed_emails)),
        ("GATEHOUSE_BLOCKED_DOMAINS", domains(&instance.blocked_domains)),
        ("GATEHOUSE_BLOCKED_EMAILS", emails(&instance.blocked_emails)),
    ];
    let set = all.into_iter().filter(|(_, value)| !value.is_empty());
    set.map(|(variable, value)| Ceiling { variable, value }).collect()
}
