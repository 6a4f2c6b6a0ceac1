//! Exact rational numbers: scores, averages and money are compared and split before anything is rounded.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

/// Ten to the ninth: one, in the fixed-point numbers that sums are kept in.
pub const NANO: i128 = 1_000_000_000;

/// Ten to the sixth: one, in the fixed-point numbers that points, weights and bounds are kept in.
pub const MICRO: i128 = 1_000_000;

/// The finest part kept when an absurd model outgrows 128 bits.
const COARSE: i128 = 1_000_000_000_000;

/// Below this a whole number is exact as `f64`.
const EXACT_F64: u128 = 1 << 53;

/// A fraction with a positive denominator. Scoring adds millions of them from another crate, hence what is inlined.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Fraction {
    num: i128,
    den: i128,
}

impl Fraction {
    /// Zero.
    pub const ZERO: Self = Self { num: 0, den: 1 };
    /// One.
    pub const ONE: Self = Self { num: 1, den: 1 };

    /// `num / den`; zero where `den` is zero.
    #[must_use]
    #[inline]
    pub const fn new(num: i128, den: i128) -> Self {
        match den {
            0 => Self::ZERO,
            den if den < 0 => Self { num: -num, den: -den },
            den => Self { num, den },
        }
    }

    /// The numerator.
    #[must_use]
    #[inline]
    pub const fn num(self) -> i128 {
        self.num
    }

    /// The denominator, positive.
    #[must_use]
    #[inline]
    pub const fn den(self) -> i128 {
        self.den
    }

    /// So many millionths.
    #[must_use]
    #[inline]
    pub const fn from_micro(micro: i64) -> Self {
        Self { num: micro as i128, den: MICRO }
    }

    /// The nearest `f64`; correctly rounded for anything of up to 15 digits.
    #[must_use]
    #[inline]
    pub fn to_f64(self) -> f64 {
        if let (Ok(num), Ok(den)) = (i64::try_from(self.num), i64::try_from(self.den))
            && num.unsigned_abs() <= EXACT_F64 as u64
        {
            return num as f64 / den as f64;
        }
        let (mut num, mut den) = (self.num, self.den);
        while num.unsigned_abs() > EXACT_F64 && num % 10 == 0 && den % 10 == 0 {
            num /= 10;
            den /= 10;
        }
        num as f64 / den as f64
    }

    /// Rounded down to a whole number.
    #[must_use]
    #[inline]
    pub const fn floor(self) -> i128 {
        self.num.div_euclid(self.den)
    }

    /// Rounded to the nearest whole number, halves up.
    #[must_use]
    #[inline]
    pub const fn round(self) -> i128 {
        let floor = self.floor();
        let rest = self.num.rem_euclid(self.den);
        if rest >= self.den - rest { floor + 1 } else { floor }
    }

    #[inline]
    fn reduced(self) -> Self {
        let divisor = gcd(self.num.unsigned_abs(), self.den.unsigned_abs());
        match i128::try_from(divisor) {
            Ok(divisor) if divisor > 1 => Self { num: self.num / divisor, den: self.den / divisor },
            _ => self,
        }
    }

    /// To the nearest 10^-12: only reached by models whose weights have more digits than people write.
    fn coarse(self) -> Self {
        let whole = self.num.div_euclid(self.den);
        let rest = self.num.rem_euclid(self.den) as f64 / self.den as f64;
        Self { num: whole.saturating_mul(COARSE).saturating_add((rest * COARSE as f64).round() as i128), den: COARSE }
    }

    #[inline]
    fn checked_add(self, other: Self) -> Option<Self> {
        if self.den == other.den {
            return Some(Self { num: self.num.checked_add(other.num)?, den: self.den });
        }
        let shared = i128::try_from(gcd(self.den.unsigned_abs(), other.den.unsigned_abs())).ok()?;
        let (left, right) = (other.den / shared, self.den / shared);
        let num = self.num.checked_mul(left)?.checked_add(other.num.checked_mul(right)?)?;
        Some(Self { num, den: self.den.checked_mul(left)? })
    }

    #[inline]
    fn checked_mul(self, other: Self) -> Option<Self> {
        Some(Self { num: self.num.checked_mul(other.num)?, den: self.den.checked_mul(other.den)? })
    }
}

impl std::ops::Add for Fraction {
    type Output = Self;

    #[inline]
    fn add(self, other: Self) -> Self {
        self.checked_add(other)
            .or_else(|| self.reduced().checked_add(other.reduced()))
            .unwrap_or_else(|| Self { num: self.coarse().num.saturating_add(other.coarse().num), den: COARSE })
    }
}

impl std::ops::Sub for Fraction {
    type Output = Self;

    #[inline]
    fn sub(self, other: Self) -> Self {
        self + Self { num: -other.num, den: other.den }
    }
}

impl std::ops::Mul for Fraction {
    type Output = Self;

