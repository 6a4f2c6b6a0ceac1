//! The nearest known name, for "did you mean".

/// The known name nearest to `written`, if one is near enough to be meant.
#[must_use]
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_lowercase();
    let mut best: Option<(f64, &str)> = None;
    for name in known {
        let likeness = strsim::damerau_levenshtein(&written, &name.to_lowercase());
        let longest = written.chars().count().max(name.chars().count()).max(1);
        let score = 1.0 - likeness as f64 / longest as f64;
        // A name that merely adds a suffix (`logins` for `logins_30d`) is meant more often than its distance says.
        let score = if name.len() > 3 && written.len() > 3 && (name.starts_with(&written) || written.starts_with(name)) {
            score.max(0.7)
        } else {
            score
        };
        if score >= 0.6 && best.is_none_or(|(top, _)| score > top) {
            best = Some((score, name));
        }
    }
    best.map(|(_, name)| name)
}

/// "did you mean `x`?", or the known names when none is near and they are few.
pub(crate) fn hint(written: &str, known: &[&str], what: &str) -> Option<String> {
    if let Some(name) = nearest(written, known.iter().copied()) {
        return Some(format!("did you mean `{name}`?"));
    }
    (!known.is_empty() && known.len() <= 20).then(|| format!("known {what}: {}", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_of_the_finger_finds_the_name_that_was_meant() {
        assert_eq!(nearest("logins_30", ["logins_30d", "logins_7d"]), Some("logins_30d"));
        assert_eq!(nearest("wieght", ["weight", "signal"]), Some("weight"));
        assert_eq!(nearest("xyz", ["weight", "signal"]), None);
    }
}
