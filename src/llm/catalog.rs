//! The providers of models, as data. To add one: an entry here and its logo in `templates/icons/llm`.
//!
//! `base_url_variable` is only what the provider's own SDK reads and what means the address that we keep. Groq's and
//! Fireworks' add `/openai` and `/inference` to it themselves, Together's includes the version in some releases, and the
//! others document none.

use super::known_provider::{Address, BaseUrlVariable, KnownProvider};
use super::probe::{Authentication, Expected, MODELS, Probe};

/// The logo of such a server.
pub const CUSTOM_ICON: &str = include_str!("../../templates/icons/llm/custom.svg");
/// What the name of such a server begins with in addresses, the API and the database.
pub const CUSTOM_PREFIX: &str = "custom-";
/// All providers, the best known first.
pub const PROVIDERS: [KnownProvider; 14] = [
    KnownProvider {
        id: "anthropic",
        label: "Anthropic",
        icon: include_str!("../../templates/icons/llm/anthropic.svg"),
        variable: "ANTHROPIC_API_KEY",
        address: Address::Fixed("https://api.anthropic.com"),
        base_url_variable: Some(BaseUrlVariable { name: "ANTHROPIC_BASE_URL", has_version: false }),
        prefixes: &["sk-ant-"],
        console: "https://console.anthropic.com/settings/keys",
        probe: Probe {
            authentication: Authentication::Header("x-api-key"),
            headers: &[("anthropic-version", "2023-06-01")],
            ..MODELS
        },
    },
    KnownProvider {
        id: "openai",
        label: "OpenAI",
        icon: include_str!("../../templates/icons/llm/openai.svg"),
        variable: "OPENAI_API_KEY",
        address: Address::Fixed("https://api.openai.com"),
        base_url_variable: Some(BaseUrlVariable { name: "OPENAI_BASE_URL", has_version: true }),
        prefixes: &["sk-proj-", "sk-svcacct-", "sk-admin-"],
        console: "https://platform.openai.com/api-keys",
        probe: MODELS,
    },
    KnownProvider {
        id: "google",
        label: "Google Gemini",
        icon: include_str!("../../templates/icons/llm/google.svg"),
        variable: "GOOGLE_API_KEY",
        address: Address::Fixed("https://generativelanguage.googleapis.com"),
        base_url_variable: Some(BaseUrlVariable { name: "GOOGLE_GEMINI_BASE_URL", has_version: false }),
        prefixes: &["AIza", "AQ."],
        console: "https://aistudio.google.com/apikey",
        probe: Probe {
            version: "/v1beta",
            authentication: Authentication::Header("x-goog-api-key"),
            expected: Expected::Models { lists: &["models"], field: "name" },
            ..MODELS
        },
    },
    KnownProvider {
        id: "parallel",
        label: "Parallel",
        icon: include_str!("../../templates/icons/llm/parallel.svg"),
        variable: "PARALLEL_API_KEY",
        address: Address::Fixed("https://api.parallel.ai"),
        base_url_variable: Some(BaseUrlVariable { name: "PARALLEL_BASE_URL", has_version: false }),
        prefixes: &[],
        console: "https://platform.parallel.ai",
        // There is nothing to list: a run that no one started is not found, but only with a good key.
        probe: Probe {
            path: "/tasks/runs/trun_none",
            authentication: Authentication::Header("x-api-key"),
            expected: Expected::At { status: 404, pointer: "/error/ref_id" },
            ..MODELS
        },
    },
    KnownProvider {
        id: "mistral",
        label: "Mistral",
        icon: include_str!("../../templates/icons/llm/mistral.svg"),
        variable: "MISTRAL_API_KEY",
        address: Address::Fixed("https://api.mistral.ai"),
        base_url_variable: None,
        prefixes: &[],
        console: "https://console.mistral.ai/api-keys",
        probe: MODELS,
    },
    KnownProvider {
        id: "cohere",
        label: "Cohere",
        icon: include_str!("../../templates/icons/llm/cohere.svg"),
        variable: "COHERE_API_KEY",
        address: Address::Fixed("https://api.cohere.com"),
        base_url_variable: None,
        prefixes: &[],
        console: "https://dashboard.cohere.com/api-keys",
        probe: Probe { expected: Expected::Models { lists: &["models"], field: "name" }, ..MODELS },
    },
    KnownProvider {
        id: "groq",
        label: "Groq",
        icon: include_str!("../../templates/icons/llm/groq.svg"),
        variable: "GROQ_API_KEY",
        address: Address::Fixed("https://api.groq.com/openai"),
        base_url_variable: None,
        prefixes: &["gsk_"],
        console: "https://console.groq.com/keys",
        probe: MODELS,
    },
    KnownProvider {
        id: "openrouter",
        label: "OpenRouter",
        icon: include_str!("../../templates/icons/llm/openrouter.svg"),
        variable: "OPENROUTER_API_KEY",
        address: Address::Fixed("https://openrouter.ai/api"),
        base_url_variable: None,
        prefixes: &["sk-or-"],
        console: "https://openrouter.ai/settings/keys",
        // Everyone may list its models.
        probe: Probe {
            path: "/key",
            expected: Expected::At { status: 200, pointer: "/data/label" },
            ..MODELS
        },
    },
    KnownProvider {
        id: "xai",
        label: "xAI",
        icon: include_str!("../../templates/icons/llm/xai.svg"),
        variable: "XAI_API_KEY",
        address: Address::Fixed("https://api.x.ai"),
        base_url_variable: None,
        prefixes: &["xai-"],
        console: "https://console.x.ai",
        probe: MODELS,
    },
    KnownProvider {
        id: "deepseek",
        label: "DeepSeek",
        icon: include_str!("../../templates/icons/llm/deepseek.svg"),
        variable: "DEEPSEEK_API_KEY",
        address: Address::Fixed("https://api.deepseek.com"),
        base_url_variable: None,
        prefixes: &[],
        console: "https://platform.deepseek.com/api_keys",
        probe: MODELS,
    },
    KnownProvider {
        id: "together",
        label: "Together AI",
        icon: include_str!("../../templates/icons/llm/together.svg"),
        variable: "TOGETHER_API_KEY",
        address: Address::Fixed("https://api.together.xyz"),
        base_url_variable: None,
        prefixes: &["tgp_"],
        console: "https://api.together.xyz/settings/api-keys",
        probe: Probe { expected: Expected::Models { lists: &["", "data"], field: "id" }, ..MODELS },
    },
    KnownProvider {
        id: "fireworks",
        label: "Fireworks AI",
        icon: include_str!("../../templates/icons/llm/fireworks.svg"),
        variable: "FIREWORKS_API_KEY",
        address: Address::Fixed("https://api.fireworks.ai/inference"),
        base_url_variable: None,
        prefixes: &["fw_"],
        console: "https://app.fireworks.ai/settings/users/api-keys",
        probe: MODELS,
    },
    KnownProvider {
        id: "perplexity",
        label: "Perplexity",
        icon: include_str!("../../templates/icons/llm/perplexity.svg"),
        variable: "PERPLEXITY_API_KEY",
        address: Address::Fixed("https://api.perplexity.ai"),
        base_url_variable: Some(BaseUrlVariable { name: "PERPLEXITY_BASE_URL", has_version: false }),
        prefixes: &["pplx-"],
        console: "https://www.perplexity.ai/settings/api",
        // Its jobs under way: it asks no one for a key before it lists models.
        probe: Probe {
            version: "",
            path: "/async/chat/completions",
            expected: Expected::At { status: 200, pointer: "/requests" },
            ..MODELS
        },
    },
    KnownProvider {
        id: "azure-openai",
        label: "Azure OpenAI",
        icon: include_str!("../../templates/icons/llm/azure-openai.svg"),
        variable: "AZURE_OPENAI_API_KEY",
        address: Address::Own("Resource URL"),
        base_url_variable: Some(BaseUrlVariable { name: "AZURE_OPENAI_ENDPOINT", has_version: false }),
        prefixes: &[],
        console: "https://portal.azure.com",
        probe: Probe {
            version: "/openai",
            path: "/models?api-version=2024-10-21",
            authentication: Authentication::Header("api-key"),
            ..MODELS
        },
    },
];

/// The provider of this id.
pub fn find(id: &str) -> Option<&'static KnownProvider> {
    PROVIDERS.iter().find(|provider| provider.id == id)
}
