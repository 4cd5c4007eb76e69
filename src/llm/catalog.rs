//! The providers of models, as data. To add one: an entry here and its logo in `templates/icons/llm`.

use super::known_provider::{Address, KnownProvider};
use super::probe::{Authentication, MODELS, Probe};

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
        prefix: "sk-ant-",
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
        prefix: "sk-proj-",
        console: "https://platform.openai.com/api-keys",
        probe: MODELS,
    },
    KnownProvider {
        id: "google",
        label: "Google Gemini",
        icon: include_str!("../../templates/icons/llm/google.svg"),
        variable: "GOOGLE_API_KEY",
        address: Address::Fixed("https://generativelanguage.googleapis.com"),
        prefix: "AIza",
        console: "https://aistudio.google.com/apikey",
        probe: Probe {
            version: "/v1beta",
            authentication: Authentication::Header("x-goog-api-key"),
            bad: &[400],
            ..MODELS
        },
    },
    KnownProvider {
        id: "parallel",
        label: "Parallel",
        icon: include_str!("../../templates/icons/llm/parallel.svg"),
        variable: "PARALLEL_API_KEY",
        address: Address::Fixed("https://api.parallel.ai"),
        prefix: "",
        console: "https://platform.parallel.ai",
        // There is nothing to list: a run that nobody started is not found, but only with a good key.
        probe: Probe {
            path: "/tasks/runs/trun_none",
            authentication: Authentication::Header("x-api-key"),
            good: &[404],
            ..MODELS
        },
    },
    KnownProvider {
        id: "mistral",
        label: "Mistral",
        icon: include_str!("../../templates/icons/llm/mistral.svg"),
        variable: "MISTRAL_API_KEY",
        address: Address::Fixed("https://api.mistral.ai"),
        prefix: "",
        console: "https://console.mistral.ai/api-keys",
        probe: MODELS,
    },
    KnownProvider {
        id: "cohere",
        label: "Cohere",
        icon: include_str!("../../templates/icons/llm/cohere.svg"),
        variable: "COHERE_API_KEY",
        address: Address::Fixed("https://api.cohere.com"),
        prefix: "",
        console: "https://dashboard.cohere.com/api-keys",
        probe: MODELS,
    },
    KnownProvider {
        id: "groq",
        label: "Groq",
        icon: include_str!("../../templates/icons/llm/groq.svg"),
        variable: "GROQ_API_KEY",
        address: Address::Fixed("https://api.groq.com/openai"),
        prefix: "gsk_",
        console: "https://console.groq.com/keys",
        probe: MODELS,
    },
    KnownProvider {
        id: "openrouter",
        label: "OpenRouter",
        icon: include_str!("../../templates/icons/llm/openrouter.svg"),
        variable: "OPENROUTER_API_KEY",
        address: Address::Fixed("https://openrouter.ai/api"),
        prefix: "sk-or-",
        console: "https://openrouter.ai/settings/keys",
        // Everybody may list its models.
        probe: Probe { path: "/key", ..MODELS },
    },
    KnownProvider {
        id: "xai",
        label: "xAI",
        icon: include_str!("../../templates/icons/llm/xai.svg"),
        variable: "XAI_API_KEY",
        address: Address::Fixed("https://api.x.ai"),
        prefix: "xai-",
        console: "https://console.x.ai",
        probe: Probe { bad: &[400], ..MODELS },
    },
    KnownProvider {
        id: "deepseek",
        label: "DeepSeek",
        icon: include_str!("../../templates/icons/llm/deepseek.svg"),
        variable: "DEEPSEEK_API_KEY",
        address: Address::Fixed("https://api.deepseek.com"),
        prefix: "",
        console: "https://platform.deepseek.com/api_keys",
        probe: MODELS,
    },
    KnownProvider {
        id: "together",
        label: "Together AI",
        icon: include_str!("../../templates/icons/llm/together.svg"),
        variable: "TOGETHER_API_KEY",
        address: Address::Fixed("https://api.together.xyz"),
        prefix: "",
        console: "https://api.together.xyz/settings/api-keys",
        probe: MODELS,
    },
    KnownProvider {
        id: "fireworks",
        label: "Fireworks AI",
        icon: include_str!("../../templates/icons/llm/fireworks.svg"),
        variable: "FIREWORKS_API_KEY",
        address: Address::Fixed("https://api.fireworks.ai/inference"),
        prefix: "fw_",
        console: "https://app.fireworks.ai/settings/users/api-keys",
        probe: MODELS,
    },
    KnownProvider {
        id: "perplexity",
        label: "Perplexity",
        icon: include_str!("../../templates/icons/llm/perplexity.svg"),
        variable: "PERPLEXITY_API_KEY",
        address: Address::Fixed("https://api.perplexity.ai"),
        prefix: "pplx-",
        console: "https://www.perplexity.ai/settings/api",
        // Its jobs under way: it asks nobody for a key before it lists models.
        probe: Probe { version: "", path: "/async/chat/completions", ..MODELS },
    },
    KnownProvider {
        id: "azure-openai",
        label: "Azure OpenAI",
        icon: include_str!("../../templates/icons/llm/azure-openai.svg"),
        variable: "AZURE_OPENAI_API_KEY",
        address: Address::Own("Resource URL"),
        prefix: "",
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
