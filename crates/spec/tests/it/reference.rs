//! The reference pages are generated; a stale one is a red test. `UPDATE_REFERENCE=1` writes them.

use std::path::PathBuf;

fn compare(path: &str, generated: &str) {
    let file = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference")).join(path);
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, generated).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(written == generated, "docs/reference/{path} is stale; run the tests with UPDATE_REFERENCE=1");
}

#[test]
fn the_configuration_schema_is_the_generated_one() {
    compare("configuration.schema.json", &(serde_json::to_string_pretty(&mainstay_spec::json_schema()).unwrap() + "\n"));
}

#[test]
fn the_page_of_problems_is_the_generated_one() {
    compare("problems.md", &mainstay_spec::reference_markdown());
}

#[test]
fn every_code_is_written_as_its_name_and_none_twice() {
    let mut words: Vec<&str> = mainstay_spec::Code::ALL.iter().map(|code| code.as_str()).collect();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), mainstay_spec::Code::ALL.len());
    for code in mainstay_spec::Code::ALL {
        assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
    }
}

/// The examples of the guide: each fenced block that names its file, all together one workspace.
fn guide() -> Vec<mainstay_spec::Document> {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guide/language.md")).unwrap();
    let blocks = page.split("```yaml\n").skip(1).map(|block| block.split("```").next().unwrap());
    let named = blocks.filter_map(|text| Some((text.lines().next()?.strip_prefix("# ")?, text)));
    named
        .filter(|(path, _)| path.rsplit_once('.').is_some_and(|(_, ending)| ending == "yaml"))
        .map(|(path, text)| mainstay_spec::Document::new(path, text))
        .collect()
}

#[test]
fn the_examples_of_the_guide_are_a_correct_workspace() {
    let documents = guide();
    assert!(documents.len() >= 6, "the guide has an example of each kind");
    let checked = mainstay_spec::check(&documents, &crate::fake::FakeTypes);
    assert!(checked.problems.is_empty(), "{}", mainstay_spec::render(&checked.problems, &documents, false));
    for document in &documents {
        assert_eq!(mainstay_spec::format(document).unwrap(), document.text, "{} is not in canonical form", document.path);
    }
}

#[test]
fn the_files_of_the_pack_and_the_guide_fit_the_schema() {
    let schema = mainstay_spec::json_schema();
    let documents = mainstay_spec::read_folder(&crate::pack::folder()).unwrap();
    // Templates are Markdown; only their front matter is the language's.
    for document in documents.iter().filter(|document| !document.path.starts_with("templates/")).chain(&guide()) {
        let tree = crate::schema::to_json(&document.text);
        let faults = crate::schema::faults(&schema, &schema, &tree, "");
        assert!(faults.is_empty(), "{}: {faults:?}", document.path);
    }
    let wrong = crate::schema::to_json("signals:\n  a:\n    form: events\n    measure: count()\n    unit: apples\nhealth:\n  h: {}\n");
    let faults = crate::schema::faults(&schema, &schema, &wrong, "");
    assert_eq!(faults.len(), 3, "{faults:?}");
}
