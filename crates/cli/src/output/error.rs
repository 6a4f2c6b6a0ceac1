//! An error as terminal text: what was attempted, why it failed, what to do.

use std::error::Error;

use mainstay_app::AppError;

use super::{color_on_stderr, complain};

/// Writes an error with its causes and its hint.
pub(crate) fn print(error: &AppError) {
    complain(text(error, color_on_stderr()).trim_end());
}

fn text(error: &AppError, color: bool) -> String {
    let paint = |code: &str, word: &str| if color { format!("\u{1b}[{code}m{word}\u{1b}[0m") } else { word.to_owned() };
    let mut text = format!("{} {}\n", paint("1;31", "error:"), error.message);
    let mut said = error.message.clone();
    let mut cause: Option<&dyn Error> = error.source();
    while let Some(source) = cause {
        let message = source.to_string();
        // Wrappers often repeat what they wrap.
        if !said.contains(&message) {
            text.push_str(&format!("{} {message}\n", paint("31", "because:")));
            said = message;
        }
        cause = source.source();
    }
    if !error.hint.is_empty() {
        text.push_str(&format!("{} {}\n", paint("1;36", "hint:"), error.hint));
    }
    text
}

#[cfg(test)]
mod tests {
    use mainstay_app::ErrorCode;

    use super::*;

    #[test]
    fn causes_follow_the_message_and_are_not_repeated() {
        let cause = std::io::Error::other("no space left on device");
        let error = AppError::new(ErrorCode::Unavailable, "could not write facts").caused_by(cause).hint("free some space");
        assert_eq!(text(&error, false), "error: could not write facts\nbecause: no space left on device\nhint: free some space\n");
        let cause = std::io::Error::other("port in use");
        let error = AppError::new(ErrorCode::Unavailable, "cannot listen: port in use").caused_by(cause);
        assert_eq!(text(&error, false), "error: cannot listen: port in use\n");
    }
}
