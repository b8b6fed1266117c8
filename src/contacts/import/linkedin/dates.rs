//! The few ways in which LinkedIn, and spreadsheets after it, write a day. No clock, no time of day.

use jiff::civil::{Date, date};

/// The first day of the year in which LinkedIn opened; nobody was connected before.
const FIRST: Date = date(2003, 1, 1);

/// Months in small letters, English, German, French, Spanish, Italian, Portuguese and Dutch where they differ.
const MONTHS: [&[&str]; 12] = [
    &["january", "januar", "jänner", "janvier", "enero", "gennaio", "janeiro"],
    &["february", "februar", "février", "febrero", "febbraio", "fevereiro"],
    &["march", "märz", "mrz", "mars", "marzo", "março", "maart", "mrt"],
    &["april", "avril", "abril"],
    &["may", "mai", "mayo", "maggio", "maio", "mei"],
    &["june", "juni", "juin", "junio", "giugno", "junho"],
    &["july", "juli", "juillet", "julio", "luglio", "julho"],
    &["august", "août", "aout", "agosto"],
    &["september", "septembre", "septiembre", "setiembre", "settembre", "setembro"],
    &["october", "oktober", "octobre", "octubre", "ottobre", "outubro"],
    &["november", "novembre", "noviembre"],
    &["december", "dezember", "décembre", "diciembre", "dicembre"],
];

/// Says whether two can have been connected on a day.
pub(in crate::contacts::import) fn may_be(day: Date, today: Date) -> bool {
    (FIRST..=today).contains(&day)
}

/// Reads `12 Mar 2024`, `7-Feb-22`, `12-mars-24`, `12 de mayo de 2024`, `Mar 12, 2024`, `2024-03-12`, `2024/03/12`, `12.03.2024` (the day
/// first, as every country that writes full stops does) and `1/8/18, 6:14 PM` (the month first, as only those write AM and PM who
/// do). With slashes and no such mark, whether 3/4 is in March or in April cannot be known, and nothing is guessed.
pub(in crate::contacts::import) fn read(text: &str) -> Option<Date> {
    if let Some((day, rest)) = text.split_once(',') {
        let (day, rest) = (day.trim(), rest.trim());
        return match day.split_once(' ') {
            Some((name, day)) => made(year(rest).filter(|_| rest.len() == 4)?, month(name)?, number(day.trim())?),
            None => american(day, rest),
        };
    }
    let dotted: Vec<&str> = text.split('.').collect();
    if let [day, month, year_of] = dotted[..]
        && month.trim().bytes().all(|byte| byte.is_ascii_digit())
    {
        return made(year(year_of.trim())?, number(month.trim())?, number(day.trim())?);
    }
    let is_year_first = text.as_bytes().get(4) == Some(&b'/');
    let parts = text.split(move |c| matches!(c, ' ' | '-') || is_year_first && c == '/');
    let mut parts = parts.filter(|part| !matches!(part.to_lowercase().as_str(), "" | "de" | "del"));
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    if first.len() == 4 {
        return made(number(first)?, number(second)?, number(third)?);
    }
    let day = first.strip_suffix('.').unwrap_or(first);
    made(year(third)?, month(second)?, number(day)?)
}

/// Reads `1/8/18` where a time with AM or PM follows.
fn american(day: &str, time: &str) -> Option<Date> {
    let time = time.to_ascii_uppercase();
    if !time.ends_with("AM") && !time.ends_with("PM") {
        return None;
    }
    let mut parts = day.split('/');
    let (month, day, year_of) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() { None } else { made(year(year_of)?, number(month)?, number(day)?) }
}

fn made(year: i16, month: i16, day: i16) -> Option<Date> {
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

    #[test]
    fn a_day_is_read_in_each_way_it_is_written() {
        let ways = [
            "12 Mar 2024",
            "12-Mar-24",
            "2024-03-12",
            "12 MARCH 2024",
            "Mar 12, 2024",
            "March 12,2024",
            "12 de marzo de 2024",
            "2024/03/12",
            "12-mars-24",
            "12-mar-24",
            "12.03.2024",
            "12. 3. 2024",
            "3/12/24, 6:14 PM",
            "03/12/2024, 11:05 am",
        ];
        for text in ways {
            assert_eq!(read(text), Some(date(2024, 3, 12)), "{text}");
        }
        assert_eq!(read("1/8/18, 6:14 PM"), Some(date(2018, 1, 8)));
        assert_eq!(read("12-ene-24"), Some(date(2024, 1, 12)));
    }

    #[test]
    fn every_month_is_known_in_seven_languages() {
        let languages = [
            "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
            "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
            "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
            "ene feb mar abr may jun jul ago sep oct nov dic",
            "gen feb mar apr mag giu lug ago set ott nov dic",
            "jan fev mar abr mai jun jul ago set out nov dez",
            "jan feb mrt apr mei jun jul aug sep okt nov dec",
        ];
        for months in languages {
            for (month, name) in (1..).zip(months.split(' ')) {
                let text = format!("1-{name}-20");
                assert_eq!(read(&text), Some(date(2020, month, 1)), "{text}");
            }
        }
    }

    #[test]
    fn a_day_that_is_not_in_the_calendar_is_no_date() {
        assert_eq!(read("29 Feb 2024"), Some(date(2024, 2, 29)));
        for text in ["29 Feb 2023", "31 Apr 2020", "0 Jan 2020", "2024-13-01", "31.04.2020", "13/1/18, 6:14 PM"] {
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
            "1/8/18, 18:14",
            "",
        ];
        for text in doubtful {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn nobody_is_connected_in_the_future_or_before_linkedin() {
        let today = date(2026, 11, 25);
        for (day, may) in [(date(2002, 12, 31), false), (FIRST, true), (today, true), (date(2026, 11, 26), false)] {
            assert_eq!(may_be(day, today), may, "{day}");
        }
    }
}
