//! What operators allow although it is private (N10).

use super::*;

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
async fn an_exception_can_be_a_name_that_leads_to_a_private_address() {
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
