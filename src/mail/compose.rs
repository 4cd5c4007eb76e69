//! What every mail is made of: two templates with the same content, and the words they share.

use askama::Template;
use chrono::{DateTime, Utc};

use crate::config::BaseUrl;
use crate::error::Result;
use crate::shown_name::one_line;
use crate::smtp::message::Composed;

/// A mail of two templates.
///
/// # Errors
/// When a template fails, which is a fault of ours.
pub fn composed(subject: &str, text: &impl Template, html: &impl Template) -> Result<Composed> {
    Ok(Composed { subject: one_line(subject), text: text.render()?, html: html.render()? })
}

/// `Fri 28 Nov 2026, 14:05 UTC`.
pub fn moment(at: DateTime<Utc>) -> String {
    at.format("%a %-d %b %Y, %H:%M UTC").to_string()
}

/// The host of the base URL, with its port where it has one of its own.
pub fn host(base_url: &BaseUrl) -> String {
    let origin = base_url.origin();
    origin.split_once("://").map_or(origin.as_str(), |(_, host)| host).to_owned()
}

/// Both parts of a mail, with the same content.
macro_rules! parts {
    ($text:ident $html:ident { $($field:ident),* } $text_path:literal $html_path:literal) => {
        #[derive(Template)]
        #[template(path = $text_path)]
        struct $text<'a> {
            $($field: &'a str,)*
        }

        #[derive(Template)]
        #[template(path = $html_path)]
        struct $html<'a> {
            subject: &'a str,
            $($field: &'a str,)*
        }
    };
}

pub(crate) use parts;
