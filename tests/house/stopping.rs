//! How a server stops: seen by balancers, and by those who ask while it does.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::commands::stop;
use super::serving::Serving;

/// Stops under load; each takes some seconds.
fn rounds() -> u64 {
    if std::env::var_os("CI").is_some() { 20 } else { 2 }
}

/// How an exchange ended.
enum End {
    Answered {
        closed: bool,
        status: u16,
    },
    /// Nothing was sent: there was no connection, or it was at its end before.
    NotSent,
    /// The request was sent, and no answer came.
    Unanswered(String),
}

/// Asks over a connection as a careful client does: one that is at its end already is not used.
fn ask(stream: &mut TcpStream, path: &str) -> End {
    if is_at_its_end(stream) {
        return End::NotSent;
    }
    if let Err(error) = write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n") {
        return End::Unanswered(error.to_string());
    }
    match answer(stream) {
        Ok((closed, status)) => End::Answered { closed, status },
        Err(error) => End::Unanswered(error.to_string()),
    }
}

fn is_at_its_end(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).expect("set");
    let seen = stream.peek(&mut [0]);
    stream.set_nonblocking(false).expect("set");
    !seen.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
}

/// Whether it ends the connection, and the status, once all of it has come.
fn answer(stream: &mut TcpStream) -> std::io::Result<(bool, u16)> {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == "\r\n" {
            break;
        }
        head.push_str(&line.to_lowercase());
        if let Some(value) = line.to_lowercase().strip_prefix("content-length: ") {
            length = value.trim().parse().expect("a length");
        }
    }
    reader.read_exact(&mut vec![0; length])?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Ok((head.contains("connection: close"), status))
}

fn connect(address: &str) -> Option<TcpStream> {
    let stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("set");
    Some(stream)
}

fn ask_once(address: &str, path: &str) -> End {
    connect(address).map_or(End::NotSent, |mut stream| ask(&mut stream, path))
}

#[test]
fn readiness_says_no_for_a_while_before_the_door_closes_and_pages_are_served_meanwhile() {
    let mut serving = Serving::start(&[], Stdio::null());
    let ready = |expected| matches!(ask_once(&serving.address, "/readyz"), End::Answered { status, .. } if status == expected);
    assert!(ready(200));
    let began = Instant::now();
    serving.signal("-TERM");
    while !ready(503) {
        assert!(began.elapsed() < Duration::from_secs(2), "readiness does not say so");
    }
    let mut sightings = 0;
    while let End::Answered { status, closed } = ask_once(&serving.address, "/readyz") {
        assert!(status == 503 && closed);
        let page = ask_once(&serving.address, "/sign-in");
        sightings += usize::from(matches!(page, End::Answered { status: 200, closed: true }));
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(sightings > 10, "{sightings}");
    assert!(began.elapsed() > Duration::from_millis(2500), "{:?}", began.elapsed());
    assert_eq!(serving.child.wait().expect("an end").code(), Some(0));
}

#[test]
fn an_idle_connection_is_ended_politely_and_holds_no_stop_up() {
    let mut serving = Serving::start(&[], Stdio::null());
    let mut idle = connect(&serving.address).expect("a connection");
    assert!(matches!(ask(&mut idle, "/sign-in"), End::Answered { status: 200, closed: false }));
    let began = Instant::now();
    serving.signal("-TERM");
    assert_eq!(idle.read(&mut [0]).expect("an end, and no reset"), 0);
    assert_eq!(serving.child.wait().expect("an end").code(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

#[test]
fn a_second_signal_stops_at_once() {
    let mut serving = Serving::start(&[], Stdio::null());
    let _idle = connect(&serving.address).expect("a connection");
    let began = Instant::now();
    serving.signal("-TERM");
    std::thread::sleep(Duration::from_millis(300));
    serving.signal("-TERM");
    assert_eq!(serving.child.wait().expect("an end").code(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

#[test]
fn a_server_that_is_killed_leaves_no_temporary_file() {
    let temporary = tempfile::tempdir().expect("a folder");
    let path = temporary.path().to_str().expect("a path");
    let mut serving = Serving::start(&[("TMPDIR", path)], Stdio::null());
    assert!(matches!(ask_once(&serving.address, "/sign-in"), End::Answered { status: 200, .. }));
    stop(&mut serving.child);
    assert_eq!(temporary.path().read_dir().expect("a folder").count(), 0);
}

/// What clients have met.
#[derive(Default)]
struct Tally {
    answered: AtomicUsize,
    unanswered: AtomicUsize,
    over: AtomicBool,
}

impl Tally {
    /// Whether the connection can be used again.
    fn note(&self, end: &End) -> bool {
        match end {
            End::Answered { closed, .. } => {
                self.answered.fetch_add(1, Ordering::Relaxed);
                !closed
            }
            End::Unanswered(why) => {
                eprintln!("unanswered: {why}");
                self.unanswered.fetch_add(1, Ordering::Relaxed);
                false
            }
            End::NotSent => false,
        }
    }
}

/// Asks until there is no server any more; `keeps` its connection as long as it can.
fn client(address: &str, keeps: bool, pause: Duration, tally: &Tally) {
    while !tally.over.load(Ordering::Relaxed) {
        let Some(mut stream) = connect(address) else { return };
        while tally.note(&ask(&mut stream, "/sign-in")) && keeps {
            std::thread::sleep(pause);
        }
        std::thread::sleep(pause);
    }
}

#[test]
fn a_person_who_asks_while_the_server_stops_under_load_is_answered() {
    for round in 0..rounds() {
        let mut serving = Serving::start(&[], Stdio::null());
        let tally = Arc::new(Tally::default());
        let clients: Vec<_> = (0..8)
            .map(|n| {
                let (address, tally) = (serving.address.clone(), tally.clone());
                let pause = Duration::from_micros(500 + (round * 8 + n) * 7919 % 20_000);
                std::thread::spawn(move || client(&address, n % 2 == 0, pause, &tally))
            })
            .collect();
        std::thread::sleep(Duration::from_millis(300 + round * 37 % 200));
        serving.signal("-TERM");
        assert_eq!(serving.child.wait().expect("an end").code(), Some(0));
        tally.over.store(true, Ordering::Relaxed);
        for client in clients {
            client.join().expect("a client");
        }
        assert!(tally.answered.load(Ordering::Relaxed) > 100);
        assert_eq!(tally.unanswered.load(Ordering::Relaxed), 0, "round {round}");
    }
}
