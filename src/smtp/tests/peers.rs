//! What is said in clear, judged by where the connection went and not by a name.

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

use crate::config::{BaseUrl, HelloName, MailConfig, Patience, SmtpServer};
use crate::smtp::conversation::Conversation;
use crate::smtp::delivery::Delivery;

const OFFER: &str = "250-x\r\n250 AUTH PLAIN\r\n";
const OFFER_TLS: &str = "250-x\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n";

fn way(server: &str) -> Delivery {
    let base_url = BaseUrl::parse("https://gatehouse.acme.test").expect("an address");
    let config = MailConfig {
        smtp: SmtpServer::parse(&format!("smtp://ada:CANARY-pw@{server}")).expect("a server"),
        from: "Gatehouse <gatehouse@acme.test>".parse().expect("a mailbox"),
        hello: HelloName::of(base_url.url()),
        patience: Patience::default(),
    };
    Delivery::new(&config).expect("a way")
}

/// Answers, and tells what it was told.
async fn serve(mut stream: DuplexStream, offer: &'static str, starttls: &'static str) -> String {
    let (mut told, mut bytes) = (String::new(), [0; 4096]);
    while let Ok(count @ 1..) = stream.read(&mut bytes).await {
        let said = String::from_utf8_lossy(&bytes[..count]);
        told.push_str(&said);
        let answer = match said.split_whitespace().next() {
            Some("EHLO") => offer,
            Some("STARTTLS") => starttls,
            Some("AUTH") => "235 welcome\r\n",
            _ => "500 what?\r\n",
        };
        if stream.write_all(answer.as_bytes()).await.is_err() {
            break;
        }
    }
    told
}

/// What comes of a login to a server that the connection has led to, and what that server was told.
async fn enter(
    server: &str,
    peer: &str,
    offer: &'static str,
    starttls: &'static str,
) -> (Result<(), String>, String) {
    let (ours, theirs) = duplex(4096);
    let told = tokio::spawn(serve(theirs, offer, starttls));
    let way = way(server);
    let conversation = Conversation::on(Box::new(ours), Patience::default());
    let entered = way.enter(peer.parse().expect("an address"), conversation).await;
    let entered = entered.map(drop).map_err(|failure| way.explain(&failure));
    (entered, told.await.expect("a server"))
}

// M09
#[tokio::test]
async fn a_password_without_tls_is_never_sent_to_another_machine() {
    for server in ["mail.acme.test?tls=opportunistic", "localhost?tls=opportunistic"] {
        for peer in ["192.0.2.1", "10.0.0.1", "2001:db8::1", "::ffff:192.0.2.1", "0.0.0.0"] {
            let (entered, told) = enter(server, peer, OFFER, "").await;
            let refused = "the server doesn't offer TLS, so the password was not sent";
            assert_eq!(entered, Err(refused.to_owned()), "{server} at {peer}");
            assert_eq!(told, "EHLO gatehouse.acme.test\r\n", "{server} at {peer}");
        }
    }
}

// M09
#[tokio::test]
async fn nothing_is_said_without_tls_where_localhost_leads_to_another_machine() {
    let (entered, told) = enter("localhost?tls=none", "192.0.2.1", OFFER, "").await;
    let refused = "?tls=none is for this machine only, but localhost is at 192.0.2.1: nothing was sent";
    assert_eq!((entered, told.as_str()), (Err(refused.to_owned()), ""));
}

#[tokio::test]
async fn a_password_can_be_sent_without_tls_on_this_machine_whatever_the_name() {
    for server in ["mail.acme.test?tls=opportunistic", "localhost?tls=opportunistic", "localhost?tls=none"] {
        for peer in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            let (entered, told) = enter(server, peer, OFFER, "").await;
            assert_eq!(entered, Ok(()), "{server} at {peer}");
            assert!(told.contains("AUTH PLAIN "), "{told}");
        }
    }
}

#[tokio::test]
async fn tls_that_was_offered_and_refused_is_not_called_missing() {
    for (answer, code) in [("454 4.7.0 not now\r\n", 454), ("500 what?\r\n", 500), ("554\r\n", 554)] {
        let (entered, told) = enter("mail.acme.test?tls=opportunistic", "192.0.2.1", OFFER_TLS, answer).await;
        let refused =
            format!("the server offers TLS but refused to start it ({code}), so the password was not sent");
        assert_eq!(entered, Err(refused));
        assert_eq!(told, "EHLO gatehouse.acme.test\r\nSTARTTLS\r\n");
    }
}

#[tokio::test]
async fn a_handshake_that_fails_after_starttls_is_told_as_such() {
    for peer in ["192.0.2.1", "127.0.0.1"] {
        let (entered, told) =
            enter("mail.acme.test?tls=opportunistic", peer, OFFER_TLS, "220 go on\r\n").await;
        let reason = entered.expect_err("no TLS");
        assert!(reason.starts_with("TLS failed: "), "{reason}");
        assert!(!reason.contains("offers no TLS") && !reason.contains("use smtp://"), "{reason}");
        assert!(!told.contains("AUTH"), "{told}");
    }
}
