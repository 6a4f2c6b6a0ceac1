//! Decimals as people read them: a whole number of hundredths (or other units), so that sums of what is printed are exact.

use std::fmt;

use mainstay_model::fraction::Fraction;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Places of the numbers of an explanation.
pub const DECIMALS: u8 = 2;

/// A decimal with a fixed number of places. Serialises as a number; read back, it has [`DECIMALS`] places.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Printed {
    /// How many of the smallest unit.
    pub units: i64,
    /// Places after the point.
    pub decimals: u8,
}

impl Printed {
    /// An exact number, rounded to the nearest, halves up.
    #[must_use]
    pub fn round(exact: Fraction, decimals: u8) -> Self {
        Self { units: clamp((exact * scale(decimals)).round()), decimals }
    }

    /// The number.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        self.units as f64 / 10_f64.powi(i32::from(self.decimals))
    }
}

pub(crate) fn scale(decimals: u8) -> Fraction {
    Fraction::new(10_i128.saturating_pow(u32::from(decimals)), 1)
}

pub(crate) fn clamp(units: i128) -> i64 {
    i64::try_from(units).unwrap_or(if units < 0 { i64::MIN } else { i64::MAX })
}

impl fmt::Display for Printed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let power = 10_u64.saturating_pow(u32::from(self.decimals));
        let size = self.units.unsigned_abs();
        let sign = if self.units < 0 { "-" } else { "" };
        if self.decimals == 0 {
            return write!(f, "{sign}{size}");
        }
        write!(f, "{sign}{}.{:0width$}", size / power, size % power, width = usize::from(self.decimals))
    }
}

impl Serialize for Printed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.to_f64())
    }
}

impl<'de> Deserialize<'de> for Printed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        Ok(Self { units: (number * 10_f64.powi(i32::from(DECIMALS))).round() as i64, decimals: DECIMALS })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_print_with_all_their_places() {
        assert_eq!(Printed { units: 1250, decimals: 2 }.to_string(), "12.50");
        assert_eq!(Printed { units: -5, decimals: 2 }.to_string(), "-0.05");
        assert_eq!(Printed { units: 73, decimals: 0 }.to_string(), "73");
        assert_eq!(Printed::round(Fraction::new(6500, 85), 2).to_string(), "76.47");
    }
}
