//! Anyone who comes when the door is closed hears so.

use std::io;
use std::net::TcpStream;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// How long anyone who comes too late may take to ask, and to hear so.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);
/// What they hear.
const TOO_LATE: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\n\
    Content-Type: text/plain; charset=utf-8\r\nContent-Length: 9\r\n\r\nstopping\n";

/// Hears a request out and answers it. What it asks for does not matter.
pub(super) async fn turn_away(stream: TcpStream) -> io::Result<()> {
    stream.set_nonblocking(true)?;
    let mut stream = tokio::net::TcpStream::from_std(stream)?;
    let (mut heard, mut part) = (Vec::new(), [0; 1024]);
    while !heard.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut part).await? {
            0 => return Ok(()),
            read => heard.extend_from_slice(&part[..read]),
        }
    }
    stream.write_all(TOO_LATE).await?;
    stream.shutdown().await?;
    // Closed with something unread in it, the connection would be reset, and the answer with it.
    while stream.read(&mut part).await? > 0 {}
    Ok(())
}
