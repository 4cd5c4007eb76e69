//! `gatehouse serve`.

use std::path::Path;

use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;

pub async fn run(file: Option<&Path>) -> anyhow::Result<()> {
    let config = Config::load(file)?;
    super::opening::start_log(&config.log)?;
    for line in &config.passed_over {
        tracing::warn!("{line}");
    }
    if let Some(sentence) = config.instance.public_suffixes() {
        tracing::warn!("{sentence}");
    }
    let base_url = config.base_url.origin();
    let app = App::build(config, Clock::default()).await?;
    tracing::info!(address = %app.address(), base_url, "serving");
    Ok(app.run().await?)
}
