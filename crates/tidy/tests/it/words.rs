//! What must not be written anywhere: paths of somebody's machine, the hosts of registries and mirrors.

use mainstay_tidy::sources;

const FORBIDDEN: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("crates", ".io/index"),
    concat!("registry.", "npmjs"),
    concat!("py", "pi.org"),
    concat!("artifactory", "/"),
];

#[test]
fn nothing_speaks_of_one_machine() {
    let endings =
        [".rs", ".md", ".toml", ".yaml", ".yml", ".json", ".html", ".css", ".js", ".mjs", ".py", ".sh", ".sql", ".snap", "/run", "run"];
    for source in sources(&endings) {
        for (number, line) in source.text.lines().enumerate() {
            for word in FORBIDDEN {
                assert!(!line.contains(word), "{}:{} says `{word}`", source.path, number + 1);
            }
        }
    }
}
