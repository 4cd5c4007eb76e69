//! Identity providers: are they there, and do they accept us?

use super::certificates;
use super::report::Report;
use crate::clock::Clock;
use crate::config::Config;
use crate::identity_providers::IdentityProviders;

pub(super) async fn providers(report: &mut Report, config: &Config) {
    let providers = match IdentityProviders::new(config, &Clock::default()) {
        Ok(providers) => providers,
        Err(error) => return report.bad("providers", format!("{error:#}")),
    };
    for provider in providers.iter() {
        let what = format!("provider {}", provider.name);
        for finding in provider.test().await {
            if finding.good {
                report.good(&what, finding.sentence);
                continue;
            }
            let names_its_cure = finding.sentence.contains("GATEHOUSE_");
            let cure = format!(" Check GATEHOUSE_PROVIDERS__{}__…", provider.name.to_uppercase());
            let trust = certificates::cure(&finding.sentence);
            report.bad(&what, finding.sentence + if names_its_cure { "" } else { &cure } + trust);
        }
    }
}
