//! Whether the proxy in front is known: else all who come by it count as one client.

use super::report::Report;
use crate::config::Config;
use crate::numbers;

pub(super) fn proxies(report: &mut Report, config: &Config) {
    let trusted = config.trusted_proxies.len() as u64;
    if trusted > 0 {
        return report.good("proxies", format!("{} trusted", numbers::of(trusted, "network")));
    }
    if config.base_url.is_https() {
        Report::none(
            "proxies",
            "the base URL is https, so a proxy must be in front. Name it in GATEHOUSE_TRUSTED_PROXIES, or rate limits \
             and the audit log see all clients as one",
        );
    }
}
