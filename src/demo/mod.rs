//! What `gatehouse demo` brings along: servers of their own, wired in as any operator would wire theirs in. The
//! application knows nothing of them.

pub mod mail;
pub mod provider;
