//! In which order a list goes: by a column, rows without a value last, then by id. Most rows are told apart by a number that their value
//! begins with, and only the rows of the page are put in order.

use std::cmp::Ordering;

use mainstay_health::Column;

use super::super::table::{Named, Table};

/// What stands where there is no value: after everything, whichever way the list goes.
const LAST: u128 = u128::MAX;
/// A column of so many words or fewer is compared by the words' ranks.
const RANKED_WORDS: usize = 4_096;
/// So many rows are gathered at least before the best of them are chosen.
const GATHERED: usize = 4_096;

/// What rows are compared by; `None` goes last.
enum Values<'t> {
    /// Numbers that say everything.
    Exact(Box<dyn Fn(usize) -> Option<u64> + Sync + 't>),
    /// Texts, byte by byte.
    Texts(Box<dyn Fn(usize) -> Option<&'t [u8]> + Sync + 't>),
}

/// Compares rows.
pub(super) struct Order<'t> {
    table: &'t Table<'t>,
    values: Values<'t>,
    descending: bool,
}

impl<'t> Order<'t> {
    /// By a column.
    pub(super) fn by_column(table: &'t Table<'t>, named: &'t Named<'t>, descending: bool) -> Self {
        let exact = |value: Box<dyn Fn(usize) -> Option<u64> + Sync + 't>| Values::Exact(value);
        let values = match named {
            Named::Id => Values::Texts(Box::new(move |row| Some(table.id(row).as_bytes()))),
            Named::Numbers(numbers) => exact(Box::new(move |row| number(numbers, row))),
            Named::Column(column) => match column.as_ref() {
                Column::Numbers(numbers) => exact(Box::new(move |row| number(&numbers.0, row))),
                Column::Texts(texts) if texts.words().len() > RANKED_WORDS => {
                    Values::Texts(Box::new(move |row| texts.get(row).map(|text| text.as_bytes())))
                }
                Column::Texts(texts) => {
                    let ranks = ranks(texts.words());
                    exact(Box::new(move |row| ranks.get(*texts.codes().get(row)? as usize).copied()))
                }
                Column::Booleans(truths) => exact(Box::new(move |row| truths.get(row).copied().flatten().map(u64::from))),
                Column::Days(days) => exact(Box::new(move |row| days.get(row).copied().flatten().map(|day| whole(i64::from(day.0))))),
                Column::Instants(instants) => exact(Box::new(move |row| instants.get(row).copied().flatten().map(|at| whole(at.0)))),
            },
            Named::Band => {
                let ranks = ranks(&(0..=table.bands()).map(|place| table.name_of_band(place)).collect::<Vec<_>>());
                exact(Box::new(move |row| ranks.get(table.band(row)).copied()))
            }
            Named::Model => {
                let ranks = ranks(&table.plan().models.iter().map(|model| model.compiled.name.as_str()).collect::<Vec<_>>());
                exact(Box::new(move |row| ranks.get(usize::from(table.models.get(row).copied().flatten()?)).copied()))
            }
            Named::Segment(members) => exact(Box::new(move |row| Some(u64::from(members.get(row) == Some(&true))))),
            Named::Instant | Named::Today => exact(Box::new(|_| Some(0))),
        };
        Self { table, values, descending }
    }

    /// By what accounts are called, whatever the case.
    pub(super) fn by_name(table: &'t Table<'t>, descending: bool) -> Self {
        Self { table, values: Values::Texts(Box::new(move |row| Some(table.search.called(row)))), descending }
    }

    /// By a number that is worked out for each row.
    pub(super) fn by_number(table: &'t Table<'t>, of: impl Fn(usize) -> Option<f64> + Sync + 't, descending: bool) -> Self {
        Self { table, values: Values::Exact(Box::new(move |row| of(row).map(ordered))), descending }
    }

    /// What a row's value begins with, as a number: rows with smaller ones come first.
    fn key(&self, row: usize) -> u128 {
        let key = match &self.values {
            Values::Exact(value) => value(row).map(u128::from),
            Values::Texts(text) => text(row).map(beginning),
        };
        key.map_or(LAST, |key| if self.descending { !key } else { key })
    }

