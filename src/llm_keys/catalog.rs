//! The providers of models, as data. To add one: an entry here and its logo in `templates/icons/llm`.

/// A provider that everybody knows.
#[derive(Debug)]
pub struct Provider {
    /// Its name in addresses, the API and the database.
    pub id: &'static str,
    pub label: &'static str,
    /// SVG markup.
    pub icon: &'static str,
    /// The environment's key, where an organization has none (rule 4.2).
    pub variable: &'static str,
    /// Where its API is.
    pub address: Address,
    /// How its keys begin, as far as they tell it apart; for hints only, because such things change.
    pub prefix: &'static str,
    /// Where people make keys.
    pub console: &'static str,
    pub probe: Probe,
}

/// Where a provider's API is.
#[derive(Debug)]
pub enum Address {
    /// The same for everybody; without the version, which the probe adds.
    Fixed(&'static str),
    /// Each organization's own, called so.
    Own(&'static str),
}

/// One cheap, authenticated request that spends nothing (rule 4.5): a GET.
#[derive(Debug)]
pub struct Probe {
    /// What every path of the API begins with.
    pub version: &'static str,
    pub path: &'static str,
    pub authentication: Authentication,
    /// Other headers that the API wants.
    pub headers: &'static [(&'static str, &'static str)],
    /// Answers beside 2xx that only a good key gets.
    pub good: &'static [u16],
    /// Answers beside 401 by which it refuses a bad key.
    pub bad: &'static [u16],
}

/// How a request shows its key.
#[derive(Clone, Copy, Debug)]
pub enum Authentication {
    /// RFC 6750.
    Bearer,
    /// A header of the provider's own.
    Header(&'static str),
}

/// Lists models, with a bearer token, under `/v1`: what most of them do.
const MODELS: Probe = Probe {
    version: "/v1",
    path: "/models",
    authentication: Authentication::Bearer,
    headers: &[],
    good: &[],
    bad: &[],
};

/// What an OpenAI-compatible server of one's own is tried with; its address has the version in it.
pub const CUSTOM: Probe = Probe { version: "", ..MODELS };
/// The logo of such a server.
pub const CUSTOM_ICON: &str = include_str!("../../templates/icons/llm/custom.svg");
/// What the name of such a server begins with in addresses, the API and the database.
pub const CUSTOM_PREFIX: &str = "custom-";

/// All providers, the best known first.
pub const PROVIDERS: [Provider; 14] = [
    Provider {
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
    Provider {
        id: "openai",
        label: "OpenAI",
        icon: include_str!("../../templates/icons/llm/openai.svg"),
        variable: "OPENAI_API_KEY",
        address: Address::Fixed("https://api.openai.com"),
        prefix: "sk-proj-",
        console: "https://platform.openai.com/api-keys",
        probe: MODELS,
    },
    Provider {
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
    Provider {
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
    Provider {
        id: "mistral",
        label: "Mistral",
        icon: include_str!("../../templates/icons/llm/mistral.svg"),
        variable: "MISTRAL_API_KEY",
        address: Address::Fixed("https://api.mistral.ai"),
        prefix: "",
        console: "https://console.mistral.ai/api-keys",
        probe: MODELS,
    },
    Provider {
        id: "cohere",
        label: "Cohere",
        icon: include_str!("../../templates/icons/llm/cohere.svg"),
        variable: "COHERE_API_KEY",
        address: Address::Fixed("https://api.cohere.com"),
        prefix: "",
        console: "https://dashboard.cohere.com/api-keys",
        probe: MODELS,
    },
    Provider {
        id: "groq",
        label: "Groq",
        icon: include_str!("../../templates/icons/llm/groq.svg"),
        variable: "GROQ_API_KEY",
        address: Address::Fixed("https://api.groq.com/openai"),
        prefix: "gsk_",
        console: "https://console.groq.com/keys",
        probe: MODELS,
    },
    Provider {
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
    Provider {
        id: "xai",
        label: "xAI",
        icon: include_str!("../../templates/icons/llm/xai.svg"),
        variable: "XAI_API_KEY",
        address: Address::Fixed("https://api.x.ai"),
        prefix: "xai-",
        console: "https://console.x.ai",
        probe: Probe { bad: &[400], ..MODELS },
    },
    Provider {
        id: "deepseek",
        label: "DeepSeek",
        icon: include_str!("../../templates/icons/llm/deepseek.svg"),
        variable: "DEEPSEEK_API_KEY",
        address: Address::Fixed("https://api.deepseek.com"),
        prefix: "",
        console: "https://platform.deepseek.com/api_keys",
        probe: MODELS,
    },
    Provider {
        id: "together",
        label: "Together AI",
        icon: include_str!("../../templates/icons/llm/together.svg"),
        variable: "TOGETHER_API_KEY",
        address: Address::Fixed("https://api.together.xyz"),
        prefix: "",
        console: "https://api.together.xyz/settings/api-keys",
        probe: MODELS,
    },
    Provider {
        id: "fireworks",
        label: "Fireworks AI",
        icon: include_str!("../../templates/icons/llm/fireworks.svg"),
        variable: "FIREWORKS_API_KEY",
        address: Address::Fixed("https://api.fireworks.ai/inference"),
        prefix: "fw_",
        console: "https://app.fireworks.ai/settings/users/api-keys",
        probe: MODELS,
    },
    Provider {
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
    Provider {
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
pub fn find(id: &str) -> Option<&'static Provider> {
    PROVIDERS.iter().find(|provider| provider.id == id)
}

impl Provider {
    /// How settings spell it: `AZURE_OPENAI` in `GATEHOUSE_LLM__AZURE_OPENAI__BASE_URL`.
    pub fn setting(&self) -> String {
        self.id.to_ascii_uppercase().replace('-', "_")
    }
}
