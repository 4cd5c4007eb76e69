//! A load generator that is light beside what it loads: one thread, requests written beforehand, answers looked at
//! no closer than needed. Every answer's status is checked, and of some the rows are counted.

use std::cell::Cell;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use futures_util::future::try_join_all;
use tokio::net::TcpStream;

/// Of so many answers on a connection one has its rows counted; the first always.
const COUNTED: usize = 64;
/// Not measured at the beginning of a round, so that the caches belong to what is measured.
const WARM_UP: Duration = Duration::from_millis(100);
/// What each row of a table has.
pub const ROW: &str = "<th scope=\"row\">";
/// What each event of the log has.
pub const EVENT: &str = "class=\"event\"";
/// What every page has once.
pub const TITLE: &str = "<h1>";

/// What is asked for.
pub struct Target {
    port: u16,
    /// Asked in turn.
    requests: Vec<String>,
    /// How often a request has been taken.
    taken: Cell<usize>,
    mark: &'static str,
    rows: usize,
}

/// What one round measured.
#[derive(Clone, Copy, Default)]
pub struct Round {
    /// Per second.
    pub requests: f64,
    /// Milliseconds.
    pub p50: f64,
    /// Milliseconds.
    pub p99: f64,
    /// Resident memory of the server at the end, in KB.
    pub resident: u64,
}

impl Round {
    /// Of answers that took so long, while so much time went by.
    fn of(mut times: Vec<Duration>, time: Duration, resident: u64) -> anyhow::Result<Self> {
        times.sort_unstable();
        ensure!(!times.is_empty(), "no answer within {time:?}");
        let at = |hundredths: usize| times[(times.len() - 1) * hundredths / 100].as_secs_f64() * 1000.0;
        let requests = f64::from(u32::try_from(times.len())?) / time.as_secs_f64();
        Ok(Self { requests, p50: at(50), p99: at(99), resident })
    }

    /// The median of each figure; of memory, the most.
    pub fn median(rounds: &[Self]) -> Self {
        let median = |figure: fn(&Self) -> f64| {
            let mut figures: Vec<f64> = rounds.iter().map(figure).collect();
            figures.sort_unstable_by(f64::total_cmp);
            figures.get(figures.len() / 2).copied().unwrap_or_default()
        };
        Self {
            requests: median(|round| round.requests),
            p50: median(|round| round.p50),
            p99: median(|round| round.p99),
            resident: rounds.iter().map(|round| round.resident).max().unwrap_or_default(),
        }
    }
}

impl Target {
    /// `header` is a line of the request's head; `mark` is what each of the `rows` of the answer has.
    pub fn new(port: u16, path: &str, header: &str, mark: &'static str, rows: usize) -> Self {
        Self::in_turn(port, path, &[header.to_owned()], mark, rows)
    }

    /// The start page at another port, whose rows are these.
    pub fn fixed(&self, port: u16) -> Self {
        Self::new(port, "/", "Cookie:", self.mark, self.rows)
    }

    /// The same with one header after the other.
    pub fn in_turn(port: u16, path: &str, headers: &[String], mark: &'static str, rows: usize) -> Self {
        let request = |header: &String| {
            format!(
                "GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nAccept: text/html, application/json\r\n{header}\r\n\r\n"
            )
        };
        let requests = headers.iter().map(request).collect();
        Self { port, requests, taken: Cell::new(0), mark, rows }
    }

    /// One answer's body.
    pub async fn ask(&self) -> anyhow::Result<String> {
        let mut connection = Connection::open(self.port).await?;
        let head = connection.exchange(self.take()).await?;
        self.check(&connection.answer[head..])?;
        Ok(String::from_utf8(connection.answer.split_off(head))?)
    }

    /// The next request.
    fn take(&self) -> &[u8] {
        let taken = self.taken.get();
        self.taken.set(taken + 1);
        self.requests[taken % self.requests.len()].as_bytes()
    }

