//! A mail server on loopback that keeps to no RFC: it says what a test has it say, in whatever pieces and at whatever pace.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::rt::time::sleep;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

use super::dice::Dice;
use super::smtp::{Received, settings};

/// What a server says.
#[derive(Clone, Copy, Debug)]
pub enum Say {
    Now(&'static [u8]),
    /// After so many seconds.
    Late(u64, &'static [u8]),
    /// And is gone.
    Last(&'static [u8]),
    /// Nothing, and stays.
    Nothing,
    /// Again and again, with so many milliseconds in between.
    Again(u64, &'static [u8]),
}

/// What is said to which command, by its beginning in upper case: `""` greets, `"."` answers the end of a mail. The
/// longest beginning counts; without one it says what every server says.
pub type Quirks = [(&'static str, Say)];

/// The server.
pub struct Quirky {
    pub port: u16,
    memory: Arc<Mutex<Memory>>,
    task: actix_web::rt::task::JoinHandle<()>,
}

#[derive(Default)]
struct Memory {
    quirks: HashMap<&'static str, Say>,
    lines: Vec<String>,
    mails: Vec<Received>,
    connections: usize,
}

impl Quirky {
    pub async fn start(quirks: &Quirks) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
        let port = listener.local_addr().expect("an address").port();
        let memory = Arc::new(Mutex::new(Memory::default()));
        let task = actix_web::rt::spawn(listen(listener, memory.clone()));
        let quirky = Self { port, memory, task };
        for (command, say) in quirks {
            quirky.will_say(command, *say);
        }
        quirky
    }

    pub fn will_say(&self, command: &'static str, say: Say) {
        self.memory.lock().expect("memory").quirks.insert(command, say);
    }

    /// Says what every server says from now on.
    pub fn is_good(&self) {
        self.memory.lock().expect("memory").quirks.clear();
    }

    /// Every command line that came.
    pub fn lines(&self) -> Vec<String> {
        self.memory.lock().expect("memory").lines.clone()
    }

    /// What has come, whatever was answered.
    pub fn mails(&self) -> Vec<Received> {
        self.memory.lock().expect("memory").mails.clone()
    }

    pub fn connections(&self) -> usize {
        self.memory.lock().expect("memory").connections
    }

    /// What makes an application send its mail here, in clear.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        settings(format!("smtp://127.0.0.1:{}?tls=none", self.port))
    }
}

impl Drop for Quirky {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(listener: TcpListener, memory: Arc<Mutex<Memory>>) {
    while let Ok((stream, _)) = listener.accept().await {
        memory.lock().expect("memory").connections += 1;
        stream.set_nodelay(true).expect("set");
        let talk = Talk::new(stream, memory.clone());
        // A client that has hung up has heard enough.
        actix_web::rt::spawn(async move { drop(talk.run().await) });
    }
}

struct Talk {
    input: BufReader<OwnedReadHalf>,
    output: OwnedWriteHalf,
    memory: Arc<Mutex<Memory>>,
    dice: Dice,
    recipients: Vec<String>,
}

impl Talk {
    fn new(stream: TcpStream, memory: Arc<Mutex<Memory>>) -> Self {
        let (input, output) = stream.into_split();
        Self { input: BufReader::new(input), output, memory, dice: Dice::seeded(), recipients: Vec::new() }
    }

    async fn run(mut self) -> std::io::Result<()> {
        self.answer("").await?;
        while let Some(line) = self.line().await? {
            let command = line.to_uppercase();
            self.memory.lock().expect("memory").lines.push(line);
            if let Some(recipient) = command.strip_prefix("RCPT TO:<") {
                self.recipients.push(recipient.trim_end_matches('>').to_lowercase());
            }
            let said = self.answer(&command).await?;
            if command == "DATA" && matches!(said.first(), Some(b'2' | b'3')) {
                self.take().await?;
                self.answer(".").await?;
            }
        }
        Ok(())
    }

    async fn take(&mut self) -> std::io::Result<()> {
        let (mut raw, recipients) = (String::new(), std::mem::take(&mut self.recipients));
        while let Some(line) = self.line().await?.filter(|line| line != ".") {
            raw.push_str(line.strip_prefix('.').unwrap_or(&line));
            raw.push_str("\r\n");
        }
        self.memory.lock().expect("memory").mails.push(Received { recipients, raw });
        Ok(())
    }

    async fn answer(&mut self, command: &str) -> std::io::Result<&'static [u8]> {
        match self.quirk(command) {
            Say::Now(bytes) => self.say(bytes).await,
            Say::Late(seconds, bytes) => {
                sleep(Duration::from_secs(seconds)).await;
                self.say(bytes).await
            }
            Say::Last(bytes) => {
                self.say(bytes).await?;
                Err(std::io::ErrorKind::ConnectionAborted.into())
            }
            Say::Nothing => std::future::pending().await,
            Say::Again(pause, bytes) => loop {
                self.output.write_all(bytes).await?;
                if pause > 0 {
                    sleep(Duration::from_millis(pause)).await;
                }
            },
        }
    }

    fn quirk(&self, command: &str) -> Say {
        let memory = self.memory.lock().expect("memory");
        let known = memory.quirks.iter().filter(|(begin, _)| match **begin {
            "" | "." => command == **begin,
            begin => command.starts_with(begin),
        });
        known.max_by_key(|(begin, _)| begin.len()).map_or_else(|| usual(command), |(_, say)| *say)
    }

    /// In pieces of one byte to all of them.
    async fn say(&mut self, bytes: &'static [u8]) -> std::io::Result<&'static [u8]> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (piece, others) = rest.split_at(1 + self.dice.roll(rest.len()));
            self.output.write_all(piece).await?;
            sleep(Duration::from_millis(1)).await;
            rest = others;
        }
        Ok(bytes)
    }

    async fn line(&mut self) -> std::io::Result<Option<String>> {
        let mut line = String::new();
        let read = self.input.read_line(&mut line).await?;
        Ok((read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
    }
}

fn usual(command: &str) -> Say {
    Say::Now(match command.split([' ', ':']).next().unwrap_or_default() {
        "" => b"220 quirky\r\n",
        "DATA" => b"354 go on\r\n",
        "QUIT" => return Say::Last(b"221 bye\r\n"),
        "EHLO" | "HELO" | "MAIL" | "RCPT" | "RSET" | "." => b"250 ok\r\n",
        _ => b"502 what?\r\n",
    })
}
