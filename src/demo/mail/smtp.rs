//! Where mail is taken: a few clients at once, each talked to until it goes.

use std::sync::Arc;

use tokio::io::BufReader;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::store::Store;
use super::talk::Talk;

/// Connections at once.
const CONNECTIONS: usize = 20;

/// Takes mail on `listener` for ever.
pub async fn listen(listener: TcpListener, store: Arc<Store>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    while let Ok(place) = places.clone().acquire_owned().await {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let store = store.clone();
        actix_web::rt::spawn(async move {
            // A client that goes away in the middle has only lost its own mail.
            let _ = talk(stream, &store).await;
            drop(place);
        });
    }
}

pub(super) async fn talk(stream: TcpStream, store: &Store) -> std::io::Result<()> {
    let (input, output) = stream.into_split();
    Talk { input: BufReader::new(input), output, store, mail: None }.run().await
}
