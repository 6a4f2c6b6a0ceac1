//! Keeps the punctuation of values out of Markdown's sight.
//!
//! Every ASCII character of a value that could mean something in Markdown is moved to a private place of Unicode before the Markdown is read
//! and moved back afterwards. A value is therefore text wherever it stands: in a sentence, in a link's address, in code.

/// Where the shielded characters lie: this plus their ASCII number. Within the private use area, where no text has letters.
const PLACE: u32 = 0xE000;

/// The value as Markdown may see it.
pub(super) fn shield(value: &str) -> String {
    value
        .chars()
        .map(|letter| match letter {
            letter if letter.is_ascii_alphanumeric() => letter,
            letter if letter.is_whitespace() || letter.is_control() => moved(' '),
            letter if letter.is_ascii() => moved(letter),
            letter => letter,
        })
        .collect()
}

/// The text as it was before [`shield`].
pub(super) fn unshield(text: &str) -> String {
    text.chars()
        .map(|letter| match u32::from(letter).checked_sub(PLACE).and_then(|number| u8::try_from(number).ok()) {
            Some(number) if number.is_ascii() && !number.is_ascii_control() => char::from(number),
            _ => letter,
        })
        .collect()
}

fn moved(letter: char) -> char {
    char::from_u32(PLACE + u32::from(letter)).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_value_comes_back_as_it_was_but_on_one_line(value in "[ -~äß€]{0,80}") {
            let shielded = shield(&value);
            prop_assert!(!shielded.chars().any(|letter| letter.is_ascii_punctuation() || letter == ' '));
            prop_assert_eq!(unshield(&shielded), value);
        }
    }
}
