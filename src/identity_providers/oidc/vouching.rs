//! Whether a provider's word on an address is worth something (rule 2.6): some hand on addresses that their
//! people only claim to have.

use serde_json::Value;

/// Google knows the owner of an address at Gmail, and of one that a Workspace of its own manages (claim `hd`).
/// Any other address was verified once, when the account was made, and may have another owner today.
/// Source: Google's guide to OpenID Connect, on `email_verified` and `hd`.
pub fn google(address: &str, email_verified: bool, hosted_domain: &Value) -> bool {
    let domain = address.rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase());
    let is_gmail = matches!(domain.as_deref(), Some("gmail.com" | "googlemail.com"));
    let is_workspace = hosted_domain.as_str().is_some_and(|domain| !domain.is_empty());
    email_verified && (is_gmail || is_workspace)
}

/// Microsoft hands on addresses that a tenant's admin typed, verified or not. Only the optional claim `xms_edov`
/// (the domain's owner has been verified) makes one count; it comes as a flag, a number or a text.
/// Source: Microsoft's reference of optional claims.
pub fn microsoft(domain_owner_verified: &Value) -> bool {
    match domain_owner_verified {
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_u64() == Some(1),
        Value::String(text) => matches!(text.as_str(), "1" | "true"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn google_vouches_for_gmail_and_for_workspaces_only() {
        for (address, verified, domain, counts) in [
            ("ada@gmail.com", true, json!(null), true),
            ("ada@GoogleMail.com", true, json!(null), true),
            ("ada@acme.test", true, json!("acme.test"), true),
            ("ada@acme.test", true, json!(null), false),
            ("ada@acme.test", true, json!(""), false),
            ("ada@acme.test", true, json!(true), false),
            ("ada@acme.test", false, json!("acme.test"), false),
            ("ada@gmail.com", false, json!(null), false),
            ("ada@gmail.com.evil.test", true, json!(null), false),
            ("ada@notgmail.com", true, json!(null), false),
            ("gmail.com", true, json!(null), false),
        ] {
            assert_eq!(google(address, verified, &domain), counts, "{address} {verified} {domain}");
        }
    }

    #[test]
    fn microsoft_vouches_with_its_marker_only() {
        for yes in [json!(true), json!(1), json!("1"), json!("true")] {
            assert!(microsoft(&yes), "{yes}");
        }
        for no in [
            json!(null),
            json!(false),
            json!(0),
            json!("0"),
            json!("false"),
            json!("yes"),
            json!(""),
            json!(1.5),
            json!(-1),
            json!([true]),
            json!({ "true": true }),
        ] {
            assert!(!microsoft(&no), "{no}");
        }
    }
}
