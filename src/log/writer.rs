//! The thread that writes, and counts what no one reads.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError};

pub(super) static DROPPED: AtomicU64 = AtomicU64::new(0);

pub(super) enum Message {
    Line(Vec<u8>),
    /// Answered when all lines before it are written.
    Flush(SyncSender<()>),
}

/// How many lines were dropped since the process began.
pub fn dropped() -> u64 {
    DROPPED.load(Ordering::Relaxed)
}

/// Writes what is queued, for as long as the process lives.
pub(super) fn write(queue: &Receiver<Message>) {
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
        tracing::warn!(lines = dropped - told, "lines of this log were dropped: no one was reading");
    }
    dropped
}
