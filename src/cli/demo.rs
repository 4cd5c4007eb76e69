//! `gatehouse demo`: the whole product on loopback, with nothing to configure.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use data_encoding::BASE64;

use super::opening::{shell_of_many, shell_of_one_of_many};
use crate::app::App;
use crate::authority::Organization;
use crate::clock::Clock;
use crate::config::{self, Config, ConfigError};
use crate::db::Db;
use crate::demo::mail::DemoMail;
use crate::demo::provider::{Client, DemoProvider};
use crate::links::Site;
use crate::organization::bootstrap::bootstrap;
use crate::organization::operator::{create, is_known};
use crate::random;
use crate::slug::Slug;

/// Where the demo keeps its database and its master key.
const FOLDER: &str = "data/demo";
/// The same for the demo of many organizations.
const FOLDER_OF_MANY: &str = "data/demo/many";
/// Who owns both organizations of that one.
const OWNER: &str = "ada@acme.test";

/// What of our settings a demo heeds, beside those of LLM providers; database, key, provider and mail are its own.
const HEEDED: [&str; 11] = [
    "GATEHOUSE_BASE_URL",
    "GATEHOUSE_BIND",
    "GATEHOUSE_LOG",
    "GATEHOUSE_LOG_FORMAT",
    "GATEHOUSE_TRUSTED_PROXIES",
    "GATEHOUSE_METRICS_BIND",
    "GATEHOUSE_ALLOWED_DOMAINS",
    "GATEHOUSE_BLOCKED_DOMAINS",
    "GATEHOUSE_ALLOWED_EMAILS",
    "GATEHOUSE_BLOCKED_EMAILS",
    "GATEHOUSE_OUTBOUND_ALLOW",
];

#[derive(Args)]
pub struct Options {
    /// The application's port on this machine; the demo provider takes the next one, the mail catcher the two
    /// after it.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Forget what earlier demos stored.
    #[arg(long)]
    fresh: bool,
    /// Many organizations instead of one: Acme and Globex, and Ada Lovelace owns both.
    #[arg(long)]
    multi: bool,
}

impl Options {
    fn folder(&self) -> &'static str {
        if self.multi { FOLDER_OF_MANY } else { FOLDER }
    }
}

pub async fn run(options: Options) -> anyhow::Result<()> {
    if options.fresh {
        forget(Path::new(options.folder()))?;
    }
    let client = client(options.port)?;
    let config = config(&options, &client)?;
    super::opening::start_log(&config.log)?;
    refuse_public(&config)?;
    let neighbour = |n: u16| {
        let port = options.port.checked_add(n).context("--port must be below 65533")?;
        anyhow::Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
    };
    let provider = DemoProvider::start(neighbour(1)?, client)?;
    let mail = DemoMail::start(neighbour(2)?, neighbour(3)?).await?;
    let handles = [provider.server.handle(), mail.server.handle()];
    let running = [actix_web::rt::spawn(provider.server), actix_web::rt::spawn(mail.server)];
    let base_url = config.base_url.origin();
    let app = App::build(config, Clock::default()).await?;
    if options.multi {
        furnish(&app.services().db).await?;
    }
    greet(&base_url, &provider.issuer, &mail.url, options.multi);
    app.without_drain().run().await?;
    mail.taking.abort();
    for handle in handles {
        handle.stop(false).await;
    }
    for server in running {
        server.abort();
    }
    Ok(())
}

/// Names the two organizations and their owner; those that an earlier demo has named stay as they are.
async fn furnish(db: &Db) -> anyhow::Result<()> {
    let (name, owner) = (super::arguments::name, super::arguments::email(OWNER).map_err(anyhow::Error::msg)?);
    let acme = name("Acme").map_err(anyhow::Error::msg)?;
    if let Some(first) = Organization::first(db).await? {
        bootstrap(&shell_of_one_of_many(db, first).await?, &acme, &owner).await?;
    }
    let (globex, slug) = (name("Globex").map_err(anyhow::Error::msg)?, Slug::parse("globex"));
    let slug = slug.map_err(anyhow::Error::msg)?;
    if !is_known(db, &slug).await? {
        create(&shell_of_many(db).await?, &globex, Some(&slug), &owner).await?;
    }
    Ok(())
}

