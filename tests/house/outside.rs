//! What no one outside can do: stop the server, hold its connections, or fill its memory.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::Stdio;
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

use super::log::sets_out;
use super::serving::Serving;
use crate::web::support::{CLIENT_SECRET, Identity, Provider, free_port};

/// A request whose body does not come.
const SLOW: &[u8] = b"POST /auth/acme HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\
    Content-Type: application/x-www-form-urlencoded\r\n\r\nreturn_to=";

/// A connection from an address of this machine.
fn connect(serving: &Serving, from: Ipv4Addr) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.bind(&SocketAddr::from((from, 0)).into()).expect("an address");
    let address: SocketAddr = serving.address.parse().expect("an address");
    socket.connect(&address.into()).expect("a connection");
    socket.set_read_timeout(Some(Duration::from_secs(30))).expect("set");
    socket.into()
}

fn ask(stream: &mut TcpStream, request: &[u8]) -> String {
    stream.write_all(request).expect("sent");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// The same of a connection that the server ends before the reader's patience does.
fn ask_to_the_end(stream: &mut TcpStream, request: &[u8]) -> String {
    stream.write_all(request).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer, and the end of the connection");
    answer
}

/// The head of the answer to a request that is answered without a body, on a connection that stays; nothing where the
/// server has ended it.
fn head(stream: &mut TcpStream, request: &str) -> String {
    let (mut answer, mut byte) = (Vec::new(), [0]);
    let _ = stream.write_all(request.as_bytes());
    while !answer.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count == 1) {
        answer.extend(byte);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

/// The session of someone who has signed in.
async fn signs_in(serving: &Serving, provider: &Provider) -> String {
    let (visitor, departure) = sets_out(serving).await;
    let code = provider.grant(&Identity::new("ada@acme.test", "Ada"), &departure);
    let back = visitor.get(&visitor.way_back_from("acme", &departure, &code)).await;
    assert_eq!(back.status, 303, "{}", back.body);
    back.session()
}

/// As browsers do, it asks once more on a new connection when one is closed without a word.
fn sign_in_page(serving: &Serving, from: Ipv4Addr) -> String {
    let request = b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let answers = (0..2).map(|_| ask(&mut connect(serving, from), request));
    answers.into_iter().find(|answer| !answer.is_empty()).unwrap_or_default()
}

fn another(n: u8) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 1, n)
}

#[test]
fn bodies_that_do_not_come_hold_no_connection_that_others_need() {
    let serving = Serving::start_within(160, &[]);
    for from in [|_| Ipv4Addr::LOCALHOST, another] {
        let mut held: Vec<_> = (1..=200).map(|n| connect(&serving, from(n))).collect();
        for stream in &mut held {
            // Those that have made room for others are ended already.
            let _ = stream.write_all(SLOW);
        }
        for n in [1, 7, 201] {
            let page = sign_in_page(&serving, from(n));
            assert!(page.starts_with("HTTP/1.1 200 OK"), "{page:?}");
        }
    }
}

#[test]
fn a_person_who_is_signed_in_keeps_their_connection_while_strangers_take_all_the_room() {
    let system = actix_web::rt::System::new();
    let provider = system.block_on(Provider::start());
    let settings = [
        ("GATEHOUSE_PROVIDERS__ACME__ISSUER", provider.issuer.as_str()),
        ("GATEHOUSE_PROVIDERS__ACME__CLIENT_SECRET", CLIENT_SECRET),
    ];
    let serving = Serving::start_within(160, &settings);
    let session = system.block_on(signs_in(&serving, &provider));
    let by_no_one = "HEAD /api/me HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let by_ada = format!("HEAD /api/me HTTP/1.1\r\nHost: localhost\r\nCookie: session={session}\r\n\r\n");
    let mut ada = connect(&serving, Ipv4Addr::LOCALHOST);
    let mut stranger = connect(&serving, Ipv4Addr::LOCALHOST);
    assert!(head(&mut ada, &by_ada).starts_with("HTTP/1.1 200 OK"));
    assert!(head(&mut stranger, by_no_one).starts_with("HTTP/1.1 401 Unauthorized"));
    let mut held = Vec::new();
    for n in 1..=200 {
        let mut stream = connect(&serving, another(n));
        let _ = stream.write_all(SLOW);
        held.push(stream);
        // On a busy machine it takes longer than a connection may rest.
        if n % 20 == 0 {
            assert!(head(&mut ada, &by_ada).starts_with("HTTP/1.1 200 OK"));
        }
    }
    assert_eq!(head(&mut stranger, by_no_one), "", "all the room was taken");
    assert!(head(&mut ada, &by_ada).starts_with("HTTP/1.1 200 OK"));
}

#[test]
#[cfg(target_os = "linux")]
fn anyone_who_has_made_room_for_others_keeps_no_file_descriptor() {
    let serving = Serving::start_within(400, &[]);
    let descriptors =
        || std::fs::read_dir(format!("/proc/{}/fd", serving.child.id())).expect("its descriptors").count();
    let (before, room, for_the_database) = (descriptors(), 152, 16);
    let mut held = Vec::new();
    for n in (0..=u8::MAX).cycle().take(600) {
        let mut stream = connect(&serving, another(n.max(1)));
        let _ = stream.write_all(SLOW);
        held.push(stream);
    }
    let page = sign_in_page(&serving, Ipv4Addr::LOCALHOST);
    assert!(page.starts_with("HTTP/1.1 200 OK"), "{page:?}");
    // The last ones are leaving.
    std::thread::sleep(Duration::from_millis(500));
    let now = descriptors();
    assert!(now <= before + 2 * room + for_the_database, "{before} before, {now} now");
}

