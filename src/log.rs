//! The log on standard error, written by a thread of its own: whoever has a line to say neither waits for a reader that
//! stalls nor fails when it is gone. What nobody reads is dropped, counted, and said once lines get through again.
//!
//! Not `tracing-appender`: its guard prints to standard output when the reader stalls, which is often the same pipe, and
//! lines that can't be written are not counted.

use std::io::{self, Write};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::time::{Duration, Instant};

/// Lines that wait for a slow reader.
const WAITING: usize = 4096;
/// How long the end of a process waits for its last lines to be written.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often it looks for room meanwhile.
const RETRY: Duration = Duration::from_millis(10);

static QUEUE: LazyLock<SyncSender<Message>> = LazyLock::new(start);
static DROPPED: AtomicU64 = AtomicU64::new(0);

enum Message {
    Line(Vec<u8>),
    /// Answered when all lines before it are written.
    Flush(SyncSender<()>),
}

/// How many lines were dropped since the process began.
pub fn dropped() -> u64 {
    DROPPED.load(Ordering::Relaxed)
}

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

fn queue(line: Vec<u8>) {
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

/// Writes what is queued, for as long as the process lives.
fn write(queue: &Receiver<Message>) {
    let mut told = 0;
    let mut gets_through = true;
    loop {
        let next = match queue.try_recv() {
            Err(TryRecvError::Empty) => {
                if gets_through {
                    told = tell_dropped_since(told);
                }
                queue.recv().ok()
            }
            next => next.ok(),
        };
        match next {
            Some(Message::Line(line)) => {
                gets_through = io::stderr().write_all(&line).is_ok();
                DROPPED.fetch_add(u64::from(!gets_through), Ordering::Relaxed);
            }
            Some(Message::Flush(done)) => drop(done.try_send(())),
            None => return,
        }
    }
}

fn tell_dropped_since(told: u64) -> u64 {
    let dropped = dropped();
    if dropped > told {
        tracing::warn!(lines = dropped - told, "lines of this log were dropped: nobody was reading");
    }
    dropped
}