    fn compare(&self, (a_key, a): (u128, usize), (b_key, b): (u128, usize)) -> Ordering {
        let texts = || {
            let Values::Texts(text) = &self.values else { return Ordering::Equal };
            match (text(a), text(b)) {
                (Some(a), Some(b)) if self.descending => b.cmp(a),
                (Some(a), Some(b)) => a.cmp(b),
                (a, b) => b.is_some().cmp(&a.is_some()),
            }
        };
        a_key.cmp(&b_key).then_with(texts).then_with(|| self.table.id(a).cmp(self.table.id(b)))
    }
}

/// The first rows of an order, out of rows that come in any.
pub(super) struct First<'o, 't> {
    order: &'o Order<'t>,
    wanted: usize,
    best: Vec<(u128, usize)>,
    /// The last row that was good enough when there were too many.
    bound: Option<(u128, usize)>,
}

impl<'o, 't> First<'o, 't> {
    /// None yet, of the first `wanted`.
    pub(super) fn new(order: &'o Order<'t>, wanted: usize) -> Self {
        Self { order, wanted, best: Vec::new(), bound: None }
    }

    /// Takes a row in.
    pub(super) fn offer(&mut self, row: usize) {
        let one = (self.order.key(row), row);
        if let Some(bound) = self.bound
            && (one.0 > bound.0 || self.order.compare(one, bound).is_gt())
        {
            return;
        }
        self.best.push(one);
        if self.best.len() >= GATHERED.max(2 * self.wanted) {
            self.choose();
        }
    }

    fn choose(&mut self) {
        let Some(last) = self.wanted.checked_sub(1).filter(|last| *last < self.best.len()) else { return };
        let (_, bound, _) = self.best.select_nth_unstable_by(last, |a, b| self.order.compare(*a, *b));
        self.bound = Some(*bound);
        self.best.truncate(self.wanted);
    }

    /// Takes in what another found of the same order.
    pub(super) fn merge(&mut self, other: Self) {
        self.best.extend(other.best);
        self.bound = None;
        if self.best.len() >= GATHERED.max(2 * self.wanted) {
            self.choose();
        }
    }

    /// The rows from place `offset` on, in order. Those before are told apart from them, and not sorted.
    pub(super) fn finish(mut self, offset: usize) -> Vec<usize> {
        self.choose();
        if offset >= self.best.len() {
            return Vec::new();
        }
        let compare = |a: &(u128, usize), b: &(u128, usize)| self.order.compare(*a, *b);
        if offset > 0 {
            self.best.select_nth_unstable_by(offset, compare);
        }
        let mut page = self.best.split_off(offset);
        page.sort_unstable_by(compare);
        page.into_iter().map(|(_, row)| row).collect()
    }
}

/// A number as one that compares as a whole number: the total order of floats.
fn ordered(number: f64) -> u64 {
    let bits = number.to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

fn number(numbers: &[f64], row: usize) -> Option<u64> {
    numbers.get(row).filter(|number| !number.is_nan()).map(|number| ordered(*number))
}

const fn whole(number: i64) -> u64 {
    number.cast_unsigned() ^ (1 << 63)
}

fn beginning(text: &[u8]) -> u128 {
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(text).for_each(|(to, from)| *to = *from);
    u128::from_be_bytes(bytes)
}

/// The rank of each word among them.
fn ranks(words: &[impl AsRef<str>]) -> Vec<u64> {
    let mut sorted: Vec<usize> = (0..words.len()).collect();
    let word = |place: &usize| words.get(*place).map(AsRef::as_ref);
    sorted.sort_unstable_by(|a, b| word(a).cmp(&word(b)));
    let mut ranks = vec![0; words.len()];
    for (rank, place) in (0..).zip(sorted) {
        ranks.iter_mut().skip(place).take(1).for_each(|slot| *slot = rank);
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_order_as_whole_numbers() {
        let numbers = [f64::NEG_INFINITY, -2.5, -0.0, 0.0, 1e-9, 3.0, f64::INFINITY];
        assert!(numbers.windows(2).all(|two| ordered(two[0]) < ordered(two[1])));
        assert!(whole(-1) < whole(0) && whole(i64::MIN) < whole(-1));
    }

    #[test]
    fn words_are_ranked_by_their_bytes() {
        assert_eq!(ranks(&["smb", "Enterprise", "mid"]), [2, 0, 1]);
        assert!(beginning(b"acme") < beginning(b"acme inc") && beginning(b"") < beginning(b"a"));
    }
}
