//! File names by pattern: `*` for any characters, `?` for one.

/// Whether the whole name fits the pattern.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    // Where to go on after the last star, should what follows it not fit.
    let mut retry: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p, n));
                p += 1;
            }
            Some(letter) if *letter == '?' || name.get(n) == Some(letter) => {
                p += 1;
                n += 1;
            }
            _ => {
                let Some((star, from)) = retry else { return false };
                retry = Some((star, from + 1));
                p = star + 1;
                n = from + 1;
            }
        }
    }
    pattern.iter().skip(p).all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::matches;

    #[test]
    fn a_star_is_any_text_and_a_question_mark_one_character() {
        assert!(matches("accounts*.csv", "accounts.csv"));
        assert!(matches("accounts*.csv", "accounts-2026-03.csv"));
        assert!(matches("*", ""));
        assert!(matches("day-??.csv", "day-07.csv"));
        assert!(!matches("accounts*.csv", "accounts.csv.bak"));
        assert!(!matches("day-??.csv", "day-7.csv"));
    }

    /// The definition, as slow as it is plain.
    fn defined(pattern: &[char], name: &[char]) -> bool {
        match pattern.split_first() {
            None => name.is_empty(),
            Some(('*', rest)) => (0..=name.len()).any(|skip| defined(rest, &name[skip..])),
            Some((letter, rest)) => {
                name.split_first().is_some_and(|(first, after)| (*letter == '?' || letter == first) && defined(rest, after))
            }
        }
    }

    proptest! {
        #[test]
        fn it_agrees_with_its_definition(pattern in "[ab*?]{0,6}", name in "[ab]{0,8}") {
            let slow = defined(&pattern.chars().collect::<Vec<_>>(), &name.chars().collect::<Vec<_>>());
            prop_assert_eq!(matches(&pattern, &name), slow);
        }
    }
}
