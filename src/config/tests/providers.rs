//! Identity providers of every kind.

use super::cast::{complaint, read};
use crate::config::error::Result;
use crate::config::{ProviderConfig, ProviderKind};

#[test]
fn an_unknown_field_of_a_provider_is_refused() {
    assert!(complaint(&[("PROVIDERS__ACME__CLIENTID", "x")]).contains("__CLIENT_ID?"));
}

fn provider_of(kind: &str, more: &[(&str, &str)]) -> Result<ProviderConfig> {
    let own = [("KIND", kind), ("CLIENT_ID", "gatehouse"), ("CLIENT_SECRET", "s3cret")];
    let named: Vec<(String, &str)> =
        own.iter().chain(more).map(|(field, value)| (format!("PROVIDERS__ZETA__{field}"), *value)).collect();
    let pairs: Vec<(&str, &str)> = named.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    Ok(read(&pairs)?.providers.remove(1))
}

#[test]
fn every_kind_of_provider_knows_its_own_addresses_and_name() {
    for (kind, issuer, label) in [
        ("google", "https://accounts.google.com/", "Google"),
        ("microsoft", "https://login.microsoftonline.com/common/v2.0", "Microsoft"),
        ("github", "https://github.com/", "GitHub"),
        ("gitlab", "https://gitlab.com/", "GitLab"),
    ] {
        let provider = provider_of(kind, &[]).expect(kind);
        assert_eq!((provider.issuer.as_str(), provider.label.as_str()), (issuer, label));
        assert_eq!(provider.kind.name(), kind);
    }
    let own = provider_of("oidc", &[("ISSUER", "https://id.zeta.test")]).expect("oidc");
    assert_eq!((own.label.as_str(), own.kind), ("zeta", ProviderKind::Oidc));
    assert_eq!(provider_of("gitlab", &[("LABEL", "Our GitLab")]).expect("gitlab").label, "Our GitLab");
}

#[test]
fn github_has_its_api_on_a_host_of_its_own_and_enterprise_server_in_a_folder() {
    let api = |more: &[(&str, &str)]| match provider_of("github", more).expect("github").kind {
        ProviderKind::GitHub { api } => api.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(api(&[]), "https://api.github.com/");
    assert_eq!(api(&[("BASE_URL", "https://github.com/")]), "https://api.github.com/");
    assert_eq!(api(&[("BASE_URL", "https://git.zeta.test/")]), "https://git.zeta.test/api/v3");
    let apart = [("BASE_URL", "https://zeta.ghe.com"), ("API_URL", "https://api.zeta.ghe.com")];
    assert_eq!(api(&apart), "https://api.zeta.ghe.com/");
}

#[test]
fn a_provider_takes_the_addresses_of_its_kind_only() {
    let tenant = "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0";
    for (kind, field, value) in [
        ("microsoft", "ISSUER", tenant),
        ("microsoft", "ISSUER", "https://login.microsoftonline.com/organizations/v2.0"),
        ("microsoft", "ISSUER", "http://localhost:9000/common/v2.0"),
        ("gitlab", "ISSUER", "https://git.zeta.test"),
        ("gitlab", "ISSUER", "http://127.0.0.1:9000"),
        ("google", "ISSUER", "https://accounts.google.com"),
        ("github", "BASE_URL", "http://localhost:9000"),
    ] {
        assert!(provider_of(kind, &[(field, value)]).is_ok(), "{kind} {field} {value}");
    }
    for (kind, field, value) in [
        ("oidc", "ISSUER", ""),
        ("oidc", "BASE_URL", "https://id.zeta.test"),
        ("google", "ISSUER", "https://accounts.zeta.test"),
        ("microsoft", "ISSUER", "https://login.microsoftonline.com/zeta.test/v2.0"),
        ("microsoft", "ISSUER", "https://login.microsoftonline.com/consumers/v2.0"),
        ("microsoft", "ISSUER", "https://login.microsoftonline.com/common"),
        ("microsoft", "BASE_URL", "https://login.microsoftonline.com"),
        ("gitlab", "ISSUER", "http://git.zeta.test"),
        ("gitlab", "ISSUER", "https://git.zeta.test/?a=b"),
        ("gitlab", "API_URL", "https://git.zeta.test"),
        ("github", "ISSUER", "https://github.com"),
        ("github", "BASE_URL", "http://git.zeta.test"),
        ("github", "API_URL", "https://ada:pw@git.zeta.test"),
        ("saml", "KIND", "saml"),
    ] {
        let mut more = vec![(field, value)];
        // An issuer, so that nothing but the address in question is amiss.
        if (kind, field) == ("oidc", "BASE_URL") {
            more.push(("ISSUER", "https://id.zeta.test"));
        }
        let complaint = provider_of(kind, &more).expect_err(value).to_string();
        assert!(complaint.starts_with(&format!("GATEHOUSE_PROVIDERS__ZETA__{field}: ")), "{complaint}");
        assert!(!complaint.contains('\n') && !complaint.contains("s3cret"), "{complaint}");
    }
}
