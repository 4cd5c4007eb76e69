//! Reading pages as text.

/// The value of the form field `name` in a page.
pub fn field(page: &str, name: &str) -> String {
    let marker = format!("name=\"{name}\"");
    let at = page.find(&marker).unwrap_or_else(|| panic!("no field {name} in {page}"));
    let start = page[..at].rfind('<').expect("a tag");
    let tag = &page[start..start + page[start..].find('>').expect("an end")];
    attribute(tag, "value").unwrap_or_default().to_owned()
}

/// A form as it stands in a page.
#[derive(Debug)]
pub struct Form {
    pub action: String,
    pub fields: Vec<(String, String)>,
    /// Which of them take whatever is typed.
    pub texts: Vec<String>,
}

/// The form that posts to `path`, with whatever query, if the page has one.
pub fn form(page: &str, path: &str) -> Option<Form> {
    forms(page).find(|form| form.action.split('?').next() == Some(path))
}

/// The forms of a page that post something.
pub fn forms(page: &str) -> impl Iterator<Item = Form> {
    let forms = page.split("<form ").skip(1).filter_map(|rest| rest.split("</form>").next());
    forms.filter_map(|form| {
        let tag = form.split('>').next()?;
        let action = attribute(tag, "action").map(unescaped)?;
        let fields = form.split('<').skip(1).filter_map(sent).collect();
        let texts = form.split('<').skip(1).filter(|control| takes_text(control));
        let texts = texts.filter_map(|control| attribute(control.split('>').next()?, "name"));
        let texts = texts.map(str::to_owned).collect();
        (attribute(tag, "method") == Some("post")).then_some(Form { action, fields, texts })
    })
}

fn takes_text(control: &str) -> bool {
    let tag = control.split('>').next().unwrap_or_default();
    let is_open = !tag.split([' ', '\n']).any(|word| word == "readonly");
    let kind = attribute(tag, "type").unwrap_or("text");
    is_open && (tag.starts_with("textarea") || tag.starts_with("input") && ["text", "email"].contains(&kind))
}

/// What one control sends, given its tag and the text behind it.
fn sent(tag_and_text: &str) -> Option<(String, String)> {
    let (tag, text) = tag_and_text.split_once('>')?;
    let name = attribute(tag, "name")?;
    let value = match tag.split([' ', '\n']).next()? {
        "textarea" => text.strip_prefix('\n').unwrap_or(text),
        "input" if ["checkbox", "radio"].map(Some).contains(&attribute(tag, "type")) => tag
            .split([' ', '\n'])
            .any(|word| word == "checked")
            .then(|| attribute(tag, "value").unwrap_or("on"))?,
        "input" => attribute(tag, "value").unwrap_or_default(),
        _ => return None,
    };
    Some((name.to_owned(), unescaped(value)))
}

fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let rest = tag.split(&format!("{name}=\"")).nth(1)?;
    rest.split('"').next()
}

fn unescaped(text: &str) -> String {
    let named = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
    named.iter().fold(text.to_owned(), |text, (escaped, sign)| text.replace(escaped, sign))
}
