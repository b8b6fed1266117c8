//! Passwords that are guessed first: by zxcvbn, which knows the most used ones, names, dates, rows of keys and repeats, and what
//! stands in the account itself.

use zxcvbn::feedback::Warning;
use zxcvbn::{Score, zxcvbn};

use crate::language::t;

/// Characters that are looked at, since the time grows with their number; whatever follows only makes it harder to guess.
const LOOKED_AT: usize = 100;
/// What everybody here knows.
const KNOWN_TO_ALL: &str = "amicable";

/// Returns why a password is guessed first, and what to do; nothing where it is not. `about` is what people know of its member:
/// name, e-mail address.
pub fn why(password: &str, about: &[&str]) -> Option<&'static str> {
    let looked_at: String = password.chars().take(LOOKED_AT).collect();
    let parts = about.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric()).chain([*text]));
    let known: Vec<&str> = parts.chain([KNOWN_TO_ALL]).filter(|part| part.chars().count() > 2).collect();
    let found = zxcvbn(&looked_at, &known);
    if found.score() >= Score::Three {
        return None;
    }
    Some(sentence(found.feedback().and_then(|feedback| feedback.warning())))
}

fn sentence(warning: Option<Warning>) -> &'static str {
    use Warning::*;
    match warning {
        Some(
            ThisIsATop10Password
            | ThisIsATop100Password
            | ThisIsACommonPassword
            | ThisIsSimilarToACommonlyUsedPassword
            | AWordByItselfIsEasyToGuess,
        ) => t(
            "Many people use such a password, so it is guessed first. Take three or four words that do not belong together.",
        ),
        Some(
            StraightRowsOfKeysAreEasyToGuess
            | ShortKeyboardPatternsAreEasyToGuess
            | RepeatsLikeAaaAreEasyToGuess
            | RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess
            | SequencesLikeAbcAreEasyToGuess,
        ) => t(
            "Rows of keys, repeats and sequences are guessed first. Take three or four words that do not belong together.",
        ),
        Some(
            RecentYearsAreEasyToGuess
            | DatesAreOftenEasyToGuess
            | NamesAndSurnamesByThemselvesAreEasyToGuess
            | CommonNamesAndSurnamesAreEasyToGuess,
        ) => t("Names and dates are guessed first. Take three or four words that do not belong together."),
        None => t("This password is easy to guess. Take three or four words that do not belong together."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_guesses_first_is_refused() {
        let about = ["Ada Ruiz-Lindqvist", "ada.ruiz@bridges.example"];
        for bad in [
            "1234567890",
            "password12",
            "aaaaaaaaaa",
            "qwertyuiop",
            "Passw0rd123",
            "abcabcabcabc",
            "lindqvist1",
            "amicable123",
            "bridgesbridges",
        ] {
            assert!(why(bad, &about).is_some(), "{bad}");
        }
        for good in ["velvet otter pedal", "rk7#Vd93!mQz", "drei Äpfel und ein Kran"] {
            assert_eq!(why(good, &about), None, "{good}");
        }
    }

    #[test]
    fn the_longest_password_costs_little() {
        let long = "password1aA!".repeat(400);
        let begun = std::time::Instant::now();
        let _ = why(&long, &["Ada Ruiz"]);
        assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
    }
}
