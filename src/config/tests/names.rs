//! Names that are not settings, and names that belong to other programs.

use super::cast::{complaint, read};
use crate::config::{Config, names};

#[test]
fn a_misspelt_name_is_told_before_what_is_missing_for_it() {
    for (written, meant) in [
        ("MASTERKEY", "MASTER_KEY"),
        ("MASTR_KEY", "MASTER_KEY"),
        ("Master_Key", "MASTER_KEY"),
        ("MASTER__KEY_FILE", "MASTER_KEY_FILE"),
        ("DATABASE_URI", "DATABASE_URL"),
        ("BASEURL", "BASE_URL"),
        ("PROVIDERS_HUB_CLIENT_ID", "PROVIDERS__HUB__CLIENT_ID"),
        ("PROVIDERS__HUB_CLIENT_SECRET_FILE", "PROVIDERS__HUB__CLIENT_SECRET_FILE"),
        ("PROVIDERS__HUB__CLIENTID", "PROVIDERS__HUB__CLIENT_ID"),
        ("PROVIDERS__google__KIND", "PROVIDERS__GOOGLE__KIND"),
        ("Providers__Google__Client_Id", "PROVIDERS__GOOGLE__CLIENT_ID"),
        ("PROVIDERS__google__CLIENT_SECRT", "PROVIDERS__GOOGLE__CLIENT_SECRET"),
        ("PROVIDERS__MY-IDP__kind", "PROVIDERS__MY-IDP__KIND"),
        ("PROVIDER__GOOGLE__KIND", "PROVIDERS__GOOGLE__KIND"),
        ("LLM_OPENAI_BASE_URL", "LLM__OPENAI__BASE_URL"),
        ("LLM__openai__BASE_URL", "LLM__OPENAI__BASE_URL"),
        ("PORT", "BIND"),
        ("HOST", "BIND"),
        ("DB_URL", "DATABASE_URL"),
        ("DATABASE", "DATABASE_URL"),
        ("url", "BASE_URL"),
        ("SMTP_PASSWORD_CANARY", ""),
    ] {
        let only = [(format!("GATEHOUSE_{written}"), "CANARY-value".to_owned())];
        let complaint = Config::from_pairs(only).err().expect("a complaint").to_string();
        let cure = if meant.is_empty() {
            "See the README".to_owned()
        } else {
            format!("Did you mean GATEHOUSE_{meant}?")
        };
        assert_eq!(
            complaint.split("is not a setting. ").collect::<Vec<_>>()[0],
            format!("GATEHOUSE_{written}: ")
        );
        assert!(complaint.contains(&cure) && !complaint.contains("CANARY-value"), "{complaint}");
    }
}

/// What Kubernetes sets for a Service of this name, with an address of each family.
fn service(name: &str) -> Vec<(String, String)> {
    let of = |ip: &str, socket: &str| {
        [
            ("SERVICE_HOST", ip.to_owned()),
            ("SERVICE_PORT", "8080".to_owned()),
            ("SERVICE_PORT_HTTP", "8080".to_owned()),
            ("SERVICE_PORT_HTTP_WEB", "8080".to_owned()),
            ("PORT", format!("tcp://{socket}")),
            ("PORT_8080_TCP", format!("tcp://{socket}")),
            ("PORT_8080_TCP_PROTO", "tcp".to_owned()),
            ("PORT_8080_TCP_PORT", "8080".to_owned()),
            ("PORT_8080_TCP_ADDR", ip.to_owned()),
            ("PORT_53_UDP", format!("udp://{socket}")),
            ("PORT_53_UDP_PROTO", "udp".to_owned()),
        ]
        .map(|(suffix, value)| (format!("{name}_{suffix}"), value))
    };
    [of("10.0.0.1", "10.0.0.1:8080"), of("fd00::1", "[fd00::1]:8080")].concat()
}

fn complete(more: &[(String, String)]) -> crate::config::error::Result<Config> {
    let pairs: Vec<(&str, &str)> = more
        .iter()
        .map(|(name, value)| (name.strip_prefix("GATEHOUSE_").expect("ours"), value.as_str()))
        .collect();
    read(&pairs)
}

#[test]
fn what_kubernetes_sets_for_services_is_passed_over_in_one_line() {
    for name in ["GATEHOUSE", "GATEHOUSE_DB", "GATEHOUSE_SMTP", "GATEHOUSE_LOG", "GATEHOUSE_BASE_URL"] {
        let config = complete(&service(name)).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(config.passed_over.len(), 1);
        let line = &config.passed_over[0];
        assert!(
            line.contains(&format!("{name}_SERVICE_HOST")) && line.contains("enableServiceLinks"),
            "{line}"
        );
        assert_eq!(config.bind.to_string(), "127.0.0.1:8080");
    }
    assert!(read(&[]).expect("a configuration").passed_over.is_empty());
}

#[test]
fn every_name_of_other_programs_leads_to_a_setting() {
    for (elsewhere, known) in names::ELSEWHERE {
        assert!(!names::is_known(elsewhere) && names::is_known(known), "{elsewhere} {known}");
    }
}

#[test]
fn what_has_another_shape_is_a_misspelt_setting() {
    for (name, value) in [
        ("PORT", "8080"),
        ("PORT", "http://10.0.0.1:8080"),
        ("PORT", "tcp://gatehouse:8080"),
        ("SERVICE_HOST", "gatehouse.acme.test"),
        ("SERVICE_PORT", "http"),
        ("PORT_8080_TCP_ADDR", "localhost"),
        ("PORT_8080_TCP_PORT", "8081"),
        ("PORT_HTTP_TCP", "tcp://10.0.0.1:8080"),
        ("PORT_8080_HTTP", "tcp://10.0.0.1:8080"),
        ("HOST", "10.0.0.1"),
    ] {
        let complaint = complaint(&[(name, value)]);
        assert!(complaint.starts_with(&format!("GATEHOUSE_{name}: is not a setting")), "{complaint}");
    }
}
