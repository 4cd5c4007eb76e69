//! Microsoft's issuers, one for each tenant.

use uuid::Uuid;

/// The tenant of Microsoft's personal accounts, as its documentation of ID tokens gives it.
pub(super) const PERSONAL: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// The issuers of many tenants: what stands before and after the tenant's id.
pub(super) struct Tenants {
    before: String,
    after: &'static str,
    pub(super) personal: bool,
}

impl Tenants {
    pub(super) fn of(address: &str) -> Option<Self> {
        let after = "/v2.0";
        let (before, personal) = match address.strip_suffix(after)?.rsplit_once('/')? {
            (host, "common") => (host, true),
            (host, "organizations") => (host, false),
            _ => return None,
        };
        Some(Self { before: format!("{before}/"), after, personal })
    }

    pub(super) fn tenant_in<'a>(&self, issuer: &'a str) -> Option<&'a str> {
        issuer.strip_prefix(&self.before)?.strip_suffix(self.after)
    }
}

pub(super) fn is_guid(text: &str) -> bool {
    text.len() == PERSONAL.len() && Uuid::try_parse(text).is_ok()
}
