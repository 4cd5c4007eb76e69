//! Defaults, and settings that are unknown or malformed.

use secrecy::ExposeSecret;

use super::cast::{complaint, read};
use crate::address::EmailAddress;

#[test]
fn what_is_left_out_has_its_documented_default() {
    let config = read(&[]).expect("a configuration");
    assert_eq!(config.base_url.link("/x"), "http://localhost:8080/x");
    assert_eq!(config.bind.to_string(), "127.0.0.1:8080");
    assert_eq!(config.database_url.expose_secret(), "sqlite://data/gatehouse.db");
    assert_eq!(config.providers[0].name, "acme");
    assert_eq!(config.sign_in_rate.get(), 60);
    assert!(config.metrics_bind.is_none() && config.trusted_proxies.is_empty());
}

#[test]
fn an_unknown_setting_is_refused_and_the_near_one_suggested() {
    let complaint = complaint(&[("TRUSTED_PROXYS", "10.0.0.0/8")]);
    assert!(complaint.contains("GATEHOUSE_TRUSTED_PROXYS"), "{complaint}");
    assert!(complaint.contains("Did you mean GATEHOUSE_TRUSTED_PROXIES?"), "{complaint}");
}

#[test]
fn the_token_of_a_client_is_not_a_setting() {
    assert!(read(&[("TOKEN", "gh_x"), ("TOKEN_FILE", "token")]).is_ok());
    assert!(complaint(&[("TOKENS", "gh_x")]).contains("GATEHOUSE_TOKENS: is not a setting"));
}

#[test]
fn malformed_values_name_their_variable() {
    for (name, value) in [
        ("BASE_URL", "gate.acme.test"),
        ("BASE_URL", "https://gate.acme.test/path"),
        ("BIND", "8080"),
        ("SIGN_IN_RATE", "0"),
        ("SIGN_IN_RATE", "-1"),
        ("SIGN_IN_RATE", "60/minute"),
        ("DATABASE_URL", "mysql://x"),
        ("MASTER_KEY", "secret"),
        ("ALLOWED_DOMAINS", "acme"),
        ("BLOCKED_EMAILS", "ada@acme.test,ada"),
        ("TRUSTED_PROXIES", "10.0.0.0/99"),
        ("TENANCY", "several"),
        ("ORG_CREATORS", "@acme"),
        ("SIGN_UP", "yes"),
        ("LOG_FORMAT", "xml"),
        ("PROVIDERS__ACME__KIND", "saml"),
        ("PROVIDERS__ACME__ISSUER", "http://id.acme.test"),
    ] {
        let complaint = complaint(&[(name, value)]);
        assert!(complaint.starts_with(&format!("GATEHOUSE_{name}: ")), "{complaint}");
    }
}

#[test]
fn settings_of_many_organizations_are_read_and_refused_where_there_is_one() {
    let multi = ("TENANCY", "multi");
    let creators = ("ORG_CREATORS", "ada@acme.test, @globex.test");
    let config = read(&[multi, creators, ("SIGN_UP", "personal")]).expect("a configuration");
    assert!(config.tenancy.is_multi());
    let may = |text| config.org_creators.include(&EmailAddress::parse(text).expect("an address"));
    assert!(may("ada@acme.test") && may("ben@globex.test") && !may("ben@acme.test"));
    for name in ["ORG_CREATORS", "SIGN_UP"] {
        let value = if name == "SIGN_UP" { "closed" } else { "ada@acme.test" };
        let complaint = complaint(&[(name, value)]);
        assert!(complaint.starts_with(&format!("GATEHOUSE_{name}: ")), "{complaint}");
    }
    assert!(complaint(&[multi, ("ORG_CREATORS", "*")]).contains("GATEHOUSE_SIGN_UP"));
    assert!(read(&[multi, ("ORG_CREATORS", "*"), ("SIGN_UP", "open")]).is_ok());
}
