//! How often one client may knock.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::client::bucket;
use crate::error::{Error, Result};

/// Sign-in attempts of one client in a row before it has to wait.
const SIGN_IN_BURST: NonZeroU32 = NonZeroU32::new(30).expect("not zero");

/// Tests of a provider by one client in a row before it has to wait.
const TEST_BURST: NonZeroU32 = NonZeroU32::new(10).expect("not zero");

/// Links that lead nowhere, in a row, before a client has to wait.
const MISS_BURST: NonZeroU32 = NonZeroU32::new(20).expect("not zero");

/// The limits of this instance, kept in memory.
pub struct Limits {
    sign_in: DefaultKeyedRateLimiter<IpAddr>,
    test: DefaultKeyedRateLimiter<IpAddr>,
    miss: DefaultKeyedRateLimiter<IpAddr>,
}

impl Default for Limits {
    /// 30 steps of a sign-in at once, then one every two seconds (30 a minute); 10 tests, then 10 a minute;
    /// 20 links that lead nowhere, then 20 a minute.
    fn default() -> Self {
        Self {
            sign_in: RateLimiter::keyed(Quota::per_minute(SIGN_IN_BURST)),
            test: RateLimiter::keyed(Quota::per_minute(TEST_BURST)),
            miss: RateLimiter::keyed(Quota::per_minute(MISS_BURST)),
        }
    }
}

impl Limits {
    /// Counts one step of a sign-in from `address`.
    ///
    /// # Errors
    /// 429 with the time to wait when there were too many.
    pub fn count_sign_in(&self, address: IpAddr) -> Result<()> {
        count(&self.sign_in, address)
    }

    /// Counts one test of a provider asked for by `address`.
    ///
    /// # Errors
    /// As [`Limits::count_sign_in`].
    pub fn count_test(&self, address: IpAddr) -> Result<()> {
        count(&self.test, address)
    }

    /// Counts one link that leads nowhere, asked for by `address`.
    ///
    /// # Errors
    /// As [`Limits::count_sign_in`].
    pub fn count_miss(&self, address: IpAddr) -> Result<()> {
        count(&self.miss, address)
    }

    /// Forgets clients that have been quiet.
    pub fn forget_quiet(&self) {
        for limiter in [&self.sign_in, &self.test, &self.miss] {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

fn count(limiter: &DefaultKeyedRateLimiter<IpAddr>, address: IpAddr) -> Result<()> {
    limiter
        .check_key(&bucket(address))
        .map_err(|not_until| Error::TooManyRequests(not_until.wait_time_from(DefaultClock::default().now())))
}
