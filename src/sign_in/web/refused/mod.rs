//! The page of those who stay outside, and what it says to each.

mod failure;
mod outside;
mod page;
mod second_try;

pub use failure::{cancelled, failed, not_started_here};
pub use outside::{Refused, not_on_the_list};
pub use second_try::SecondTry;
