//! What someone has seen, and takes for granted in what they change (RFC 9110, 13): asked once a change has its turn, and
//! no one else can change it until the commit. The one with the request tells whether it is so.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{mpsc, oneshot};

use crate::error::{Error, Result};

/// Asks whether what someone has seen is still so; nothing where they take nothing for granted.
#[derive(Clone, Default)]
pub struct Precondition(Option<Arc<Asking>>);

struct Asking {
    questions: mpsc::UnboundedSender<Question>,
    /// What is there now, the request itself has made.
    is_settled: AtomicBool,
}

/// Where the answer goes.
pub type Question = oneshot::Sender<Result<bool>>;

impl Precondition {
    /// One, and what it asks.
    pub fn new() -> (Self, mpsc::UnboundedReceiver<Question>) {
        let (questions, asked) = mpsc::unbounded_channel();
        (Self(Some(Arc::new(Asking { questions, is_settled: AtomicBool::new(false) }))), asked)
    }

    /// # Errors
    /// 412 when it is not so any more.
    pub(in crate::authority) async fn require(&self) -> Result<()> {
        let Some(asking) = self.0.as_ref().filter(|asking| !asking.is_settled.load(Ordering::Relaxed)) else {
            return Ok(());
        };
        let (question, answer) = oneshot::channel();
        let no_one = || Error::Internal("no one tells whether it has changed".to_owned());
        asking.questions.send(question).map_err(|_| no_one())?;
        if answer.await.map_err(|_| no_one())?? { Ok(()) } else { Err(Error::PreconditionFailed) }
    }

    /// From here on, what the request finds is what it has changed itself.
    pub(in crate::authority) fn settle(&self) {
        if let Some(asking) = &self.0 {
            asking.is_settled.store(true, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn told(answer: Result<bool>) -> Result<()> {
        let (precondition, mut questions) = Precondition::new();
        let tells = async { questions.recv().await.expect("a question").send(answer).expect("heard") };
        tokio::join!(precondition.require(), tells).0
    }

    #[tokio::test]
    async fn it_holds_if_anyone_who_knows_says_so() {
        assert!(told(Ok(true)).await.is_ok());
        assert!(matches!(told(Ok(false)).await, Err(Error::PreconditionFailed)));
        assert!(matches!(told(Err(Error::NotFound)).await, Err(Error::NotFound)));
    }

    #[tokio::test]
    async fn no_one_is_asked_where_nothing_is_taken_for_granted_or_after_it_was_changed() {
        assert!(Precondition::default().require().await.is_ok());
        let (precondition, questions) = Precondition::new();
        precondition.settle();
        assert!(precondition.require().await.is_ok());
        drop(questions);
        let (precondition, questions) = Precondition::new();
        drop(questions);
        assert!(precondition.require().await.is_err(), "what no one tells does not hold");
    }
}
