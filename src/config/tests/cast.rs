//! A configuration that is complete, with whatever a test adds to it.

use crate::config::Config;
use crate::config::error::Result;

pub(super) const KEY: &str = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

pub(super) fn read(pairs: &[(&str, &str)]) -> Result<Config> {
    let base = [
        ("MASTER_KEY", KEY),
        ("PROVIDERS__ACME__KIND", "oidc"),
        ("PROVIDERS__ACME__ISSUER", "https://id.acme.test"),
        ("PROVIDERS__ACME__CLIENT_ID", "gatehouse"),
        ("PROVIDERS__ACME__CLIENT_SECRET", "s3cret"),
    ];
    let all =
        base.iter().chain(pairs).map(|(name, value)| (format!("GATEHOUSE_{name}"), (*value).to_owned()));
    Config::from_pairs(all.chain([("PATH".to_owned(), "/bin".to_owned())]))
}

pub(super) fn complaint(pairs: &[(&str, &str)]) -> String {
    read(pairs).err().expect("a complaint").to_string()
}
