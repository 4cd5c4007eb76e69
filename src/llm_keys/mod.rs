//! The keys of LLM providers: set, replaced, tried and removed by admins, and read back by nobody (rules 4.1 to 4.5).

pub mod catalog;
