//! `show` fills in defaults, and what it shows reads back to the same workspace.

use mainstay_spec::{Document, check, json_schema, read_folder, show, source_yaml};

use crate::fake::FakeTypes;

fn workspace() -> mainstay_model::Workspace {
    check(&read_folder(&crate::pack::folder()).unwrap(), &FakeTypes).workspace.unwrap()
}

#[test]
fn one_thing_is_shown_with_its_defaults() {
    let workspace = workspace();
    insta::assert_snapshot!(show(&workspace, "signals.logins_30d").unwrap());
    insta::assert_snapshot!(show(&workspace, "health.standard").unwrap());
    insta::assert_snapshot!(show(&workspace, "mainstay").unwrap());
}

#[test]
fn what_is_shown_reads_back_to_the_same_workspace() {
    let workspace = workspace();
    let mut documents = vec![Document::new("mainstay.yaml", show(&workspace, "mainstay").unwrap())];
    for kind in ["sources", "signals", "thresholds", "segments", "health"] {
        documents.push(Document::new(format!("{kind}/all.yaml"), show(&workspace, kind).unwrap()));
    }
    // Entities are shown with the product's own fields, and plays with what they need are not shown: these are taken as they are.
    let kept = ["entities/", "plays/", "scenarios/", "templates/"];
    let as_they_are = read_folder(&crate::pack::folder()).unwrap().into_iter();
    documents.extend(as_they_are.filter(|document| kept.iter().any(|folder| document.path.starts_with(folder))));
    let again = check(&documents, &FakeTypes);
    let mut again = again.workspace.unwrap_or_else(|| panic!("{:?}", again.problems));
    // A ratio is shown as the formula it stands for, so units and all else are equal.
    again.version.clone_from(&workspace.version);
    assert_eq!(again, workspace);
}

#[test]
fn an_unknown_thing_names_the_nearest() {
    let workspace = workspace();
    assert_eq!(show(&workspace, "signals.logins30d").unwrap_err().hint.unwrap(), "did you mean `signals.logins_30d`?");
    assert_eq!(show(&workspace, "logins_30d").unwrap_err().hint.unwrap(), "did you mean `signals.logins_30d`?");
    assert!(show(&workspace, "nonsense").is_err());
}

#[test]
fn a_source_reads_back_from_its_yaml() {
    let workspace = workspace();
    for source in workspace.sources.values() {
        let text = source_yaml(source);
        let mut documents = vec![Document::new("mainstay.yaml", "name: T\ntime_zone: UTC\n"), Document::new("sources/s.yaml", text)];
        // A source may bring records that the workspace declares.
        let declared = read_folder(&crate::pack::folder()).unwrap().into_iter();
        documents.extend(declared.filter(|document| document.path.starts_with("entities/")));
        let again = check(&documents, &FakeTypes).workspace.unwrap();
        assert_eq!(&again.sources[&source.name], source);
    }
}

#[test]
fn the_schema_knows_every_kind_and_refuses_unknown_keys() {
    let schema = json_schema();
    for kind in ["name", "entities", "sources", "signals", "thresholds", "segments", "health"] {
        assert!(schema["properties"].get(kind).is_some(), "{kind}");
    }
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(schema["$defs"]["SignalDoc"]["additionalProperties"], false);
}
