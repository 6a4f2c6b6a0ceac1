//! Leads the links of a rendered mail through us and adds the pixel.

use super::{Consent, Tracker};

/// The HTML of a mail with its web links led through us and the pixel added, as far as there is consent.
///
/// For HTML that [`crate::templates`] rendered. Links that are no web links (`mailto:`), that lead to us already, or whose token would be too
/// long to come back are left alone.
#[must_use]
pub fn tracked(html: &str, tracker: &Tracker, key: &str, consent: Consent) -> String {
    let mut out = if consent.clicks { with_links(html, tracker, key) } else { html.to_owned() };
    if consent.opens {
        let pixel = format!(r#"<img src="{}" width="1" height="1" alt="" style="display:block;border:0">"#, tracker.open_url(key));
        let place = out.rfind("</body>").unwrap_or(out.len());
        out.insert_str(place, &pixel);
    }
    out
}

fn with_links(html: &str, tracker: &Tracker, key: &str) -> String {
    const OPENING: &str = " href=\"";
    let mut out = String::with_capacity(html.len() * 2);
    let mut rest = html;
    while let Some((before, after)) = rest.split_once(OPENING) {
        let Some((link, after)) = after.split_once('"') else { break };
        out.push_str(before);
        out.push_str(OPENING);
        let target = link.replace("&#39;", "'").replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        let web = target.starts_with("https://") || target.starts_with("http://");
        if web && !tracker.is_ours(&target) && target.len() <= super::MOST_TOKEN_BYTES / 2 {
            out.push_str(&tracker.click_url(key, &target));
        } else {
            out.push_str(link);
        }
        out.push('"');
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::super::Touch;
    use super::*;

    const HTML: &str = r#"<body><a href="https://acme.example/?a=1&amp;b=2">go</a> <a href="mailto:a@b.example">write</a></body>"#;

    fn tracker() -> Tracker {
        Tracker::new("https://success.example", b"0123456789abcdef").unwrap()
    }

    #[test]
    fn without_consent_nothing_changes() {
        assert_eq!(tracked(HTML, &tracker(), "k", Consent::default()), HTML);
    }

    #[test]
    fn a_web_link_leads_through_us_to_where_it_led() {
        let html = tracked(HTML, &tracker(), "k", Consent { opens: false, clicks: true });
        let token = html.split("/t/c/").nth(1).unwrap().split('"').next().unwrap();
        assert_eq!(tracker().read_click(token), Some(Touch::Click { key: "k".into(), target: "https://acme.example/?a=1&b=2".into() }));
        assert!(html.contains(r#" href="mailto:a@b.example""#), "{html}");
        assert!(!html.contains("acme.example"), "{html}");
        assert_eq!(tracked(&html, &tracker(), "k", Consent { opens: false, clicks: true }), html, "a link is led through us once");
    }

    #[test]
    fn the_pixel_is_the_last_thing_in_the_body() {
        let html = tracked(HTML, &tracker(), "k", Consent { opens: true, clicks: false });
        assert!(html.contains("https://acme.example/?a=1&amp;b=2"));
        assert!(html.ends_with("\"></body>") && html.contains(".gif"), "{html}");
    }
}
