//! Splits a printed total among exact parts by largest remainder, so that what is printed adds up.

use std::cmp::Reverse;

use mainstay_model::fraction::Fraction;

use crate::printed::{Printed, clamp, scale};

/// Units for each part: its exact size rounded down, and one more for those with the largest remainders until the total is reached; the
/// earlier one first where two are equal.
pub(super) fn apportion(exact: &[Fraction], total: Printed) -> Vec<i64> {
    let scaled: Vec<Fraction> = exact.iter().map(|part| *part * scale(total.decimals)).collect();
    let mut units: Vec<i64> = scaled.iter().map(|part| clamp(part.floor())).collect();
    let mut short = total.units - units.iter().sum::<i64>();
    let mut order: Vec<usize> = (0..scaled.len()).collect();
    order.sort_by_key(|at| Reverse(scaled.get(*at).map(|part| *part - Fraction::new(part.floor(), 1))));
    for at in order {
        if short <= 0 {
            break;
        }
        if let Some(one) = units.get_mut(at) {
            *one += 1;
            short -= 1;
        }
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_thirds_print_as_a_whole() {
        let thirds = [Fraction::new(100, 3); 3];
        assert_eq!(apportion(&thirds, Printed { units: 10_000, decimals: 2 }), [3334, 3333, 3333]);
    }

    #[test]
    fn exact_parts_keep_their_size() {
        let parts = [Fraction::new(25, 2), Fraction::new(20, 1), Fraction::ZERO];
        assert_eq!(apportion(&parts, Printed { units: 3250, decimals: 2 }), [1250, 2000, 0]);
    }
}
