//! Dates and numbers as a language writes them, by the data of Unicode's CLDR.

use std::cell::RefCell;
use std::collections::HashMap;

use icu_calendar::{Date, Gregorian};
use icu_datetime::{FixedCalendarDateTimeFormatter, fieldsets};
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_locale_core::{Locale, locale};
use icu_plurals::{PluralCategory, PluralRules};

use crate::language::{Language, current};

/// What writes in one language.
struct Formats {
    number: DecimalFormatter,
    day: FixedCalendarDateTimeFormatter<Gregorian, fieldsets::YMD>,
    month: FixedCalendarDateTimeFormatter<Gregorian, fieldsets::YM>,
    month_alone: FixedCalendarDateTimeFormatter<Gregorian, fieldsets::M>,
    day_alone: FixedCalendarDateTimeFormatter<Gregorian, fieldsets::MD>,
    plural: PluralRules,
}

impl Formats {
    /// Nothing only if the data of CLDR were not in the binary, which the tests would see.
    fn of(language: Language) -> Option<Formats> {
        let locale = locale_of(language);
        Some(Formats {
            number: DecimalFormatter::try_new((&locale).into(), Default::default()).ok()?,
            day: FixedCalendarDateTimeFormatter::try_new((&locale).into(), fieldsets::YMD::long()).ok()?,
            month: FixedCalendarDateTimeFormatter::try_new((&locale).into(), fieldsets::YM::long()).ok()?,
            month_alone: FixedCalendarDateTimeFormatter::try_new((&locale).into(), fieldsets::M::long()).ok()?,
            day_alone: FixedCalendarDateTimeFormatter::try_new((&locale).into(), fieldsets::MD::long()).ok()?,
            plural: PluralRules::try_new_cardinal((&locale).into()).ok()?,
        })
    }
}

fn locale_of(language: Language) -> Locale {
    match language {
        // A day before its month, as most of the world writes it.
        Language::English | Language::Pseudo => locale!("en-GB"),
        Language::German => locale!("de"),
        Language::Spanish => locale!("es"),
        Language::French => locale!("fr"),
        Language::Arabic => locale!("ar"),
    }
}

thread_local! {
    static FORMATS: HashMap<Language, Formats> = Language::ALL
        .into_iter()
        .chain([Language::Pseudo])
        .filter_map(|language| Some((language, Formats::of(language)?)))
        .collect();
}

fn with<T>(use_them: impl FnOnce(&Formats) -> Option<T>) -> Option<T> {
    FORMATS.with(|formats| formats.get(&current()).and_then(use_them))
}

/// A number, e.g. `30,000`.
pub fn number(number: impl TryInto<i64>) -> String {
    let number = number.try_into().unwrap_or(i64::MAX);
    with(|formats| Some(formats.number.format(&Decimal::from(number)).to_string()))
        .unwrap_or_else(|| number.to_string())
}

/// The comma of the language, with the space behind it.
pub fn comma() -> &'static str {
    if current() == Language::Arabic { "، " } else { ", " }
}

/// Names in one line, with the comma of the language.
pub fn listed<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> String {
    let mut line = String::new();
    for name in names {
        if !line.is_empty() {
            line += comma();
        }
        line += name.as_ref();
    }
    line
}

/// How many days a thread remembers as they were written: lists are full of days, and hubs of many.
const REMEMBERED: usize = 20_000;

thread_local! {
    static DAYS: RefCell<HashMap<(Language, i16, i8, i8), String>> = RefCell::default();
}

/// A day, e.g. `12 March 2019`.
pub fn date(year: i16, month: i8, day: i8) -> String {
    DAYS.with_borrow_mut(|days| {
        if days.len() > REMEMBERED {
            days.clear();
        }
        days.entry((current(), year, month, day)).or_insert_with(|| written(year, month, day)).clone()
    })
}

fn written(year: i16, month: i8, day: i8) -> String {
    let date = Date::try_new_gregorian(i32::from(year), month.unsigned_abs(), day.unsigned_abs()).ok();
    date.and_then(|date| with(|formats| Some(shown(formats.day.format(&date).to_string())))).unwrap_or_default()
}

/// A month, e.g. `March 2019`.
pub fn month(year: i16, month: i8) -> String {
    let date = Date::try_new_gregorian(i32::from(year), month.unsigned_abs(), 1).ok();
    date.and_then(|date| with(|formats| Some(shown(formats.month.format(&date).to_string())))).unwrap_or_default()
}

/// The name of a month, from 1.
pub fn month_name(month: i8) -> String {
    let date = Date::try_new_gregorian(2000, month.unsigned_abs(), 1).ok();
    let written = |date| with(|formats| Some(shown(formats.month_alone.format(&date).to_string())));
    date.and_then(written).unwrap_or_default()
}

/// The names of the months in every language, each with its number from 1.
pub fn month_names() -> Vec<(String, usize)> {
    let names = |formats: &Formats| {
        let named = |month: u8| {
            let date = Date::try_new_gregorian(2000, month, 1).ok()?;
            Some((formats.month_alone.format(&date).to_string(), usize::from(month)))
        };
        (1..=12).filter_map(named).collect::<Vec<_>>()
    };
    FORMATS.with(|formats| formats.values().flat_map(names).collect())
}

/// A day of whichever year, e.g. `16 April`.
pub fn day_of_year(month: i8, day: i8) -> String {
    let date = Date::try_new_gregorian(2000, month.unsigned_abs(), day.unsigned_abs()).ok();
    let written = |date| with(|formats| Some(shown(formats.day_alone.format(&date).to_string())));
    date.and_then(written).unwrap_or_default()
}

/// The tests' language has its own letters in dates too.
fn shown(date: String) -> String {
    if current() == Language::Pseudo { crate::language::text::wide(&date) } else { date }
}

/// Which form of a plural a number takes.
pub(super) fn plural(number: i64) -> PluralCategory {
    with(|formats| Some(formats.plural.category_for(number))).unwrap_or(PluralCategory::Other)
}
