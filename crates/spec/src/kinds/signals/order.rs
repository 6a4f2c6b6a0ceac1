//! The order in which signals are built, and the circles that have none.

use std::collections::{BTreeMap, BTreeSet};

/// An order in which each name comes after those it reads, and the circles found, each from its first name back to it.
pub(crate) fn order(reads: &BTreeMap<String, BTreeSet<String>>) -> (Vec<String>, Vec<Vec<String>>) {
    let mut walk = Walk { reads, done: BTreeSet::new(), path: Vec::new(), ordered: Vec::new(), circles: Vec::new() };
    for name in reads.keys() {
        walk.visit(name);
    }
    (walk.ordered, walk.circles)
}

struct Walk<'a> {
    reads: &'a BTreeMap<String, BTreeSet<String>>,
    done: BTreeSet<&'a str>,
    path: Vec<&'a str>,
    ordered: Vec<String>,
    circles: Vec<Vec<String>>,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, name: &'a str) {
        if let Some(start) = self.path.iter().position(|earlier| *earlier == name) {
            let circle = self.path.iter().skip(start).chain(std::iter::once(&name));
            self.circles.push(circle.map(|name| (*name).to_owned()).collect());
            return;
        }
        if self.done.contains(name) {
            return;
        }
        self.path.push(name);
        for (earlier, _) in self.reads.get(name).into_iter().flatten().filter_map(|read| self.reads.get_key_value(read)) {
            self.visit(earlier);
        }
        self.path.pop();
        self.done.insert(name);
        self.ordered.push(name.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::order;

    fn graph(edges: &[(&str, &[&str])]) -> BTreeMap<String, BTreeSet<String>> {
        edges.iter().map(|(name, reads)| ((*name).to_owned(), reads.iter().map(|read| (*read).to_owned()).collect())).collect()
    }

    #[test]
    fn each_signal_comes_after_those_it_reads() {
        let (ordered, circles) = order(&graph(&[("a", &["b"]), ("b", &["c", "column"]), ("c", &[])]));
        assert_eq!(ordered, ["c", "b", "a"]);
        assert!(circles.is_empty());
    }

    #[test]
    fn a_circle_is_named_from_its_first_member_back_to_it() {
        let (_, circles) = order(&graph(&[("a", &["b"]), ("b", &["a"]), ("self", &["self"])]));
        assert_eq!(circles, [vec!["a", "b", "a"], vec!["self", "self"]]);
    }
}
