//! The instant a page is about: now, or one of the past that the address names.

use mainstay_app::AppError;
use mainstay_app::accounts::AsOf;
use mainstay_model::{Day, Timestamp};

use super::session::Fields;
use super::words::{Moment, address, day_words};

/// The instant a page is about.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct When {
    /// As operations want it.
    pub as_of: AsOf,
    /// As the address says it; empty for now.
    pub text: String,
    /// Only what was known then.
    pub known_then: bool,
    /// How people read it; empty for now.
    pub words: String,
}

impl When {
    /// Reads `as_of` (a day or an instant), `day` (a number, from the slider) and `known` from an address.
    ///
    /// # Errors
    /// `Invalid` when the time is none.
    pub fn read(query: &Fields, moment: &Moment) -> Result<Self, AppError> {
        let from_slider = query.text("day").parse::<i32>().ok().map(|number| Day(number).to_string());
        let text = from_slider.unwrap_or_else(|| query.text("as_of").to_owned());
        if text.is_empty() || Day::parse(&text).is_ok_and(|day| day >= moment.today()) {
            return Ok(Self::default());
        }
        let at = Timestamp::parse_for_person(&text, &moment.zone)
            .map_err(|error| AppError::invalid("The page cannot be shown as of that time.").hint(error.to_string()))?;
        if at >= moment.now {
            return Ok(Self::default());
        }
        let known_then = query.text("known") == "then";
        let words = match Day::parse(&text) {
            Ok(day) => format!("the end of {}", day_words(day)),
            Err(_) => moment.full(at),
        };
        Ok(Self { as_of: AsOf { at: Some(at), known: known_then.then_some(at) }, text, known_then, words })
    }

    /// Whether the page shows the past.
    #[must_use]
    pub const fn is_past(&self) -> bool {
        self.as_of.at.is_some()
    }

    /// The `known` parameter of an address.
    #[must_use]
    pub const fn known(&self) -> &'static str {
        if self.known_then { "then" } else { "" }
    }

    /// An address that keeps the instant.
    #[must_use]
    pub fn address(&self, path: &str) -> String {
        address(path, &[("as_of", &self.text), ("known", self.known())])
    }

    /// An address that says of which product, where one is meant, and keeps the instant.
    #[must_use]
    pub fn address_of_product(&self, path: &str, product: Option<&str>) -> String {
        address(path, &[("product", product.unwrap_or_default()), ("as_of", &self.text), ("known", self.known())])
    }

    /// The same page with the other choice of what is known.
    #[must_use]
    pub fn other_knowledge(&self, path: &str) -> String {
        address(path, &[("as_of", &self.text), ("known", if self.known_then { "" } else { "then" })])
    }

    /// The instant itself.
    #[must_use]
    pub fn instant(&self, moment: &Moment) -> Timestamp {
        self.as_of.at.unwrap_or(moment.now)
    }

    /// The days and hours of the page are counted from its instant.
    #[must_use]
    pub fn moment(&self, moment: &Moment) -> Moment {
        Moment { zone: moment.zone.clone(), now: self.instant(moment) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mainstay_model::Zone;

    fn moment() -> Moment {
        Moment { zone: Zone::named("Europe/Berlin").unwrap(), now: Timestamp::parse("2026-11-22T10:00:00Z").unwrap() }
    }

    #[test]
    fn a_day_means_its_end_in_the_zone_of_the_workspace() {
        let when = When::read(&Fields::read(b"as_of=2026-06-01&known=then"), &moment()).unwrap();
        assert_eq!(when.as_of.at, Some(Timestamp::parse("2026-06-01T21:59:59.999999Z").unwrap()));
        assert_eq!(when.as_of.known, when.as_of.at);
        assert_eq!(when.address("/accounts/a"), "/accounts/a?as_of=2026-06-01&known=then");
    }

    #[test]
    fn today_and_later_are_now() {
        for query in ["as_of=2026-11-22", "as_of=2030-01-01", "as_of=", "day=30000"] {
            assert!(!When::read(&Fields::read(query.as_bytes()), &moment()).unwrap().is_past(), "{query}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused_with_the_way_to_write_one() {
        let error = When::read(&Fields::read(b"as_of=yesterday"), &moment()).unwrap_err();
        assert!(error.hint.contains("2026-03-01"), "{}", error.hint);
    }
}
