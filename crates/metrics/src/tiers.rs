//! Prices by quantity: what so many units cost where the price of one depends on how many there are.

use mainstay_model::Fraction;

/// A price of a unit, up to a quantity.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tier {
    /// The last unit that has it; every further one where absent.
    pub up_to: Option<Fraction>,
    /// The price of one unit.
    pub amount: Fraction,
}

/// What the tiers of a price apply to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum TierMode {
    /// To the units within each of them: the first hundred at one price, those after at another.
    #[default]
    Graduated,
    /// To all units: each costs what the tier says that their number reaches.
    Volume,
}

impl TierMode {
    /// The mode of a word, if it is one.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "graduated" => Some(Self::Graduated),
            "volume" => Some(Self::Volume),
            _ => None,
        }
    }
}

/// A price of units; never empty, its bounds rise.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tiers {
    tiers: Vec<Tier>,
    mode: TierMode,
}

/// Units that have the same price.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TierPart {
    /// How many.
    pub units: Fraction,
    /// The price of one.
    pub amount: Fraction,
}

impl Tiers {
    /// One price, however many there are.
    #[must_use]
    pub fn flat(amount: Fraction) -> Self {
        Self { tiers: vec![Tier { up_to: None, amount }], mode: TierMode::Graduated }
    }

    /// Prices by quantity. None where there are none, where one is below zero, or where the bounds do not rise from zero with only the last one open.
    #[must_use]
    pub fn new(tiers: Vec<Tier>, mode: TierMode) -> Option<Self> {
        let (last, bounded) = tiers.split_last()?;
        let mut below = Fraction::ZERO;
        for tier in bounded {
            below = tier.up_to.filter(|up_to| *up_to > below)?;
        }
        let rises = last.up_to.is_none_or(|up_to| up_to > below);
        let priced = tiers.iter().all(|tier| tier.amount >= Fraction::ZERO);
        (rises && priced).then_some(Self { tiers, mode })
    }

    /// So many units, by their price, in the order of the tiers. None below zero, and beyond a last bound: nothing says what those cost.
    #[must_use]
    pub fn parts(&self, units: Fraction) -> Option<Vec<TierPart>> {
        if units < Fraction::ZERO {
            return None;
        }
        if self.mode == TierMode::Volume {
            let reached = self.tiers.iter().find(|tier| tier.up_to.is_none_or(|up_to| units <= up_to))?;
            return Some(vec![TierPart { units, amount: reached.amount }]);
        }
        let mut parts = Vec::new();
        let mut from = Fraction::ZERO;
        for tier in &self.tiers {
            let to = tier.up_to.map_or(units, |up_to| up_to.min(units));
            if to > from {
                parts.push(TierPart { units: to - from, amount: tier.amount });
                from = to;
            }
        }
        (from == units).then_some(parts)
    }

