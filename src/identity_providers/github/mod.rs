//! GitHub, on github.com and Enterprise Server: OAuth 2 without ID tokens. Who someone is comes from its API.

mod api;
mod app;
mod exchange;
mod test;

pub use app::App;
