//! Whether the values of parameters make sense.

use std::net::IpAddr;

use super::parameter::Parameter;
use super::parts::{SHAPE, refuse_several};
use crate::config::error::Result;

/// # Errors
/// A sentence about the first that does not.
pub(super) fn check(parameters: &[Parameter]) -> Result<()> {
    for parameter in parameters {
        value(parameter).map_err(|sentence| parameter.wrong(&sentence))?;
    }
    refuse_two_places(parameters)
}

/// To libpq `host` is the name in the certificate and `hostaddr` where it is. The driver has one place for both.
fn refuse_two_places(parameters: &[Parameter]) -> Result<()> {
    let of = |name: &str| parameters.iter().find(|parameter| parameter.name == name);
    match (of("host"), of("hostaddr")) {
        (Some(host), Some(address)) if host.value != address.value => Err(address.wrong(&format!(
            "names an address (hostaddr) beside the host{}. Gatehouse connects to one of them: leave hostaddr out, or \
             host",
            host.variable.map(|variable| format!(" of {variable}")).unwrap_or_default()
        ))),
        _ => Ok(()),
    }
}

fn value(parameter: &Parameter) -> std::result::Result<(), String> {
    let (name, value) = (parameter.name.as_str(), parameter.value.as_str());
    if value.chars().any(char::is_control) {
        return Err(format!("has a control character in its {name}"));
    }
    if matches!(name, "host" | "hostaddr" | "port") {
        refuse_several(value)?;
    }
    match name {
        // What belongs to a password that is not encoded ends up in host and port.
        "host" if !is_host(value) => Err(parameter.variable.map_or(SHAPE, |_| "is not a host").to_owned()),
        "port" if !is_port(value) => {
            let sentence = "is not a port. It must be a number from 1 to 65535";
            Err(parameter.variable.map_or(SHAPE, |_| sentence).to_owned())
        }
        "hostaddr" if value.parse::<IpAddr>().is_err() => {
            Err("has a hostaddr that is not an IP address".to_owned())
        }
        "sslmode" => mode(value),
        "sslrootcert" | "sslcert" | "sslkey" => file(name, value),
        "statement-cache-capacity" if value.parse::<u32>().is_err() => {
            Err("has a statement-cache-capacity that is not a number".to_owned())
        }
        _ => Ok(()),
    }
}

fn is_host(value: &str) -> bool {
    value.starts_with('/') || !value.contains(['/', '@', ' ', '[', ']', '%'])
}

fn is_port(value: &str) -> bool {
    value.parse::<u16>().is_ok_and(|port| port > 0)
}

fn mode(value: &str) -> std::result::Result<(), String> {
    match value {
        "disable" | "allow" | "prefer" | "require" | "verify-ca" | "verify-full" => Ok(()),
        _ => Err("has an sslmode that is none of disable, allow, prefer, require, verify-ca and verify-full"
            .to_owned()),
    }
}

fn file(name: &str, value: &str) -> std::result::Result<(), String> {
    if (name, value) == ("sslrootcert", "system") {
        let sentence = "has sslrootcert=system. Leave it out: the system's authorities are believed anyway";
        return Err(sentence.to_owned());
    }
    let unreadable = |error| format!("has an {name} that can't be read: {error}");
    std::fs::File::open(value).map(drop).map_err(unreadable)
}
