//! What people are told.

use super::*;

#[test]
fn what_was_not_sent_says_why_and_how_it_could_be_allowed() {
    let told = [
        (
            Blocked::Private,
            "http://10.0.0.5:11434/v1",
            "Blocked: 10.0.0.5 is a private address. \
             The server’s admin can allow it with GATEHOUSE_OUTBOUND_ALLOW=10.0.0.5:11434.",
        ),
        (
            Blocked::Private,
            "https://llm.lan/",
            "Blocked: llm.lan leads to a private address. \
             The server’s admin can allow it with GATEHOUSE_OUTBOUND_ALLOW=llm.lan:443.",
        ),
        (
            Blocked::Private,
            "https://[::1]:8080/",
            "Blocked: [::1] is a private address. \
             The server’s admin can allow it with GATEHOUSE_OUTBOUND_ALLOW=[::1]:8080.",
        ),
        (Blocked::Private, "https://169.254.169.254/", "Blocked: 169.254.169.254 is a private address."),
        (
            Blocked::Port(8443),
            "https://api.test:8443/",
            "Blocked: port 8443 is not 443. \
             The server’s admin can allow it with GATEHOUSE_OUTBOUND_ALLOW=api.test:8443.",
        ),
        (
            Blocked::Scheme,
            "http://api.test/",
            "Blocked: api.test must be reached over https. \
             The server’s admin can allow it with GATEHOUSE_OUTBOUND_ALLOW=api.test:80.",
        ),
        (Blocked::Scheme, "file:///etc/passwd", "Blocked: the address must begin with https://."),
        (
            Blocked::Credentials,
            "https://ada:pw@api.test/",
            "Blocked: the address holds a user name or a password.",
        ),
        (
            Blocked::Own,
            "https://gatehouse.example.com/",
            "Blocked: gatehouse.example.com is this Gatehouse itself.",
        ),
    ];
    for (blocked, address, sentence) in told {
        assert_eq!(blocked.sentence(&url(address)), sentence);
        assert_eq!(Failure::from(blocked).sentence(&url(address)), sentence);
    }
}

#[test]
fn what_failed_is_said_in_a_sentence_of_its_own() {
    let told = [
        (Failure::NotFound, "Could not reach api.x.ai: the name is not known."),
        (Failure::Refused, "Could not reach api.x.ai: the connection was refused."),
        (Failure::Tls, "Could not reach api.x.ai: its certificate is not trusted, or it does not speak TLS."),
        (Failure::Timeout, "Could not reach api.x.ai: no answer within 10 seconds."),
        (Failure::TooLarge, "The answer was larger than 1 MB."),
        (Failure::Broken, "Could not reach api.x.ai: the connection failed, or the answer was not HTTP."),
    ];
    for (failure, sentence) in told {
        assert_eq!(failure.sentence(&url("https://api.x.ai/v1/models")), sentence);
    }
}

#[test]
fn a_port_is_named_and_what_else_is_in_the_address_is_not() {
    let address = url("http://ada:sk-canary@10.0.0.5:11434/sk-canary?key=sk-canary#sk-canary");
    let failures = [
        Failure::NotFound,
        Failure::Refused,
        Failure::Tls,
        Failure::Timeout,
        Failure::TooLarge,
        Failure::Broken,
        Blocked::Scheme.into(),
        Blocked::Credentials.into(),
        Blocked::Port(11434).into(),
        Blocked::Private.into(),
        Blocked::Own.into(),
    ];
    for failure in failures {
        assert!(!failure.sentence(&address).contains("canary"), "{failure:?}");
    }
    let refused = Failure::Refused.sentence(&address);
    assert_eq!(refused, "Could not reach 10.0.0.5:11434: the connection was refused.");
}
