//! Ports for servers that are told theirs: below those that the system gives out by itself, and given out once by all
//! tests of a process, so that nobody else takes one before its server does.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Mutex;

/// Below the ports of outgoing connections (`ip_local_port_range`).
const PORTS: std::ops::Range<u16> = 12_000..32_000;
/// As far apart as test runs begin that go on side by side.
const APART: u16 = 400;

/// A free port.
pub fn free_port() -> u16 {
    free_ports(1)
}

/// The first of `count` free ports in a row.
pub fn free_ports(count: u16) -> u16 {
    static NEXT: Mutex<Option<u16>> = Mutex::new(None);
    let mut next = NEXT.lock().expect("nobody has panicked with it");
    let runs = u32::from((PORTS.end - PORTS.start) / APART);
    let run = u16::try_from(std::process::id() % runs).expect("small");
    let mut port = next.unwrap_or(PORTS.start + run * APART);
    loop {
        if port + count > PORTS.end {
            port = PORTS.start;
        }
        let first = port;
        port += count;
        if (first..port).all(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()) {
            *next = Some(port);
            return first;
        }
    }
}
