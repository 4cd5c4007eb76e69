//! The way of a stranger, as `docs/keys.md` tells it: a token from the page, a key by curl, programs by `gatehouse run`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::clients::{KEY, MODEL, NODE_FOLDER, Stub};
use super::project::finish;
use crate::house::commands::{complaint, folder};
use crate::house::installed::{is_there, programs_of};
use crate::web::support::{Database, TestApp, form};

const GUIDE: &str = include_str!("../../../docs/keys.md");
const SECTION: &str = "\n## Programs\n";
/// Where the guide has the server.
const THERE: &str = "http://localhost:8080";

/// The lines of the section that a shell runs.
fn commands() -> &'static str {
    let section = GUIDE.split(SECTION).nth(1).expect("the section");
    let block = section.split("```sh\n").nth(1).expect("commands");
    block.split("```").next().expect("an end")
}

#[actix_web::test]
async fn what_the_guide_says_works_as_it_is_written() {
    let python = programs_of("openai-venv");
    let has = |program: &Path, arguments: &[&str]| {
        let found =
            Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
        found.is_ok_and(|status| status.success())
    };
    let is_installed = has(&python.join("python3"), &["-c", "import openai"])
        && has(Path::new("node"), &["--version"])
        && Path::new(NODE_FOLDER).join("node_modules/openai").exists();
    if !is_there(is_installed, "the clients of OpenAI, for python3 and node: see the other tests of `run`") {
        return;
    }
    let stub = Stub::start();
    let settings = [("LLM__OPENAI__BASE_URL", stub.base.as_str()), ("OPENAI_API_KEY", KEY)];
    let app = TestApp::open_with(Database::sqlite(), &settings).await;
    let token = token_from_the_page(&app).await;
    let folder = folder();
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", &commands().replace(THERE, &app.base)]).current_dir(folder.path());
    shell.env("PATH", path(&python)).env("NODE_PATH", Path::new(NODE_FOLDER).join("node_modules"));
    shell.env("GATEHOUSE_TOKEN", &token).env("GATEHOUSE_BASE_URL", &app.base);
    let output = finish(shell).await;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said} {}", complaint(&output));
    assert!(said.contains(KEY) && said.contains(r#""source":"environment""#), "curl: {said}");
    assert_eq!(
        said.lines().filter(|line| *line == MODEL || line.ends_with(&format!("}}{MODEL}"))).count(),
        2
    );
    app.close().await;
    stub.handle.stop(false).await;
}

/// As a person gets it: the form, filled in, and what the page shows once.
async fn token_from_the_page(app: &TestApp) -> String {
    let ada = app.owner().await;
    let tokens = "/settings/admin/projects/default/tokens";
    let page = ada.get(&format!("{tokens}/new")).await;
    let mut form = form(&page.body, tokens).expect("a form");
    form.fields.retain(|(name, _)| name != "name");
    form.fields.push(("name".to_owned(), "stranger".to_owned()));
    let shown = ada.submit(&form).await;
    assert_eq!(shown.status, 201, "{}", shown.body);
    let again = ada.submit(&form).await;
    assert_eq!(again.status, 303, "sending the form twice makes no second token: {}", again.body);
    let token = shown.body.split('"').find(|text| text.starts_with("gh_")).expect("the token");
    token.to_owned()
}

/// The program that is tested goes first, then the clients.
fn path(python: &Path) -> std::ffi::OsString {
    let house = PathBuf::from(env!("CARGO_BIN_EXE_gatehouse"));
    let house = house.parent().expect("a folder").to_owned();
    let present = std::env::var_os("PATH").unwrap_or_default();
    let all = [house, python.to_owned()].into_iter().chain(std::env::split_paths(&present));
    std::env::join_paths(all).expect("a path")
}
