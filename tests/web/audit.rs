//! The audit log: what it tells, filters, paging, the file, and who may look.

use gatehouse::audit::query::{Cursor, EventKeyset, EventQuery};
use gatehouse::audit::{EventOutcome, ListedEvent, Source, narrowed};
use gatehouse::authority::Columns;
use gatehouse::entity::event;
use gatehouse::role::Role;
use reqwest::Method;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryTrait};

use super::support::{Answer, Database, TestApp, Visitor, field, free_port, on_both_databases};

const LOG: &str = "/settings/admin/audit";

/// An event as a test wants it.
#[derive(Clone, Copy)]
struct Past<'a> {
    id: &'a str,
    organization: &'a str,
    at: i64,
    action: &'a str,
    outcome: &'a str,
    actor: &'a str,
    target: &'a str,
}

const RENAMED: Past<'static> = Past {
    id: "event-1",
    organization: "default",
    at: 1_000,
    action: "organization.renamed",
    outcome: "done",
    actor: "zoe@acme.test",
    target: "Acme",
};

async fn write(app: &TestApp, past: Past<'_>) {
    app
        .run(
            "INSERT INTO events
                 (id, organization_id, at, action, outcome, actor, target, address, user_agent, request_id, number)
             VALUES ($1, $2, $3, $4, $5, $6, $7, '203.0.113.9', '', '', (SELECT 1000000 + count(*) FROM events))",
            [
                past.id.into(),
                past.organization.into(),
                past.at.into(),
                past.action.into(),
                past.outcome.into(),
                past.actor.into(),
                past.target.into(),
            ],
        )
        .await;
}

/// Writes `count` events of 1970, three to a moment.
async fn history(app: &TestApp, count: i64) {
    for n in 0..count {
        let (id, target) = (format!("event-{n:04}"), format!("Name {n:04}"));
        write(app, Past { id: &id, at: n / 3, target: &target, ..RENAMED }).await;
    }
}

fn link(page: &str, rel: &str) -> Option<String> {
    let at = page.find(&format!("rel=\"{rel}\""))?;
    let tag = &page[page[..at].rfind("<a ")?..at];
    Some(tag.split("href=\"").nth(1)?.split('"').next()?.replace("&#38;", "&").replace("&amp;", "&"))
}

/// Where a page asks by itself what is new.
fn news_of(page: &str) -> Option<String> {
    let tag = page.split("id=\"news\"").nth(1)?;
    Some(tag.split("hx-get=\"").nth(1)?.split('"').next()?.replace("&#38;", "&").replace("&amp;", "&"))
}

/// What it is told then.
async fn news(visitor: &Visitor, address: &str) -> Answer {
    let answer = visitor.htmx(Method::GET, address, "div#news", &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.body.starts_with("<div id=\"news\"") && !answer.body.contains("<form"), "{}", answer.body);
    answer
}

/// The ids of the events on a page, from top to bottom.
fn shown(page: &str) -> Vec<String> {
    let ids = page.split("id=\"event_").skip(1);
    ids.map(|rest| rest.split('"').next().unwrap_or_default().to_owned()).collect()
}

/// What the page says of its only event, without markup.
fn text(answer: &Answer) -> String {
    let mut text = String::new();
    let mut inside = false;
    for letter in answer.body.chars() {
        match letter {
            '<' => inside = true,
            '>' => inside = false,
            _ if !inside => text.push(letter),
            _ => {}
        }
    }
    text
}