    /// What so many units cost. None as in [`Tiers::parts`].
    #[must_use]
    pub fn price(&self, units: Fraction) -> Option<Fraction> {
        Some(self.parts(units)?.into_iter().fold(Fraction::ZERO, |sum, part| sum + part.units * part.amount))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn whole(number: i128) -> Fraction {
        Fraction::new(number, 1)
    }

    fn tiers(of: &[(Option<i128>, i128)], mode: TierMode) -> Option<Tiers> {
        Tiers::new(of.iter().map(|(up_to, amount)| Tier { up_to: up_to.map(whole), amount: whole(*amount) }).collect(), mode)
    }

    #[test]
    fn graduated_tiers_price_the_units_within_and_volume_tiers_all_of_them() {
        let of = [(Some(100), 12), (Some(500), 9), (None, 5)];
        let price = |mode, units| tiers(&of, mode).unwrap().price(whole(units));
        let graduated = [0, 1, 100, 101, 600].map(|units| price(TierMode::Graduated, units).unwrap());
        assert_eq!(graduated, [0, 12, 1_200, 1_209, 1_200 + 3_600 + 500].map(whole));
        let volume = [0, 1, 100, 101, 600].map(|units| price(TierMode::Volume, units).unwrap());
        assert_eq!(volume, [0, 12, 1_200, 909, 3_000].map(whole), "unit 101 makes all of them cheaper");
    }

    #[test]
    fn units_beyond_the_last_bound_have_no_price() {
        for mode in [TierMode::Graduated, TierMode::Volume] {
            let bounded = tiers(&[(Some(10), 3)], mode).unwrap();
            assert_eq!([10, 11, -1].map(|units| bounded.price(whole(units))), [Some(whole(30)), None, None]);
        }
    }

    #[test]
    fn tiers_that_do_not_rise_are_none() {
        let graduated = |of: &[(Option<i128>, i128)]| tiers(of, TierMode::Graduated);
        assert_eq!(graduated(&[]), None);
        assert_eq!(graduated(&[(Some(100), 12), (Some(100), 9)]), None);
        assert_eq!(graduated(&[(Some(0), 12), (None, 9)]), None);
        assert_eq!(graduated(&[(None, 12), (Some(100), 9)]), None);
        assert_eq!(graduated(&[(Some(100), 12), (None, -9)]), None);
        assert_eq!([TierMode::parse("volume"), TierMode::parse("stairstep")], [Some(TierMode::Volume), None]);
    }

    /// Tiers of which the last is open, from steps between their bounds and prices in cents.
    fn any_tiers(mode: TierMode) -> impl Strategy<Value = Tiers> {
        proptest::collection::vec((1..10_000_i128, 0..100_000_i128), 1..6).prop_map(move |steps| {
            let mut up_to = 0;
            let mut tiers: Vec<Tier> = Vec::new();
            for (step, cents) in steps {
                up_to += step;
                tiers.push(Tier { up_to: Some(whole(up_to)), amount: Fraction::new(cents, 100) });
            }
            tiers.last_mut().unwrap().up_to = None;
            Tiers::new(tiers, mode).unwrap()
        })
    }

    proptest! {
        #[test]
        fn more_units_never_cost_less_where_tiers_are_graduated(
            tiers in any_tiers(TierMode::Graduated), units in 0..100_000_i128, more in 0..100_000_i128
        ) {
            prop_assert!(tiers.price(whole(units)).unwrap() <= tiers.price(whole(units + more)).unwrap());
        }

        #[test]
        fn the_parts_of_a_price_sum_to_the_whole(tiers in any_tiers(TierMode::Graduated), thousandths in 0..200_000_000_i128) {
            let units = Fraction::new(thousandths, 1_000);
            let parts = tiers.parts(units).unwrap();
            let sum = |of: fn(&TierPart) -> Fraction| parts.iter().map(of).fold(Fraction::ZERO, |sum, part| sum + part);
            prop_assert_eq!(sum(|part| part.units), units);
            prop_assert_eq!(sum(|part| part.units * part.amount), tiers.price(units).unwrap());
        }

        #[test]
        fn all_units_of_a_volume_price_cost_the_same(tiers in any_tiers(TierMode::Volume), units in 1..100_000_i128) {
            let parts = tiers.parts(whole(units)).unwrap();
            prop_assert_eq!(parts.len(), 1);
            prop_assert_eq!(tiers.price(whole(units)).unwrap() / whole(units), parts[0].amount);
        }

        #[test]
        fn one_price_in_several_tiers_is_that_price(
            bounds in proptest::collection::btree_set(1..10_000_i128, 0..5), cents in 0..100_000_i128, units in 0..50_000_i128
        ) {
            let amount = Fraction::new(cents, 100);
            let ends = bounds.into_iter().map(|up_to| Some(whole(up_to))).chain([None]);
            let tiers: Vec<Tier> = ends.map(|up_to| Tier { up_to, amount }).collect();
            for mode in [TierMode::Graduated, TierMode::Volume] {
                let tiers = Tiers::new(tiers.clone(), mode).unwrap();
                prop_assert_eq!(tiers.price(whole(units)), Tiers::flat(amount).price(whole(units)));
            }
        }
    }
}