#[test]
fn a_body_that_does_not_come_is_waited_for_no_longer_than_ten_seconds() {
    let serving = Serving::start(&[], Stdio::null());
    let mut stream = connect(&serving, Ipv4Addr::LOCALHOST);
    let answer = ask_to_the_end(&mut stream, SLOW);
    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout"), "{answer:?}");
    assert!(answer.contains("within ten seconds"), "{answer:?}");
    let json = b"PATCH /api/admin/settings HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
        Transfer-Encoding: chunked\r\n\r\n5\r\n{\"nam\r\n";
    let answer = ask_to_the_end(&mut connect(&serving, Ipv4Addr::LOCALHOST), json);
    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout"), "{answer:?}");
    assert!(answer.contains("\"code\":\"slow\""), "{answer:?}");
}

#[test]
fn a_second_request_that_does_not_come_to_its_end_is_not_waited_for() {
    let serving = Serving::start(&[], Stdio::null());
    let mut stream = connect(&serving, Ipv4Addr::LOCALHOST);
    let request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    stream.write_all(request).expect("sent");
    let mut part = [0; 4096];
    let read = stream.read(&mut part).expect("an answer");
    assert!(part[..read].starts_with(b"HTTP/1.1 200 OK"));
    stream.write_all(b"G").expect("sent");
    assert_eq!(stream.read(&mut part).expect("the end of the connection"), 0);
}

#[test]
fn a_person_who_does_not_read_their_answers_is_left() {
    let metrics = format!("127.0.0.1:{}", free_port());
    let serving = Serving::start(&[("GATEHOUSE_METRICS_BIND", &metrics)], Stdio::null());
    let open = || {
        let mut stream = TcpStream::connect(&metrics).expect("metrics");
        let text = ask(&mut stream, b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let line = text.lines().find_map(|line| line.strip_prefix("gatehouse_connections "));
        line.and_then(|count| count.parse::<u32>().ok()).expect("a count")
    };
    let page = sign_in_page(&serving, Ipv4Addr::LOCALHOST);
    let script = page.split("src=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a script");
    let mut stream = connect(&serving, Ipv4Addr::LOCALHOST);
    stream.set_write_timeout(Some(Duration::from_secs(1))).expect("set");
    let request = format!("GET {script} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    while stream.write_all(request.as_bytes()).is_ok() {}
    assert_eq!(open(), 1);
    let began = Instant::now();
    while open() > 0 {
        assert!(began.elapsed() < Duration::from_secs(90), "it is still there");
        std::thread::sleep(Duration::from_secs(1));
    }
}

#[test]
fn what_clients_make_up_is_neither_counted_nor_logged_as_they_wrote_it() {
    let (metrics, folder) = (format!("127.0.0.1:{}", free_port()), tempfile::tempdir().expect("a folder"));
    let log = folder.path().join("log");
    let file = std::fs::File::create(&log).expect("a file");
    let serving = Serving::start(&[("GATEHOUSE_METRICS_BIND", &metrics)], file);
    let long = "M".repeat(60_000);
    for n in 0..20 {
        let request = format!(
            "{long}{n} /{long}?{long} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {n}\r\nConnection: close\r\n\r\n"
        );
        let _ = ask(&mut connect(&serving, Ipv4Addr::LOCALHOST), request.as_bytes());
        let request = format!(
            "{long}{n} / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://{n}.test\r\nConnection: close\r\n\r\n"
        );
        let answer = ask(&mut connect(&serving, Ipv4Addr::LOCALHOST), request.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 4"), "{answer:?}");
    }
    let mut stream = TcpStream::connect(&metrics).expect("metrics");
    let text = ask(&mut stream, b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(text.contains("method=\"OTHER\""), "{text}");
    assert!(!text.contains("MMM"), "{text}");
    let logged = std::fs::read_to_string(&log).expect("a log");
    assert!(logged.contains("method=\"OTHER\""), "{logged}");
    let longest = logged.lines().map(str::len).max().unwrap_or_default();
    assert!(longest < 1000, "a line of {longest} bytes");
}

#[test]
fn a_body_that_is_compressed_is_not_unfolded() {
    let serving = Serving::start(&[], Stdio::null());
    for encoding in ["gzip", "br", "deflate", "zstd", "gzip, gzip", "x-unknown"] {
        let request = format!(
            "POST /auth/acme HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: {encoding}\r\nContent-Length: 4\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\na=b&"
        );
        let answer = ask(&mut connect(&serving, Ipv4Addr::LOCALHOST), request.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 415 Unsupported Media Type"), "{encoding}: {answer:?}");
        assert!(answer.contains("accept-encoding: identity"), "{encoding}: {answer:?}");
    }
    let without_a_body =
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n";
    let answer = ask(&mut connect(&serving, Ipv4Addr::LOCALHOST), without_a_body);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer:?}");
    let chunked = b"POST /auth/acme HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\n\
        Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n";
    let answer = ask_to_the_end(&mut connect(&serving, Ipv4Addr::LOCALHOST), chunked);
    assert!(answer.starts_with("HTTP/1.1 415"), "{answer:?}");
    let request = b"POST /auth/nobody HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: identity\r\nContent-Length: 4\r\n\
        Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\na=b&";
    let answer = ask(&mut connect(&serving, Ipv4Addr::LOCALHOST), request);
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer:?}");
}
