//! Whatever is said, in a queue that no one waits for.

use std::io::{self, Write};
use std::sync::LazyLock;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::{Duration, Instant};

use super::writer::{DROPPED, Message, write};

/// Lines that wait for a slow reader.
const WAITING: usize = 4096;
/// How long the end of a process waits for its last lines to be written.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often it looks for room meanwhile.
const RETRY: Duration = Duration::from_millis(10);
static QUEUE: LazyLock<SyncSender<Message>> = LazyLock::new(start);

/// Says one line.
pub fn say(line: &str) {
    queue(format!("{line}\n").into_bytes());
}

/// Waits for what was said to be written, but not long.
pub fn flush() {
    let until = Instant::now() + PATIENCE;
    let (done, all_written) = sync_channel(1);
    while QUEUE.try_send(Message::Flush(done.clone())).is_err() {
        if Instant::now() > until {
            return;
        }
        std::thread::sleep(RETRY);
    }
    let _ = all_written.recv_timeout(until.saturating_duration_since(Instant::now()));
}

/// Takes each line of the log in one write.
pub struct Lines;

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        queue(line.to_vec());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) fn queue(line: Vec<u8>) {
    if QUEUE.try_send(Message::Line(line)).is_err() {
        DROPPED.fetch_add(1, Ordering::Relaxed);
    }
}

fn start() -> SyncSender<Message> {
    let (sender, receiver) = sync_channel(WAITING);
    // Without a thread the receiver is gone, and every line is one that was dropped.
    let _ = std::thread::Builder::new().name("log".to_owned()).spawn(move || write(&receiver));
    sender
}
