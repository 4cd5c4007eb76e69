//! What is said to the server and what it answers, each step with one deadline.
//!
//! lettre has this part of an SMTP client, too: read one answer, write one line, write one mail. We don't use lettre's
//! connections for two reasons. They can't be used without lettre's parser (see `incoming`). And they let the end of a
//! mail wait in the kernel until the server has acknowledged what comes before it, so that the end is sent even after a
//! crash. A conversation has one command under way at a time, which keeps it small.

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};

use super::awaited::Awaited;
use super::deadline::Deadline;
use super::failure::Failure;
use super::incoming::Incoming;
use super::reason;
use super::reply::Reply;
use crate::config::Patience;

/// A way to the server, in clear or in TLS.
pub(super) trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// A conversation with the server.
pub(super) struct Conversation {
    wire: BufReader<Box<dyn Wire>>,
    pub patience: Patience,
}

impl Conversation {
    pub fn on(wire: Box<dyn Wire>, patience: Patience) -> Self {
        Self { wire: BufReader::new(wire), patience }
    }

    /// The wire, to start TLS on. None if the server has already said more than it was asked: that would count as said in
    /// TLS, even if someone in between said it.
    pub fn into_wire(self) -> Option<Box<dyn Wire>> {
        self.wire.buffer().is_empty().then(|| self.wire.into_inner())
    }

    /// Says one command and waits for its answer, whatever that is.
    pub async fn ask(&mut self, verb: &'static str, rest: &str) -> Result<Reply, Failure> {
        self.ask_past(verb, rest, |_| false).await
    }

    /// Says one command and passes over answers that can't be meant for it.
    pub async fn ask_past(
        &mut self,
        verb: &'static str,
        rest: &str,
        is_stray: impl Fn(&Reply) -> bool,
    ) -> Result<Reply, Failure> {
        let deadline = Deadline::new(Awaited::Answer(verb), self.patience.command);
        let line = format!("{verb} {rest}");
        self.say_past(format!("{}\r\n", line.trim_end()).as_bytes(), deadline, is_stray).await
    }

    /// The same with anything to say, and its own deadline.
    pub async fn say_past(
        &mut self,
        bytes: &[u8],
        deadline: Deadline,
        is_stray: impl Fn(&Reply) -> bool,
    ) -> Result<Reply, Failure> {
        let mut reply = self.say(bytes, deadline).await?;
        while is_stray(&reply) {
            deadline.check()?;
            reply = self.answer(deadline).await?;
        }
        Ok(reply)
    }

    /// Says something and waits for its answer. A server that hangs up may have said why before.
    pub async fn say(&mut self, bytes: &[u8], deadline: Deadline) -> Result<Reply, Failure> {
        let sent = deadline.wait(self.send(bytes)).await;
        let answer = self.answer(deadline).await;
        match (answer, sent) {
            (answer, Ok(Ok(()))) => answer,
            // What wasn't said completely wasn't done either, whatever the answer.
            (Ok(reply), _) if reply.is_final() || reply.is_for_now() => Ok(reply),
            (_, Ok(Err(error))) => Err(Failure::NoAnswer(reason::of_connection(&error))),
            (_, Err(late)) => Err(late),
        }
    }

    /// Whether the server has already said more than it was asked.
    pub fn has_said_more(&self) -> bool {
        !self.wire.buffer().is_empty()
    }

    async fn send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.wire.write_all(bytes).await?;
        self.wire.flush().await
    }

    /// Waits for one answer. What has arrived of it when the time is up, or the connection breaks, counts.
    pub async fn answer(&mut self, deadline: Deadline) -> Result<Reply, Failure> {
        let mut incoming = Incoming::default();
        let ended = deadline.wait(self.read(&mut incoming)).await;
        incoming.finish().map_err(|stray| match (stray, ended) {
            (Some(stray), _) => Failure::Unreadable(stray),
            (None, Err(late)) => late,
            (None, Ok(Err(error))) => Failure::NoAnswer(reason::of_connection(&error)),
            (None, Ok(Ok(()))) => Failure::NoAnswer("the server closed the connection".to_owned()),
        })
    }

    async fn read(&mut self, incoming: &mut Incoming) -> std::io::Result<()> {
        while !incoming.is_whole() {
            let bytes = self.wire.fill_buf().await?;
            if bytes.is_empty() {
                break;
            }
            let taken = incoming.take(bytes);
            self.wire.consume(taken);
            if incoming.is_whole() {
                incoming.go_on_with(self.wire.buffer());
            }
        }
        Ok(())
    }
}
