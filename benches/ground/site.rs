//! A `gatehouse serve` of its own, and someone who is signed in to it.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use data_encoding::BASE64;
use gatehouse::demo::provider::{Client, DemoProvider, PEOPLE};
use reqwest::Response;
use reqwest::header::{HeaderMap, HeaderName, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use tokio::task::JoinHandle;

/// Rows on a full page.
pub const FULL: usize = 50;

/// A process that ends with its owner.
pub struct Process(Child);

impl Process {
    pub fn start(command: &mut Command) -> anyhow::Result<Self> {
        Ok(Self(command.spawn().with_context(|| format!("starting {command:?}"))?))
    }

    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Its resident memory, in KB.
    pub fn resident(&self) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }

    /// What the process prints, when that was piped; once.
    pub fn output(&mut self) -> Option<ChildStdout> {
        self.0.stdout.take()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A started Gatehouse.
pub struct Site {
    pub process: Process,
    pub port: u16,
    /// `name=value` of the owner's session.
    pub cookie: String,
    /// The identity provider's address.
    issuer: String,
    running: JoinHandle<std::io::Result<()>>,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.running.abort();
    }
}

impl Site {
    /// Starts Gatehouse on the database at `url`, for one organization or many, and signs its owner in. What it logs goes to a file in `folder`.
    pub async fn start(url: &str, folder: &Path, tenancy: &str) -> anyhow::Result<Self> {
        Self::start_binary(Path::new(env!("CARGO_BIN_EXE_gatehouse")), url, folder, tenancy).await
    }

    /// The same of another binary, at its whole path.
    pub async fn start_binary(
        binary: &Path,
        url: &str,
        folder: &Path,
        tenancy: &str,
    ) -> anyhow::Result<Self> {
        let port = free_port()?;
        let base = format!("http://localhost:{port}");
        let client = Client {
            name: "Gatehouse".to_owned(),
            id: "bench".to_owned(),
            secret: "bench".to_owned(),
            redirect: format!("{base}/auth/demo/callback"),
        };
        let provider = DemoProvider::start((Ipv4Addr::LOCALHOST, 0).into(), client)?;
        let running = actix_web::rt::spawn(provider.server);
        let log = folder.join(format!("{port}.log"));
        let settings = [
            ("DATABASE_URL", url),
            ("MASTER_KEY", &format!("bench:{}", BASE64.encode(b"a key that guards nothing at all"))),
            ("TENANCY", tenancy),
            ("BASE_URL", &base),
            ("TRUSTED_PROXIES", "127.0.0.1/32"),
            ("BIND", &format!("127.0.0.1:{port}")),
            ("PROVIDERS__DEMO__KIND", "oidc"),
            ("PROVIDERS__DEMO__ISSUER", &provider.issuer),
            ("PROVIDERS__DEMO__CLIENT_ID", "bench"),
            ("PROVIDERS__DEMO__CLIENT_SECRET", "bench"),
        ];
        let process = Process::start(
            Command::new(binary)
                .arg("serve")
                .env_clear()
                .envs(settings.map(|(name, value)| (format!("GATEHOUSE_{name}"), value)))
                .current_dir(folder)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(std::fs::File::create(&log)?),
        )?;
        let signed_in = sign_in(&base, &provider.issuer).await;
        let cookie = signed_in.with_context(|| std::fs::read_to_string(log).unwrap_or_default())?;
        Ok(Self { process, port, cookie, issuer: provider.issuer, running })
    }

    /// Signs the owner in once more, from the `n`th address, for those of one are limited; how long Gatehouse takes for it
    /// once they are back from the provider.
    pub async fn sign_in(&self, n: usize) -> anyhow::Result<Duration> {
        let base = format!("http://localhost:{}", self.port);
        let from = format!("10.0.{}.{}", n / 250, 1 + n % 250);
        let headers = HeaderMap::from_iter([(HeaderName::from_static("x-forwarded-for"), from.try_into()?)]);
        let browser = reqwest::Client::builder().cookie_store(true).redirect(Policy::none());
        let browser = browser.default_headers(headers).build()?;
        let back = way_back(&browser, &base, &self.issuer).await?;
        let begun = Instant::now();
        let arrived = browser.get(back).send().await?;
        ensure!(arrived.status() == 303, "not signed in: {}", arrived.status());
        Ok(begun.elapsed())
    }

    /// The cursor that leads to a page of a list, such as `admin/users`; pages count from 1.
    pub async fn cursor_of_page(&self, list: &str, page: usize) -> anyhow::Result<String> {
        let (client, mut cursor) = (reqwest::Client::new(), String::new());
        let mut before = (page - 1) * FULL;
        while before > 0 {
            let limit = before.min(200);
            let part = self.ask(&client, &format!("{list}?limit={limit}&cursor={cursor}")).await?;
            part["nextCursor"].as_str().context("the list ended early")?.clone_into(&mut cursor);
            before -= limit;
        }
        Ok(cursor)
    }

    /// The list of the people of the team, or the project, that everyone is in: of `teams` or `projects`.
    pub async fn people_of_default(&self, list: &str) -> anyhow::Result<String> {
        let all = self.ask(&reqwest::Client::new(), list).await?;
        let mut items = all["items"].as_array().context("no list")?.iter();
        let default = items.find(|item| item["isDefault"] == true).context("no default")?;
        Ok(format!("{list}/{}/members", default["id"].as_str().context("no id")?))
    }

    async fn ask(&self, client: &reqwest::Client, path: &str) -> anyhow::Result<serde_json::Value> {
        let url = format!("http://localhost:{}/api/{path}", self.port);
        let answer = client.get(url).header("cookie", &self.cookie).send().await?.error_for_status()?;
        Ok(answer.json().await?)
    }
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Signs in as the first of the demo's people; gives the session's cookie.
async fn sign_in(base: &str, issuer: &str) -> anyhow::Result<String> {
    let browser = reqwest::Client::builder().cookie_store(true).redirect(Policy::none()).build()?;
    let arrived = browser.get(way_back(&browser, base, issuer).await?).send().await?;
    let cookies = arrived.headers().get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
    let session = cookies.filter_map(|cookie| cookie.split(';').next()).find(|c| c.starts_with("session="));
    Ok(session.context("no session after signing in")?.to_owned())
}

/// Where the provider sends the first of the demo's people back to.
async fn way_back(browser: &reqwest::Client, base: &str, issuer: &str) -> anyhow::Result<String> {
    let authorize = departure(browser, base).await?;
    let form = browser.get(authorize).send().await?.text().await?;
    let request = form.split_once("name=\"request\" value=\"").and_then(|(_, rest)| rest.split_once('"'));
    let [person, ..] = PEOPLE;
    let fields = [
        ("request", request.context("the provider's form")?.0),
        ("email", person.email),
        ("name", person.name),
        ("verified", "true"),
    ];
    let answer = browser.post(format!("{issuer}/authorize")).form(&fields).send().await?;
    location(&answer)
}

/// Where the sign-in button leads, once the server answers and has found the provider.
async fn departure(browser: &reqwest::Client, base: &str) -> anyhow::Result<String> {
    let mut last = String::new();
    for _ in 0..100 {
        let begin = browser.post(format!("{base}/auth/demo")).header("origin", base);
        match begin.form(&[("return_to", "/")]).send().await {
            Ok(answer) if answer.status() == 303 => return location(&answer),
            Ok(answer) => last = answer.status().to_string(),
            Err(error) => last = error.to_string(),
        }
        actix_web::rt::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("signing in did not begin within 10 s: {last}")
}

fn location(answer: &Response) -> anyhow::Result<String> {
    ensure!(answer.status() == 303, "{} {}", answer.url().path(), answer.status());
    Ok(answer.headers().get(LOCATION).context("no Location")?.to_str()?.to_owned())
}