fn greet(base_url: &str, issuer: &str, mail: &str, multi: bool) {
    let first = if multi {
        "Acme and Globex are here: sign in as Ada Lovelace, who owns both."
    } else {
        "The first person to sign in becomes the owner."
    };
    let greeting = format!(
        "Gatehouse   {base_url}\nDemo ID     {issuer}  (identity provider: be anyone)\n\
         Demo Mail   {mail}  (mail catcher: every email ends up here)\n\n\
         {first} Ctrl-C stops; --fresh starts over.\n"
    );
    // A demo whose greeting no one reads goes on all the same.
    let _ = std::io::stdout().write_all(greeting.as_bytes());
}

fn client(port: u16) -> anyhow::Result<Client> {
    let base = std::env::var("GATEHOUSE_BASE_URL").unwrap_or_else(|_| format!("http://localhost:{port}"));
    Ok(Client {
        name: "Gatehouse".to_owned(),
        id: "gatehouse".to_owned(),
        secret: random::token()?,
        redirect: [base.trim_end_matches('/'), &Site.callback("demo")].concat(),
    })
}

fn config(options: &Options, client: &Client) -> anyhow::Result<Config> {
    let own = [
        ("DATABASE_URL", format!("sqlite://{}/gatehouse.db", options.folder())),
        ("MASTER_KEY", master_key(&PathBuf::from(options.folder()).join("master.key"))?),
        ("PROVIDERS__DEMO__KIND", "oidc".to_owned()),
        ("PROVIDERS__DEMO__LABEL", "Demo ID".to_owned()),
        ("PROVIDERS__DEMO__ISSUER", format!("http://localhost:{}", u32::from(options.port) + 1)),
        ("PROVIDERS__DEMO__CLIENT_ID", client.id.clone()),
        ("PROVIDERS__DEMO__CLIENT_SECRET", client.secret.clone()),
        ("SMTP_URL", format!("smtp://127.0.0.1:{}?tls=none", u32::from(options.port) + 3)),
        ("MAIL_FROM", "Gatehouse <gatehouse@demo.test>".to_owned()),
        ("BASE_URL", format!("http://localhost:{}", options.port)),
        ("BIND", format!("127.0.0.1:{}", options.port)),
        ("LOG", "warn".to_owned()),
    ];
    let own = own.into_iter().map(|(name, value)| (format!("GATEHOUSE_{name}"), value));
    let of_many = [("TENANCY", "multi"), ("SIGN_UP", "open"), ("ORG_CREATORS", "@acme.test")];
    let of_many = of_many.into_iter().filter(|_| options.multi);
    let of_many = of_many.map(|(name, value)| (format!("GATEHOUSE_{name}"), value.to_owned()));
    let heeded = config::environment()?.into_iter().filter(|(name, _)| is_heeded(name));
    Ok(Config::from_pairs(own.chain(of_many).chain(heeded))?)
}

/// Of the names that are not ours, only the keys of LLM providers mean something.
fn is_heeded(name: &str) -> bool {
    HEEDED.contains(&name) || name.starts_with("GATEHOUSE_LLM__") || !name.starts_with("GATEHOUSE_")
}

/// A demo lets anyone be anyone: it must not be reachable from elsewhere.
fn refuse_public(config: &Config) -> Result<(), ConfigError> {
    let refuse = |variable: &str| ConfigError {
        variable: variable.to_owned(),
        problem: "must be a loopback address for a demo, where anyone can sign in as anyone".to_owned(),
    };
    if !config.base_url.is_loopback() {
        return Err(refuse("GATEHOUSE_BASE_URL"));
    }
    if config.bind.ip().is_loopback() { Ok(()) } else { Err(refuse("GATEHOUSE_BIND")) }
}

fn master_key(path: &Path) -> anyhow::Result<String> {
    if let Ok(key) = std::fs::read_to_string(path) {
        return Ok(key);
    }
    let key = format!("demo:{}", BASE64.encode(&random::bytes()?));
    let folder = path.parent().unwrap_or(Path::new(FOLDER));
    std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(key.as_bytes())?;
    Ok(key)
}

fn forget(folder: &Path) -> anyhow::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("forgetting {}", folder.display()))
        }
        _ => Ok(()),
    }
}