    #[inline]
    fn mul(self, other: Self) -> Self {
        let (left, right) = (self.reduced(), other.reduced());
        left.checked_mul(right)
            .map_or_else(|| Self { num: (left.to_f64() * right.to_f64() * COARSE as f64).round() as i128, den: COARSE }, Self::reduced)
    }
}

impl std::ops::Div for Fraction {
    type Output = Self;

    /// Zero where `other` is zero: callers ask first.
    #[expect(clippy::suspicious_arithmetic_impl, reason = "dividing is multiplying by the inverse")]
    fn div(self, other: Self) -> Self {
        self * Self::new(other.den, other.num)
    }
}

impl PartialEq for Fraction {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Fraction {}

impl PartialOrd for Fraction {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Fraction {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        let product = |num: i128, den: i128| match (i64::try_from(num), i64::try_from(den)) {
            (Ok(num), Ok(den)) => Some(i128::from(num) * i128::from(den)),
            _ => num.checked_mul(den),
        };
        match (product(self.num, other.den), product(other.num, self.den)) {
            (Some(left), Some(right)) => left.cmp(&right),
            _ => (*self - *other).num.cmp(&0),
        }
    }
}

/// The greatest common divisor; 0 only for two zeros.
#[must_use]
#[inline]
pub const fn gcd(mut a: u128, mut b: u128) -> u128 {
    if a <= u64::MAX as u128 && b <= u64::MAX as u128 {
        let (mut a, mut b) = (a as u64, b as u64);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        return a as u128;
    }
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// A number of the model as nano units: the decimal that its shortest spelling says, to nine places. None for what is no number of at most 18 digits before the point.
#[must_use]
pub fn nano_of(value: f64) -> Option<i128> {
    const LARGEST: f64 = 1e18;
    const SHORT: f64 = 1e6;
    if !value.is_finite() || value.abs() > LARGEST {
        return None;
    }
    if value.abs() < SHORT {
        return Some((value * NANO as f64).round() as i128);
    }
    if value.fract() == 0.0 {
        return Some(value as i128 * NANO);
    }
    // Multiplying would show the binary representation's own digits (1234567890.12 has none to spare), so the decimal spelling is read instead.
    let text = format!("{:.9}", Shortest(value));
    let (whole, part) = text.split_once('.')?;
    let magnitude = whole.trim_start_matches('-').parse::<i128>().ok()? * NANO + part.parse::<i128>().ok()?;
    Some(if value < 0.0 { -magnitude } else { magnitude })
}

/// Writes the shortest decimal that reads back as the same number, cut or filled to the precision asked.
struct Shortest(f64);

impl std::fmt::Display for Shortest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.0.to_string();
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        let wanted = f.precision().unwrap_or(0);
        let kept = part.get(..wanted.min(part.len())).unwrap_or(part);
        write!(f, "{whole}.{kept:0<wanted$}")
    }
}

/// A number of the model as micro units.
#[must_use]
pub fn micro_of(value: f64) -> i64 {
    (value * MICRO as f64).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nano_units_are_the_decimal_that_was_written() {
        assert_eq!(nano_of(0.1), Some(100_000_000));
        assert_eq!(nano_of(-0.3), Some(-300_000_000));
        assert_eq!(nano_of(1_234_567_890.12), Some(1_234_567_890_120_000_000));
        assert_eq!(nano_of(-98_765_432.123_456), Some(-98_765_432_123_456_000));
        assert_eq!(nano_of(1e15), Some(1_000_000_000_000_000_000_000_000));
        assert_eq!(nano_of(f64::NAN), None);
        assert_eq!(nano_of(1e19), None);
    }

    #[test]
    fn a_decimal_comes_back_as_the_float_it_is_spelled() {
        for value in [0.3, 12_345_678.9, 1_234_567_890.12, -0.000_001, 99.99] {
            assert_eq!(Fraction::new(nano_of(value).unwrap(), NANO).to_f64().to_bits(), value.to_bits());
        }
    }

    #[test]
    fn rounding_takes_halves_up_and_floor_goes_down() {
        assert_eq!(Fraction::new(5, 2).round(), 3);
        assert_eq!(Fraction::new(-5, 2).round(), -2);
        assert_eq!(Fraction::new(-7, 2).floor(), -4);
        assert_eq!(Fraction::new(7, 3).round(), 2);
    }

    #[test]
    fn thirds_add_up_to_a_whole() {
        let third = Fraction::new(1, 3);
        assert_eq!(third + third + third, Fraction::ONE);
        assert!(third + third < Fraction::ONE);
        assert_eq!(third / third, Fraction::ONE);
    }

    #[test]
    fn arithmetic_beyond_128_bits_stays_close_instead_of_failing() {
        let huge = Fraction::new(i128::MAX / 3, i128::MAX / 5);
        let sum = huge + Fraction::new(1, 7);
        assert!((sum.to_f64() - (5.0 / 3.0 + 1.0 / 7.0)).abs() < 1e-9);
    }
}
