//! The number in the middle.

/// The median of numbers in order: the one in the middle, or what lies between the two; none of none.
pub(crate) fn median(sorted: &[f64]) -> Option<f64> {
    let upper = sorted.get(sorted.len() / 2)?;
    if sorted.len() % 2 == 1 {
        return Some(*upper);
    }
    sorted.get(sorted.len() / 2 - 1).map(|lower| f64::midpoint(*lower, *upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_between_the_two_in_the_middle() {
        assert_eq!([median(&[]), median(&[3.0]), median(&[1.0, 4.0]), median(&[1.0, 2.0, 9.0])], [None, Some(3.0), Some(2.5), Some(2.0)]);
    }
}
