//! What templates and texts of plays name: what cannot be there is an error of the workspace.

use mainstay_app::check_documents;
use mainstay_spec::{Document, Severity};

use super::{PLAYS, documents};

#[test]
fn a_name_that_no_template_can_have_is_an_error_of_the_workspace() {
    let mut documents = documents("scenarios: {}\n");
    let mail =
        "---\nsubject: Hello {{ champion.nam }}\n---\n\nAbout {{ account.logins7d }}, {{ links.bookings }} and {{ champion.name }}.\n";
    documents.push(Document::new("templates/en/hello.md", mail));
    let plays = PLAYS.replace("Ask {{ account.name }}", "Ask {{ acount.name }} about {{ trigger.score }}");
    documents.retain(|document| document.path != "plays/all.yaml");
    documents.push(Document::new("plays/all.yaml", plays));
    let checked = check_documents(&documents);
    assert!(checked.workspace.is_none());
    let told: Vec<String> =
        checked.problems.iter().map(|problem| format!("{problem} - {}", problem.hint.as_deref().unwrap_or_default())).collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_name_that_only_mails_have_is_an_error_in_every_other_text() {
    let text = "{{ recipient.first_name }} [out]({{ links.unsubscribe }}) {{ survey.url }}";
    let tell = |to: &str| {
        let plays = PLAYS.replace("[{ note: told }]", &format!("[{to}, {{ note: 'told {{{{ recipient.name }}}}' }}]"));
        let mut documents: Vec<Document> =
            documents("scenarios: {}\n").into_iter().filter(|document| document.path != "plays/all.yaml").collect();
        documents.push(Document::new("plays/all.yaml", plays));
        for path in ["templates/en/in_app/word.md", "templates/en/slack/word.md"] {
            documents.push(Document::new(path, format!("{text}\n")));
        }
        documents.push(Document::new("templates/en/word.md", format!("---\nsubject: Hello\n---\n{text}\n")));
        let checked = check_documents(&documents);
        let said = |path: &str| -> Vec<(usize, String, String)> {
            let of_file = checked.problems.iter().filter(|problem| problem.path == path && problem.severity == Severity::Error);
            let of_file = of_file.map(|problem| {
                let text = &documents.iter().find(|document| document.path == path).unwrap().text;
                let underlined = text.get(problem.offset..problem.offset + problem.length).unwrap().to_owned();
                (problem.line, underlined, problem.hint.clone().unwrap_or_default())
            });
            of_file.collect()
        };
        ["templates/en/in_app/word.md", "templates/en/slack/word.md", "plays/all.yaml", "templates/en/word.md"].map(said)
    };
    let mend = |name: &str, hint: &str| (1, name.to_owned(), hint.to_owned());
    let several = "it may reach several people: name one of them, such as `champion.name`, or nobody";
    let rest = [
        mend("links.unsubscribe", "leave it out: there is nothing to unsubscribe from"),
        mend("survey.url", "the action `survey` asks by mail; a page of your own goes under `links` in mainstay.yaml"),
    ];
    let with = |hint: &str| {
        let mut all = rest.to_vec();
        all.push(mend("recipient.first_name", hint));
        all.sort();
        all
    };
    let sorted = |mut told: Vec<(usize, String, String)>| {
        told.sort();
        told
    };
    let [in_app, slack, play, mail] = tell("{ in_app: { to: champion, template: word } }");
    assert_eq!(sorted(in_app), with("write `champion.first_name`, whom it goes to"));
    assert_eq!(sorted(slack), with(several), "no play uses it");
    assert_eq!(play, [(10, "recipient.name".to_owned(), several.to_owned())]);
    assert!(mail.is_empty(), "{mail:?}");
    let [in_app, ..] = tell("{ in_app: { to: users, template: word } }");
    assert_eq!(sorted(in_app), with(several));
    let [_, slack, ..] = tell("{ slack: { to: csm, template: word } }");
    assert_eq!(sorted(slack).len(), 3);
}

#[test]
fn jinja_that_cannot_be_read_is_an_error_of_the_workspace() {
    let mut documents = documents("scenarios: {}\n");
    documents.push(Document::new("templates/en/hello.md", "---\nsubject: Hello\n---\n\nDear {{ champion.name\n"));
    let checked = check_documents(&documents);
    assert!(checked.workspace.is_none());
    let errors = checked.problems.iter().filter(|problem| problem.severity == Severity::Error);
    assert_eq!(errors.map(|problem| (problem.code.as_str(), problem.line)).collect::<Vec<_>>(), [("syntax", 5)]);
}
