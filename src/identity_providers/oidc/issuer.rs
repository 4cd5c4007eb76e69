//! Whose ID tokens are accepted: one issuer's or, at Microsoft, those of every tenant.

use url::Url;

use super::tenants::{PERSONAL, Tenants, is_guid};
use crate::config::ProviderKind;

/// What Microsoft writes where a tenant's id belongs.
const PLACE: &str = "{tenantid}";

/// The issuer that was configured.
pub struct Issuer {
    /// Without a trailing slash.
    address: String,
    tenants: Option<Tenants>,
}

impl Issuer {
    pub fn new(kind: &ProviderKind, address: &Url) -> Self {
        let address = address.as_str().trim_end_matches('/').to_owned();
        let tenants = (*kind == ProviderKind::Microsoft).then(|| Tenants::of(&address)).flatten();
        Self { address, tenants }
    }

    /// Where its discovery document is (OpenID Connect Discovery, section 4.1).
    pub fn discovery_address(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.address)
    }

    /// Whether the issuer depends on the tenant.
    pub fn is_a_template(&self) -> bool {
        self.tenants.is_some()
    }

    /// Whether a discovery document that names `issuer` is this one's. A slash at its end is a matter of taste;
    /// tokens must then name it exactly as published.
    pub fn is_published_as(&self, issuer: &str) -> bool {
        match &self.tenants {
            Some(tenants) => tenants.tenant_in(issuer) == Some(PLACE),
            None => issuer.strip_suffix('/').unwrap_or(issuer) == self.address,
        }
    }

    /// Whether `iss` is one of the tenants.
    pub fn may_be(&self, iss: &str) -> bool {
        self.tenants.as_ref().is_some_and(|tenants| tenants.tenant_in(iss).is_some_and(is_guid))
    }

    /// Whether `iss` is that of the tenant `tid`, and such a tenant may come.
    pub fn is_of_tenant(&self, iss: &str, tid: &str) -> bool {
        let Some(tenants) = &self.tenants else { return false };
        let may_come = tenants.personal || !tid.eq_ignore_ascii_case(PERSONAL);
        may_come && is_guid(tid) && tenants.tenant_in(iss) == Some(tid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACME: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";

    fn microsoft(tenant: &str) -> Issuer {
        let address = format!("https://login.microsoftonline.com/{tenant}/v2.0");
        Issuer::new(&ProviderKind::Microsoft, &address.parse().expect("an address"))
    }

    fn of(tenant: &str) -> String {
        format!("https://login.microsoftonline.com/{tenant}/v2.0")
    }

    #[test]
    fn the_issuer_of_a_token_is_the_template_with_its_tenant_put_in() {
        let everybody = microsoft("common");
        assert!(everybody.is_of_tenant(&of(ACME), ACME));
        for (iss, tid) in [
            (of(ACME), PERSONAL),
            (of("common"), "common"),
            (of("{tenantid}"), "{tenantid}"),
            (of(""), ""),
            (of(&ACME.replace('-', "")), &ACME.replace('-', "")),
            (of(ACME) + "/", ACME),
            (format!("https://evil.test/{ACME}/v2.0"), ACME),
            (format!("https://login.microsoftonline.com/{ACME}/v1.0"), ACME),
            (format!("https://login.microsoftonline.com/x/{ACME}/v2.0"), &format!("x/{ACME}")),
        ] {
            assert!(!everybody.is_of_tenant(&iss, tid), "{iss} {tid}");
        }
    }

    #[test]
    fn personal_accounts_are_no_organization() {
        assert!(microsoft("common").is_of_tenant(&of(PERSONAL), PERSONAL));
        assert!(!microsoft("organizations").is_of_tenant(&of(PERSONAL), PERSONAL));
        let shouted = PERSONAL.to_uppercase();
        assert!(!microsoft("organizations").is_of_tenant(&of(&shouted), &shouted));
    }

    #[test]
    fn one_tenant_is_one_issuer() {
        let acme = microsoft(ACME);
        assert!(!acme.is_a_template() && acme.is_published_as(&of(ACME)));
        assert!(!acme.is_published_as(&of("{tenantid}")) && !acme.is_published_as(&of(PERSONAL)));
    }

    #[test]
    fn only_microsoft_has_tenants() {
        let address = of("common").parse().expect("an address");
        assert!(!Issuer::new(&ProviderKind::Oidc, &address).is_a_template());
    }

    #[test]
    fn a_slash_at_the_end_of_the_published_issuer_is_a_matter_of_taste() {
        let issuer = Issuer::new(&ProviderKind::Oidc, &"https://id.acme.test".parse().expect("an address"));
        assert!(
            issuer.is_published_as("https://id.acme.test/") && issuer.is_published_as("https://id.acme.test")
        );
        assert!(!issuer.is_published_as("https://id.acme.test//"));
        assert!(!issuer.is_published_as("https://id.acme.test.evil.test"));
        assert_eq!(issuer.discovery_address(), "https://id.acme.test/.well-known/openid-configuration");
    }
}
