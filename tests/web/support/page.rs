//! Reading pages as text.

/// The value of the form field `name` in a page.
pub fn field(page: &str, name: &str) -> String {
    let marker = format!("name=\"{name}\"");
    let at = page.find(&marker).unwrap_or_else(|| panic!("no field {name} in {page}"));
    let start = page[..at].rfind('<').expect("a tag");
    let tag = &page[start..start + page[start..].find('>').expect("an end")];
    let value = tag.split("value=\"").nth(1).unwrap_or_default();
    value.split('"').next().unwrap_or_default().to_owned()
}
