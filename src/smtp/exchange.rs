//! What is said to the server and what it answers, each answer waited for and no longer.

use std::time::Duration;

use lettre::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use tokio::time::timeout;

/// How long the server may take for one answer.
const ANSWER: Duration = Duration::from_secs(15);
/// The longest good-bye.
const QUIT: Duration = Duration::from_secs(2);

/// What a step came to.
pub(super) enum Failure {
    /// The server answered, and not well.
    Answer(Error),
    /// There was no answer, or none that could be read.
    NoAnswer(String),
}

pub(super) async fn hand_over(connection: &mut AsyncSmtpConnection, mail: &Message) -> Result<(), Failure> {
    let envelope = mail.envelope();
    answer(connection.command(Mail::new(envelope.from().cloned(), Vec::new()))).await?;
    for recipient in envelope.to() {
        answer(connection.command(Rcpt::new(recipient.clone(), Vec::new()))).await?;
    }
    answer(connection.command(Data)).await?;
    answer(connection.message(&mail.formatted())).await?;
    Ok(())
}

/// Waits for one answer of the server.
pub(super) async fn answer<T>(step: impl Future<Output = Result<T, Error>>) -> Result<T, Failure> {
    match timeout(ANSWER, step).await {
        Ok(outcome) => outcome.map_err(Failure::Answer),
        Err(_) => Err(Failure::NoAnswer(format!("no answer within {} seconds", ANSWER.as_secs()))),
    }
}

pub(super) async fn leave(mut connection: AsyncSmtpConnection) {
    // Politeness only: the connection is closed when it is dropped.
    let _ = timeout(QUIT, connection.quit()).await;
}
