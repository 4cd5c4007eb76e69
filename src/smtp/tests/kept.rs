//! How connections that were kept are left.

use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex, split};
use tokio::sync::Barrier;

use crate::config::Patience;
use crate::smtp::conversation::Conversation;
use crate::smtp::kept::Kept;

/// As many as deliveries at once.
const MANY: usize = 20;

/// Answers QUIT once the other servers have been told, too; false if the client doesn't wait for that.
async fn answer_together(stream: DuplexStream, told: Arc<Barrier>) -> bool {
    let (input, mut output) = split(stream);
    let mut lines = BufReader::new(input).lines();
    assert_eq!(lines.next_line().await.expect("a line").as_deref(), Some("QUIT"));
    tokio::select! {
        _ = told.wait() => output.write_all(b"221 bye\r\n").await.is_ok(),
        _ = lines.next_line() => false,
    }
}

#[tokio::test]
async fn goodbye_is_said_on_all_connections_at_once() {
    let (kept, told) = (Kept::default(), Arc::new(Barrier::new(MANY)));
    let mut servers = Vec::new();
    for _ in 0..MANY {
        let (ours, theirs) = duplex(64);
        kept.keep(Conversation::on(Box::new(ours), Patience::default()));
        servers.push(tokio::spawn(answer_together(theirs, told.clone())));
    }
    kept.leave_idle().await;
    assert!(servers.iter().all(|server| !server.is_finished()), "they may be needed yet");
    kept.leave_all().await;
    for server in servers {
        assert!(server.await.expect("a server"), "one goodbye waits for another");
    }
}
