//! Two lists beside each other, so that one thing too many or too few does not make all that follow it differ.

/// As many pairs as possible of things that are the same in both, in order, and between them what is left over, beside each other.
pub(super) fn aligned<'a, A, B>(left: &'a [A], right: &'a [B], same: impl Fn(&A, &B) -> bool) -> Vec<(Option<&'a A>, Option<&'a B>)> {
    let mut pairs = Vec::new();
    let (mut lefts, mut rights) = (left, right);
    while let (Some((first_left, rest_left)), Some((first_right, rest_right))) = (lefts.split_first(), rights.split_first()) {
        if same(first_left, first_right) {
            pairs.push((Some(first_left), Some(first_right)));
            (lefts, rights) = (rest_left, rest_right);
            continue;
        }
        let without_left = common(rest_left, rights, &same);
        let without_right = common(lefts, rest_right, &same);
        if common(rest_left, rest_right, &same) == without_left.max(without_right) {
            // Neither is of use further on: they stand for each other.
            pairs.push((Some(first_left), Some(first_right)));
            (lefts, rights) = (rest_left, rest_right);
        } else if without_left >= without_right {
            pairs.push((Some(first_left), None));
            lefts = rest_left;
        } else {
            pairs.push((None, Some(first_right)));
            rights = rest_right;
        }
    }
    pairs.extend(lefts.iter().map(|left| (Some(left), None)));
    pairs.extend(rights.iter().map(|right| (None, Some(right))));
    pairs
}

/// How many things two lists have in common, in order.
fn common<A, B>(left: &[A], right: &[B], same: &impl Fn(&A, &B) -> bool) -> usize {
    let mut above = vec![0; right.len() + 1];
    for one in left {
        let mut here = vec![0];
        for (other, (diagonal, up)) in right.iter().zip(above.iter().zip(above.iter().skip(1))) {
            let beside = here.last().copied().unwrap_or(0);
            here.push(if same(one, other) { diagonal + 1 } else { beside.max(*up) });
        }
        above = here;
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{aligned, common};

    fn of(left: &str, right: &str) -> String {
        let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
        let pairs = aligned(&left, &right, |left, right| left == right);
        pairs.into_iter().map(|(left, right)| format!("{}{} ", left.unwrap_or(&'-'), right.unwrap_or(&'-'))).collect()
    }

    #[test]
    fn what_is_missing_or_too_much_moves_nothing_else() {
        assert_eq!(of("abc", "abc"), "aa bb cc ");
        assert_eq!(of("abc", "ac"), "aa b- cc ");
        assert_eq!(of("ac", "abc"), "aa -b cc ");
        assert_eq!(of("abc", "axc"), "aa bx cc ");
        assert_eq!(of("xy", "yx"), "x- yy -x ");
        assert_eq!(of("ab", ""), "a- b- ");
        assert_eq!(of("", "ab"), "-a -b ");
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_other_order_has_more_in_common(
            left in proptest::collection::vec(0_u8..4, 0..9),
            right in proptest::collection::vec(0_u8..4, 0..9),
        ) {
            let same = |left: &u8, right: &u8| left == right;
            let pairs = aligned(&left, &right, same);
            prop_assert_eq!(pairs.iter().filter_map(|(left, _)| left.copied()).collect::<Vec<_>>(), left.clone());
            prop_assert_eq!(pairs.iter().filter_map(|(_, right)| right.copied()).collect::<Vec<_>>(), right.clone());
            let agreeing = pairs.iter().filter(|(left, right)| left.is_some() && left == right).count();
            prop_assert_eq!(agreeing, common(&left, &right, &same));
        }
    }
}
