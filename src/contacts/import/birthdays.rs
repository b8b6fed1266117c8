//! How the birthdays of a table are written: which of its numbers is the month, and what one says.

use crate::contacts::card::Birthday;

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
pub(super) fn read(text: &str, order: Order) -> Option<Birthday> {
    let text = day_of(text)?;
    if let Ok(day) = text.parse::<Birthday>() {
        return Some(day).filter(|day| day.year.is_none_or(|year| (1800..=2100).contains(&year)));
    }
    let [first, second, year] = numbers(text, &['/', '.'])?;
    // Outlook writes 0/0/00 where there is no birthday. Every country that writes full stops has the day first.
    let order = if text.contains('.') { Order::DayFirst } else { order };
    let (month, day) = match order {
        Order::MonthFirst => (first, second),
        Order::DayFirst => (second, first),
        Order::Unknown if first == second => (first, second),
        Order::Unknown => return None,
    };
    Birthday::new(
        (year > 0).then_some(year).filter(|year| *year >= 1800),
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
    )
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
