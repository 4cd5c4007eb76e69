//! Letting anyone in: who that would be, and the name that is typed to mean it.

use crate::access::methods::methods;
use crate::authority::Admin;
use crate::error::Result;
use crate::gate::Rules;

/// Who could join by the open sign-up of `rules`; empty where it is off.
///
/// # Errors
/// When the database can't be asked.
pub async fn open_to(admin: &Admin, rules: &Rules) -> Result<String> {
    if !rules.open_sign_up {
        return Ok(String::new());
    }
    let services = admin.services();
    let methods = methods(admin).await?;
    let on = services.providers.iter().filter(|provider| methods.is_on(&provider.name));
    let labels: Vec<String> = on.map(|provider| provider.label.clone()).collect();
    Ok(rules.open_to(&services.config.instance, &labels))
}

/// Whether what was typed is the organization's name, however it is spaced and capitalized.
pub fn is_name(typed: &str, name: &str) -> bool {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    plain(typed) == plain(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_typed_as_people_type() {
        for typed in ["Acme Rockets", " acme  rockets\t", "ACME ROCKETS"] {
            assert!(is_name(typed, "Acme  Rockets"), "{typed}");
        }
        for typed in ["", " ", "Acme", "Acme Rockets!", "yes"] {
            assert!(!is_name(typed, "Acme Rockets"), "{typed}");
        }
    }
}
