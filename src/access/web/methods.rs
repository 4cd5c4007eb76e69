//! The part with the sign-in methods.

use crate::access::methods::{LAST_OF_AN_OWNER, Methods, OF_THIS_SESSION};
use crate::authority::Admin;
use crate::identity_providers::{Finding, IdentityProvider};
use crate::links::Site;

/// What a provider answered a moment ago.
pub struct Tested {
    pub provider: String,
    pub findings: Vec<Finding>,
}

/// A sign-in method.
pub struct MethodRow {
    pub name: String,
    pub label: String,
    pub kind: &'static str,
    pub on: bool,
    pub state: &'static str,
    pub state_text: &'static str,
    pub why_not: &'static str,
    pub callback: String,
    pub tested: bool,
    pub findings: Vec<Finding>,
}

impl MethodRow {
    /// The icon of its state, if any.
    pub fn icon(&self) -> &'static str {
        match self.state {
            "working" => "check",
            "unavailable" => "warning",
            _ => "",
        }
    }

    /// What the button says that switches it.
    pub fn switch(&self) -> &'static str {
        if self.on { "Switch off" } else { "Switch on" }
    }
}

/// All that are configured.
pub fn rows(admin: &Admin, methods: &Methods, mut tested: Option<Tested>) -> Vec<MethodRow> {
    let services = admin.services();
    let row = |provider: &IdentityProvider| {
        let on = methods.is_on(&provider.name);
        let findings = tested.take_if(|tested| tested.provider == provider.name);
        let (state, state_text) = match (on, provider.is_available()) {
            (false, _) => ("off", "Switched off"),
            (true, true) => ("working", "Ready"),
            (true, false) => ("unavailable", "Not responding"),
        };
        let own = on && services.config.tenancy.is_multi() && admin.visitor().came_by(&provider.name);
        let needed = on && !methods.can_spare(&provider.name);
        MethodRow {
            name: provider.name.clone(),
            label: provider.label.clone(),
            kind: provider.kind.name(),
            on,
            state,
            state_text,
            why_not: match (needed, own) {
                (true, _) => LAST_OF_AN_OWNER,
                (false, true) => OF_THIS_SESSION,
                (false, false) => "",
            },
            callback: services.config.base_url.link(&Site.callback(&provider.name)),
            tested: findings.is_some(),
            findings: findings.map(|tested| tested.findings).unwrap_or_default(),
        }
    };
    services.providers.iter().map(row).collect()
}
