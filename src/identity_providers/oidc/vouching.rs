//! Whether a provider's word on an address is worth something (rule 2.6): some hand on addresses that their
//! people only claim to have.

use serde_json::Value;
use url::Url;

/// What userinfo says of whether an address is verified. A text counts only from Amazon Cognito, which documents that it
/// sends one there (Developer guide, userInfo endpoint: `"email_verified": "true"`).
pub fn in_user_info(issuer: &str, email_verified: Value) -> Value {
    match &email_verified {
        Value::String(text) if text == "true" && is_cognito(issuer) => Value::Bool(true),
        _ => email_verified,
    }
}

fn is_cognito(issuer: &str) -> bool {
    let address = Url::parse(issuer).ok().filter(|address| address.scheme() == "https");
    let Some(host) = address.as_ref().and_then(Url::host_str) else { return false };
    let name = host.strip_prefix("issuer-").unwrap_or(host);
    let region = name.strip_prefix("cognito-idp.").and_then(|rest| rest.strip_suffix(".amazonaws.com"));
    region.is_some_and(|region| !region.is_empty() && !region.contains('.'))
}

/// Google knows the owner of an address at Gmail, and of one that a Workspace of its own manages (claim `hd`).
/// Any other address was verified once, when the account was made, and may have another owner today.
/// Source: Google's guide to OpenID Connect, on `email_verified` and `hd`.
pub fn google(address: &str, email_verified: bool, hosted_domain: Option<&str>) -> bool {
    let domain = address.rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase());
    let is_gmail = matches!(domain.as_deref(), Some("gmail.com" | "googlemail.com"));
    let is_workspace = hosted_domain.is_some_and(|domain| !domain.is_empty());
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
            ("ada@gmail.com", true, None, true),
            ("ada@GoogleMail.com", true, None, true),
            ("ada@acme.test", true, Some("acme.test"), true),
            ("ada@acme.test", true, None, false),
            ("ada@acme.test", true, Some(""), false),
            ("ada@acme.test", false, Some("acme.test"), false),
            ("ada@gmail.com", false, None, false),
            ("ada@gmail.com.evil.test", true, None, false),
            ("ada@notgmail.com", true, None, false),
            ("gmail.com", true, None, false),
        ] {
            assert_eq!(google(address, verified, domain), counts, "{address} {verified} {domain:?}");
        }
    }

    #[test]
    fn a_flag_as_text_counts_only_from_who_documents_it() {
        for (issuer, counts) in [
            ("https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEf", true),
            ("https://issuer-cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEf", true),
            ("https://id.acme.test", false),
            ("http://cognito-idp.eu-central-1.amazonaws.com/x", false),
            ("https://cognito-idp.eu-central-1.amazonaws.com.evil.test/x", false),
            ("https://cognito-idp.s3.evil.amazonaws.com", false),
            ("https://cognito-idp..amazonaws.com", false),
            ("https://evil.amazonaws.com", false),
            ("https://evil.test/cognito-idp.eu-central-1.amazonaws.com", false),
        ] {
            assert_eq!(in_user_info(issuer, json!("true")) == true, counts, "{issuer}");
            assert_eq!(in_user_info(issuer, json!(true)), true, "{issuer}");
            for no in [json!("false"), json!("TRUE"), json!(1), json!("1"), json!(["true"]), json!({})] {
                assert_ne!(in_user_info(issuer, no.clone()), true, "{issuer} {no}");
            }
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
