//! Canonical form: idempotent, and without a change of meaning.

use mainstay_spec::{Document, check, format};
use proptest::prelude::*;

use crate::fake::FakeTypes;

fn formatted(path: &str, text: &str) -> String {
    format(&Document::new(path, text)).unwrap()
}

#[test]
fn keys_take_their_order_quotes_go_and_comments_stay() {
    let text = "\
# Usage
signals:
    logins:   # every sign-in
        window:   30   days


        measure: 'count()'
        # Only real ones
        where: \"name = 'Signed In'\"
        from: events
    # The last one
    b: {measure:   logins * 2,unit: 'number'}
# The end
";
    insta::assert_snapshot!(formatted("signals/a.yaml", text));
}

#[test]
fn long_expressions_are_folded_and_literal_blocks_kept() {
    let long = format!(
        "signals:\n  a:\n    measure: {}\n  b:\n    measure: |\n      case\n        when x then 1\n      end\n",
        ["alpha + beta"; 20].join(" + ")
    );
    insta::assert_snapshot!(formatted("signals/a.yaml", &long));
}

#[test]
fn a_negative_number_stays_a_number_in_brackets() {
    let text = "scenarios:\n  s:\n    trigger: { change: -0.3, said: \"-0.3\", days: [-1] }\n";
    assert_eq!(formatted("scenarios/a.yaml", text), text);
}

#[test]
fn comments_survive_wherever_they_stand() {
    let text = "\
a: # one
  - # two
    x: 1
  # three
  - { # four
      y: 2, z: 3 } # five
  - [1, # six
     2]
b: > # seven
  text
  goes on
# eight

# nine
c: 1 # ten
# eleven
";
    let once = formatted("other/a.yaml", text);
    for word in ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"] {
        assert!(once.contains(&format!("# {word}")), "{word} is lost:\n{once}");
    }
    assert_eq!(formatted("other/a.yaml", &once), once);
}

#[test]
fn a_document_that_is_no_yaml_says_where() {
    let error = format(&Document::new("signals/a.yaml", "signals:\n  a: [1, 2\n")).unwrap_err();
    assert!(error.to_string().contains("signals/a.yaml"), "{error}");
    assert_eq!(format(&Document::new("a.yaml", "# only words\n\n")).unwrap(), "# only words\n");
}

#[test]
fn formatting_does_not_change_what_a_workspace_means() {
    let documents = mainstay_spec::read_folder(&crate::pack::folder()).unwrap();
    let mangled: Vec<Document> = documents.iter().map(|document| Document::new(&document.path, format(document).unwrap())).collect();
    assert_eq!(check(&documents, &FakeTypes).workspace, check(&mangled, &FakeTypes).workspace);
}

/// Any text a scalar could hold, the hostile among them.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z ]{0,12}",
        "[ -~]{0,20}",
        "(\\PC|\n|\t| |#|:|-|'|\"){0,20}",
        Just("~".to_owned()),
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("> 15".to_owned()),
        Just("- x".to_owned()),
        Just("a: b".to_owned()),
        Just("x".repeat(200)),
        Just("word ".repeat(60).trim_end().to_owned()),
    ]
    // The mark of a file that is not UTF-8, which is refused.
    .prop_map(|text| text.replace('\u{FFFD}', "?"))
}

/// A JSON text is YAML too: a way to write any tree without the writer under test.
fn any_tree() -> impl Strategy<Value = serde_json::Value> {
    let leaf = any_text().prop_map(serde_json::Value::String);
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::Array),
            prop::collection::btree_map("[a-z_#: -]{1,6}", inner, 0..4)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

/// The same tree in block style with comments, in a way of its own.
fn block(value: &serde_json::Value, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    match value {
        serde_json::Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                out.push_str(&format!("\n{pad}# about it\n{pad}{}: ", serde_json::Value::String(key.clone())));
                block(value, indent + 3, out);
            }
        }
        serde_json::Value::Array(items) if !items.is_empty() => {
            for item in items {
                out.push_str(&format!("\n\n\n{pad}-  "));
                block(item, indent + 3, out);
            }
        }
        other => out.push_str(&format!("{other}  # behind")),
    }
}

proptest! {
    #[test]
    fn formatting_twice_is_formatting_once(tree in any_tree()) {
        let document = Document::new("signals/a.yaml", format!("signals:\n  x: 1\ny: {tree}\n"));
        let once = format(&document).unwrap();
        prop_assert_eq!(format(&Document::new("signals/a.yaml", once.clone())).unwrap(), once);
    }

    #[test]
    fn formatting_blocks_with_comments_twice_is_formatting_once(tree in any_tree()) {
        let mut text = String::new();
        block(&tree, 2, &mut text);
        let document = Document::new("signals/a.yaml", format!("y: {text}\n"));
        let once = format(&document).unwrap();
        prop_assert_eq!(format(&Document::new("signals/a.yaml", once.clone())).unwrap(), once);
    }

    #[test]
    fn every_text_survives_formatting(tree in any_tree()) {
        let document = Document::new("signals/a.yaml", format!("y: {tree}\n"));
        let once = format(&document).unwrap();
        // The reader used here is another one than the crate's own.
        let read = crate::schema::to_json(&once);
        prop_assert_eq!(&read["y"], &tree, "{}", once);
    }
}
