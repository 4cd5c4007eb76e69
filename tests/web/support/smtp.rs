//! A mail server on loopback that answers as a test tells it to, and remembers every line.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use data_encoding::BASE64;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// Said nothing, and the connection stays open.
pub const SILENCE: &str = "";

/// Where a server can be told to answer something else than usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    Banner,
    Recipient,
    /// After the mail's last line.
    End,
}

/// A mail as it came.
#[derive(Clone, Debug)]
pub struct Received {
    pub recipients: Vec<String>,
    pub raw: String,
}

/// The server.
pub struct Smtp {
    pub port: u16,
    memory: Arc<Mutex<Memory>>,
    task: actix_web::rt::task::JoinHandle<()>,
}

#[derive(Default)]
struct Memory {
    answers: HashMap<(Stage, String), VecDeque<String>>,
    auth: Option<String>,
    mails: Vec<Received>,
    lines: Vec<String>,
    connections: usize,
}

impl Smtp {
    pub async fn start() -> Self {
        Self::start_at(0).await
    }

    pub async fn start_at(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("a socket");
        let port = listener.local_addr().expect("an address").port();
        let memory = Arc::new(Mutex::new(Memory::default()));
        let task = actix_web::rt::spawn(listen(listener, memory.clone()));
        Self { port, memory, task }
    }

    /// Once per answer, for mails to `recipient`; at the banner, for anyone who comes.
    pub fn will_answer(&self, stage: Stage, recipient: &str, answers: &[&str]) {
        let mut memory = self.memory.lock().expect("memory");
        let queue = memory.answers.entry((stage, recipient.to_owned())).or_default();
        queue.extend(answers.iter().map(|answer| (*answer).to_owned()));
    }

    /// Offers AUTH and answers it so; `{}` stands for what came.
    pub fn will_answer_auth(&self, answer: &str) {
        self.memory.lock().expect("memory").auth = Some(answer.to_owned());
    }

    /// What has come, in order.
    pub fn mails(&self) -> Vec<Received> {
        self.memory.lock().expect("memory").mails.clone()
    }

    /// What has come for one recipient.
    pub fn mails_to(&self, recipient: &str) -> Vec<Received> {
        let is_to = |mail: &Received| mail.recipients.iter().any(|to| to == recipient);
        self.mails().into_iter().filter(is_to).collect()
    }

    /// Every command line that came.
    pub fn lines(&self) -> Vec<String> {
        self.memory.lock().expect("memory").lines.clone()
    }

    pub fn connections(&self) -> usize {
        self.memory.lock().expect("memory").connections
    }

    /// What makes an application send its mail here, in clear.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        settings(format!("smtp://127.0.0.1:{}?tls=none", self.port))
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What makes an application send its mail to `url`.
pub fn settings(url: String) -> Vec<(&'static str, String)> {
    vec![("SMTP_URL", url), ("MAIL_FROM", "Gatehouse <gatehouse@acme.test>".to_owned())]
}

/// Settings as an application takes them.
pub fn borrowed<'a>(settings: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    settings.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

impl Received {
    /// The first header of this name, unfolded.
    pub fn header(&self, name: &str) -> String {
        let headers = self.raw.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ");
        let found =
            headers.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")).map(str::to_owned));
        found.unwrap_or_else(|| panic!("no {name} in {headers}"))
    }
}

async fn listen(listener: TcpListener, memory: Arc<Mutex<Memory>>) {
    while let Ok((stream, _)) = listener.accept().await {
        memory.lock().expect("memory").connections += 1;
        let talk = Talk::new(stream, memory.clone());
        actix_web::rt::spawn(async move {
            let _ = talk.run().await;
        });
    }
}

struct Talk {
    input: BufReader<OwnedReadHalf>,
    output: OwnedWriteHalf,
    memory: Arc<Mutex<Memory>>,
    recipients: Vec<String>,
}

impl Talk {
    fn new(stream: TcpStream, memory: Arc<Mutex<Memory>>) -> Self {
        let (input, output) = stream.into_split();
        Self { input: BufReader::new(input), output, memory, recipients: Vec::new() }
    }

    async fn run(mut self) -> std::io::Result<()> {
        self.answer(Stage::Banner, "", "220 test").await?;
        while let Some(line) = self.line().await? {
            self.memory.lock().expect("memory").lines.push(line.clone());
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
            match verb.as_str() {
                "EHLO" => self.extensions().await?,
                "MAIL" => {
                    self.recipients.clear();
                    self.say("250 ok").await?;
                }
                "RCPT" => self.recipient(&line).await?,
                "DATA" => self.data().await?,
                "AUTH" => self.auth(&line).await?,
                "RSET" | "NOOP" => self.say("250 ok").await?,
                "QUIT" => return self.say("221 bye").await,
                _ => self.say("502 what?").await?,
            }
        }
        Ok(())
    }

    async fn extensions(&mut self) -> std::io::Result<()> {
        let auth = self.memory.lock().expect("memory").auth.is_some();
        self.say(if auth { "250-test\r\n250 AUTH PLAIN LOGIN" } else { "250 test" }).await
    }

    async fn recipient(&mut self, line: &str) -> std::io::Result<()> {
        let address = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        self.recipients.push(address.clone());
        self.answer(Stage::Recipient, &address, "250 ok").await
    }

    async fn data(&mut self) -> std::io::Result<()> {
        self.say("354 go on").await?;
        let mut raw = String::new();
        while let Some(line) = self.line().await? {
            if line == "." {
                let recipients = self.recipients.clone();
                let first = recipients.first().cloned().unwrap_or_default();
                self.memory.lock().expect("memory").mails.push(Received { recipients, raw });
                return self.answer(Stage::End, &first, "250 taken").await;
            }
            raw.push_str(line.strip_prefix('.').unwrap_or(&line));
            raw.push_str("\r\n");
        }
        Ok(())
    }

    async fn auth(&mut self, line: &str) -> std::io::Result<()> {
        let answer = self.memory.lock().expect("memory").auth.clone().unwrap_or_default();
        let token = line.split(' ').nth(2).unwrap_or_default();
        let plain = BASE64.decode(token.as_bytes()).unwrap_or_default();
        let plain = String::from_utf8_lossy(&plain).replace('\0', " ");
        self.say(&answer.replace("{}", &format!("{line} {plain}"))).await
    }

    async fn answer(&mut self, stage: Stage, recipient: &str, usual: &str) -> std::io::Result<()> {
        let key = (stage, recipient.to_owned());
        let told = self.memory.lock().expect("memory").answers.get_mut(&key).and_then(VecDeque::pop_front);
        match told.as_deref() {
            Some(SILENCE) => {
                while self.line().await?.is_some() {}
                Ok(())
            }
            Some(other) => self.say(other).await,
            None => self.say(usual).await,
        }
    }

    async fn say(&mut self, line: &str) -> std::io::Result<()> {
        self.output.write_all(format!("{line}\r\n").as_bytes()).await
    }

    async fn line(&mut self) -> std::io::Result<Option<String>> {
        let mut line = String::new();
        let read = self.input.read_line(&mut line).await?;
        Ok((read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
    }
}