async fn found(visitor: &Visitor, query: &str) -> Vec<String> {
    let answer = visitor.get(&format!("{LOG}?{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.body);
    shown(&answer.body)
}

on_both_databases!(
    what_happened_is_told_in_words_with_before_and_after,
    refused_attempts_are_marked,
    filters_find_what_begins_so_and_go_together,
    a_beginning_that_fits_too_many_asks_for_more_of_it,
    pages_lead_forward_and_back_through_the_same_events,
    a_line_leads_to_the_address_of_the_same_filters_and_is_shown_as_it_was_read,
    a_line_that_makes_no_sense_is_kept_with_a_sentence_about_the_word,
    a_text_is_searched_in_actors_targets_names_and_actions,
    what_came_since_the_page_was_made_is_told_and_not_pushed_in,
    only_the_newest_part_of_the_log_asks_for_news,
    an_export_says_first_how_many_events_it_has,
    of_several_filters_the_rarest_leads_to_the_same_events,
    an_event_has_an_address_of_its_own_and_those_of_others_are_unknown,
    members_see_nothing_of_it,
    nonsense_in_the_address_gets_422_and_never_a_fault,
    the_file_has_every_event_of_the_filter_and_no_formula,
    what_looks_like_markup_is_shown_as_it_is,
    every_filter_walks_an_index
);

// U02
async fn what_happened_is_told_in_words_with_before_and_after(app: &TestApp) {
    let ada = app.owner().await;
    let general = ada.get("/settings/admin").await;
    let version = field(&general.body, "version");
    let renamed = ada.post("/settings/admin", &[("name", "Acme Rockets"), ("version", &version)]).await;
    assert_eq!(renamed.status, 303, "{}", renamed.body);
    let log = ada.get(&format!("{LOG}?what=organization.renamed")).await;
    assert!(text(&log).contains("Ada Lovelace renamed the organization to Acme Rockets"), "{}", log.body);
    let id = &app.texts("SELECT id FROM events WHERE action = 'organization.renamed'").await[0];
    let event = ada.get(&format!("{LOG}/{id}")).await;
    assert!(event.says("My Organization") && event.says("ada@acme.test"), "{}", event.body);
    let address = &app.texts("SELECT address FROM events WHERE action = 'organization.renamed'").await[0];
    let request = &app.texts("SELECT request_id FROM events WHERE action = 'organization.renamed'").await[0];
    assert!(address.starts_with("10.") && event.says(address) && event.says(request) && event.says(" UTC"));
    let all = ada.get(LOG).await;
    assert!(text(&all).contains("Ada Lovelace joined"), "{}", all.body);
}

// U04
async fn refused_attempts_are_marked(app: &TestApp) {
    let ada = app.owner().await;
    let ben = app.person("ben@acme.test", Role::Member).await;
    assert_eq!(ben.get("/settings/admin/access").await.status, 403);
    let log = ada.get(&format!("{LOG}?outcome=refused")).await;
    assert_eq!(shown(&log.body).len(), 1);
    assert!(
        text(&log)
            .contains("Ben was denied access to GET /settings/admin/access (needs the role admin) Refused"),
        "{}",
        log.body
    );
    assert!(!ada.get(&format!("{LOG}?outcome=done")).await.body.contains("state-failing"));
}

async fn filters_find_what_begins_so_and_go_together(app: &TestApp) {
    let ada = app.owner().await;
    let day = 86_400_000;
    let zoe = Past { id: "event-1", at: 10 * day, ..RENAMED };
    write(app, zoe).await;
    write(app, Past { id: "event-2", at: 11 * day - 1, actor: "zora@acme.test", ..zoe }).await;
    write(
        app,
        Past { id: "event-3", at: 11 * day, action: "invite.revoked", target: "Sam@other.test", ..zoe },
    )
    .await;
    write(
        app,
        Past {
            id: "event-4",
            at: 12 * day,
            action: "access.refused",
            outcome: "refused",
            target: "GET /x%_\\",
            ..zoe
        },
    )
    .await;
    write(app, Past { id: "event-5", at: 13 * day, action: "future.thing", target: "sam@other.test", ..zoe })
        .await;
    assert_eq!(found(&ada, "who=zo").await, ["event-5", "event-4", "event-3", "event-2", "event-1"]);
    assert_eq!(found(&ada, "who=ZORA@").await, ["event-2"]);
    assert_eq!(found(&ada, "who=acme").await, [""; 0], "a beginning, not an inside");
    assert_eq!(found(&ada, "what=organization&who=zoe").await, ["event-1"]);
    assert_eq!(found(&ada, "what=organization.renamed").await, ["event-2", "event-1"]);
    assert_eq!(found(&ada, "what=invites").await, ["event-3"]);
    assert_eq!(found(&ada, "what=future.thing").await, ["event-5"]);
    assert_eq!(found(&ada, "outcome=refused&who=zo").await, ["event-4"]);
    assert_eq!(found(&ada, "from=1970-01-11&to=1970-01-11").await, ["event-2", "event-1"]);
    assert_eq!(found(&ada, "from=1970-01-12&to=1970-01-13").await, ["event-4", "event-3"]);
    assert_eq!(found(&ada, "target=sam@").await, ["event-5"]);
    assert_eq!(
        found(&ada, "target=Sam@&who=zoe&what=invites&outcome=done&from=1970-01-12").await,
        ["event-3"]
    );
    assert_eq!(found(&ada, "target=GET+/x%25_%5C").await, ["event-4"]);
    for literal in ["%25", "_", "%5C", "'+OR+1=1+--", "GET+/x%25%25"] {
        assert_eq!(found(&ada, &format!("target={literal}")).await, [""; 0], "{literal} is taken literally");
    }
    let unknown = ada.get(&format!("{LOG}?what=future.thing")).await;
    assert!(unknown.says("future.thing"), "an action without a sentence is shown as it is");
    let nothing = ada.get(&format!("{LOG}?who=nobody-at-all")).await;
    assert!(nothing.says("No matching events") && nothing.body.contains("value=\"nobody-at-all\""));
    app.run("DELETE FROM events", []).await;
    assert!(ada.get(LOG).await.says("No events yet"));
}

async fn a_beginning_that_fits_too_many_asks_for_more_of_it(app: &TestApp) {
    let ada = app.owner().await;
    history(app, 30).await;
    let answer = ada.get(&format!("{LOG}?target=Name")).await;
    assert_eq!(answer.status, 422);
    assert!(answer.says("Type more.") && answer.body.contains("value=\"Name\""), "{}", answer.body);
    assert_eq!(found(&ada, "target=Name+001").await.len(), 10);
    assert_eq!(found(&ada, "target=Name&who=zoe").await.len(), 30, "somebody else leads");
    assert_eq!(found(&ada, "target=Name&what=organization").await.len(), 30);
}

async fn pages_lead_forward_and_back_through_the_same_events(app: &TestApp) {
    let ada = app.owner().await;
    history(app, 130).await;
    for filter in
        ["to=1970-01-01", "what=organization&who=zoe", "target=Name+0&outcome=done&what=organization"]
    {
        let first = ada.get(&format!("{LOG}?{filter}")).await.body;
        assert!(link(&first, "prev").is_none(), "{filter}");
        let second = ada.get(&link(&first, "next").expect("a next page")).await.body;
        let third = ada.get(&link(&second, "next").expect("a third page")).await.body;
        assert!(link(&third, "next").is_none(), "{filter}");
        let all = [shown(&first), shown(&second), shown(&third)].concat();
        let expected: Vec<String> = (0..130).rev().map(|n| format!("event-{n:04}")).collect();
        assert_eq!(all, expected, "{filter}");
        let back = ada.get(&link(&third, "prev").expect("a way back")).await.body;
        assert_eq!(shown(&back), shown(&second), "{filter}");
        let start = ada.get(&link(&back, "prev").expect("a way back")).await.body;
        assert_eq!(shown(&start), shown(&first), "{filter}");
        assert!(link(&start, "prev").is_none(), "{filter}");
    }
    let region = ada.htmx(Method::GET, &format!("{LOG}?who=zoe"), "section#events", &[]).await;
    assert!(region.body.starts_with("<section id=\"events\"") && !region.body.contains("<html"));
}

async fn a_line_leads_to_the_address_of_the_same_filters_and_is_shown_as_it_was_read(app: &TestApp) {
    let ada = app.owner().await;
    history(app, 3).await;
    write(app, Past { id: "event-other", action: "access.refused", outcome: "refused", ..RENAMED }).await;
    let typed = |line: &str| {
        format!(
            "{LOG}?{}",
            url::form_urlencoded::Serializer::new(String::new()).append_pair("q", line).finish()
        )
    };
    for (line, fields, read) in [
        ("", "", ""),
        ("OUTCOME:done actor:Zoe@", "?outcome=done&who=zoe%40", "actor:zoe@ outcome:done"),
        (
            "after:1970-01-01 before:1970-01-02",
            "?from=1970-01-01&to=1970-01-01",
            "after:1970-01-01 before:1970-01-02",
        ),
        (
            "target:\"Name 0001\" action:organization",
            "?target=Name+0001&what=organization",
            "action:organization target:\"Name 0001\"",
        ),
    ] {
        let answer = ada.get(&typed(line)).await;
        assert_eq!((answer.status, answer.location()), (303, format!("{LOG}{fields}").as_str()), "{line}");
        let page = ada.get(answer.location()).await;
        assert_eq!(field(&page.body, "q").replace("&#34;", "\""), read, "{line}");
    }
    let both = ada.get(&typed("actor:zoe action:organization before:1970-01-02")).await;
    let by_fields = found(&ada, "who=zoe&what=organization&to=1970-01-01").await;
    assert_eq!(by_fields, ["event-0002", "event-0001", "event-0000"]);
    assert_eq!(shown(&ada.get(both.location()).await.body), by_fields);
    let file = ada
        .get(&format!(
            "{}&format=jsonl",
            typed("actor:zoe outcome:refused").replace(LOG, &format!("{LOG}/export"))
        ))
        .await;
    assert!(file.body.lines().count() == 1 && file.body.contains("event-other"), "{}", file.body);
}

// D01, D02, D03
async fn a_line_that_makes_no_sense_is_kept_with_a_sentence_about_the_word(app: &TestApp) {
    let ada = app.owner().await;
    for (line, sentence) in [
        (
            "actor:sam action:nonsense",
            "“action:nonsense” isn’t an action. Use one such as user.role_changed, or a group: sign-in, users,",
        ),
        ("outcome:maybe", "“outcome:maybe”: Use done or refused."),
        ("after:tomorrow", "“after:tomorrow”: Use a date like 2026-11-21."),
        ("actor:<img> actor:x", "Use only one of “actor:<img>” and “actor:x”."),
    ] {
        let query: String = url::form_urlencoded::byte_serialize(line.as_bytes()).collect();
        let answer = ada.get(&format!("{LOG}?q={query}")).await;
        assert_eq!(answer.status, 422, "{line}");
        assert!(answer.says(sentence) && answer.says("Check your search"), "{line}: {}", answer.body);
        assert!(
            answer.says(line) && !answer.body.contains("<img"),
            "what was typed is kept: {}",
            answer.body
        );
        assert!(answer.body.contains("aria-invalid=\"true\" aria-describedby=\"q_error\""));
        assert_eq!(ada.get(&format!("{LOG}/export?format=csv&q={query}")).await.status, 422, "{line}");
    }
    let kept = ada.get(&format!("{LOG}?who=sam&outcome=done&cursor=x")).await;
    assert!(kept.status == 422 && field(&kept.body, "who") == "sam", "{}", kept.body);
}

async fn a_text_is_searched_in_actors_targets_names_and_actions(app: &TestApp) {
    let ada = app.owner().await;
    app.enroll("lena@acme.test", "default", Role::Member).await;
    app.run("UPDATE users SET name = 'Lena Müller' WHERE email = 'lena@acme.test'", []).await;
    history(app, 3).await;
    for (id, action, actor, target) in [
        ("by-lena", "token.created", "lena@acme.test", "nightly"),
        ("about-lena", "user.deactivated", "zoe@acme.test", "lena@acme.test"),
        ("about-ben", "user.deactivated", "zoe@acme.test", "ben@acme.test"),
        ("rockets", "team.created", "zoe@acme.test", "Acme Rockets"),
    ] {
        write(app, Past { id, at: 5_000, action, actor, target, ..RENAMED }).await;
    }
    for (text, events) in [
        ("lena", &["about-lena", "by-lena"][..]),
        ("müller", &["about-lena", "by-lena"]),
        ("Lena Müller", &["about-lena", "by-lena"]),
        ("LENA@ACME", &["about-lena", "by-lena"]),
        ("acme rockets", &["rockets"]),
        ("deactivated", &["about-ben", "about-lena"]),
        ("lena deactivated", &["about-lena"]),
        ("lena deactivated rockets", &[]),
        ("name 0001", &["event-0001"]),
        ("nothing like it", &[]),
        ("created who:x", &[]),
    ] {
        let typed: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let answer = ada.get(&format!("{LOG}?q={typed}")).await;
        assert_eq!(answer.status, 303, "{text}: {}", answer.body);
        let page = ada.get(answer.location()).await;
        let mut shown = shown(&page.body);
        shown.sort_unstable();
        assert_eq!(shown, events, "{text}");
        assert!(
            page.says(&format!("Searched actors, targets and actions for “{text}”.")),
            "{text}: {}",
            page.body
        );
    }
    let found =
        found(&ada, "text=deactivated&who=zoe&target=lena&what=users&outcome=done&to=1970-01-01").await;
    assert_eq!(found, ["about-lena"], "with every other filter");
    let file = ada.get(&format!("{LOG}/export?text=lena&format=jsonl")).await;
    assert_eq!(file.body.lines().count(), 2, "{}", file.body);
    for n in 0..21 {
        let (id, target) = (format!("many-{n}"), format!("many-{n}"));
        write(app, Past { id: &id, target: &target, ..RENAMED }).await;
    }
    let answer = ada.get(&format!("{LOG}?q=many")).await;
    let page = ada.get(answer.location()).await;
    assert!(page.status == 422 && page.says("More than 20 match. Type more."), "{}", page.body);
    assert_eq!(ada.get(&format!("{LOG}?text=sk-proj-0123456789abcdefghijklmn")).await.status, 422);
}

async fn what_came_since_the_page_was_made_is_told_and_not_pushed_in(app: &TestApp) {
    let ada = app.owner().await;
    history(app, 60).await;
    let page = ada.get(&format!("{LOG}?who=zoe")).await;
    let address = news_of(&page.body).expect("the page asks");
    let none = news(&ada, &address).await;
    assert_eq!(news_of(&none.body).as_deref(), Some(address.as_str()), "and will ask the same again");
    assert!(!none.says("new event"), "{}", none.body);
    let next = Past { id: "next-1", at: 1_000, ..RENAMED };
    write(app, next).await;
    write(app, Past { id: "other", actor: "bob@acme.test", ..next }).await;
    let one = news(&ada, &address).await;
    assert!(
        one.says("1 new event") && !one.says("1 new events"),
        "only what the filters ask for: {}",
        one.body
    );
    assert!(one.body.contains(&format!("href=\"{LOG}?who=zoe\"")), "{}", one.body);
    for n in 0..98 {
        write(app, Past { id: &format!("more-{n}"), at: 2_000, ..RENAMED }).await;
    }
    assert!(news(&ada, &address).await.says("99 new events"));
    write(app, Past { id: "last", at: 3_000, ..RENAMED }).await;
    assert!(news(&ada, &address).await.says("99+ new events"));
    let renewed = ada.get(&format!("{LOG}?who=zoe")).await;
    assert_eq!(shown(&renewed.body)[0], "last");
    assert!(!news(&ada, &news_of(&renewed.body).expect("it asks again")).await.says("new event"));
}

async fn only_the_newest_part_of_the_log_asks_for_news(app: &TestApp) {
    let ada = app.owner().await;
    let ben = app.person("ben@acme.test", Role::Member).await;
    history(app, 60).await;
    let first = ada.get(&format!("{LOG}?who=zoe")).await.body;
    let second = ada.get(&link(&first, "next").expect("a next page")).await.body;
    assert!(news_of(&second).is_none());
    assert!(news_of(&ada.get(&format!("{LOG}?to=1970-01-02")).await.body).is_none(), "that day is over");
    let nobody = ada.get(&format!("{LOG}?who=nobody-at-all")).await.body;
    let address = news_of(&nobody).expect("somebody may come");
    assert!(!news(&ada, &address).await.says("new event"));
    let later = chrono::Utc::now().timestamp_millis() + 60_000;
    write(app, Past { id: "late", at: later, actor: "nobody-at-all@acme.test", ..RENAMED }).await;
    assert!(news(&ada, &address).await.says("1 new event"));
    let events = app.events().await.len();
    news(&ada, &address).await;
    assert_eq!(app.events().await.len(), events, "to look is no event");
    for nonsense in ["", "&newer=garbage", "&newer=e30"] {
        let answer = ada.htmx(Method::GET, &format!("{LOG}?who=zoe{nonsense}"), "div#news", &[]).await;
        assert_eq!(answer.status, 422, "{nonsense}");
    }
    let whole = ada.get(&address).await;
    assert!(whole.status == 200 && shown(&whole.body) == ["late"], "as a page, it is the page");
    assert_eq!(ben.htmx(Method::GET, &address, "div#news", &[]).await.status, 403);
}

async fn an_export_says_first_how_many_events_it_has(app: &TestApp) {
    let ada = app.owner().await;
    app.foreign_owner("boris@globex.test").await;
    history(app, 1_200).await;
    write(app, Past { id: "foreign-1", organization: "globex", ..RENAMED }).await;
    let log = ada.get(&format!("{LOG}?who=zoe&what=organization")).await;
    assert!(
        log.body.contains(&format!("href=\"{LOG}/export?what=organization&#38;who=zoe\"")),
        "{}",
        log.body
    );
    for (filter, count) in [
        ("who=zoe", "1,200 events"),
        ("who=zoe&target=Name+0001&what=organization", "1 event"),
        ("who=zoe&outcome=refused", "0 events"),
        ("who=nobody-at-all", "0 events"),
    ] {
        let page = ada.get(&format!("{LOG}/export?{filter}")).await;
        assert_eq!(page.status, 200, "{filter}");
        assert!(page.body.contains(&format!(">{count}</h2>")), "{filter}: {}", page.body);
        assert_eq!(page.says("Download CSV"), !count.starts_with('0'), "{filter}");
    }
    let before = app.events().await.len();
    let page = ada.get(&format!("{LOG}/export?target=Name+000&who=zoe")).await;
    assert!(
        page.says("actor:zoe target:\"Name 000\"") && page.body.contains(">10 events</h2>"),
        "{}",
        page.body
    );
    assert_eq!(app.events().await.len(), before, "to count is no event");
    let file = page.body.split("href=\"").find(|href| href.contains("format=jsonl")).expect("a link");
    let file = file.split('"').next().unwrap_or_default().replace("&#38;", "&");
    assert_eq!(ada.get(&file).await.body.lines().count(), 10, "{file}");
    app.run("DELETE FROM events", []).await;
    fill(app).await;
    for filter in ["", "what=sign-in", "what=sign-in&who=person"] {
        let page = ada.get(&format!("{LOG}/export?{filter}")).await;
        assert!(page.says("More than 10,000 events"), "{filter}: {}", page.body);
    }
}

async fn of_several_filters_the_rarest_leads_to_the_same_events(app: &TestApp) {
    let ada = app.owner().await;
    fill(app).await;
    write(app, Past { id: "rare-1", actor: "person7@acme.test", target: "target-7", ..RENAMED }).await;
    for (filter, count) in [
        ("who=person7@&what=organization", 1),
        ("who=person7@&target=target-7&what=organization", 1),
        ("target=target-299&what=organization", 0),
        ("who=person499@&what=sign-in", 40),
        ("who=person499@&target=target-299", 13),
        ("who=person&what=organization", 1),
    ] {
        assert_eq!(found(&ada, filter).await.len(), count, "{filter}");
    }
}

// U05, T10
async fn an_event_has_an_address_of_its_own_and_those_of_others_are_unknown(app: &TestApp) {
    let ada = app.owner().await;
    app.foreign_owner("boris@globex.test").await;
    write(app, RENAMED).await;
    write(app, Past { id: "foreign-1", organization: "globex", target: "Globex secret", ..RENAMED }).await;
    let own = ada.get(&format!("{LOG}/event-1")).await;
    let json = own
        .body
        .split("data-copy=\"Copy JSON\">")
        .nth(1)
        .and_then(|rest| rest.split('<').next())
        .expect("JSON");
    let json: serde_json::Value = serde_json::from_str(&json.replace("&#34;", "\"")).expect("JSON");
    assert_eq!((&json["id"], &json["actor"]), (&"event-1".into(), &"zoe@acme.test".into()));
    let part = ada.htmx(Method::GET, &format!("{LOG}/event-1"), "details#event_event-1", &[]).await;
    assert!(
        part.body.starts_with("<summary>") && part.says("Copy JSON") && !part.body.contains("<main"),
        "{}",
        part.body
    );
    assert!(
        own.status == 200 && text(&own).contains("zoe@acme.test renamed the organization to Acme"),
        "{}",
        own.body
    );
    let anonymous =
        |answer: &Answer, id: &str| answer.body.replace(answer.header("x-request-id"), "").replace(id, "");
    let (foreign, unknown) =
        (ada.get(&format!("{LOG}/foreign-1")).await, ada.get(&format!("{LOG}/unknown-1")).await);
    assert_eq!((foreign.status, unknown.status), (404, 404));
    assert_eq!(anonymous(&foreign, "foreign-1"), anonymous(&unknown, "unknown-1"));
    for query in
        ["", "who=zoe", "what=organization", "target=Globex", "outcome=done", "from=1970-01-01", "who=bor"]
    {
        assert!(!ada.get(&format!("{LOG}?{query}")).await.says("Globex secret"), "{query}");
    }
    assert!(!ada.get(&format!("{LOG}/export?format=csv")).await.body.contains("Globex secret"));
}

// U05
async fn members_see_nothing_of_it(app: &TestApp) {
    let ada = app.owner().await;
    let ben = app.person("ben@acme.test", Role::Member).await;
    write(app, RENAMED).await;
    for path in ["", "/event-1", "/none", "/export?format=csv"] {
        let answer = ben.get(&format!("{LOG}{path}")).await;
        assert!(answer.status == 403 && !answer.body.contains("zoe@acme.test"), "{path}");
    }
    assert!(!ben.get("/settings/admin").await.body.contains(LOG), "nor is it in the navigation");
    assert!(ada.get("/settings/admin").await.body.contains(LOG));
    assert!(!app.events().await.iter().any(|event| event.starts_with("audit.exported")));
}

// D01, D02, D03
async fn nonsense_in_the_address_gets_422_and_never_a_fault(app: &TestApp) {
    let ada = app.owner().await;
    let queries = [
        "what=nonsense",
        "what=a.b'--",
        "outcome=maybe",
        "from=tomorrow",
        "to=2026-02-30",
        "from=2026-02-02&to=2026-02-01",
        "cursor=garbage",
        "cursor=e30",
    ];
    for query in queries {
        let answer = ada.get(&format!("{LOG}?{query}")).await;
        assert_eq!(answer.status, 422, "{query}");
        assert!(answer.says("Check your search"), "{query}: {}", answer.body);
        assert_eq!(ada.get(&format!("{LOG}/export?format=csv&{query}")).await.status, 422, "{query}");
    }
    for format in ["xml", "csv%00"] {
        assert_eq!(ada.get(&format!("{LOG}/export?format={format}")).await.status, 422, "{format}");
    }
    for text in ["' OR 1=1 --", "\u{0}", "\\", "%", "_", "\u{10ffff}", "\u{202e}", "é", &"x".repeat(5_000)] {
        let text: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        for field in ["who", "target", "text"] {
            let answer = ada.get(&format!("{LOG}?{field}={text}")).await;
            assert!(answer.status < 500, "{field}={text}");
        }
    }
    assert_eq!(ada.get(&format!("{LOG}?who=a&who=b")).await.status, 400);
    assert_eq!(ada.get(&format!("{LOG}/%00")).await.status, 404);
    assert_eq!(ada.get(&format!("{LOG}/{}", "x".repeat(3_000))).await.status, 404);
}

async fn the_file_has_every_event_of_the_filter_and_no_formula(app: &TestApp) {
    let ada = app.owner().await;
    history(app, 450).await;
    for (n, target) in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "a,\"b\"\nc"].into_iter().enumerate()
    {
        write(app, Past { id: &format!("evil-{n}"), at: 0, target, ..RENAMED }).await;
    }
    let csv = ada.get(&format!("{LOG}/export?format=csv&who=zoe&outcome=done")).await;
    assert_eq!((csv.status, csv.header("content-type")), (200, "text/csv; charset=utf-8"));
    assert!(
        csv.header("content-disposition").starts_with("attachment; filename=\"audit-"),
        "{:?}",
        csv.headers
    );
    assert_eq!(csv.header("content-length"), "", "it is streamed");
    let mut reader = csv::Reader::from_reader(csv.body.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("CSV");
    assert_eq!(rows.len(), 457);
    let targets: Vec<&str> =
        rows.iter().filter(|row| row[0].starts_with("evil")).map(|row| &row[6]).collect();
    assert_eq!(targets, ["a,\"b\"\nc", "\r'=1", "\t'=1", "'@SUM(A1)", "'-1", "'+1", "'=1+1"]);
    let lines = ada.get(&format!("{LOG}/export?format=jsonl&target=Name+00&who=zoe")).await;
    let ids: Vec<String> = lines
        .body
        .lines()
        .map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
            line["id"].as_str().expect("an id").to_owned()
        })
        .collect();
    assert_eq!(ids, (0..100).rev().map(|n| format!("event-{n:04}")).collect::<Vec<_>>());
    let exported = "SELECT CAST(after AS TEXT) FROM events WHERE action = 'audit.exported' ORDER BY number";
    let exported = app.texts(exported).await;
    assert_eq!(exported.len(), 2, "one event for each file");
    assert!(exported[0].contains("zoe") && exported[1].contains("Name 00"), "{exported:?}");
}

