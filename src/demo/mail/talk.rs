//! What is said with one client, in as much of SMTP (RFC 5321) as it takes to be sent mail.

use std::time::Duration;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::store::Store;

/// The largest mail that is taken, in bytes.
const LARGEST: usize = 1024 * 1024;
/// The longest line, in bytes: RFC 5321 asks for 1000.
const LONGEST_LINE: u64 = 8 * 1024;
/// Recipients of one mail.
const MOST_RECIPIENTS: usize = 100;
/// How long a client may say nothing.
const PATIENCE: Duration = Duration::from_mins(1);

/// A client, and the recipients of the mail that it has begun.
pub(super) struct Talk<'a, R, W> {
    pub(super) input: R,
    pub(super) output: W,
    pub(super) store: &'a Store,
    pub(super) mail: Option<Vec<String>>,
}

impl<R: AsyncBufRead + Unpin, W: AsyncWrite + Unpin> Talk<'_, R, W> {
    pub(super) async fn run(mut self) -> std::io::Result<()> {
        self.say("220 demo mail, which goes nowhere").await?;
        while let Some(line) = self.line().await? {
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" => self.say(&format!("250-demo\r\n250-8BITMIME\r\n250 SIZE {LARGEST}")).await?,
                "HELO" => self.say("250 demo").await?,
                "MAIL" => self.begin_mail().await?,
                "RCPT" => self.add_recipient(&line).await?,
                "DATA" => self.take().await?,
                "RSET" => {
                    self.mail = None;
                    self.say("250 forgotten").await?;
                }
                "NOOP" => self.say("250 still here").await?,
                "QUIT" => return self.say("221 bye").await,
                _ => self.say("502 not known here").await?,
            }
        }
        Ok(())
    }

    async fn begin_mail(&mut self) -> std::io::Result<()> {
        self.mail = Some(Vec::new());
        self.say("250 from whom, to whom?").await
    }

    async fn add_recipient(&mut self, line: &str) -> std::io::Result<()> {
        let address =
            line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(address, _)| address);
        let answer = match (&mut self.mail, address) {
            (None, _) => "503 MAIL first",
            (Some(recipients), _) if recipients.len() >= MOST_RECIPIENTS => "452 too many recipients",
            (Some(recipients), Some(address)) if !address.is_empty() => {
                recipients.push(address.to_owned());
                "250 fine"
            }
            _ => "501 an address, please",
        };
        self.say(answer).await
    }

    async fn take(&mut self) -> std::io::Result<()> {
        let Some(recipients) = self.mail.take_if(|recipients| !recipients.is_empty()) else {
            return self.say("503 RCPT first").await;
        };
        self.say("354 a dot on a line of its own ends it").await?;
        match self.body().await? {
            Some(raw) => {
                self.store.keep(recipients, raw);
                self.say("250 caught").await
            }
            None => self.say("552 too large").await,
        }
    }

    /// The lines up to the dot, without the dots that were put before dots (RFC 5321, section 4.5.2); none when
    /// they are too many.
    async fn body(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let mut raw = Vec::new();
        let mut at_line_start = true;
        let mut fits = true;
        loop {
            let line = self.line().await?.ok_or(std::io::ErrorKind::UnexpectedEof)?;
            if at_line_start && matches!(line.as_slice(), b".\r\n" | b".\n") {
                return Ok(fits.then_some(raw));
            }
            let text = line.strip_prefix(b".").filter(|_| at_line_start).unwrap_or(&line);
            at_line_start = line.ends_with(b"\n");
            fits = fits && raw.len() + text.len() <= LARGEST;
            if fits {
                raw.extend_from_slice(text);
            }
        }
    }

    /// A line with its end, or as much of it as is read at once; none when the client is gone.
    async fn line(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let mut bounded = (&mut self.input).take(LONGEST_LINE);
        let read = timeout(PATIENCE, bounded.read_until(b'\n', &mut line)).await;
        Ok((read?? > 0).then_some(line))
    }

    async fn say(&mut self, line: &str) -> std::io::Result<()> {
        self.output.write_all(format!("{line}\r\n").as_bytes()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the server answers to all of `input`, and what it has kept.
    async fn answers(input: &str) -> (String, Store) {
        let (store, mut output) = (Store::default(), Vec::new());
        let talk = Talk { input: input.as_bytes(), output: &mut output, store: &store, mail: None };
        let _ = talk.run().await;
        (String::from_utf8(output).expect("text"), store)
    }

    #[actix_web::test]
    async fn a_mail_is_kept_without_the_dots_of_the_protocol() {
        let (said, store) = answers(
            "EHLO x\r\nMAIL FROM:<a@acme.test>\r\nRCPT TO:<b@acme.test>\r\nRCPT TO:<c@acme.test>\r\nDATA\r\n\
             Subject: Hi\r\n\r\n..one\r\n...two\r\n.\r\nQUIT\r\n",
        )
        .await;
        let codes: Vec<&str> = said.lines().filter_map(|line| line.get(..4)).collect();
        assert_eq!(codes, ["220 ", "250-", "250-", "250 ", "250 ", "250 ", "250 ", "354 ", "250 ", "221 "]);
        let mail = store.find(1).expect("a mail");
        assert_eq!(mail.recipients, ["b@acme.test", "c@acme.test"]);
        assert_eq!(mail.source(), "Subject: Hi\r\n\r\n.one\r\n..two\r\n");
    }

    #[actix_web::test]
    async fn what_is_out_of_order_too_large_or_unknown_is_refused() {
        let (said, store) =
            answers("RCPT TO:<b@x>\r\nDATA\r\nMAIL FROM:<>\r\nDATA\r\nRCPT TO:b\r\nVRFY x\r\n").await;
        let codes: Vec<&str> = said.lines().filter_map(|line| line.get(..3)).collect();
        assert_eq!(codes, ["220", "503", "503", "250", "503", "501", "502"]);
        let large = format!("{}\r\n", "x".repeat(70)).repeat(LARGEST / 70);
        let begun = "MAIL FROM:<>\r\nRCPT TO:<b@x>\r\nDATA\r\n";
        let (said, _) = answers(&format!("{begun}{large}.\r\n{begun}short\r\n.\r\n")).await;
        assert!(said.contains("552 ") && said.ends_with("250 caught\r\n"), "{said}");
        assert!(store.all().is_empty());
    }
}
