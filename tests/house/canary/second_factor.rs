//! A second factor comes and goes: its secret and the recovery codes are shown where they are made, and nowhere else.

use chrono::Utc;
use data_encoding::BASE32_NOPAD;
use reqwest::Method;

use super::people::{Body, Person};
use super::search::{Heard, RECOVERY_CODE};
use super::story::Story;
use crate::web::support::{Device, Phone, recovery_codes};

const SECURITY: &str = "/settings/security";
const CHALLENGE: &str = "/sign-in/second-factor";

impl Story<'_> {
    pub(super) async fn a_second_factor_comes_and_goes(&self, admin: &Person<'_>, zoe: &Person<'_>) {
        let (app, codes) = self.adds_an_app(zoe).await;
        zoe.get(SECURITY).await;
        zoe.get(&app).await;
        zoe.post(&app, &[("name", "My phone")]).await;
        let elsewhere = self.person("zoe");
        elsewhere.signs_in(&self.outside.idp, "zoe@other.test", "/").await;
        elsewhere.get(CHALLENGE).await;
        elsewhere.send(Method::POST, CHALLENGE, Body::Form(&[("code", "abcd-efgh-ijkl-mnop")])).await;
        assert_eq!(elsewhere.post(CHALLENGE, &[("code", &codes[0])]).await.location(), "/");
        let proof = [("code", codes[1].as_str()), ("return_to", SECURITY)];
        assert_eq!(elsewhere.post("/settings/security/confirmation", &proof).await.location(), SECURITY);
        let renewed = elsewhere.post("/settings/security/recovery-codes", &[]).await;
        assert_eq!(renewed.status, 201, "{}", renewed.body);
        plant_codes(self.heard, &recovery_codes(&renewed.body));
        elsewhere.post(&format!("{app}/removal"), &[]).await;
        self.a_passkey_comes_and_goes(&elsewhere).await;

        self.adds_an_app(&elsewhere).await;
        let zoe_id = self.world.id_of("zoe@other.test").await;
        let page = format!("/settings/admin/users/{zoe_id}/second-factor");
        admin.get(&page).await;
        admin.post(&page, &[]).await;
        zoe.signs_in(&self.outside.idp, "zoe@other.test", "/").await;
        self.adds_an_app(zoe).await;
        admin.does(Method::DELETE, &page.replace("/settings/", "/api/"), Body::Form(&[])).await;
        zoe.signs_in(&self.outside.idp, "zoe@other.test", "/").await;
    }

    /// What a browser is asked is no secret, as little as what it answers: an answer is good for one question.
    async fn a_passkey_comes_and_goes(&self, zoe: &Person<'_>) {
        let mut device = Device::new(&zoe.visitor.base);
        zoe.get("/settings/security/new-passkey").await;
        let asked = zoe.post("/settings/security/new-passkey/options", &[]).await.json();
        let made = device.makes(&asked);
        let form = [("credential", made.as_str()), ("name", "Laptop")];
        let shown = zoe.post("/settings/security/new-passkey", &form).await;
        plant_codes(self.heard, &recovery_codes(&shown.body));
        let elsewhere = self.person("zoe");
        elsewhere.signs_in(&self.outside.idp, "zoe@other.test", "/").await;
        elsewhere.get(CHALLENGE).await;
        let asked = elsewhere.post("/sign-in/second-factor/passkey/options", &[]).await.json();
        let proof = device.proves(&asked);
        elsewhere.post("/sign-in/second-factor/passkey", &[("credential", &proof)]).await;
        let asked = elsewhere.post("/settings/security/confirmation/passkey/options", &[]).await.json();
        let form = [("credential", &*device.proves(&asked)), ("return_to", SECURITY)];
        elsewhere.post("/settings/security/confirmation/passkey", &form).await;
        let page = zoe.get(SECURITY).await.body;
        let page = page.split('"').find(|text| text.starts_with("/settings/security/passkeys/"));
        let page = page.expect("a passkey").to_owned();
        elsewhere.get(&page).await;
        elsewhere.post(&page, &[("name", "My laptop")]).await;
        elsewhere.post(&format!("{page}/removal"), &[]).await;
    }

    /// The page of the app, and the recovery codes.
    async fn adds_an_app(&self, person: &Person<'_>) -> (String, Vec<String>) {
        let page = person.post("/settings/security/apps", &[]).await.location().to_owned();
        let phone = Phone::scanned(&person.get(&page).await.body);
        self.heard.plant("the secret of an app", &phone.0);
        self.heard.plant("the key of an app", BASE32_NOPAD.encode(&phone.0).as_bytes());
        let confirmation = [("code", &*phone.shows_at(Utc::now().timestamp())), ("name", "Phone")];
        let shown = person.post(&format!("{page}/confirmation"), &confirmation).await;
        assert_eq!(shown.status, 201, "{}", shown.body);
        let codes = recovery_codes(&shown.body);
        plant_codes(self.heard, &codes);
        (page, codes)
    }
}

fn plant_codes(heard: &Heard, codes: &[String]) {
    assert_eq!(codes.len(), 10);
    for code in codes {
        heard.plant(RECOVERY_CODE, code.as_bytes());
        heard.plant(RECOVERY_CODE, code.replace('-', "").as_bytes());
        heard.plant(RECOVERY_CODE, code.replace('-', "").to_uppercase().as_bytes());
    }
}
