//! What benchmarks stand on: databases with people in them, servers of their own, and what loads them.

pub mod data;
pub mod fixed;
pub mod load;
pub mod report;
pub mod site;

use std::path::Path;

use data::Databases;

/// Measures on databases that are gone afterwards, even when someone interrupts it; or serves the body in the file that
/// is given, and nothing else, as [`fixed::start`] asks for.
pub fn run(
    fixed_body: Option<&Path>,
    measure: impl AsyncFnOnce(&mut Databases) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    actix_web::rt::System::new().block_on(async {
        if let Some(file) = fixed_body {
            return fixed::serve(file).await;
        }
        let mut databases = Databases::open().await?;
        let outcome = tokio::select! {
            outcome = measure(&mut databases) => outcome,
            () = interrupted() => Err(anyhow::anyhow!("interrupted")),
        };
        databases.remove().await?;
        outcome
    })
}

async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminated) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated.recv() => {}
    }
}
