//! Where requests may go (N01, N02, N04, N07, N10).

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

async fn verdict(outbound: &Outbound, address: &str) -> Option<Blocked> {
    outbound.check(&url(address)).await.err()
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

#[actix_web::test]
async fn odd_spellings_of_this_machine_are_refused() {
    let client = outbound(&[], names_lead_to(&[&[NOBODY]]));
    let spellings = [
        "https://2130706433",
        "https://0x7f000001",
        "https://0x7f.1",
        "https://017700000001",
        "https://0177.0.0.1",
        "https://127.1",
        "https://127.0.0.1.",
        "https://0",
        "https://%31%32%37.0.0.1",
        "https://\u{ff11}\u{ff12}\u{ff17}.0.0.1",
        "https://127\u{3002}0\u{3002}0\u{3002}1",
        "https://[0:0:0:0:0:0:0:1]",
        "https://[::ffff:7f00:1]",
        "https://localhost",
        "https://LocalHost",
        "https://localhost.",
        "https://localhost..",
        "https://\u{24db}ocalhost",
        "https://gatehouse.localhost",
        "https://gatehouse.localhost.",
    ];
    for spelling in spellings {
        assert_eq!(verdict(&client, spelling).await, Some(Blocked::Private), "{spelling}");
        assert_eq!(failure(&client, spelling).await, Failure::Blocked(Blocked::Private), "{spelling}");
    }
}

#[actix_web::test]
async fn this_gatehouse_does_not_ask_itself_unless_it_is_an_exception() {
    let client = outbound(&[], names_lead_to(&[&[NOBODY]]));
    for own in
        ["https://gatehouse.example.com/x", "https://GATEHOUSE.example.com.", "http://gatehouse.example.com"]
    {
        assert_eq!(verdict(&client, own).await, Some(Blocked::Own), "{own}");
        assert_eq!(failure(&client, own).await, Failure::Blocked(Blocked::Own), "{own}");
    }
    let client = outbound(&["Gatehouse.Example.com:443"], Unknown);
    assert_eq!(verdict(&client, "https://gatehouse.example.com").await, None);
    assert_eq!(verdict(&client, "https://gatehouse.example.com:8443").await, Some(Blocked::Own));
}

#[actix_web::test]
async fn only_https_to_port_443_and_without_credentials_is_sent() {
    let client = outbound(&[], names_lead_to(&[&[NOBODY]]));
    let refused = [
        ("file:///etc/passwd", Blocked::Scheme),
        ("ftp://api.test/", Blocked::Scheme),
        ("gopher://api.test:6379/_INFO", Blocked::Scheme),
        ("data:text/plain,hello", Blocked::Scheme),
        ("unix:/var/run/docker.sock", Blocked::Scheme),
        ("ws://api.test/", Blocked::Scheme),
        ("javascript:alert(1)", Blocked::Scheme),
        ("http://api.test/", Blocked::Scheme),
        ("http://api.test:443/", Blocked::Scheme),
        ("http://api.test:25/", Blocked::Scheme),
        ("https://api.test:25/", Blocked::Port(25)),
        ("https://api.test:5432/", Blocked::Port(5432)),
        ("https://api.test:8443/", Blocked::Port(8443)),
        ("https://api.test:0/", Blocked::Port(0)),
        ("https://8.8.8.8:80/", Blocked::Port(80)),
        ("https://ada@api.test/", Blocked::Credentials),
        ("https://ada:pw@api.test/", Blocked::Credentials),
        ("https://:pw@api.test/", Blocked::Credentials),
    ];
    for (address, blocked) in refused {
        assert_eq!(verdict(&client, address).await, Some(blocked), "{address}");
        assert_eq!(failure(&client, address).await, Failure::Blocked(blocked), "{address}");
    }
    assert_eq!(verdict(&client, "https://api.test:443/v1?x=y#z").await, None);
}

#[actix_web::test]
async fn a_name_that_turns_to_this_machine_after_the_check_is_not_followed() {
    let client = outbound(&[], names_lead_to(&[&[NOBODY], &["127.0.0.1"]]));
    assert_eq!(verdict(&client, "https://rebound.test").await, None);
    assert_eq!(failure(&client, "https://rebound.test").await, Failure::Blocked(Blocked::Private));
}

#[actix_web::test]
async fn of_a_name_with_both_only_the_public_address_is_connected_to() {
    let server = Server::start(Habit::Hangs).await;
    for both in [[NOBODY, "127.0.0.1"], ["127.0.0.1", NOBODY]] {
        let client = outbound(&[], names_lead_to(&[&both]));
        assert_eq!(verdict(&client, "https://both.test").await, None);
        // Below the rule about ports, because nobody may listen on 443 here.
        let request = client.guarded.get(format!("https://both.test:{}/", server.port()));
        let answer = timeout(Duration::from_millis(500), request.send()).await;
        assert!(!matches!(answer, Ok(Ok(_))));
    }
    assert_eq!(server.visits(), 0);
}

#[actix_web::test]
async fn an_exception_holds_for_exactly_its_host_and_port() {
    let server = Server::answering("200 OK", "{heard}").await;
    let other = Server::answering("200 OK", "").await;
    let (port, other_port) = (server.port(), other.port());
    let client = server.allowed();
    let answer =
        ask(&client, &format!("http://127.0.0.1:{port}/v1/models?limit=1")).await.expect("an answer");
    assert_eq!(answer.status, 200);
    for elsewhere in [
        format!("http://127.0.0.1:{other_port}/"),
        format!("http://127.0.0.2:{port}/"),
        format!("http://localhost:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        "http://127.0.0.1/".to_owned(),
    ] {
        assert_eq!(verdict(&client, &elsewhere).await, Some(Blocked::Private), "{elsewhere}");
        assert_eq!(failure(&client, &elsewhere).await, Failure::Blocked(Blocked::Private), "{elsewhere}");
    }
    assert_eq!((server.visits(), other.visits()), (1, 0));
    let with_password = format!("http://ada:pw@127.0.0.1:{port}/");
    assert_eq!(verdict(&client, &with_password).await, Some(Blocked::Credentials));
    assert_eq!(verdict(&client, &format!("ftp://127.0.0.1:{port}/")).await, Some(Blocked::Scheme));
}

#[actix_web::test]
async fn an_exception_may_be_a_name_that_leads_to_a_private_address() {
    let server = Server::answering("200 OK", "").await;
    let client = outbound(&[&format!("LLM.lan:{}", server.port())], names_lead_to(&[&["127.0.0.1"]]));
    for name in ["llm.lan", "llm.lan."] {
        let address = format!("http://{name}:{}/", server.port());
        assert_eq!(verdict(&client, &address).await, None);
        assert_eq!(ask(&client, &address).await.expect("an answer").status, 200);
    }
    let other = format!("https://other.lan:{}/", server.port());
    assert_eq!(verdict(&client, &other).await, Some(Blocked::Port(server.port())));
}

#[actix_web::test]
async fn a_name_that_is_not_known_now_passes_the_check() {
    for client in [outbound(&[], Unknown), outbound(&[], names_lead_to(&[&[]]))] {
        assert_eq!(verdict(&client, "https://api.test/").await, None);
    }
    let mut client = outbound(&[], Silent);
    client.check = Duration::from_millis(50);
    assert_eq!(verdict(&client, "https://api.test/").await, None);
}

#[test]
fn host_and_port_have_one_form() {
    let forms = [
        ("10.0.0.5:11434", "10.0.0.5:11434"),
        (" 0x0a.5:11434 ", "10.0.0.5:11434"),
        ("[::1]:8080", "[::1]:8080"),
        ("[0:0::1]:8080", "[::1]:8080"),
        ("LLM.Lan.:8000", "llm.lan:8000"),
        ("b\u{fc}ro.lan:80", "xn--bro-hoa.lan:80"),
    ];
    for (text, canonical) in forms {
        let parsed = HostPort::parse(text).expect("host and port");
        assert_eq!(parsed.to_string(), canonical);
        assert_eq!(HostPort::of(&url(&format!("http://{canonical}/v1"))), Some(parsed));
    }
    assert_eq!(HostPort::of(&url("https://api.test")), HostPort::parse("api.test:443").ok());
    assert_eq!(HostPort::of(&url("ftp://api.test")), None);
}

#[test]
fn what_is_no_host_and_port_is_refused_with_an_example() {
    for text in [
        "",
        "llm.lan",
        ":80",
        ".:80",
        "llm.lan:",
        "llm.lan:0",
        "llm.lan:65536",
        "llm.lan:+80",
        "::1:80",
        "::1",
        "http://llm.lan:80",
        "llm.lan:80/v1",
        "a b:80",
        "ada@llm.lan:80",
        "*:80",
        "10.0.0.0/8:80",
        "10.0.0.256:80",
    ] {
        let complaint = HostPort::parse(text).expect_err(text);
        assert!(complaint.contains("10.0.0.5:11434"), "{complaint}");
    }
}

#[actix_web::test]
async fn the_operating_system_knows_this_machine() {
    let found = System.addresses("localhost").await.expect("addresses");
    assert!(!found.is_empty() && found.iter().all(IpAddr::is_loopback), "{found:?}");
}
