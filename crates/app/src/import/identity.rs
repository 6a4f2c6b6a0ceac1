//! Ids for rows that bring none: made from what the row says, and stable.
//!
//! The id is a digest of the row's content and how many equal rows came before it in the file. So the same file twice changes nothing,
//! also when its rows are in another order or new rows were added, and two equal rows in one file are two facts.

use hashbrown::HashMap;
use mainstay_lake::rows::Cell;
use xxhash_rust::xxh3::Xxh3;

/// Makes ids for the rows of one file.
#[derive(Debug, Default)]
pub(super) struct ContentIds {
    /// Equal rows seen, by half of their digest; two rows that share it by chance only count each other.
    seen: HashMap<u64, u32>,
}

impl ContentIds {
    /// Which copy a row of this content is in its file, from 1.
    pub(super) fn copy(&mut self, content: u128) -> u32 {
        let copies = self.seen.entry(content as u64).or_default();
        *copies += 1;
        *copies
    }
}

/// The id of a copy of a content.
pub(super) fn content_id(content: u128, copy: u32) -> String {
    if copy <= 1 { format!("row-{content:032x}") } else { format!("row-{content:032x}-{copy}") }
}

/// Columns in the order of their names, so that a file with its columns moved says the same.
pub(super) fn in_order(columns: &[String]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(|&index| columns.get(index));
    order
}

/// The digest of what a row says; `kind` keeps facts apart that one row yields under several mappings. Cells come in the order of their columns' names.
pub(super) fn content<'a>(kind: &str, cells: impl Iterator<Item = (&'a str, Cell<'a>)>) -> u128 {
    let mut hash = Xxh3::new();
    part(&mut hash, kind);
    for (name, cell) in cells {
        part(&mut hash, name);
        part(&mut hash, &cell.text());
    }
    hash.digest128()
}

/// Length first, so that no two sequences of parts read the same.
fn part(hash: &mut Xxh3, text: &str) {
    hash.update(&(text.len() as u64).to_le_bytes());
    hash.update(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ids(columns: &[&str], rows: &[Vec<&str>]) -> Vec<String> {
        let names: Vec<String> = columns.iter().map(|&name| name.to_owned()).collect();
        let order = in_order(&names);
        let mut copies = ContentIds::default();
        let id = |row: &Vec<&str>| {
            let cells = order.iter().filter(|&&column| !row[column].is_empty()).map(|&column| (columns[column], Cell::Text(row[column])));
            let content = content("events", cells);
            content_id(content, copies.copy(content))
        };
        rows.iter().map(id).collect()
    }

    #[test]
    fn equal_rows_in_one_file_stay_apart_and_moved_columns_change_nothing() {
        let here = ids(&["a", "b"], &[vec!["1", "2"], vec!["1", "2"], vec!["", "12"]]);
        let there = ids(&["b", "a"], &[vec!["2", "1"], vec!["12", ""], vec!["2", "1"]]);
        assert_ne!(here[0], here[1]);
        assert_eq!(here[1], format!("{}-2", here[0]));
        assert_eq!(here, vec![there[0].clone(), there[2].clone(), there[1].clone()]);
        assert_ne!(ids(&["a", "b"], &[vec!["12", ""]]), ids(&["a", "b"], &[vec!["1", "2"]]));
    }

    proptest! {
        #[test]
        fn every_order_of_the_rows_yields_the_same_ids(mut rows in proptest::collection::vec("[ab]{0,2}", 0..12), seed in any::<usize>()) {
            let mut first = ids(&["a"], &rows.iter().map(|cell| vec![cell.as_str()]).collect::<Vec<_>>());
            let turn = seed % rows.len().max(1);
            rows.rotate_left(turn);
            let mut second = ids(&["a"], &rows.iter().map(|cell| vec![cell.as_str()]).collect::<Vec<_>>());
            first.sort();
            second.sort();
            let all = first.len();
            prop_assert_eq!(&first, &second);
            first.dedup();
            prop_assert_eq!(first.len(), all, "no two rows share an id");
        }
    }
}
