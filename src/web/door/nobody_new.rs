//! Lets a listening socket finish the connections that have begun, and begin no other.
//!
//! Closed at once, the system would reset those that it has taken and no one has accepted, though their clients have
//! sent what they ask. Anyone who begins after this hears nothing, asks again a second later, and is refused then.

use std::io;
use std::net::TcpListener;

/// Drops packets that begin a connection.
///
/// # Errors
/// When the system can't do that.
#[cfg(target_os = "linux")]
pub(super) fn begins(listener: &TcpListener) -> io::Result<()> {
    socket2::SockRef::from(listener).attach_filter(&drops_syn())
}

/// # Errors
/// None: where there are no such filters, a connection of the last microseconds is reset.
#[cfg(not(target_os = "linux"))]
pub(super) fn begins(_: &TcpListener) -> io::Result<()> {
    Ok(())
}

/// A program of the classic packet filter (linux/filter.h), which sees a packet from its TCP header on (RFC 9293, 3.1).
#[cfg(target_os = "linux")]
fn drops_syn() -> [socket2::SockFilter; 4] {
    use socket2::SockFilter;
    const LOAD_BYTE: u16 = 0x30;
    const JUMP_IF_ANY_BIT: u16 = 0x45;
    const RETURN: u16 = 0x06;
    const FLAGS: u32 = 13;
    const SYN: u32 = 0x02;
    [
        SockFilter::new(LOAD_BYTE, 0, 0, FLAGS),
        SockFilter::new(JUMP_IF_ANY_BIT, 0, 1, SYN),
        SockFilter::new(RETURN, 0, 0, 0),
        SockFilter::new(RETURN, 0, 0, u32::MAX),
    ]
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::ErrorKind;
    use std::net::{TcpListener, TcpStream};
    use std::time::Duration;

    use super::begins;

    #[test]
    fn who_has_begun_is_let_in_and_nobody_else_begins() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a socket");
        let address = listener.local_addr().expect("an address");
        let before = TcpStream::connect(address).expect("a connection");
        begins(&listener).expect("a filter");
        let after = TcpStream::connect_timeout(&address, Duration::from_millis(100));
        assert_eq!(after.expect_err("nobody answers").kind(), ErrorKind::TimedOut);
        let (_, peer) = listener.accept().expect("who came before");
        assert_eq!(peer, before.local_addr().expect("an address"));
    }
}
