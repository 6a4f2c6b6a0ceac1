//! What stands around every mail: the page, the preheader, the footer with the way out.

use super::html::escape;

const PAGE: &str = include_str!("frame.html");

/// The end of a mail.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Footer {
    /// Who sends: name and postal address, in lines.
    pub sender: String,
    /// Words and address of the way out: `("Unsubscribe", "https://...")`. `None` only for messages that nobody can unsubscribe from.
    pub unsubscribe: Option<(String, String)>,
}

/// The whole page. Every piece is put in once, left to right, so that nothing inside a piece is taken for a place.
pub(super) fn html(language: &str, subject: &str, preheader: &str, body: &str, footer: &Footer) -> String {
    let sender = footer.sender.trim().lines().map(escape).collect::<Vec<_>>().join("<br>");
    let unsubscribe = footer
        .unsubscribe
        .as_ref()
        .map_or_else(String::new, |(label, url)| format!("<br><a href=\"{}\" style=\"color:inherit\">{}</a>", escape(url), escape(label)));
    let mut out = String::with_capacity(PAGE.len() + body.len());
    let mut rest = PAGE;
    for (place, piece) in [
        ("{language}", escape(language)),
        ("{subject}", escape(subject)),
        ("{preheader}", escape(preheader)),
        ("{body}", body.to_owned()),
        ("{footer}", sender + &unsubscribe),
    ] {
        if let Some((before, after)) = rest.split_once(place) {
            out.push_str(before);
            out.push_str(&piece);
            rest = after;
        }
    }
    out + rest
}

/// The text part with its footer.
pub(super) fn text(body: &str, footer: &Footer) -> String {
    let unsubscribe = footer.unsubscribe.as_ref().map(|(label, url)| format!("{label}: {url}"));
    let end: Vec<String> = [footer.sender.trim().to_owned()].into_iter().filter(|text| !text.is_empty()).chain(unsubscribe).collect();
    if end.is_empty() { format!("{body}\n") } else { format!("{body}\n\n-- \n{}\n", end.join("\n")) }
}
