//! The cast: names that lead where a test says, and servers on loopback that behave as it says.

mod addresses;
mod exceptions;
mod host_port;
mod names;
mod sentences;
mod urls;
mod wire;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

const KEY: &str = "sk-canary-7f3a";
/// In 2000::/3 and handed out to no one.
const NOBODY: &str = "2000::1";

/// Answers the nth look-up with the nth list, then with the last one.
struct Leads {
    to: Vec<Vec<IpAddr>>,
    asked: AtomicUsize,
}

impl Lookup for Leads {
    fn addresses(&self, _: &str) -> Addresses {
        let nth = self.asked.fetch_add(1, Ordering::SeqCst).min(self.to.len() - 1);
        let found = self.to[nth].clone();
        Box::pin(async { Ok(found) })
    }
}

struct Unknown;

impl Lookup for Unknown {
    fn addresses(&self, _: &str) -> Addresses {
        Box::pin(async { Err(io::Error::other("Name or service not known")) })
    }
}

struct Silent;

impl Lookup for Silent {
    fn addresses(&self, _: &str) -> Addresses {
        Box::pin(std::future::pending())
    }
}

fn names_lead_to(answers: &[&[&str]]) -> Leads {
    let parse = |text: &&str| text.parse().expect("an address");
    Leads { to: answers.iter().map(|list| list.iter().map(parse).collect()).collect(), asked: 0.into() }
}

fn url(text: &str) -> Url {
    Url::parse(text).expect("a URL")
}

/// The client of <https://gatehouse.example.com>.
fn outbound(exceptions: &[&str], lookup: impl Lookup + 'static) -> Outbound {
    let exceptions = exceptions.iter().map(|text| HostPort::parse(text).expect("host and port")).collect();
    Outbound::with_lookup(exceptions, &url("https://gatehouse.example.com"), Arc::new(lookup))
        .expect("the system's certificates")
}

/// Asks with a key, which no failure may tell.
async fn ask(outbound: &Outbound, address: &str) -> Result<Answer, Failure> {
    let address = url(address);
    let mut key = HeaderValue::from_str(&format!("Bearer {KEY}")).expect("a value");
    key.set_sensitive(true);
    let answer = outbound.get(&address, HeaderMap::from_iter([(AUTHORIZATION, key)])).await;
    if let Err(failure) = &answer {
        let said = format!("{failure:?} {failure} {}", failure.sentence(&address));
        assert!(!said.contains("canary"), "{said}");
    }
    answer
}

async fn verdict(outbound: &Outbound, address: &str) -> Option<Blocked> {
    outbound.check(&url(address)).await.err()
}

async fn failure(outbound: &Outbound, address: &str) -> Failure {
    ask(outbound, address).await.err().expect("a failure")
}

/// What a server does with a connection after the first bytes have come.
#[derive(Clone)]
enum Habit {
    Says(String),
    /// Says it, then a byte every 10 ms without end.
    Trickles(&'static str),
    Hangs,
}

/// A server on loopback.
struct Server {
    address: SocketAddr,
    visits: Arc<AtomicUsize>,
}

impl Server {
    async fn start(habit: Habit) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let visits = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&visits);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, habit.clone()));
            }
        });
        Self { address, visits }
    }

    /// Answers each request with these lines and this body.
    async fn answering(head: &str, body: &str) -> Self {
        let length = body.len();
        Self::start(Habit::Says(format!("HTTP/1.1 {head}\r\ncontent-length: {length}\r\n\r\n{body}"))).await
    }

    fn port(&self) -> u16 {
        self.address.port()
    }

    fn visits(&self) -> usize {
        self.visits.load(Ordering::SeqCst)
    }

    /// A client that may ask it, and nothing else that is private.
    fn allowed(&self) -> Outbound {
        outbound(&[&self.address.to_string()], Unknown)
    }
}

async fn serve(mut stream: TcpStream, habit: Habit) -> io::Result<()> {
    let mut heard = [0; 4096];
    let length = stream.read(&mut heard).await?;
    match habit {
        Habit::Says(text) => {
            let heard = String::from_utf8_lossy(&heard[..length]);
            stream.write_all(text.replace("{heard}", heard.trim_end()).as_bytes()).await?;
            stream.shutdown().await
        }
        Habit::Trickles(head) => {
            stream.write_all(head.as_bytes()).await?;
            loop {
                stream.write_all(b".").await?;
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        Habit::Hangs => std::future::pending().await,
    }
}
