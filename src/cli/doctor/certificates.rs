//! The certificate authorities: can those be read that are to be believed?

use super::report::Report;
use crate::app;
use crate::config::Config;

/// What to do about a server whose certificate is not believed; nothing about other failures.
pub(super) fn cure(failure: &str) -> &'static str {
    if failure.contains("certificate") {
        ". If you run your own certificate authority, name it in SSL_CERT_FILE"
    } else {
        ""
    }
}

pub(super) fn certificates(report: &mut Report, config: &Config) {
    let named: Vec<&str> = ["SSL_CERT_FILE", "SSL_CERT_DIR"]
        .into_iter()
        .filter(|name| std::env::var_os(name).is_some())
        .collect();
    match app::outbound(config) {
        Err(error) => {
            let cure = "Install the package ca-certificates, or name a file in SSL_CERT_FILE";
            report.bad("certificates", format!("{error:#}. {cure}"));
        }
        Ok(_) if named.is_empty() => {
            report.good("certificates", "this system's certificate authorities are trusted");
        }
        Ok(_) => {
            let sentence = format!("only the certificate authorities in {} are trusted", named.join(" and "));
            report.good("certificates", sentence);
        }
    }
}
