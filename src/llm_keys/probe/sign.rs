//! What providers say is wrong, by the words that they say it with.
//!
//! Taken from their documentation of errors and from reports of what they really answer: OpenAI, Anthropic, Google
//! (`google.rpc.ErrorInfo`), Azure, xAI, Groq, `DeepSeek`, `OpenRouter`, Mistral, Cohere, Together, Fireworks, Perplexity, and
//! gateways that speak as OpenAI does. Statuses alone don't tell: Google refuses bad keys and whole countries with 400, and
//! a restricted key of OpenAI's gets a 401 or a 403.

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    BadKey,
    ExpiredKey,
    LeakedKey,
    /// The key lacks a permission, or a scope.
    Permission,
    /// Something is forbidden, and no one says why.
    Forbidden,
    /// The key is good elsewhere.
    Network,
    Region,
    Account,
    /// The API is not switched on for the key, or where it was made.
    Service,
    Credit,
    Rate,
    Load,
}

/// What is wrong where all of these words are, in lower case; what says more stands first.
const SIGNS: &[(&[&str], Sign)] = &[
    (&["key expired"], Sign::ExpiredKey),
    (&["expired key"], Sign::ExpiredKey),
    (&["expired_key"], Sign::ExpiredKey),
    (&["key has expired"], Sign::ExpiredKey),
    (&["api_key_expired"], Sign::ExpiredKey),
    (&["key", "leaked"], Sign::LeakedKey),
    (&["unsupported_country"], Sign::Region),
    (&["country, region, or territory"], Sign::Region),
    (&["location is not supported"], Sign::Region),
    (&["region is not supported"], Sign::Region),
    (&["not available in your country"], Sign::Region),
    (&["not available in your region"], Sign::Region),
    (&["unavailable in your country"], Sign::Region),
    (&["unavailable in your region"], Sign::Region),
    (&["failed_precondition"], Sign::Region), // Google's free tier, where there is none.
    (&["request not allowed"], Sign::Region), // Anthropic's
    (&["check your network settings"], Sign::Region), // Groq's
    (&["ip_not_authorized"], Sign::Network),
    (&["ip is not authorized"], Sign::Network),
    (&["ip not authorized"], Sign::Network),
    (&["ip_address_blocked"], Sign::Network),
    (&["referrer_blocked"], Sign::Network),
    (&["app_blocked"], Sign::Network),
    (&["virtual network"], Sign::Network),
    (&["firewall rules"], Sign::Network),
    (&["public access is disabled"], Sign::Network),
    (&["service_disabled"], Sign::Service),
    (&["has not been used in project"], Sign::Service),
    (&["authenticationtypedisabled"], Sign::Service), // Azure's, where keys are switched off.
    (&["key based authentication is disabled"], Sign::Service),
    (&["service_blocked"], Sign::Service),
    (&["organization has been disabled"], Sign::Account),
    (&["organization_restricted"], Sign::Account),
    (&["organization has been restricted"], Sign::Account),
    (&["has been archived"], Sign::Account),
    (&["account", "deactivated"], Sign::Account),
    (&["account", "suspended"], Sign::Account),
    (&["account", "disabled"], Sign::Account),
    (&["account is not active"], Sign::Account),
    (&["organization", "deactivated"], Sign::Account),
    (&["member of an organization"], Sign::Account),
    (&["consumer_suspended"], Sign::Account),
    (&["consumer_invalid"], Sign::Account),
    (&["billing_not_active"], Sign::Account),
    (&["billing_disabled"], Sign::Account),
    (&["prepayment credits"], Sign::Credit),
    (&["resource_exhausted"], Sign::Rate), // Google's, for both; its quotas are by the minute and by the day.
    (&["insufficient_quota"], Sign::Credit),
    (&["exceeded your current quota"], Sign::Credit),
    (&["out of call volume quota"], Sign::Credit),
    (&["credit_balance"], Sign::Credit),
    (&["credit balance"], Sign::Credit),
    (&["insufficient", "balance"], Sign::Credit),
    (&["insufficient", "credit"], Sign::Credit),
    (&["insufficient", "funds"], Sign::Credit),
    (&["available credits"], Sign::Credit),
    (&["any credits"], Sign::Credit), // xAI's, with a permission that is missing
    (&["budget_exceeded"], Sign::Credit),
    (&["budget has been exceeded"], Sign::Credit),
    (&["usage limit"], Sign::Credit),
    (&["usage_limit_exceeded"], Sign::Credit),
    (&["spend_limit"], Sign::Credit),
    (&["spending limit"], Sign::Credit),
    (&["key limit exceeded"], Sign::Credit),
    (&["billing_error"], Sign::Credit),
    (&["billing_hard_limit"], Sign::Credit),
    (&["payment_required"], Sign::Credit),
    (&["payment required"], Sign::Credit),
    (&["rate limit"], Sign::Rate),
    (&["rate_limit"], Sign::Rate),
    (&["ratelimit"], Sign::Rate),
    (&["too many requests"], Sign::Rate),
    (&["too_many_requests"], Sign::Rate),
    (&["slow_down"], Sign::Rate),
    (&["missing scopes"], Sign::Permission),
    (&["missing required scopes"], Sign::Permission),
    (&["insufficient permissions"], Sign::Permission),
    (&["insufficient_permissions"], Sign::Permission),
    (&["insufficient_scope"], Sign::Permission),
    (&["invalid_api_key"], Sign::BadKey),
    (&["api_key_invalid"], Sign::BadKey),
    (&["incorrect api key"], Sign::BadKey),
    (&["invalid api key"], Sign::BadKey),
    (&["invalid or expired api key"], Sign::BadKey),
    (&["invalid x-api-key"], Sign::BadKey),
    (&["api key not valid"], Sign::BadKey),
    (&["key", "revoked"], Sign::BadKey),
    (&["key is", "blocked"], Sign::BadKey), // xAI's, with 403
    (&["key is", "disabled"], Sign::BadKey),
    (&["key", "deactivated"], Sign::BadKey),
    (&["invalid token"], Sign::BadKey),
    (&["invalid api token"], Sign::BadKey),
    (&["not authenticated"], Sign::BadKey),
    (&["not validate credentials"], Sign::BadKey),
    (&["invalid authentication"], Sign::BadKey),
    (&["authentication_error"], Sign::BadKey),
    (&["authentication fails"], Sign::BadKey),
    (&["invalid subscription key"], Sign::BadKey),
    (&["unauthenticated"], Sign::BadKey),
    (&["unregistered callers"], Sign::Forbidden), // Google's, where no key has arrived
    (&["permission_error"], Sign::Permission),
    (&["permission_denied"], Sign::Permission),
    (&["permissiondenied"], Sign::Permission),
    (&["not have permission"], Sign::Permission),
    (&["overloaded"], Sign::Load),
    (&["at capacity"], Sign::Load),
    (&["unavailable"], Sign::Load),
];

impl Sign {
    /// The first that is in a complaint.
    pub(super) fn of(complaint: &str) -> Option<Self> {
        let is_there = |words: &[&str]| words.iter().all(|word| complaint.contains(word));
        SIGNS.iter().find(|(words, _)| is_there(words)).map(|(_, sign)| *sign)
    }

    pub(super) fn refuses_the_key(self) -> bool {
        matches!(self, Self::BadKey | Self::ExpiredKey | Self::LeakedKey)
    }

    /// What the status says alone, whatever else was sent.
    pub(super) fn of_status(status: u16) -> Option<Self> {
        match status {
            401 => Some(Self::BadKey),
            402 => Some(Self::Credit),
            403 => Some(Self::Forbidden),
            429 => Some(Self::Rate),
            451 => Some(Self::Region),
            503 | 529 => Some(Self::Load),
            _ => None,
        }
    }
}
