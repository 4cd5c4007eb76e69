//! How often one client may ask, how many invites an admin may send, and how many refusals the log tells of.

mod budgets;
mod refusals;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

pub use budgets::Quota;
use budgets::{Budgets, Wait};
pub use refusals::Refusals;

use super::client::bucket;
use crate::error::{Error, Result};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
/// Tests of a provider, or of mail, that one client may ask for in a row, and within a minute.
const TESTS: u32 = 10;
/// Links that lead nowhere, in a row, and within a minute.
const MISSES: u32 = 20;
/// Invites of one admin in a row, and within an hour: a form takes 500 addresses.
const INVITES_OF_ADMIN: u32 = 1000;
/// Those of all admins of an organization.
const INVITES_OF_ORGANIZATION: u32 = 2000;

/// What a program may do so often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    Tests,
    Invites,
}

/// The limits of this instance, kept in memory.
pub struct Limits {
    sign_ins: Budgets<IpAddr>,
    tests: Budgets<IpAddr>,
    misses: Budgets<IpAddr>,
    invites_of_admin: Budgets<String>,
    invites_of_organization: Budgets<String>,
    pub refusals: Arc<Refusals>,
}

impl Limits {
    /// No one has asked yet; of sign-ins from one address, `sign_in_rate` a minute may fail or be under way.
    pub fn new(sign_in_rate: NonZeroU32) -> Self {
        Self {
            sign_ins: Budgets::of(sign_in_rate.get(), MINUTE),
            tests: Budgets::of(TESTS, MINUTE),
            misses: Budgets::of(MISSES, MINUTE),
            invites_of_admin: Budgets::of(INVITES_OF_ADMIN, HOUR),
            invites_of_organization: Budgets::of(INVITES_OF_ORGANIZATION, HOUR),
            refusals: Arc::default(),
        }
    }

    /// Counts a sign-in from `address` that has begun, or one that leads nowhere.
    ///
    /// # Errors
    /// 429 with the time to wait when there were too many.
    pub fn count_sign_in(&self, address: IpAddr) -> Result<()> {
        count(&self.sign_ins, address)
    }

    /// Counts one less: what has begun from `address` has ended well.
    pub fn forget_sign_in(&self, address: IpAddr) {
        self.sign_ins.give_back(&bucket(address), 1);
    }

    /// Counts one test of a provider asked for by `address`.
    ///
    /// # Errors
    /// As [`Limits::count_sign_in`].
    pub fn count_test(&self, address: IpAddr) -> Result<()> {
        count(&self.tests, address)
    }

    /// Counts one link that leads nowhere, asked for by `address`.
    ///
    /// # Errors
    /// As [`Limits::count_sign_in`].
    pub fn count_miss(&self, address: IpAddr) -> Result<()> {
        count(&self.misses, address)
    }

    /// Counts invites that an admin, by their id, sends for an organization, by its.
    ///
    /// # Errors
    /// 429 with the time to wait when there were too many: then none counts.
    pub fn count_invites(&self, admin: &str, organization: &str, invites: u32) -> Result<()> {
        let refused = |Wait(wait)| Error::TooManyInvites(wait);
        self.invites_of_admin.take(admin.to_owned(), invites).map_err(refused)?;
        let organization = self.invites_of_organization.take(organization.to_owned(), invites);
        organization.map_err(|wait| {
            self.invites_of_admin.give_back(admin, invites);
            refused(wait)
        })
    }

    /// Counts so many less, which were not sent.
    pub fn forget_invites(&self, admin: &str, organization: &str, invites: u32) {
        self.invites_of_admin.give_back(admin, invites);
        self.invites_of_organization.give_back(organization, invites);
    }

    /// What is left of a limit for a person and an organization, by their ids, and for `address`.
    pub fn quotas(
        &self,
        limit: Limit,
        address: IpAddr,
        person: Option<&str>,
        organization: Option<&str>,
    ) -> Vec<Quota> {
        match limit {
            Limit::Tests => vec![self.tests.quota("tests", &bucket(address))],
            Limit::Invites => {
                let of_admin = person.map(|id| self.invites_of_admin.quota("invites", id));
                let of_all = organization.map(|id| self.invites_of_organization.quota("organization", id));
                of_admin.into_iter().chain(of_all).collect()
            }
        }
    }

    /// Refuses before it is looked whether a link leads anywhere.
    ///
    /// # Errors
    /// 429 for anyone who has used up what [`Limits::count_miss`] counts.
    pub fn refuse_misses(&self, address: IpAddr) -> Result<()> {
        self.misses.has(&bucket(address)).map_err(too_often)
    }
}

/// Takes one from the budget of the client with this address.
fn count(budgets: &Budgets<IpAddr>, address: IpAddr) -> Result<()> {
    budgets.take(bucket(address), 1).map_err(too_often)
}

fn too_often(Wait(wait): Wait) -> Error {
    Error::TooManyRequests(wait)
}
