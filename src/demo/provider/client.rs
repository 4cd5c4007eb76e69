//! The application that people sign in to.

/// The one client that the provider knows.
#[derive(Clone)]
pub struct Client {
    pub name: String,
    pub id: String,
    pub secret: String,
    pub redirect: String,
}
