//! Which addresses nothing is sent to (N01, N02).

use super::*;

/// N01, and the rest of the registries.
const PRIVATE: [&str; 47] = [
    "0.0.0.0",
    "0.255.255.255",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "192.168.255.255",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "100::1",
    "100:0:0:1::1",
    "2001:2::1",
    "2001:db8::1",
    "2001:1ff:ffff::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fe80::1",
    "febf::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "1fff::1",
    "4000::1",
];

/// N02: loopback, a private and a public IPv4 address inside an IPv6 address.
const EMBEDDED: [&str; 16] = [
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:8.8.8.8",
    "::127.0.0.1",
    "::10.0.0.1",
    "::8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::808:808",
    "64:ff9b:1::7f00:1",
    "64:ff9b:1:ffff::a00:1",
    "::ffff:0:127.0.0.1",
    "::ffff:0:8.8.8.8",
    "2002:7f00:1::1",
    "2002:808:808::1",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
];

const PUBLIC: [&str; 15] = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "198.20.0.0",
    "223.255.255.255",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2606:4700:4700::1111",
    "2a03:2880::1",
];

fn literal(address: &str) -> String {
    if address.contains(':') { format!("https://[{address}]/v1") } else { format!("https://{address}/v1") }
}

#[actix_web::test]
async fn private_addresses_are_refused_at_save_and_at_use() {
    let client = outbound(&[], Unknown);
    for address in PRIVATE.iter().chain(&EMBEDDED).map(|address| literal(address)) {
        assert_eq!(verdict(&client, &address).await, Some(Blocked::Private), "{address}");
        assert_eq!(failure(&client, &address).await, Failure::Blocked(Blocked::Private), "{address}");
    }
}

#[actix_web::test]
async fn names_that_lead_to_private_addresses_are_refused_at_save_and_at_use() {
    let all: Vec<&[&str]> = PRIVATE.iter().chain(&EMBEDDED).map(std::slice::from_ref).collect();
    let at_save = outbound(&[], names_lead_to(&all));
    let at_use = outbound(&[], names_lead_to(&all));
    for address in &all {
        let refused = verdict(&at_save, "https://api.test/v1").await;
        assert_eq!(refused, Some(Blocked::Private), "{address:?}");
        let refused = failure(&at_use, "https://api.test/v1").await;
        assert_eq!(refused, Failure::Blocked(Blocked::Private), "{address:?}");
    }
}

#[actix_web::test]
async fn public_addresses_pass_as_numbers_and_by_name() {
    let client = outbound(&[], Unknown);
    let all: Vec<&[&str]> = PUBLIC.iter().map(std::slice::from_ref).collect();
    let named = outbound(&[], names_lead_to(&all));
    for address in PUBLIC {
        assert_eq!(verdict(&client, &literal(address)).await, None, "{address}");
        assert_eq!(verdict(&named, "https://api.test/").await, None, "{address}");
    }
}
