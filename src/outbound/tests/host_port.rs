//! How an exception is written.

use super::*;

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
fn what_is_not_a_host_and_port_is_refused_with_an_example() {
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
