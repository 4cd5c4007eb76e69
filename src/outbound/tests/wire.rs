//! What happens on the way (N05, X43, X50).

use super::*;

fn quick(mut client: Outbound) -> Outbound {
    client.timeout = Duration::from_millis(300);
    client
}

#[actix_web::test]
async fn the_answer_is_handed_back_whatever_its_status_and_the_key_arrives() {
    for status in ["200 OK", "401 Unauthorized", "429 Too Many Requests", "500 Internal Server Error"] {
        let server = Server::start(Habit::Says(format!("HTTP/1.1 {status}\r\n\r\n{{heard}}"))).await;
        let address = format!("http://{}/v1/models?limit=1", server.address);
        let answer = ask(&server.allowed(), &address).await.expect("an answer");
        let heard = String::from_utf8(answer.body).expect("text");
        assert!(status.starts_with(&answer.status.to_string()));
        assert!(heard.starts_with("GET /v1/models?limit=1 HTTP/1.1\r\n"), "{heard}");
        assert!(heard.contains(&format!("authorization: Bearer {KEY}\r\n")), "{heard}");
    }
}

#[actix_web::test]
async fn a_redirect_is_handed_back_and_no_one_is_asked_at_its_location() {
    let target = Server::answering("200 OK", "secret").await;
    for location in [format!("http://{}/", target.address), "file:///etc/passwd".to_owned()] {
        let server = Server::answering(&format!("302 Found\r\nlocation: {location}"), "moved").await;
        // Even when the location would be allowed.
        let client = outbound(&[&server.address.to_string(), &target.address.to_string()], Unknown);
        let answer = ask(&client, &format!("http://{}/", server.address)).await.expect("an answer");
        assert_eq!((answer.status, answer.body.as_slice()), (302, &b"moved"[..]));
        assert_eq!(server.visits(), 1);
    }
    assert_eq!(target.visits(), 0);
}

#[actix_web::test]
async fn an_answer_of_up_to_1_mb_is_read() {
    let server = Server::answering("200 OK", &"x".repeat(LARGEST)).await;
    let answer = ask(&server.allowed(), &format!("http://{}/", server.address)).await.expect("an answer");
    assert_eq!(answer.body.len(), LARGEST);
    let server = Server::answering("200 OK", &"x".repeat(LARGEST + 1)).await;
    assert_eq!(failure(&server.allowed(), &format!("http://{}/", server.address)).await, Failure::TooLarge);
}

#[actix_web::test]
async fn a_server_that_never_answers_is_given_up() {
    let server = Server::start(Habit::Hangs).await;
    for scheme in ["http", "https"] {
        let address = format!("{scheme}://{}/", server.address);
        assert_eq!(failure(&quick(server.allowed()), &address).await, Failure::Timeout);
    }
}

#[actix_web::test]
async fn a_head_or_a_body_that_trickles_is_given_up() {
    for head in ["HTTP/1.1 200 OK\r\nx-slow: ", "HTTP/1.1 200 OK\r\n\r\n"] {
        let server = Server::start(Habit::Trickles(head)).await;
        let address = format!("http://{}/", server.address);
        assert_eq!(failure(&quick(server.allowed()), &address).await, Failure::Timeout);
    }
}

#[actix_web::test]
async fn a_look_up_that_never_ends_is_given_up() {
    let client = quick(outbound(&["llm.lan:8000"], Silent));
    for address in ["https://api.test/", "http://llm.lan:8000/"] {
        assert_eq!(failure(&client, address).await, Failure::Timeout);
    }
}

#[actix_web::test]
async fn a_name_that_no_one_knows_is_said_to_be_unknown() {
    for client in [outbound(&["llm.lan:8000"], Unknown), outbound(&["llm.lan:8000"], names_lead_to(&[&[]]))] {
        for address in ["https://api.test/", "http://llm.lan:8000/"] {
            assert_eq!(failure(&client, address).await, Failure::NotFound);
        }
    }
}

#[actix_web::test]
async fn a_refused_connection_is_said_to_be_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    for scheme in ["http", "https"] {
        let client = outbound(&[&address.to_string()], Unknown);
        assert_eq!(failure(&client, &format!("{scheme}://{address}/")).await, Failure::Refused);
    }
}

#[actix_web::test]
async fn a_port_that_does_not_speak_tls_is_said_so() {
    let server = Server::answering("400 Bad Request", "plain text here").await;
    assert_eq!(failure(&server.allowed(), &format!("https://{}/", server.address)).await, Failure::Tls);
}

#[actix_web::test]
async fn an_answer_that_is_no_http_or_breaks_off_is_broken() {
    for said in ["", "220 mail.test ESMTP\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nshort"] {
        let server = Server::start(Habit::Says(said.to_owned())).await;
        let failure = failure(&server.allowed(), &format!("http://{}/", server.address)).await;
        assert_eq!(failure, Failure::Broken, "{said}");
    }
}
