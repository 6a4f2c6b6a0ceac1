//! Templates as people write them, with values as the world has them.

use mainstay_connect::ConnectError;
use mainstay_connect::templates::{Footer, Template, render_line};
use proptest::prelude::*;
use serde_json::{Value, json};

const CHECK_IN: &str = r#"---
subject: "{{ account.name }}: can we help?"
preheader: Logins are down {{ account.drop }} %
category: success
---
Hello {{ champion.name }},

we noticed that **{{ account.name }}** signs in less often:

- {{ account.logins }} logins this week
- it was *{{ account.before }}* a week before

| week | logins |
|------|--------|
| now  | {{ account.logins }} |

{% if account.arr > 1000 %}
[Book 20 minutes]({{ links.booking }} "button")
{% endif %}

Or read [how others do it](https://acme.example/guide?a=1&b=2).

{{ csm.name }}
"#;

fn values() -> Value {
    json!({
        "account": { "name": "Müller & Söhne <GmbH>", "drop": 42, "logins": 3, "before": 12, "arr": 12_000, "owner": null },
        "champion": { "name": "Ada *Countess* Lovelace" },
        "csm": { "name": "Grace_Hopper_" },
        "links": { "booking": "https://cal.example/grace?from=a&to=b_(1)" },
    })
}

fn footer() -> Footer {
    Footer {
        sender: "Acme Ltd\n1 High Street, London".into(),
        unsubscribe: Some(("Unsubscribe".into(), "https://success.example/t/u/token".into())),
    }
}

fn body(markdown: &str) -> Template {
    Template::parse("templates/en/in_app/x.md", &format!("---\nsubject: x\n---\n{markdown}")).unwrap()
}

#[test]
fn a_mail_has_a_subject_a_text_part_and_an_html_part() {
    let template = Template::parse("templates/en/quick_check_in.md", CHECK_IN).unwrap();
    assert_eq!(
        (template.language.as_str(), template.name.as_str(), template.category.as_deref()),
        ("en", "quick_check_in", Some("success"))
    );
    let mail = template.render_email(&values(), &footer()).unwrap();
    insta::assert_snapshot!("mail_subject_and_preheader", format!("{}\n{}", mail.subject, mail.preheader));
    insta::assert_snapshot!("mail_text", mail.text);
    insta::assert_snapshot!("mail_html", mail.html);
}

#[test]
fn the_same_words_make_a_message_for_slack_and_for_the_product() {
    let slack = Template::parse("packs/saas/templates/en/slack/alert.md", CHECK_IN).unwrap().render_slack(&values()).unwrap();
    insta::assert_snapshot!("slack", serde_json::to_string_pretty(&slack).unwrap());
    let in_app = Template::parse("templates/en/in_app/alert.md", CHECK_IN).unwrap().render_in_app(&values()).unwrap();
    insta::assert_snapshot!("in_app", serde_json::to_string_pretty(&in_app).unwrap());
}

#[test]
fn the_names_a_template_uses_are_known_with_their_lines() {
    let template = Template::parse("templates/en/quick_check_in.md", CHECK_IN).unwrap();
    let names: Vec<String> = template.variables().into_iter().map(|one| format!("{} {}", one.name, one.line)).collect();
    insta::assert_snapshot!(names.join("\n"), @r"
    account.arr 17
    account.before 11
    account.drop 3
    account.logins 10
    account.name 2
    champion.name 6
    csm.name 23
    links.booking 18
    ");
}

#[test]
fn a_name_without_a_value_is_an_error_with_its_place_and_never_a_blank() {
    let render = |markdown: &str| body(markdown).render_in_app(&values()).map(|message| message.text);
    for (markdown, name) in [
        ("one\n{{ account.nam }}", "account.nam"),
        ("one\n{{ champoin.name }}", "champoin.name"),
        ("one\n{% if nothing %}x{% endif %}", "nothing"),
        ("one\n{{ account.nam | upper }}", "account.nam"),
    ] {
        match render(markdown) {
            Err(ConnectError::UnknownName { path, line, name: found }) => {
                assert_eq!((path.as_str(), line), ("templates/en/in_app/x.md", 5), "{markdown}");
                assert_eq!(found, name, "{markdown}");
            }
            other => panic!("{markdown}: {other:?}"),
        }
    }
    let null = render("one\n{{ account.owner }}");
    assert_eq!(null, Err(ConnectError::NoValue { path: "templates/en/in_app/x.md".into(), line: 5, name: "account.owner".into() }));
    assert_eq!(render("{{ account.owner or 'your team' }} {{ account.nam | default('x') }}").unwrap(), "your team x");
}

#[test]
fn what_is_no_template_is_refused_with_its_place() {
    let message = |path: &str, text: &str| Template::parse(path, text).unwrap_err().to_string();
    assert!(message("templates/en/a.md", "Hello").contains("needs a `subject:`"));
    assert!(message("mails/a.md", "Hello").contains("templates lie in templates/<language>/"));
    let broken = message("templates/en/in_app/a.md", "---\nsubject: x\n---\none\n{% if %}\n");
    assert!(broken.starts_with("templates/en/in_app/a.md:5: "), "{broken}");
}

#[test]
fn a_link_leads_to_the_web_or_to_a_person() {
    for link in ["javascript:alert(1)", "data:text/html,x", "//evil.example", "/path"] {
        let values = json!({ "link": link });
        assert!(body("[x]({{ link }})").render_in_app(&values).is_err(), "{link}");
    }
    let text = body("[write](mailto:a@acme.example) [call](tel:+491234)").render_in_app(&json!({})).unwrap().text;
    assert_eq!(text, "write (a@acme.example) call (+491234)");
}

#[test]
fn a_title_of_a_play_is_one_line() {
    assert_eq!(render_line("plays/a.yaml", "Reach {{ name }} now", &json!({ "name": "Ada\r\nBcc: x" })).unwrap(), "Reach Ada Bcc: x now");
}

/// Whether a line of HTML tags of one text are those of another.
fn tags(html: &str) -> Vec<&str> {
    html.split('<').skip(1).map(|tag| tag.split(['>', ' ']).next().unwrap_or_default()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_value_changes_the_shape_of_a_message(name in "\\PC{0,60}|[*_<>&\\[\\]()`#|~!\\\\\r\n :/-]{0,40}") {
        let template = Template::parse(
            "templates/en/a.md",
            "---\nsubject: 'Hello {{ name }}'\n---\n{{ name }}\n\n- **{{ name }}** `{{ name }}`\n\n[{{ name }}](https://acme.example)\n",
        ).unwrap();
        let tame = template.render_email(&json!({ "name": "Ada" }), &footer()).unwrap();
        let mail = template.render_email(&json!({ "name": name.clone() }), &footer()).unwrap();
        prop_assert!(!mail.subject.contains(['\r', '\n']));
        if !name.trim().is_empty() {
            prop_assert_eq!(tags(&mail.html), tags(&tame.html));
        }
    }
}
