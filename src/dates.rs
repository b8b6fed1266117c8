//! Dates: what is stored is unix seconds, what is shown is a day. Days begin and end in the time zone of whoever looks,
//! which the [`Context`] of the page has.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::language::{self, Context, t, tn};
use crate::text::fold;

/// Seconds in a day of 24 hours, for what lasts so long; calendar days are counted by [`day_after`].
pub const DAY: i64 = 86_400;

/// Seconds within which the same form, sent again, is a second press.
pub const SECOND_PRESS: i64 = 60;

/// Now, in unix seconds.
pub fn now() -> i64 {
    Timestamp::now().as_second()
}

/// The day of a moment, e.g. `12 March 2019`.
pub fn long(seconds: i64) -> String {
    civil(seconds).map_or_else(String::new, |day| language::date(day.year(), day.month(), day.day()))
}

/// The day of a moment and the time on it, e.g. `12 March 2019, 08:30`.
pub fn minute(seconds: i64) -> String {
    let time = Timestamp::from_second(seconds).map(|moment| zone().to_datetime(moment).strftime("%H:%M").to_string());
    time.map_or_else(|_| String::new(), |time| language::listed([long(seconds), time]))
}

/// The first whole minute that is not before a moment: nobody is told a second.
pub fn whole_minute(seconds: i64) -> String {
    minute((seconds + 59) / 60 * 60)
}

/// The day of a moment as `<time datetime>` wants it, e.g. `2019-03-12`.
pub fn iso(seconds: i64) -> String {
    civil(seconds).map_or_else(String::new, |day| day.to_string())
}

/// A moment as `<time datetime>` wants it, e.g. `2019-03-12T08:30:00Z`.
pub fn instant(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(|_| String::new(), |moment| moment.to_string())
}

/// The first second of a day written `YYYY-MM-DD`, as date fields send it.
pub fn parse(iso: &str) -> Option<i64> {
    start_of(iso.trim().parse().ok()?)
}

/// The first second of a day; it need not be midnight where clocks are changed then.
pub fn start_of(day: Date) -> Option<i64> {
    Some(zone().to_timestamp(day.at(0, 0, 0, 0)).ok()?.as_second())
}

/// Returns the first second of the day that is so many days after the day of a moment.
pub fn day_after(seconds: i64, days: i64) -> i64 {
    let day = civil(seconds).and_then(|day| day.checked_add(Span::new().try_days(days).ok()?).ok());
    day.and_then(start_of).unwrap_or(seconds + days * DAY)
}

/// Returns the first second of today so many years ago.
pub fn years_ago(years: i64) -> Option<i64> {
    start_of(civil(now())?.checked_sub(Span::new().try_years(years).ok()?).ok()?)
}

/// How long ago, for people: `today`, `yesterday`, `3 weeks ago`.
pub fn ago(then: i64, now: i64) -> String {
    match days_between(then, now).max(0) {
        0 => t("today").into(),
        1 => t("yesterday").into(),
        days @ 2..=13 => tn(days, "{n} day ago", "{n} days ago"),
        days @ 14..=59 => tn(days / 7, "{n} week ago", "{n} weeks ago"),
        days @ 60..=729 => tn(days / 30, "{n} month ago", "{n} months ago"),
        days => tn(days / 365, "{n} year ago", "{n} years ago"),
    }
}

/// Returns how many days lie between the days of two moments.
fn days_between(then: i64, now: i64) -> i64 {
    let between = civil(then).zip(civil(now)).and_then(|(then, now)| then.until(now).ok());
    between.map_or((now - then) / DAY, |span| i64::from(span.get_days()))
}

/// `2019-03` as `March 2019`, `2019` as it is; anything else unchanged.
pub fn month(text: &str) -> String {
    match format!("{text}-01").parse::<Date>() {
        Ok(day) => language::month(day.year(), day.month()),
        Err(_) => text.to_owned(),
    }
}

/// Reads a year, or a month of one as people write it in the languages of the site (`2019-03`, `3/2019`, `3.2019`, `March
/// 2019`, `mars 2019`), and returns it as [`month`] takes it.
pub fn read_month(text: &str) -> Option<String> {
    let lower = fold(text);
    let words = |c: char| c.is_whitespace() || matches!(c, '-' | '–' | '/' | '.' | ',');
    let words: Vec<&str> = lower.split(words).filter(|word| !word.is_empty() && *word != "de").collect();
    match words[..] {
        [year] => Some(four_digits(year)?.to_string()),
        [one, other] => {
            let (year, month) = match four_digits(one) {
                Some(year) => (year, other),
                None => (four_digits(other)?, one),
            };
            let month = match month.parse::<usize>() {
                Ok(number) if month.len() <= 2 => number,
                _ => named_month(month)?,
            };
            (1..=12).contains(&month).then(|| format!("{year}-{month:02}"))
        }
        _ => None,
    }
}

