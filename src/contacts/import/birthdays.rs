//! How the birthdays of a table are written: which of its numbers is the month, and what one says.

use std::ops::RangeInclusive;

use jiff::civil::Date;

use crate::contacts::card::Birthday;
use crate::contacts::import::linkedin::dates;

/// Years of people of whom one has an address.
const YEARS: RangeInclusive<i16> = 1800..=2100;

/// Which number of a day such as 4/12/1985 is the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    MonthFirst,
    DayFirst,
    Unknown,
}

/// How many days of a table can only be one.
#[derive(Default)]
pub(super) struct Seen {
    month_first: usize,
    day_first: usize,
}

impl Seen {
    /// Looks at a cell.
    pub(super) fn see(&mut self, cell: &str) {
        let Some([first, second, _]) = day_of(cell).and_then(|day| numbers(day, &['/', '.', '-'])) else { return };
        match (first, second) {
            (13..=31, 1..=12) => self.day_first += 1,
            (1..=12, 13..=31) => self.month_first += 1,
            _ => {}
        }
    }

    /// Returns the order of most; the one that was thought where neither has more.
    pub(super) fn order(&self, thought: Order) -> Order {
        match self.day_first.cmp(&self.month_first) {
            std::cmp::Ordering::Greater => Order::DayFirst,
            std::cmp::Ordering::Less => Order::MonthFirst,
            std::cmp::Ordering::Equal => thought,
        }
    }
}

/// Reads a birthday, with or without a year; what could mean two days is none.
pub(super) fn read(text: &str, order: Order, today: Date) -> Option<Birthday> {
    let is_dotted = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ' '));
    // Germans write `16. 4. 1985`.
    let closed = if is_dotted { text.replace(". ", ".") } else { text.to_owned() };
    let day = day_of(&closed)?;
    if let Some(birthday) = day.parse::<Birthday>().ok().filter(has_whole_year) {
        return Some(birthday).filter(|birthday| birthday.year.is_none_or(|year| YEARS.contains(&year)));
    }
    match numbers(day, &['/', '.', '-']) {
        Some([year @ 1_000..=i16::MAX, month, day]) => {
            let birthday = Birthday::new(Some(year), i8::try_from(month).ok()?, i8::try_from(day).ok()?);
            birthday.filter(|_| YEARS.contains(&year))
        }
        Some([first, second, _]) => {
            let (month, of_month) = in_order(first, second, day, order)?;
            let digits = day.rsplit(['/', '.', '-']).next().unwrap_or_default();
            made(digits.trim(), i8::try_from(month).ok()?, i8::try_from(of_month).ok()?, today)
        }
        None => in_words(text, today),
    }
}

/// Says whether a cell tells a birthday. Outlook writes 0/0/00 where there is none.
pub(super) fn is_told(cell: &str) -> bool {
    cell.contains(|c: char| c.is_alphanumeric() && c != '0')
}

/// Tells a year from a day: `04-05-12` is no day of the year 4.
fn has_whole_year(birthday: &Birthday) -> bool {
    birthday.year.is_none_or(|year| year >= 1_000)
}

/// Which of two numbers is the month, and which the day.
fn in_order(first: i16, second: i16, day: &str, order: Order) -> Option<(i16, i16)> {
    // Every country that writes full stops has the day first.
    match if day.contains('.') { Order::DayFirst } else { order } {
        Order::MonthFirst => Some((first, second)),
        Order::DayFirst => Some((second, first)),
        Order::Unknown if first == second => Some((first, second)),
        Order::Unknown => None,
    }
}

/// Reads `12 April 1980`, `5-Apr-80`, `April 12, 1980`, `12 de abril de 1980`, and the same without a year.
fn in_words(text: &str, today: Date) -> Option<Birthday> {
    let is_between = |c: char| matches!(c, ' ' | '-' | ',');
    let parts: Vec<&str> =
        text.split(is_between).filter(|part| !matches!(part.to_lowercase().as_str(), "" | "de" | "del")).collect();
    let (day, month, year) = match parts[..] {
        [month, day, year] if month.starts_with(char::is_alphabetic) => (day, month, year),
        // `Apr-12` may be of a year.
        [month, day] if month.starts_with(char::is_alphabetic) && !text.contains('-') => (day, month, ""),
        [day, month, year] => (day, month, year),
        [day, month] => (day, month, ""),
        _ => return None,
    };
    if !month.starts_with(char::is_alphabetic) {
        return None;
    }
    // A leap year has every day.
    let read = dates::read(&format!("{day} {month} 2000"))?;
    made(year, read.month(), read.day(), today)
}

/// Makes a birthday of a year as it is written. With two digits it is the last such year that is not in the future.
fn made(year: &str, month: i8, day: i8, today: Date) -> Option<Birthday> {
    let number = |year: &str| year.parse::<i16>().ok();
    let year = match year.len() {
        _ if year.bytes().all(|byte| byte == b'0') && year.len() != 2 => None,
        2 => {
            let year = 2000 + number(year)?;
            let is_to_come = Date::new(year, month, day).is_ok_and(|day| day > today) || year > today.year();
            Some(if is_to_come { year - 100 } else { year })
        }
        4 => Some(number(year)?).filter(|year| *year >= *YEARS.start()),
        _ => return None,
    };
    Birthday::new(year, month, day).filter(|_| year.is_none_or(|year| YEARS.contains(&year)))
}

/// Takes off the time of day.
fn day_of(text: &str) -> Option<&str> {
    text.split([' ', 'T']).find(|part| !part.is_empty())
}

fn numbers(text: &str, separators: &[char]) -> Option<[i16; 3]> {
    let mut parts = text.trim().split(separators).map(|part| part.trim().parse::<i16>().ok());
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(numbers)
}
