//! Dates: what is stored is unix seconds, what is shown is a day in UTC.

use crate::language::{self, t, tn};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// Seconds in a day.
pub const DAY: i64 = 86_400;

/// Now, in unix seconds.
pub fn now() -> i64 {
    Timestamp::now().as_second()
}

/// The day of a moment, e.g. `12 March 2019`.
pub fn long(seconds: i64) -> String {
    civil(seconds).map_or_else(String::new, |day| language::date(day.year(), day.month(), day.day()))
}

/// The day of a moment as `<time datetime>` wants it, e.g. `2019-03-12`.
pub fn iso(seconds: i64) -> String {
    civil(seconds).map_or_else(String::new, |day| day.to_string())
}

/// The first second of a day written `YYYY-MM-DD`, as date fields send it.
pub fn parse(iso: &str) -> Option<i64> {
    start_of(iso.trim().parse().ok()?)
}

/// The first second of a day.
pub fn start_of(day: Date) -> Option<i64> {
    Some(TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok()?.as_second())
}

/// Returns the first second of the day that is so many days after the day of a moment.
pub fn day_after(seconds: i64, days: i64) -> i64 {
    let day = civil(seconds).and_then(|day| day.checked_add(jiff::Span::new().try_days(days).ok()?).ok());
    day.and_then(start_of).unwrap_or(seconds + days * DAY)
}

/// How long ago, for people: `today`, `yesterday`, `3 weeks ago`.
pub fn ago(then: i64, now: i64) -> String {
    let days = (now - then).max(0) / DAY;
    match days {
        0 => t("today").into(),
        1 => t("yesterday").into(),
        2..=13 => tn(days, "{n} day ago", "{n} days ago"),
        14..=59 => tn(days / 7, "{n} week ago", "{n} weeks ago"),
        60..=729 => tn(days / 30, "{n} month ago", "{n} months ago"),
        _ => tn(days / 365, "{n} year ago", "{n} years ago"),
    }
}

/// `2019-03` as `March 2019`, `2019` as it is; anything else unchanged.
pub fn month(text: &str) -> String {
    match format!("{text}-01").parse::<Date>() {
        Ok(day) => language::month(day.year(), day.month()),
        Err(_) => text.to_owned(),
    }
}

/// The day of a moment.
pub fn civil(seconds: i64) -> Option<Date> {
    Some(TimeZone::UTC.to_datetime(Timestamp::from_second(seconds).ok()?).date())
}
