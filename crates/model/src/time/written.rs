//! Writes instants, by the million: the same text as the zone library's, without its detours.

/// RFC 3339 in UTC of an instant in the years 0 to 9999.
pub(super) fn instant(micros: i64) -> Option<String> {
    let (day, within) = (micros.div_euclid(86_400_000_000), micros.rem_euclid(86_400_000_000));
    let (year, month, date) = civil(day);
    if !(0..=9999).contains(&year) {
        return None;
    }
    let (second, fraction) = (within / 1_000_000, within % 1_000_000);
    let mut text = String::with_capacity(27);
    digits(&mut text, year, 4);
    for (mark, number) in [('-', month), ('-', date), ('T', second / 3600), (':', second / 60 % 60), (':', second % 60)] {
        text.push(mark);
        digits(&mut text, number, 2);
    }
    if fraction > 0 {
        text.push('.');
        digits(&mut text, fraction, 6);
        text.truncate(text.trim_end_matches('0').len());
    }
    text.push('Z');
    Some(text)
}

fn digits(text: &mut String, number: i64, count: u32) {
    for place in (0..count).rev() {
        let digit = number / 10_i64.pow(place) % 10;
        text.push(char::from(b'0' + digit as u8));
    }
}

/// Year, month and day of the month, so many days after 1970-01-01. Years are counted from March, so that the leap day is their last.
const fn civil(day: i64) -> (i64, i64, i64) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let date = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + (month <= 2) as i64, month, date)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_instant_is_written_as_the_zone_library_writes_it(micros in -62_000_000_000_000_000_i64..253_000_000_000_000_000, coarse in 0_u32..7) {
            let unit = 10_i64.pow(coarse);
            let micros = micros.div_euclid(unit) * unit;
            prop_assert_eq!(super::instant(micros), Some(jiff::Timestamp::from_microsecond(micros).unwrap().to_string()));
        }
    }

    #[test]
    fn days_about_the_ends_of_months_and_years_are_right() {
        for day in -800_000..800_000 {
            let date = crate::Day(day).date();
            assert_eq!(super::civil(i64::from(day)), (i64::from(date.year()), i64::from(date.month()), i64::from(date.day())));
        }
    }
}
