//! The few ways in which LinkedIn, and spreadsheets after it, write a day. No clock, no time of day.

use jiff::civil::Date;

/// In small letters, English, then German where it differs.
const MONTHS: [&[&str]; 12] = [
    &["january", "januar", "jänner"],
    &["february", "februar"],
    &["march", "märz", "mrz"],
    &["april"],
    &["may", "mai"],
    &["june", "juni"],
    &["july", "juli"],
    &["august"],
    &["september"],
    &["october", "oktober"],
    &["november"],
    &["december", "dezember"],
];

/// Reads `12 Mar 2024`, `7-Feb-22` and `2024-03-12`. All-number days in any other order are refused:
/// whether 3/4 is in March or in April cannot be known.
pub(super) fn read(text: &str) -> Option<Date> {
    let mut parts = text.split([' ', '-']).filter(|part| !part.is_empty());
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (year, month, day) = if first.len() == 4 {
        (number(first)?, number(second)?, number(third)?)
    } else {
        let day = first.strip_suffix('.').unwrap_or(first);
        (year(third)?, month(second)?, number(day)?)
    };
    Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()
}

/// LinkedIn opened in 2003, so two digits leave no doubt about the century.
fn year(digits: &str) -> Option<i16> {
    match digits.len() {
        2 => Some(2000 + number(digits)?),
        4 => number(digits),
        _ => None,
    }
}

/// A whole name, or its first three letters or more.
fn month(word: &str) -> Option<i16> {
    let word = word.strip_suffix('.').unwrap_or(word).to_lowercase();
    if word.chars().count() < 3 {
        return None;
    }
    let begins = |names: &&[&str]| names.iter().any(|name| name.starts_with(&word));
    let index = MONTHS.iter().position(begins)?;
    i16::try_from(index + 1).ok()
}

/// Digits alone: no sign, which the standard library would take.
fn number(digits: &str) -> Option<i16> {
    let only_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    only_digits.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_day_is_read_in_each_of_the_three_ways() {
        for text in ["12 Mar 2024", "12-Mar-24", "2024-03-12", "12 MARCH 2024"] {
            assert_eq!(read(text), Some(date(2024, 3, 12)), "{text}");
        }
        assert_eq!(read("7-Feb-22"), Some(date(2022, 2, 7)));
    }

    #[test]
    fn every_month_is_known_by_its_english_and_german_name() {
        let english = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec";
        let german = "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.";
        for months in [english, german] {
            for (month, name) in (1..).zip(months.split(' ')) {
                let text = format!("1. {name} 2020");
                assert_eq!(read(&text), Some(date(2020, month, 1)), "{text}");
            }
        }
    }

    #[test]
    fn a_day_that_is_not_in_the_calendar_is_no_date() {
        assert_eq!(read("29 Feb 2024"), Some(date(2024, 2, 29)));
        for text in ["29 Feb 2023", "31 Apr 2020", "0 Jan 2020", "2024-13-01"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn what_could_mean_two_days_or_none_is_no_date() {
        let doubtful = [
            "03/04/2024",
            "03-04-2024",
            "12 Ma 2024",
            "12 Marble 2024",
            "yesterday",
            "Mar 2024",
            "+7 Mar 2024",
            "12 Mar 024",
            "12 Mar 2024 09:00",
            "99999 Mar 2024",
            "12 Mar ２０24",
            "",
        ];
        for text in doubtful {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
