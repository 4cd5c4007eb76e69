//! Answers that come in any pieces and at any pace, each for what it answers.

use std::time::Duration;

use lettre::Address;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex};
use tokio::time::sleep;

use crate::config::Patience;
use crate::smtp::awaited::Awaited;
use crate::smtp::conversation::Conversation;
use crate::smtp::deadline::Deadline;
use crate::smtp::exchange::{address, begin, hand_over};
use crate::smtp::failure::{Failure, Step};
use crate::smtp::hello::ehlo_or_helo;

/// The command that an answer is for, and how it is cut into pieces.
type Script = Vec<(&'static str, Vec<Vec<u8>>)>;

/// Plays a server: for each command one answer, piece by piece.
async fn play(stream: DuplexStream, script: Script) {
    let mut stream = BufReader::new(stream);
    for (command, pieces) in script {
        while !command.is_empty() {
            let mut line = String::new();
            let read = stream.read_line(&mut line).await.expect("a line");
            if read == 0 || line.starts_with(command) {
                break;
            }
        }
        for piece in pieces {
            if stream.write_all(&piece).await.is_err() {
                return;
            }
            sleep(Duration::from_micros(50)).await;
        }
    }
}

fn greeting() -> Deadline {
    Deadline::new(Awaited::Greeting, Duration::from_secs(5))
}

/// Sends one mail.
async fn send(stream: DuplexStream) -> Result<(), Failure> {
    let to: Address = "sam@acme.test".parse().expect("an address");
    let mut conversation = Conversation::on(Box::new(stream), Patience::default());
    conversation.answer(greeting()).await?.good(Step::Hello)?;
    ehlo_or_helo(&mut conversation, "localhost").await?;
    begin(&mut conversation, None).await?;
    address(&mut conversation, &[to]).await?;
    hand_over(&mut conversation, b"Subject: x\r\n\r\n.\r\n").await
}

fn outcome(script: Script) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let (ours, theirs) = duplex(64);
        let (sent, ()) = tokio::join!(send(ours), play(theirs, script));
        sent
    })
}

/// An answer of this code in any shape: one to three lines, any text, any line end, in pieces of any size.
fn answer(code: u16) -> impl Strategy<Value = Vec<Vec<u8>>> {
    let any_text = prop::collection::vec(any::<u8>().prop_filter("no end", |byte| *byte != b'\n'), 0..40);
    let texts = prop::collection::vec(any_text, 0..3);
    let last = prop::sample::select(vec![&b""[..], b" ", b" ok", b" \xff", b"\tok", b" 550 no"]);
    let end = prop::sample::select(vec![&b"\r\n"[..], b"\n"]);
    (texts, last, end, 1_usize..60).prop_map(move |(texts, last, end, size)| {
        let mut bytes = Vec::new();
        for text in texts {
            bytes.extend([format!("{code}-").as_bytes(), &text, end].concat());
        }
        bytes.extend([code.to_string().as_bytes(), last, end].concat());
        bytes.chunks(size).map(<[u8]>::to_vec).collect()
    })
}

fn script(end: u16) -> impl Strategy<Value = Script> {
    let steps = [("", 220), ("EHLO", 250), ("MAIL", 250), ("RCPT", 250), ("DATA", 354), (".\r\n", end)];
    let answers = steps.map(|(command, code)| answer(code).prop_map(move |pieces| (command, pieces)));
    Vec::from(answers)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_mail_whose_end_is_answered_2xx_is_delivered_in_whatever_shape(script in (200_u16..300).prop_flat_map(script)) {
        prop_assert!(matches!(outcome(script), Ok(())));
    }

    #[test]
    fn a_mail_whose_end_is_refused_is_refused_in_whatever_shape(
        (code, script) in (400_u16..600).prop_flat_map(|code| (Just(code), script(code)))
    ) {
        let failure = outcome(script).err().ok_or_else(|| TestCaseError::fail("delivered"))?;
        prop_assert!(matches!(failure, Failure::Answer(Step::End, reply) if reply.code == code));
    }
}

fn whole(answers: &[(&'static str, &str)]) -> Script {
    answers.iter().map(|(command, answer)| (*command, vec![answer.as_bytes().to_vec()])).collect()
}

/// What comes of a mail with which everything went well but its end.
fn ended_by(end: &str) -> Result<(), Failure> {
    let before = [("", "220\n"), ("EHLO", "250\n"), ("MAIL", "250\n"), ("RCPT", "250\n"), ("DATA", "354\n")];
    outcome(whole(&[&before[..], &[(".\r\n", end)]].concat()))
}

#[test]
fn a_server_that_says_too_much_before_never_has_a_mail_count_as_delivered() {
    let failure = outcome(whole(&[
        ("", "220 hi\r\n220 hi again\r\n"),
        ("EHLO", "250 a\r\n"),
        ("MAIL", "250 a\r\n251 b\r\n252 c\r\n"),
        ("RCPT", "253 d\r\n"),
        ("DATA", "354 go\r\n"),
        (".\r\n", "554 no\r\n"),
    ]));
    assert!(matches!(failure, Err(Failure::Answer(Step::End, reply)) if reply.code == 554));
}

#[test]
fn the_answer_to_a_mail_counts_although_the_server_says_good_bye_with_it_and_is_gone() {
    for end in ["250 ok\r\n421 bye\r\n", "250 ok\r\n221 bye\r\n", "250 ok", "250"] {
        let delivered = ended_by(end);
        assert!(matches!(delivered, Ok(())), "{end:?}: {delivered:?}");
    }
}

#[test]
fn a_connection_that_breaks_before_the_answer_leaves_the_mail_to_be_tried_again() {
    for end in ["", "2", "25", "\r\n", "queued\r\n"] {
        let lost = ended_by(end);
        assert!(matches!(lost, Err(Failure::NoAnswer(_) | Failure::Unreadable(_))), "{end:?}: {lost:?}");
    }
}

#[tokio::test]
async fn what_is_sent_behind_an_answer_is_not_taken_into_tls() {
    for (answer, is_clean) in
        [("220 go\r\n", true), ("220 go\r\n250 injected\r\n", false), ("220 go\r\nx", false)]
    {
        let (ours, mut theirs) = duplex(64);
        theirs.write_all(answer.as_bytes()).await.expect("written");
        let mut conversation = Conversation::on(Box::new(ours), Patience::default());
        assert!(conversation.answer(greeting()).await.is_ok());
        assert_eq!(conversation.into_wire().is_some(), is_clean, "{answer:?}");
    }
}
