//! What happened to recurring revenue in a period: movements, and how much of it stayed.

use mainstay_model::Fraction;

use crate::line::Line;
use crate::movement::Movement;
use crate::period::Period;

/// What became of one subject. Money is MRR.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    /// Who pays, by number.
    pub subject: usize,
    /// On the first day.
    pub opening: Fraction,
    /// On the day on which the period closes.
    pub closing: Fraction,
    /// What became of it.
    pub movement: Movement,
}

/// What happened in a period. Money is MRR and exact; `opening + new + reactivation + expansion - contraction - churn = closing`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Revenue {
    /// Which days.
    pub period: Period,
    /// Of all, on the first day.
    pub opening: Fraction,
    /// From those who never paid before.
    pub new: Fraction,
    /// From those who had paid before, but not on the first day.
    pub reactivation: Fraction,
    /// What those who pay more pay more.
    pub expansion: Fraction,
    /// What those who pay less pay less.
    pub contraction: Fraction,
    /// What those paid who pay nothing any more.
    pub churn: Fraction,
    /// Of all, on the day on which the period closes.
    pub closing: Fraction,
    /// How many paid on the first day.
    pub paying: usize,
    /// How many of those pay nothing any more.
    pub churned: usize,
    /// What became of every subject, in their order.
    pub changes: Vec<Change>,
}

impl Revenue {
    /// What happened in a period to the subjects `0..subjects`. One whose credits outweigh its lines pays nothing.
    #[must_use]
    pub fn of(lines: &[Line], subjects: usize, period: Period) -> Self {
        let (opening, closing) =
            (mrr_of(lines, subjects, |line| line.mrr_on(period.start)), mrr_of(lines, subjects, |line| line.mrr_on(period.end)));
        let mut paid_before = vec![false; subjects];
        for line in lines {
            if let Some(paid) = paid_before.get_mut(line.subject).filter(|paid| !**paid) {
                *paid = line.paid_before(period.start);
            }
        }
        let changes = opening.into_iter().zip(closing).zip(paid_before).enumerate().map(|(subject, ((opening, closing), paid))| Change {
            subject,
            opening,
            closing,
            movement: Movement::of(opening, closing, || paid),
        });
        Self::sum(period, changes.collect())
    }

    fn sum(period: Period, changes: Vec<Change>) -> Self {
        let total = |wanted: Movement| {
            let moved = changes.iter().filter(|change| change.movement == wanted);
            moved.fold(Fraction::ZERO, |sum, change| sum + distance(change.opening, change.closing))
        };
        let count = |wanted: fn(&Change) -> bool| changes.iter().filter(|change| wanted(change)).count();
        Self {
            period,
            opening: changes.iter().fold(Fraction::ZERO, |sum, change| sum + change.opening),
            new: total(Movement::New),
            reactivation: total(Movement::Reactivation),
            expansion: total(Movement::Expansion),
            contraction: total(Movement::Contraction),
            churn: total(Movement::Churn),
            closing: changes.iter().fold(Fraction::ZERO, |sum, change| sum + change.closing),
            paying: count(|change| change.opening > Fraction::ZERO),
            churned: count(|change| change.movement == Movement::Churn),
            changes,
        }
    }

    /// Gross revenue retention: the share of the opening MRR that those who paid it still pay. None where nobody paid.
    #[must_use]
    pub fn grr(&self) -> Option<Fraction> {
        share(self.opening - self.contraction - self.churn, self.opening)
    }

    /// Net revenue retention: what those who paid at the opening pay at the closing, as a share of what they paid. None where nobody paid.
    #[must_use]
    pub fn nrr(&self) -> Option<Fraction> {
        share(self.opening + self.expansion - self.contraction - self.churn, self.opening)
    }

    /// The share of those who paid at the opening who pay nothing at the closing. None where nobody paid.
    #[must_use]
    pub fn logo_churn(&self) -> Option<Fraction> {
        share(whole(self.churned), whole(self.paying))
    }

    /// The share of the opening MRR that was of those who pay nothing at the closing. None where nobody paid.
    #[must_use]
    pub fn revenue_churn(&self) -> Option<Fraction> {
        share(self.churn, self.opening)
    }
}

/// The product of the rates of successive periods. None where one of them has none.
pub fn compounded(rates: impl IntoIterator<Item = Option<Fraction>>) -> Option<Fraction> {
    rates.into_iter().try_fold(Fraction::ONE, |product, rate| Some(product * rate?))
}

fn mrr_of(lines: &[Line], subjects: usize, mrr: impl Fn(&Line) -> Fraction) -> Vec<Fraction> {
    let mut sums = vec![Fraction::ZERO; subjects];
    for line in lines {
        if let Some(sum) = sums.get_mut(line.subject) {
            *sum = *sum + mrr(line);
        }
    }
    sums.into_iter().map(|sum| sum.max(Fraction::ZERO)).collect()
}

fn distance(opening: Fraction, closing: Fraction) -> Fraction {
    if closing > opening { closing - opening } else { opening - closing }
}

fn share(part: Fraction, all: Fraction) -> Option<Fraction> {
    (all > Fraction::ZERO).then(|| part / all)
}

fn whole(count: usize) -> Fraction {
    Fraction::new(count as i128, 1)
}
