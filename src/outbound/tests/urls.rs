//! Which URLs are sent at all, however they are written (N02, N04).

use super::*;

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