async fn what_looks_like_markup_is_shown_as_it_is(app: &TestApp) {
    let ada = app.owner().await;
    let evil = "<img src=x onerror=alert(1)>\"'";
    write(app, Past { target: evil, actor: evil, ..RENAMED }).await;
    write(app, Past { id: "event-2", action: evil, target: evil, ..RENAMED }).await;
    for page in [
        ada.get(LOG).await,
        ada.get(&format!("{LOG}/event-1")).await,
        ada.get(&format!("{LOG}?who=%3Cimg")).await,
    ] {
        assert!(page.says(evil) && !page.body.contains("<img"), "{}", page.body);
    }
}

async fn every_filter_walks_an_index(app: &TestApp) {
    fill(app).await;
    let everything = Source::everything();
    let zoe = Source::actors(&["person7@acme.test"]);
    let two = Source::targets(&["target-7", "target-8"]);
    let query = |query: &str| asked(query);
    let invites = query("what=invites");
    let of_invites = Source::of_actions(&invites.what).expect("a group");
    for (query, source, index) in [
        (query(""), &everything, "events_organization_at"),
        (query("from=1970-01-01&to=1970-01-02"), &everything, "events_organization_at"),
        (query("outcome=refused"), &everything, "events_outcome"),
        (query("who=person7"), &zoe, "events_actor"),
        (query("who=person7&outcome=done"), &zoe, "events_actor"),
        (query("who=person7&what=llm-keys"), &zoe, "events_actor"),
        (invites.clone(), &of_invites, "events_action"),
        (query("target=target-7"), &two, "events_target"),
        (query("target=target-7&who=person7&what=sign-in"), &two, "events_target"),
        (query("target=target-7&who=person7&what=invites"), &of_invites, "events_action"),
    ] {
        for cursor in [None, Some(true), Some(false)] {
            let mut query = query.clone();
            query.cursor = cursor.map(place);
            let plan = plan(app, &query, source).await;
            assert!(plan.contains(index), "{index}: {plan}");
            assert!(!plan.contains("Seq Scan on events") && !plan.contains("SCAN events"), "{index}: {plan}");
            let key = if app.is_sqlite() { "(at,number)" } else { "ROW(at, number)" };
            assert_eq!(plan.contains(key), query.cursor.is_some(), "a place is found in the index: {plan}");
        }
    }
}

