//! What hostile clients cost: 100,000 requests of each sort, three times over, while someone who is signed in works on.
//!
//! ```text
//! cargo bench --bench hostile
//! cargo bench --bench hostile -- slow
//! ```
//! What is named is in the sort's name: the second asks for slow bodies alone.
//! It fails when the third time adds more than 2 MB of resident memory, or when the person once waits for a second. The
//! attackers share the machine at the lowest priority.
#![allow(clippy::print_stdout, reason = "a table is what this is for")]

#[path = "ground/mod.rs"]
#[allow(dead_code, reason = "another benchmark uses the rest")]
mod ground;

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use gatehouse::web::door::Room;
use ground::data::{Databases, Engine};
use ground::report::megabytes;
use ground::site::Site;

const REQUESTS: usize = 100_000;
const TIMES: usize = 3;
const CLIENTS: usize = 16;
/// Connections that each client holds with a body that does not come: together more than there is room for.
const HELD: usize = 600;
/// What the last time may add, in KB.
const GROWTH: u64 = 2048;
const PATIENCE: Duration = Duration::from_secs(1);

/// A sort of request: how the table calls it, and how the `n`th is written.
type Sort = (&'static str, fn(usize) -> Vec<u8>);

const SORTS: [Sort; 4] =
    [("methods", method), ("gzip bodies", gzip), ("slow bodies", slow), ("IPv6 networks", network)];

fn main() -> anyhow::Result<()> {
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(());
    }
    // As many descriptors as the server takes.
    Room::of_process();
    actix_web::rt::System::new().block_on(run())
}

async fn run() -> anyhow::Result<()> {
    let mut databases = Databases::open().await?;
    let url = databases.create(Engine::Sqlite).await?;
    let site = Site::start(&url, databases.folder(), "single").await?;
    println!(
        "{:<16} {:>9} {:>9} {:>9} {:>9}  longest wait of a person",
        "MB resident", "before", "1st", "2nd", "3rd"
    );
    let mut failures = Vec::new();
    let named: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let is_asked = |name: &str| named.is_empty() || named.iter().any(|part| name.contains(part.as_str()));
    for (name, write) in SORTS.into_iter().filter(|(name, _)| is_asked(name)) {
        let (mut resident, mut longest) = (vec![site.process.resident()?], Duration::ZERO);
        for _ in 0..TIMES {
            longest = longest.max(attack(&site, write)?);
            resident.push(site.process.resident()?);
        }
        let row: Vec<String> =
            resident.iter().map(|kilobytes| format!("{:>9}", megabytes(*kilobytes))).collect();
        println!("{name:<16} {}  {} ms", row.join(" "), longest.as_millis());
        if resident[TIMES].saturating_sub(resident[TIMES - 1]) > GROWTH || longest > PATIENCE {
            failures.push(name);
        }
    }
    databases.remove().await?;
    ensure!(failures.is_empty(), "too much: {}", failures.join(", "));
    Ok(())
}

/// Sends all requests of a sort; how long a person waited at most meanwhile.
fn attack(site: &Site, write: fn(usize) -> Vec<u8>) -> anyhow::Result<Duration> {
    let (port, cookie) = (site.port, site.cookie.clone());
    let over: &'static AtomicBool = Box::leak(Box::default());
    let person = spawn(move || -> anyhow::Result<Duration> {
        let mut longest = Duration::ZERO;
        while !over.load(Ordering::Relaxed) {
            longest = longest.max(visit(port, &cookie)?);
            sleep(Duration::from_millis(50));
        }
        Ok(longest)
    });
    let clients: Vec<_> = (0..CLIENTS).map(|client| spawn(move || send(port, client, write))).collect();
    for client in clients {
        client.join().ok().context("a client has panicked")??;
    }
    over.store(true, Ordering::Relaxed);
    person.join().ok().context("the person has panicked")?
}

/// A page that someone opens who is signed in.
fn visit(port: u16, cookie: &str) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    let request = format!(
        "GET /settings/admin HTTP/1.1\r\nHost: localhost:{port}\r\nCookie: {cookie}\r\nX-Forwarded-For: 10.9.9.9\r\n\
         Connection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    ensure!(answer.starts_with("HTTP/1.1 200"), "the person got {:?}", answer.lines().next());
    Ok(begun.elapsed())
}

/// One client's share: those that are not answered are held open.
fn send(port: u16, client: usize, write: fn(usize) -> Vec<u8>) -> anyhow::Result<()> {
    // Linux keeps this per thread. Attackers have machines of their own: what is measured is what the server does, not who
    // gets its cores.
    rustix::process::nice(19)?;
    let mut held = VecDeque::with_capacity(HELD);
    for n in (client..REQUESTS).step_by(CLIENTS) {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        let request = write(n);
        // Turned away already, it counts all the same.
        let _ = stream.write_all(&request);
        if is_held(&request) {
            held.push_back(stream);
            if held.len() > HELD {
                held.pop_front();
            }
        } else {
            let _ = stream.read_to_end(&mut Vec::new());
        }
    }
    Ok(())
}

fn is_held(request: &[u8]) -> bool {
    !request.windows(5).any(|part| part == b"close")
}

fn method(n: usize) -> Vec<u8> {
    let long = "M".repeat(60_000);
    format!("{long}{n} / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").into_bytes()
}

fn gzip(_: usize) -> Vec<u8> {
    let head = "POST /auth/demo HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\nContent-Length: 60000\r\n\
        Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\n";
    [head.as_bytes(), &vec![0; 60_000]].concat()
}

fn slow(_: usize) -> Vec<u8> {
    b"POST /auth/demo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\
      Content-Type: application/x-www-form-urlencoded\r\n\r\nreturn_to="
        .to_vec()
}

fn network(n: usize) -> Vec<u8> {
    format!(
        "POST /auth/demo HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 2001:db8:{:x}:{:x}::1\r\nContent-Length: 0\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\n",
        n >> 16,
        n & 0xffff
    )
    .into_bytes()
}
