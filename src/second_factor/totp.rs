//! Codes of authenticator apps: six digits, a new one every 30 seconds (TOTP, RFC 6238).

use fast_qr::QRBuilder;
use fast_qr::convert::svg::SvgBuilder;
use secrecy::{ExposeSecret, SecretString};
use totp_rs::{Builder, Secret as Bytes, Totp};
use zeroize::Zeroizing;

use crate::authority::Services;
use crate::entity::authenticator_app::Model;
use crate::error::{Error, Result};
use crate::random;
use crate::vault::sealed::AUTHENTICATOR_SECRET;

/// 160 bits, as RFC 4226 recommends (section 4).
const SECRET_BYTES: usize = 20;

/// What an app and we make the same codes of.
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn new() -> Result<Self> {
        Ok(Self(Zeroizing::new(random::bytes()?[..SECRET_BYTES].to_vec())))
    }

    /// The secret of this app.
    ///
    /// # Errors
    /// When it can't be opened with the master keys that there are.
    pub fn of(services: &Services, app: &Model) -> Result<Self> {
        let opened = services.config.master_key.open(&app.sealed_secret, &place(&app.user_id, &app.id));
        opened.map(Self).map_err(|e| Error::Internal(format!("an authenticator app’s secret: {e}")))
    }

    /// As it is stored.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn seal(&self, services: &Services, person: &str, app: &str) -> Result<String> {
        let sealed = services.config.master_key.seal(&self.0, &place(person, app));
        sealed.map_err(|e| Error::Internal(e.to_string()))
    }

    /// The time step of a code, if it is one of the present step or of those beside it.
    ///
    /// # Errors
    /// When what is stored is no secret, which is a fault of ours.
    pub fn step_of(&self, code: &str, seconds: u64) -> Result<Option<i64>> {
        let step = self.totp("", "")?.check(code, seconds);
        Ok(step.and_then(|step| i64::try_from(step).ok()))
    }

    /// As people type it where they can't scan: base32 in groups of four.
    ///
    /// # Errors
    /// As [`Self::step_of`].
    pub fn text(&self) -> Result<SecretString> {
        let text = self.totp("", "")?.secret().to_base32();
        let groups: Vec<&str> = (0..text.len()).step_by(4).filter_map(|at| text.get(at..at + 4)).collect();
        Ok(groups.join(" ").into())
    }

    /// The code to scan, drawn here: `<svg>`. It says which installation and whose account it is for.
    ///
    /// # Errors
    /// As [`Self::step_of`].
    pub fn drawn(&self, installation: &str, account: &str) -> Result<SecretString> {
        let address: SecretString =
            self.totp(installation, account)?.to_url().map_err(|e| Error::Internal(e.to_string()))?.into();
        let drawn = QRBuilder::new(address.expose_secret()).build();
        let drawn = drawn.map_err(|e| Error::Internal(format!("{e:?}")))?;
        Ok(SvgBuilder::default().to_str(&drawn).into())
    }

    fn totp(&self, installation: &str, account: &str) -> Result<Totp> {
        // Neither may hold a colon, which stands between them.
        let (issuer, account) = (installation.replace(':', " "), account.replace(':', " "));
        let secret = Bytes::new(self.0.to_vec().into_boxed_slice());
        let totp = Builder::new().with_secret(secret).with_account_name(account).with_issuer(Some(issuer));
        totp.build().map_err(|e| Error::Internal(e.to_string()))
    }
}

fn place(person: &str, app: &str) -> String {
    AUTHENTICATOR_SECRET.place(&[person, app], &[])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of RFC 6238, appendix B.
    fn of_the_rfc() -> Secret {
        Secret(Zeroizing::new(b"12345678901234567890".to_vec()))
    }

    #[test]
    fn the_codes_are_those_of_rfc_6238() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            let step = of_the_rfc().step_of(code, seconds).expect("a secret");
            assert_eq!(step, i64::try_from(seconds / 30).ok(), "{code}");
        }
    }

    #[test]
    fn a_code_is_taken_half_a_minute_early_and_late_and_then_no_more() {
        let taken = |seconds| of_the_rfc().step_of("287082", seconds).expect("a secret");
        for seconds in [0, 29, 30, 59, 60, 89] {
            assert_eq!(taken(seconds), Some(1), "at {seconds} s");
        }
        assert_eq!(taken(90), None);
        assert_eq!(of_the_rfc().step_of("287083", 59).expect("a secret"), None);
    }

    #[test]
    fn the_drawing_is_our_own_and_the_text_can_be_typed() {
        let secret = Secret::new().expect("randomness");
        let drawn = secret.drawn("gate.acme.test:8443", "ada@acme.test").expect("a drawing");
        assert!(drawn.expose_secret().starts_with("<svg"));
        assert!(!drawn.expose_secret().contains("style="), "the page's policy takes none");
        let text = secret.text().expect("text");
        assert_eq!(text.expose_secret().len(), 32 + 7, "32 characters in groups of four");
    }
}
