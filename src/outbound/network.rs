//! Which addresses are public.
//!
//! From the IANA special-purpose address registries (RFC 6890, as of October 2025): whatever is not globally
//! reachable is private. Blocks of which only a part is reachable are left out as a whole.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};
use url::Host;

const PRIVATE_V4: [Ipv4Net; 17] = [
    v4([0, 0, 0, 0], 8),          // this network
    v4([10, 0, 0, 0], 8),         // private use
    v4([100, 64, 0, 0], 10),      // behind a carrier's translation
    v4([127, 0, 0, 0], 8),        // loopback
    v4([168, 63, 129, 16], 32),   // Azure's platform, seen from inside only
    v4([169, 254, 0, 0], 16),     // link-local, and the metadata of clouds
    v4([172, 16, 0, 0], 12),      // private use
    v4([192, 0, 0, 0], 24),       // protocol assignments
    v4([192, 0, 2, 0], 24),       // documentation
    v4([192, 88, 99, 0], 24),     // 6to4 relays
    v4([192, 168, 0, 0], 16),     // private use
    v4([198, 18, 0, 0], 15),      // benchmarks
    v4([198, 51, 100, 0], 24),    // documentation
    v4([203, 0, 113, 0], 24),     // documentation
    v4([224, 0, 0, 0], 4),        // multicast
    v4([240, 0, 0, 0], 4),        // reserved
    v4([255, 255, 255, 255], 32), // broadcast
];

/// The only block of which IANA hands out public addresses. Outside are loopback, link-local, site-local and
/// unique local addresses, multicast, segment routing, and most that embed an IPv4 address: mapped, compatible,
/// translated (SIIT) and NAT64.
const GLOBAL_UNICAST_V6: Ipv6Net = v6(0x2000, 0, 3);

const PRIVATE_V6: [Ipv6Net; 4] = [
    v6(0x2001, 0, 23),     // protocol assignments, Teredo among them
    v6(0x2001, 0xdb8, 32), // documentation
    v6(0x2002, 0, 16),     // 6to4
    v6(0x3fff, 0, 20),     // documentation
];

/// Whether anyone on the internet could reach it.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(ip) => !PRIVATE_V4.iter().any(|network| network.contains(&ip)),
        IpAddr::V6(ip) => {
            GLOBAL_UNICAST_V6.contains(&ip) && !PRIVATE_V6.iter().any(|network| network.contains(&ip))
        }
    }
}

/// Whether a host is known to be private without a look-up. `localhost` is, whatever a resolver says (RFC 6761).
pub(super) fn is_private(host: &Host) -> bool {
    match host {
        Host::Ipv4(ip) => !is_public((*ip).into()),
        Host::Ipv6(ip) => !is_public((*ip).into()),
        Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
    }
}

const fn v4([a, b, c, d]: [u8; 4], length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(first: u16, second: u16, length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(first, second, 0, 0, 0, 0, 0, 0), length)
}
