//! Whose key something is, as far as its beginning says.

use super::catalog::PROVIDERS;

/// Who gives out keys that begin so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    /// What it is called in forms and in the API: the provider's id, where it is in the catalog.
    pub id: &'static str,
    /// What people call it.
    pub label: &'static str,
}

/// Those that are not in the catalog, by what their keys begin with. Such things change: for questions only.
const OTHERS: [(&str, Family); 21] = [
    ("hf_", Family { id: "huggingface", label: "Hugging Face" }),
    ("r8_", Family { id: "replicate", label: "Replicate" }),
    ("nvapi-", Family { id: "nvidia", label: "Nvidia" }),
    ("csk-", Family { id: "cerebras", label: "Cerebras" }),
    ("jina_", Family { id: "jina", label: "Jina" }),
    ("tvly-", Family { id: "tavily", label: "Tavily" }),
    ("sk-lf-", Family { id: "langfuse", label: "Langfuse" }),
    ("pk-lf-", Family { id: "langfuse", label: "Langfuse" }),
    ("lsv2_", Family { id: "langsmith", label: "LangSmith" }),
    ("ABSK", Family { id: "bedrock", label: "Amazon Bedrock" }),
    ("AKIA", Family { id: "aws", label: "AWS" }),
    ("ya29.", Family { id: "google-oauth", label: "Google OAuth" }),
    ("ghp_", Family { id: "github", label: "GitHub" }),
    ("gho_", Family { id: "github", label: "GitHub" }),
    ("github_pat_", Family { id: "github", label: "GitHub" }),
    ("glpat-", Family { id: "gitlab", label: "GitLab" }),
    ("xoxb-", Family { id: "slack", label: "Slack" }),
    ("sk_live_", Family { id: "stripe", label: "Stripe" }),
    ("sk_test_", Family { id: "stripe", label: "Stripe" }),
    ("whsec_", Family { id: "webhook", label: "webhook" }),
    ("gh_", Family { id: "gatehouse", label: "Gatehouse" }),
];
/// What OpenAI writes into the middle of its keys, those without a telling beginning among them.
const OPENAI: &str = "T3BlbkFJ";

impl Family {
    /// Whose key it is; none where its beginning does not say.
    pub fn of(key: &str) -> Option<Self> {
        let of_catalog = PROVIDERS.iter().flat_map(|known| {
            let family = Self { id: known.id, label: known.label };
            known.prefixes.iter().map(move |prefix| (*prefix, family))
        });
        let begins = of_catalog.chain(OTHERS).filter(|(prefix, _)| key.starts_with(prefix));
        let longest = begins.max_by_key(|(prefix, _)| prefix.len()).map(|(_, family)| family);
        longest.or_else(|| key.contains(OPENAI).then_some(Self { id: "openai", label: "OpenAI" }))
    }

    /// The one of this name.
    pub fn named(id: &str) -> Option<Self> {
        let known = PROVIDERS.iter().map(|known| Self { id: known.id, label: known.label });
        known.chain(OTHERS.map(|(_, family)| family)).find(|family| family.id == id)
    }

    /// What is said of such a key.
    pub fn sentence(self) -> String {
        let article = if self.label.starts_with(['A', 'E', 'I', 'O', 'x']) { "an" } else { "a" };
        format!("This looks like {article} {} key.", self.label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_a_key_says_whose_it_is() {
        for (key, id) in [
            ("sk-ant-0123", Some("anthropic")),
            ("sk-proj-0123", Some("openai")),
            ("sk-svcacct-0123", Some("openai")),
            ("sk-or-v1-0123", Some("openrouter")),
            ("AIza0123", Some("google")),
            ("gsk_0123", Some("groq")),
            ("xai-0123", Some("xai")),
            ("fw_0123", Some("fireworks")),
            ("pplx-0123", Some("perplexity")),
            ("hf_0123", Some("huggingface")),
            ("r8_0123", Some("replicate")),
            ("gh_0123", Some("gatehouse")),
            ("github_pat_0123", Some("github")),
            ("sk-0123T3BlbkFJ4567", Some("openai")),
            ("sk-0123", None),
            ("0123456789abcdef", None),
            ("", None),
        ] {
            let family = Family::of(key);
            assert_eq!(family.map(|family| family.id), id, "{key}");
            assert_eq!(family.and_then(|family| Family::named(family.id)), family);
        }
    }

    #[test]
    fn a_family_is_named_as_people_name_it() {
        let sentence = |key| Family::of(key).expect("a family").sentence();
        assert_eq!(sentence("sk-ant-0123"), "This looks like an Anthropic key.");
        assert_eq!(sentence("xai-0123"), "This looks like an xAI key.");
        assert_eq!(sentence("gsk_0123"), "This looks like a Groq key.");
    }
}