// L18
#[actix_web::test]
async fn of_a_key_the_log_has_the_last_four_letters_only() {
    for database in Database::each().await {
        let nowhere = format!("127.0.0.1:{}", free_port());
        let base = format!("http://{nowhere}");
        let settings = [("LLM__ANTHROPIC__BASE_URL", base.as_str()), ("OUTBOUND_ALLOW", nowhere.as_str())];
        let app = TestApp::open_with(database, &settings).await;
        let ada = app.owner().await;
        let key = serde_json::json!({ "key": "sk-ant-api03-CANARY-7f3a9c51" });
        let set = ada.put("/api/admin/llm-keys/anthropic", &key).await;
        assert!(set.status < 300, "{}", set.body);
        let log = ada.get(&format!("{LOG}?what=llm-keys")).await;
        assert!(text(&log).contains("Ada Lovelace set the key for anthropic"), "{}", log.body);
        let id = &app.texts("SELECT id FROM events WHERE action = 'llm_key.set'").await[0];
        let event = ada.get(&format!("{LOG}/{id}")).await.body;
        assert!(event.contains("9c51") && !event.contains("CANARY"), "{event}");
        let file = ada.get(&format!("{LOG}/export?format=jsonl")).await;
        assert!(!log.body.contains("CANARY") && !file.body.contains("CANARY") && file.body.contains("9c51"));
        app.close().await;
    }
}

