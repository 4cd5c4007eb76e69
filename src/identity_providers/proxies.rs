//! Neither the client that asks providers nor the one for addresses that people type asks a proxy that the environment
//! names: it would see what is sent, and look names up by itself. Proved in a process of its own, whose environment names
//! one.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use oauth2::http::Request;
use reqwest::header::HeaderMap;
use url::Url;

use super::http::Http;
use crate::outbound::{HostPort, Outbound};

/// By what the other process is told whom to ask.
const TARGET: &str = "ADDRESS_TO_ASK";

/// A server that answers every request with 200; its address, and how many have come.
fn server() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let (address, count) = (listener.local_addr().expect("an address"), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&count);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            counted.fetch_add(1, Ordering::SeqCst);
            let lines = BufReader::new(&stream).lines();
            lines.map_while(Result::ok).take_while(|line| !line.is_empty()).for_each(drop);
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            stream.write_all(answer).expect("answered");
        }
    });
    (format!("http://{address}"), count)
}

#[test]
fn a_proxy_that_the_environment_names_is_asked_nothing() {
    let ((target, asked), (proxy, asked_instead)) = (server(), server());
    let mut command = Command::new(std::env::current_exe().expect("this test"));
    command.args(["--exact", "identity_providers::proxies::both_clients_ask", "--ignored"]);
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env(name, &proxy).env(name.to_lowercase(), &proxy);
    }
    command.env_remove("NO_PROXY").env_remove("no_proxy").env_remove("REQUEST_METHOD");
    let output = command.env(TARGET, &target).output().expect("run");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    assert_eq!(asked_instead.load(Ordering::SeqCst), 0, "the proxy");
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
#[ignore = "is run by the test above, with a proxy in its environment"]
async fn both_clients_ask() {
    let Ok(target) = std::env::var(TARGET) else { return };
    let target: Url = target.parse().expect("an address");
    let exception = HostPort::of(&target).expect("a host and a port");
    let own = "https://gate.acme.test".parse().expect("an address");
    let outbound = Outbound::new(vec![exception], &own).expect("certificates");
    assert_eq!(outbound.get(&target, HeaderMap::new()).await.expect("an answer").status, 200);
    let request = Request::get(target.as_str()).body(Vec::new()).expect("a request");
    let answer = Http::new().expect("certificates").send(request).await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 200);
}
