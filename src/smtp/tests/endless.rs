//! A server that never stops talking.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::config::Patience;
use crate::smtp::conversation::Conversation;
use crate::smtp::exchange::address;
use crate::smtp::failure::Failure;

/// Says 354 without end, and always has the next line begun.
#[derive(Default)]
struct Endless {
    said: usize,
}

impl AsyncRead for Endless {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.said += 1;
        assert!(self.said < 60_000, "listened to without end");
        std::thread::sleep(Duration::from_millis(1));
        into.put_slice(b"54 go on\r\n354 go on\r\n3");
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Endless {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn what_a_server_says_too_much_before_the_mail_is_not_listened_to_without_end() {
    let mut conversation = Conversation::on(Box::new(Endless::default()), Patience::default());
    let addressed = address(&mut conversation, &[]).await;
    assert!(
        matches!(&addressed, Err(Failure::NoAnswer(reason)) if reason == "no answer to DATA within 5 seconds"),
        "{addressed:?}"
    );
}
