//! A phone with an authenticator app.

use data_encoding::BASE32_NOPAD;
use totp_rs::{Builder, Secret};

/// What it keeps of the account that it has scanned.
pub struct Phone(pub Vec<u8>);

impl Phone {
    /// One into which someone has typed the key that the page shows.
    pub fn scanned(page: &str) -> Self {
        let at = page.find("id=\"setup_key\"").unwrap_or_else(|| panic!("no key in {page}"));
        let value = page[at..].split("value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let key = value.expect("a value").replace(' ', "");
        Self(BASE32_NOPAD.decode(key.as_bytes()).expect("base32"))
    }

    /// What it shows at a moment, in seconds since 1970.
    pub fn shows_at(&self, seconds: i64) -> String {
        let secret = Secret::new(self.0.clone().into_boxed_slice());
        let totp = Builder::new().with_secret(secret).with_account_name("a").with_issuer(Some("b")).build();
        totp.expect("a secret").generate(u64::try_from(seconds).expect("after 1970")).to_string()
    }
}

/// The recovery codes that a page shows.
pub fn recovery_codes(page: &str) -> Vec<String> {
    let codes = page.split("<li><code>").skip(1).filter_map(|rest| rest.split('<').next());
    codes.map(str::to_owned).collect()
}
