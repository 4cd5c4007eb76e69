//! Who is inside.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::dev::Extensions;

/// Counts connections while they are open.
#[derive(Clone, Default)]
pub struct Inside(pub(super) Arc<AtomicUsize>);

struct Guest(Inside);

impl Inside {
    /// Notes a connection with itself, for as long as it is open.
    pub fn note(&self, connection: &dyn Any, data: &mut Extensions) {
        // Otherwise the last part of an answer waits for the client's acknowledgement.
        if let Some(stream) = connection.downcast_ref::<actix_web::rt::net::TcpStream>() {
            let _ = stream.set_nodelay(true);
        }
        self.0.fetch_add(1, Ordering::Relaxed);
        data.insert(Guest(self.clone()));
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}
