//! What Kubernetes puts into the environment of every container for each Service of the namespace
//! (<https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables>): a Service `gatehouse` or
//! `gatehouse-db` makes names that begin like settings.

use std::net::{IpAddr, SocketAddr};

/// Whether name and value have the shape of such a variable; a person would not give a setting such a value.
pub(super) fn is_service_link(name: &str, value: &str) -> bool {
    let words: Vec<&str> = name.split('_').collect();
    let is_port = || value.parse::<u16>().is_ok();
    match words.as_slice() {
        [.., "SERVICE", "HOST"] => is_ip(value),
        [.., "PORT"] if is_address(value) => true,
        [.., "PORT", port, protocol] if is_of_port(port, protocol) => is_address(value),
        [.., "PORT", port, protocol, "PROTO"] if is_of_port(port, protocol) => is_protocol(value),
        [.., "PORT", port, protocol, "PORT"] if is_of_port(port, protocol) => value == *port,
        [.., "PORT", port, protocol, "ADDR"] if is_of_port(port, protocol) => is_ip(value),
        words => words.windows(2).any(|pair| pair == ["SERVICE", "PORT"]) && is_port(),
    }
}

fn is_of_port(port: &str, protocol: &str) -> bool {
    port.parse::<u16>().is_ok()
        && protocol.chars().all(|c| c.is_ascii_uppercase())
        && is_protocol(&protocol.to_lowercase())
}

fn is_protocol(text: &str) -> bool {
    matches!(text, "tcp" | "udp" | "sctp")
}

fn is_ip(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}

/// `tcp://10.0.0.1:8080`
fn is_address(text: &str) -> bool {
    let parts = text.split_once("://");
    parts.is_some_and(|(protocol, address)| is_protocol(protocol) && address.parse::<SocketAddr>().is_ok())
}

/// The line that names them.
pub(super) fn remark(names: &[String]) -> Option<String> {
    (!names.is_empty()).then(|| {
        format!(
            "passing over {}, which Kubernetes sets for its Services (enableServiceLinks: false leaves them out)",
            names.join(", ")
        )
    })
}
