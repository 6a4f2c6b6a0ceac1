//! The relative change between two amounts, and who is too young to have one.

use mainstay_model::Day;
use mainstay_model::fraction::Fraction;

/// (later - earlier) / earlier, exact up to the one division; null where the earlier is 0.
pub(crate) fn relative_change(later: Fraction, earlier: Fraction) -> Option<f64> {
    if earlier.num() == 0 {
        return None;
    }
    if later.den() == earlier.den() {
        return Some(Fraction::new(later.num() - earlier.num(), earlier.num()).to_f64());
    }
    Some(((later - earlier) / earlier).to_f64())
}

/// Whether somebody born (first known) on `born` was there for the whole window that begins on `first`. Who has no known birth was.
pub(crate) fn old_enough(born: Option<Day>, first: Day) -> bool {
    born.is_none_or(|born| born <= first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_is_exactly_minus_a_half() {
        let change = relative_change(Fraction::new(15, 1), Fraction::new(30, 1));
        assert_eq!(change, Some(-0.5));
    }

    #[test]
    fn averages_with_different_counts_are_compared_exactly() {
        let change = relative_change(Fraction::new(10, 3), Fraction::new(10, 6));
        assert_eq!(change, Some(1.0));
    }

    #[test]
    fn nothing_is_compared_with_zero() {
        assert_eq!(relative_change(Fraction::ONE, Fraction::ZERO), None);
    }
}
