//! The header by which another process knows the installation that answers.

/// Holds [`Frame::installation`](super::frame::Frame), on `/readyz` and `/metrics`.
pub const INSTALLATION: &str = "gatehouse-installation";