fn asked(query: &str) -> EventQuery {
    let pairs: std::collections::HashMap<String, String> =
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let raw: gatehouse::audit::form::RawEventQuery =
        serde_json::from_value(serde_json::json!(pairs)).expect("a query");
    let query = raw.parse().expect("a query that makes sense");
    assert!(query.outcome.is_none_or(|outcome| EventOutcome::ALL.contains(&outcome)));
    query
}

fn place(backwards: bool) -> Cursor {
    Cursor { keyset: EventKeyset { at: 10_000, number: 1_010_000 }, backwards }
}

/// Twenty thousand events of many people about many things, and what the planner has to know of them.
async fn fill(app: &TestApp) {
    let numbers = if app.is_sqlite() {
        "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000)
         SELECT n FROM numbers"
    } else {
        "SELECT n FROM generate_series(1, 20000) AS n"
    };
    app
        .run(
            &format!(
                "INSERT INTO events
                     (id, organization_id, number, at, action, outcome, actor, target, address, user_agent, request_id)
                 SELECT 'event-' || n, 'default', 1000000 + n, n,
                        CASE n % 5 WHEN 0 THEN 'invites.sent' WHEN 1 THEN 'invite.revoked' ELSE 'sign_in.completed' END,
                        CASE n % 7 WHEN 0 THEN 'refused' ELSE 'done' END,
                        'person' || (n % 500) || '@acme.test', 'target-' || (n % 300), '', '', ''
                 FROM ({numbers}) AS numbers"
            ),
            [],
        )
        .await;
    if !app.is_sqlite() {
        app.run("ANALYZE events", []).await;
    }
}

async fn plan(app: &TestApp, query: &EventQuery, source: &Source) -> String {
    let ours = event::Entity::find().filter(event::Column::OrganizationId.eq("default"));
    let statement = ListedEvent::select(narrowed(&ours, query, source));
    app.plan(statement.build(app.connection().get_database_backend())).await
}