/// The month whose name in any language a folded word is, or begins; three letters are the shortest that anybody writes.
fn named_month(word: &str) -> Option<usize> {
    let names: Vec<(String, usize)> =
        language::month_names().into_iter().map(|(name, number)| (fold(&name), number)).collect();
    let whole = names.iter().find(|(name, _)| name == word).map(|(_, number)| *number);
    let mut begun = names.iter().filter(|(name, _)| word.chars().count() >= 3 && name.starts_with(word));
    let first = begun.next().map(|(_, number)| *number);
    // The first letters of June and July are the same in French.
    whole.or(first.filter(|first| begun.all(|(_, number)| number == first)))
}

fn four_digits(year: &str) -> Option<u16> {
    let year = Some(year).filter(|year| year.len() == 4)?.parse().ok()?;
    (1900..2200).contains(&year).then_some(year)
}

/// The day of a moment.
pub fn civil(seconds: i64) -> Option<Date> {
    Some(zone().to_datetime(Timestamp::from_second(seconds).ok()?).date())
}

fn zone() -> TimeZone {
    Context::current().zone.rules()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    /// What is so for a member in a zone.
    fn in_zone<T>(zone: &str, make: impl FnOnce() -> T) -> T {
        Context::new(Language::English, zone.parse().unwrap()).within(make)
    }

    fn moment(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_second()
    }

    #[test]
    fn the_time_of_a_moment_stands_behind_the_comma_of_the_language() {
        let noon = moment("2026-11-26T12:00:00Z");
        assert_eq!(in_zone("UTC", || minute(noon)), "26 November 2026, 12:00");
        let arabic = Context::new(Language::Arabic, "UTC".parse().unwrap()).within(|| minute(noon));
        assert!(arabic.ends_with("، 12:00"), "{arabic}");
    }

    #[test]
    fn the_day_of_a_moment_is_the_zones() {
        let noon = moment("2026-11-26T12:00:00Z");
        assert_eq!(in_zone("Pacific/Auckland", || iso(noon)), "2026-11-27");
        assert_eq!(in_zone("America/Los_Angeles", || iso(noon)), "2026-11-26");
        assert_eq!(in_zone("America/Los_Angeles", || iso(noon - 5 * 3_600)), "2026-11-25");
        assert_eq!(iso(noon), "2026-11-26");
        assert_eq!(in_zone("Pacific/Auckland", || parse("2026-11-27")), Some(moment("2026-11-26T11:00:00Z")));
    }

    #[test]
    fn days_are_counted_where_clocks_change() {
        // A day of 23 hours and one of 25.
        let (spring, autumn) = (moment("2026-03-28T22:30:00Z"), moment("2026-10-24T21:30:00Z"));
        in_zone("Europe/Berlin", || {
            assert_eq!(day_after(spring, 1), moment("2026-03-28T23:00:00Z"));
            assert_eq!(day_after(spring, 2), moment("2026-03-29T22:00:00Z"));
            assert_eq!(day_after(autumn, 1), moment("2026-10-24T22:00:00Z"));
            assert_eq!(day_after(autumn, 2), moment("2026-10-25T23:00:00Z"));
        });
        // In Havana and Santiago clocks change at midnight: a day begins twice, and one begins at one.
        let day = |text: &str| start_of(text.parse().unwrap());
        assert_eq!(in_zone("America/Santiago", || day("2026-09-06")), Some(moment("2026-09-06T04:00:00Z")));
        assert_eq!(in_zone("America/Havana", || day("2026-11-01")), Some(moment("2026-11-01T04:00:00Z")));
    }

    #[test]
    fn a_month_is_read_in_each_way_it_is_written() {
        for march in [
            "2020-03",
            "03/2020",
            "3/2020",
            "3.2020",
            "03.2020",
            "2020/3",
            "3-2020",
            "March 2020",
            "Mar 2020",
            "MAR. 2020",
            "März 2020",
            "mars 2020",
            "marzo de 2020",
            "marzo 2020",
            "مارس 2020",
            "٠٣/٢٠٢٠",
            "2020 March",
        ] {
            assert_eq!(read_month(march).as_deref(), Some("2020-03"), "{march}");
        }
        assert_eq!(read_month("2020").as_deref(), Some("2020"));
        assert_eq!(read_month("juil. 2019").as_deref(), Some("2019-07"));
        assert_eq!(read_month("juin 2019").as_deref(), Some("2019-06"));
        for odd in [
            "", "20", "2020-13", "0/2020", "2020-00", "jui 2019", "Ma 2019", "1899", "2200-01", "3/20", "then",
            "1/3/2020",
        ] {
            assert_eq!(read_month(odd), None, "{odd}");
        }
    }

    #[test]
    fn yesterday_is_the_day_before() {
        let (evening, morning) = (moment("2026-11-25T22:00:00Z"), moment("2026-11-26T06:00:00Z"));
        assert_eq!(ago(evening, morning), "yesterday");
        assert_eq!(in_zone("Asia/Tokyo", || ago(evening, morning)), "today");
        assert_eq!(ago(morning, morning - 5), "today");
        assert_eq!(ago(morning - 21 * DAY, morning), "3 weeks ago");
    }
}
