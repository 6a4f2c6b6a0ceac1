//! Variants of health models: lowered to models of their own, proven like them, and what is said where one is wrong.

use mainstay_model::Workspace;
use mainstay_model::health::{Component, Covers, Missing, Reads};
use mainstay_spec::{Code, Document, Problem, check, format, render, show};

use crate::fake::FakeTypes;

const SIGNALS: &str = "\
signals:
  logins: { from: events, measure: count(), window: 30 days }
  uses: { from: events, measure: count_distinct(name), window: 30 days }
";
const HEALTH: &str = "\
health:
  standard:
    label: Standard
    applies_to: stage <> 'churned' or stage is null
    components:
      - signal: logins
        weight: 3
        healthy: \"> 15\"
        at_risk: \"5..15\"
        critical: \"< 5\"
        missing: at_risk
      - name: depth
        weight: 1
        group:
          - { signal: uses, weight: 1, curve: [[0, 0], [10, 100]] }
    min_coverage: 40%
    variants:
      apac:
        label: Asia-Pacific
        when: region = 'apac'
        components:
          logins: { healthy: \"> 10\", at_risk: \"4..10\", critical: \"< 4\" }
      small:
        when: seats < 10
        components:
          uses: { curve: [[0, 0], [4, 100]] }
          depth: { weight: 2 }
";

fn documents(health: &str) -> Vec<Document> {
    [("mainstay.yaml", "name: Test\ntime_zone: UTC\n"), ("signals/s.yaml", SIGNALS), ("health/h.yaml", health)]
        .map(|(path, text)| Document::new(path, text))
        .to_vec()
}

fn workspace(health: &str) -> Workspace {
    let documents = documents(health);
    let checked = check(&documents, &FakeTypes);
    checked.workspace.unwrap_or_else(|| panic!("{}", render(&checked.problems, &documents, false)))
}

/// The only problem when a text is replaced by another, and what it underlines, without quotes.
fn said(from: &str, to: &str) -> (Problem, String) {
    assert!(HEALTH.contains(from), "`{from}` is not there");
    let health = HEALTH.replacen(from, to, 1);
    let problems = check(&documents(&health), &FakeTypes).problems;
    let [problem] = problems.as_slice() else { panic!("{problems:#?}") };
    let underlined = health[problem.offset..problem.offset + problem.length].trim_matches('"').to_owned();
    (problem.clone(), underlined)
}

fn levels(component: &Component) -> Vec<(Option<f64>, Option<f64>)> {
    let Reads::Levels { levels, .. } = &component.reads else { panic!("levels") };
    let bounds = |covers: &Covers| match covers {
        Covers::Ranges(ranges) => (ranges[0].from.map(|from| from.0), ranges[0].to.map(|to| to.0)),
        Covers::Words(_) => (None, None),
    };
    levels.iter().map(|level| bounds(&level.covers)).collect()
}

#[test]
fn a_variant_is_a_model_before_its_own_with_what_it_replaces_and_all_else_as_there() {
    assert_eq!(check(&documents(HEALTH), &FakeTypes).problems, []);
    let workspace = workspace(HEALTH);
    let [apac, small, standard] = workspace.models.as_slice() else { panic!("three models") };
    assert_eq!([&apac.name, &small.name, &standard.name], ["standard.apac", "standard.small", "standard"]);
    assert_eq!([&apac.label, &small.label, &standard.label], ["Asia-Pacific", "Small", "Standard"]);
    assert_eq!(apac.applies_to.as_deref(), Some("(stage <> 'churned' or stage is null) and (region = 'apac')"));
    assert_eq!([apac.declared_as(), standard.declared_as()], ["standard", "standard"]);
    assert_eq!(levels(&apac.components[0]), [(Some(10.0), None), (Some(4.0), Some(10.0)), (None, Some(4.0))]);
    assert_eq!(levels(&standard.components[0]), [(Some(15.0), None), (Some(5.0), Some(15.0)), (None, Some(5.0))]);
    assert_eq!((apac.components[0].weight, &apac.components[0].missing), (3.0, &Missing::Level("at_risk".into())));
    assert_eq!((apac.min_coverage, &apac.components[1]), (0.4, &standard.components[1]));
    assert_eq!((small.components[1].weight, &small.components[0]), (2.0, &standard.components[0]));
    let Reads::Group { components } = &small.components[1].reads else { panic!("a group") };
    assert!(matches!(&components[0].reads, Reads::Curve { points, .. } if points[1] == (4.0, 100.0)), "by its signal, in the group");
    let versions: std::collections::BTreeSet<&str> = workspace.models.iter().map(|model| model.version.as_str()).collect();
    assert_eq!(versions.len(), 3);
}

#[test]
fn variants_go_where_their_model_goes() {
    let other = "  urgent:\n    priority: 5\n    components: [{ signal: uses, weight: 1, curve: [[0, 0], [1, 100]] }]\n";
    let names = |health: &str| workspace(health).models.into_iter().map(|model| model.name).collect::<Vec<_>>();
    assert_eq!(names(&format!("{HEALTH}{other}")), ["urgent", "standard.apac", "standard.small", "standard"]);
    let first = HEALTH.replace("    label: Standard\n", "    label: Standard\n    priority: 9\n");
    assert_eq!(names(&format!("{first}{other}")), ["standard.apac", "standard.small", "standard", "urgent"]);
}

#[test]
fn a_gap_in_a_variant_is_shown_at_its_line() {
    let (problem, text) = said("at_risk: \"4..10\"", "at_risk: \"5..10\"");
    assert_eq!((problem.code, problem.line, text.as_str()), (Code::LevelGap, 22, "> 10"));
    assert!(problem.message.contains("no level of `logins` covers 4"), "{}", problem.message);
    let (problem, text) = said("critical: \"< 4\" }", "critical: \"< 6\" }");
    assert_eq!((problem.code, problem.line, text.as_str()), (Code::LevelOverlap, 22, "4..10"));
    let (problem, _) = said("{ healthy: \"> 10\", at_risk: \"4..10\", critical: \"< 4\" }", "{ healthy: \"> 10\", critical: \"<= 10\" }");
    assert_eq!((problem.line, problem.message.as_str()), (22, "the component has no level `at_risk`"), "which a missing value stands for");
}

#[test]
fn what_is_wrong_with_a_variant_is_told_with_what_was_meant() {
    let cases = [
        ("          logins: {", "          logns: {", Code::UnknownName, "no component `logns`", "logns"),
        ("          depth: { weight: 2 }", "          depth: { weight: 0 }", Code::Weight, "a weight of zero", "0"),
        ("          depth: { weight: 2 }", "          depth: {}", Code::MissingKey, "replaces nothing of `depth`", "depth"),
        ("          depth: { weight: 2 }", "          depth: { label: x }", Code::UnknownKey, "unknown key `label`", "label"),
        ("when: region = 'apac'", "when: regionz = 'apac'", Code::UnknownName, "no column `regionz`", "regionz"),
        ("when: region = 'apac'", "when: health_score > 5", Code::UnknownName, "cannot be read in a health model", "health_score"),
        ("      small:\n", "      apac:\n", Code::DuplicateName, "the variant `apac` of `standard` is declared twice", "apac"),
        ("      small:\n", "      Small:\n", Code::BadName, "cannot name a variant", "Small"),
    ];
    for (from, to, code, part, place) in cases {
        let health = HEALTH.replacen(from, to, 1);
        let problems = check(&documents(&health), &FakeTypes).problems;
        let found = problems.iter().find(|problem| problem.code == code && problem.message.contains(part));
        let problem = found.unwrap_or_else(|| panic!("{to}: {problems:#?}"));
        assert_eq!(&health[problem.offset..problem.offset + problem.length], place, "{to}");
    }
    let (problem, _) = said("          logins: {", "          logns: {");
    assert_eq!(problem.hint.as_deref(), Some("did you mean `logins`?"));
}

#[test]
fn models_are_shown_with_their_variants_as_they_read_back() {
    let workspace = workspace(HEALTH);
    let mut again = self::workspace(&show(&workspace, "health").unwrap());
    assert_eq!(again.models, workspace.models);
    again = self::workspace(&show(&workspace, "health.standard").unwrap());
    assert_eq!(again.models, workspace.models);
    let alone = show(&workspace, "health.standard.apac").unwrap();
    assert!(alone.contains("standard.apac:") && alone.contains("min_coverage: 0.4"), "{alone}");
    assert!(show(&workspace, "health.standard.emea").is_err());
}

#[test]
fn variants_have_a_canonical_form() {
    let turned = HEALTH.replace(
        "{ healthy: \"> 10\", at_risk: \"4..10\", critical: \"< 4\" }",
        "{critical: \"< 4\",at_risk: \"4..10\", healthy: \"> 10\"}",
    );
    assert_eq!(format(&Document::new("health/h.yaml", &turned)).unwrap(), format(&Document::new("health/h.yaml", HEALTH)).unwrap());
}