    fn check(&self, body: &[u8]) -> anyhow::Result<()> {
        let rows = std::str::from_utf8(body)?.matches(self.mark).count();
        ensure!(rows == self.rows, "a page of {rows} rows instead of {}", self.rows);
        Ok(())
    }
}

/// Loads `target` for `time` over so many connections; `resident` is asked while they are still open.
pub async fn round(
    target: &Target,
    connections: usize,
    time: Duration,
    resident: impl Fn() -> anyhow::Result<u64>,
) -> anyhow::Result<Round> {
    let mut opened = open(target, connections).await?;
    let begin = Instant::now() + WARM_UP;
    let end = begin + time;
    let times = try_join_all(opened.iter_mut().map(|it| drive(it, target, begin, end))).await?;
    Round::of(times.concat(), time, resident()?)
}

/// Makes each request of `target` once, over so many connections.
pub async fn once(
    target: &Target,
    connections: usize,
    resident: impl Fn() -> anyhow::Result<u64>,
) -> anyhow::Result<Round> {
    let mut opened = open(target, connections).await?;
    let last = target.taken.get() + target.requests.len();
    let begin = Instant::now();
    let times = try_join_all(opened.iter_mut().map(|it| drive_to(it, target, last))).await?;
    Round::of(times.concat(), begin.elapsed(), resident()?)
}

async fn open(target: &Target, connections: usize) -> anyhow::Result<Vec<Connection>> {
    try_join_all((0..connections).map(|_| Connection::open(target.port))).await
}

/// Asks again and again; gives how long each answer took that came between `begin` and `end`.
async fn drive(
    connection: &mut Connection,
    target: &Target,
    begin: Instant,
    end: Instant,
) -> anyhow::Result<Vec<Duration>> {
    let mut times = Vec::with_capacity(1 << 12);
    for n in 0.. {
        let asked = Instant::now();
        let head = connection.exchange(target.take()).await?;
        let answered = Instant::now();
        if answered >= end {
            break;
        }
        if answered >= begin {
            times.push(answered - asked);
        }
        if n % COUNTED == 0 {
            target.check(&connection.answer[head..])?;
        }
    }
    Ok(times)
}

/// Asks until `last` requests have been taken; gives how long each answer took.
async fn drive_to(
    connection: &mut Connection,
    target: &Target,
    last: usize,
) -> anyhow::Result<Vec<Duration>> {
    let mut times = Vec::new();
    while target.taken.get() < last {
        let asked = Instant::now();
        let head = connection.exchange(target.take()).await?;
        times.push(asked.elapsed());
        target.check(&connection.answer[head..])?;
    }
    Ok(times)
}

struct Connection {
    stream: TcpStream,
    /// The last answer, head and body.
    answer: Vec<u8>,
}

impl Connection {
    async fn open(port: u16) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, answer: Vec::with_capacity(1 << 16) })
    }

    /// Sends a request and reads its answer; gives the length of the head.
    async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<usize> {
        let sent = self.stream.try_write(request)?;
        ensure!(sent == request.len(), "a request did not fit into the socket");
        self.answer.clear();
        let (head, length) = loop {
            self.read().await?;
            if let Some(end) = self.answer.windows(4).position(|four| four == b"\r\n\r\n") {
                break (end + 4, self.length(end)?);
            }
        };
        while self.answer.len() < head + length {
            self.read().await?;
        }
        Ok(head)
    }

    /// Content-Length of a head that says 200.
    fn length(&self, end: usize) -> anyhow::Result<usize> {
        let head = std::str::from_utf8(&self.answer[..end])?;
        ensure!(head.starts_with("HTTP/1.1 200 "), "answered {:?}", head.lines().next());
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse())
        });
        Ok(length.context("no Content-Length")??)
    }

    async fn read(&mut self) -> anyhow::Result<()> {
        loop {
            match self.stream.try_read_buf(&mut self.answer) {
                Ok(0) => anyhow::bail!("the server hung up"),
                Ok(_) => return Ok(()),
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.stream.readable().await?,
                Err(error) => return Err(error.into()),
            }
        }
    }
}
