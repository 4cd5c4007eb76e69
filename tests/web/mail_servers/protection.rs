//! What is said to servers before there is TLS (M09): no mail, no password, and no HELO where TLS is required.

use super::{Quirky, Say, later, send, way};

/// What a server was told of a mail or a password.
fn betrayed(server: &Quirky) -> Vec<String> {
    let is_harmless =
        |line: &String| ["EHLO", "QUIT", "STARTTLS"].iter().any(|begin| line.starts_with(begin));
    server.lines().into_iter().filter(|line| line.is_ascii() && !is_harmless(line)).collect()
}

#[actix_web::test]
async fn a_server_that_refuses_ehlo_is_greeted_with_helo() {
    for refusal in
        [&b"500\r\n"[..], b"501 no\r\n", b"502 no\r\n", b"504 no\r\n", b"550 \xff\r\n", b"554-\n554\n"]
    {
        let server = Quirky::start(&[("EHLO", Say::Now(refusal))]).await;
        for options in ["?tls=none", "?tls=opportunistic"] {
            assert_eq!(send(&way(&server, "", options)).await, Ok(()), "{}", refusal.escape_ascii());
        }
        assert_eq!(server.lines().iter().filter(|line| *line == "HELO gatehouse.acme.test").count(), 2);
    }
    let server = Quirky::start(&[("EHLO", Say::Now(b"421 no\r\n"))]).await;
    assert_eq!(send(&way(&server, "", "?tls=none")).await, later("no (421)"));
    assert!(!server.lines().iter().any(|line| line.starts_with("HELO")));
}

#[actix_web::test]
async fn a_server_that_refuses_ehlo_is_told_nothing_where_tls_is_required() {
    for refusal in [&b"500\r\n"[..], b"502 5.5.1 no\r\n", b"504 \xff\r\n"] {
        let server = Quirky::start(&[("EHLO", Say::Now(refusal))]).await;
        let code = String::from_utf8_lossy(&refusal[..3]).into_owned();
        let reason =
            format!("the server rejects EHLO, so STARTTLS isn't available and nothing was sent ({code})");
        assert_eq!(send(&way(&server, "ada:CANARY-pw@", "")).await, later(&reason));
        assert_eq!(betrayed(&server), Vec::<String>::new());
    }
}

#[actix_web::test]
async fn starttls_is_found_in_lower_case() {
    let server = Quirky::start(&[
        ("EHLO", Say::Now(b"250-x\n250 starttls\n")),
        ("STARTTLS", Say::Now(b"454 4.7.0 no \xff TLS now\r\n")),
    ])
    .await;
    let problem = "no ÿ TLS now (454)";
    assert_eq!(send(&way(&server, "ada:CANARY-pw@", "")).await, later(problem));
    assert_eq!(betrayed(&server), Vec::<String>::new());
    assert_eq!(server.lines().iter().filter(|line| *line == "STARTTLS").count(), 1);
}

#[actix_web::test]
async fn a_server_that_can_not_speak_tls_now_gets_mails_in_clear_only_where_that_is_allowed() {
    let offer = ("EHLO", Say::Now(b"250-x\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n"));
    let server = Quirky::start(&[offer, ("STARTTLS", Say::Now(b"454 not now\r\n"))]).await;
    assert_eq!(send(&way(&server, "", "?tls=opportunistic")).await, Ok(()));
    assert_eq!(server.mails().len(), 1);
    assert_eq!(send(&way(&server, "", "")).await, later("not now (454)"));
    assert_eq!(server.mails().len(), 1);
}

#[actix_web::test]
async fn what_is_said_before_tls_does_not_count_as_said_in_it() {
    let answer = Say::Now(b"220 go\r\n250-injected\r\n250 AUTH PLAIN\r\n");
    let server =
        Quirky::start(&[("EHLO", Say::Now(b"250-x\r\n250 STARTTLS\r\n")), ("STARTTLS", answer)]).await;
    for options in ["", "?tls=opportunistic"] {
        let sent = send(&way(&server, "ada:CANARY-pw@", options)).await;
        assert!(matches!(sent, Err(gatehouse::smtp::Trouble::Later(_))), "{sent:?}");
        assert_eq!(betrayed(&server), Vec::<String>::new());
    }
}

#[actix_web::test]
async fn a_server_that_does_not_speak_tls_from_the_first_byte_is_told_from_one_that_does() {
    let server = Quirky::start(&[]).await;
    let url = format!("smtps://127.0.0.1:{}", server.port);
    let reason = super::way_to(&url).test().await.expect_err("no TLS");
    assert!(
        reason.starts_with("TLS failed: ") && reason.ends_with("; if it speaks STARTTLS, use smtp://"),
        "{reason}"
    );
}

#[actix_web::test]
async fn a_name_that_leads_to_this_machine_gets_the_password_without_tls() {
    let server = Quirky::start(&[
        ("EHLO", Say::Now(b"250-x\r\n250 AUTH PLAIN\r\n")),
        ("AUTH", Say::Now(b"235 welcome\r\n")),
    ])
    .await;
    // 127.0.0.1 as a name: it is looked up like any other.
    let url = format!("smtp://ada:CANARY-pw@0x7f000001:{}?tls=opportunistic", server.port);
    assert_eq!(super::way_to(&url).test().await, Ok(()));
    assert!(server.lines().iter().any(|line| line.starts_with("AUTH PLAIN")), "{:?}", server.lines());
}
