//! When one's connections were made, as pictures: the growth of a network, and the strip by which the bulk screen
//! filters. Both count by the connected-since date, so whoever is disconnected just never was there.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use jiff::civil::Date;

use crate::cache::{Cache, Cached};
use crate::connections::list::{self, Filter};
use crate::dates;
use crate::db::Connection;
use crate::error::Error;
use crate::language::{Context, connections, current, month, month_name, number, tf, tnf};
use crate::members::ConnectionCount;
use crate::time_zone::Zone;

/// Tenths of a unit of the growth plot; its lines stand in `connections/growth.html`.
const WIDTH: i64 = 3_200;
const HEIGHT: i64 = 920;
/// Tenths of a unit above the line, and below the bars.
const ABOVE: i64 = 20;
const BELOW: i64 = 480;
/// The tallest bar of the strip, and the shortest: a single connection must be seen as well.
const TALLEST: i64 = 460;
const SHORTEST: i64 = 20;

/// How many connections were made in each month, from the first such month until this one.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// Where its months begin.
    zone: Zone,
    /// The year and month of the first, as months since the year 0.
    first: i64,
    months: Vec<i64>,
    /// The line of the growth plot, drawn once: the writing of its numbers would be a tenth of *My network*.
    line: String,
}

impl History {
    /// Of moments and how many connections were made at each.
    pub fn new(moments: &[(i64, i64)], now: i64) -> History {
        let zone = Context::current().zone;
        let of =
            |moment: i64| dates::civil(moment).map(|date| i64::from(date.year()) * 12 + i64::from(date.month()) - 1);
        let first = moments.iter().map(|(moment, _)| *moment).min();
        let (Some(first), Some(last)) = (first.and_then(of), of(now)) else { return History::default() };
        let length = usize::try_from(last - first + 1).unwrap_or(1).clamp(1, 12 * 200);
        // A moment is looked up among these: to name the day of each of thousands would take milliseconds.
        let starts: Vec<i64> = (1..length as i64).map(|at| start(first + at)).collect();
        let mut months = vec![0; length];
        for (moment, made) in moments {
            months[starts.partition_point(|start| start <= moment)] += made;
        }
        let line = drawn(&months);
        History { zone, first, months, line }
    }

    /// Whether there is enough for a picture.
    pub fn shows(&self) -> bool {
        self.months.len() > 1
    }

    fn total(&self) -> i64 {
        self.months.iter().sum()
    }

    /// How many there are in all.
    pub fn counted(&self) -> String {
        number(self.total())
    }

    /// The first month, e.g. `March 2011`.
    pub fn first(&self) -> String {
        name_of(self.first)
    }

    /// The picture in words.
    pub fn summary(&self) -> String {
        let half = running(&self.months).iter().position(|sum| sum * 2 >= self.total()).unwrap_or(0) as i64;
        tf(
            "From none in {first} to {connections} today; half of them since {middle}.",
            (&self.first(), &connections(self.total()), &name_of(self.first + half)),
        )
    }

    /// The line of the growth plot.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// What lies under the line.
    pub fn area(&self) -> String {
        format!("{}V95H0Z", self.line())
    }

    /// The years below the growth plot, each where it begins; on a narrow plot only some are shown.
    pub fn axis(&self) -> Vec<Tick> {
        let steps = steps(&self.months);
        let years = (self.first + 11) / 12..=(self.first + steps) / 12;
        let each = (years.clone().count() as i64 + 4) / 5;
        let mirrored = current().direction() == "rtl";
        let tick = |year: i64| {
            let at = rounded((year * 12 - self.first) * 10_000, steps);
            let is_minor = year % each.max(1) != 0;
            let shown = if mirrored { 10_000 - at } else { at };
            // What would be cut at an edge is left out.
            (300..=9_700).contains(&at).then(|| Tick {
                year,
                at: format!("{}.{:02}", shown / 100, shown % 100),
                is_minor,
            })
        };
        years.filter_map(tick).collect()
    }

    /// The year in which the most were made.
    pub fn best(&self) -> String {
        let most = self.most();
        tnf(
            most.1,
            "The most in one year: {n}, in {year}.",
            "The most in one year: {n}, in {year}.",
            most.0.to_string(),
        )
    }

    fn most(&self) -> (i64, i64) {
        self.by_year().into_iter().max_by_key(|(_, made)| *made).unwrap_or_default()
    }

    /// For each year: its name, how many were made in it, how many there were at its end.
    pub fn years(&self) -> Vec<(String, String, String)> {
        let mut sum = 0;
        let row = |(year, made): (i64, i64)| {
            sum += made;
            (year.to_string(), number(made), number(sum))
        };
        self.by_year().into_iter().map(row).collect()
    }

    fn by_year(&self) -> BTreeMap<i64, i64> {
        let mut years = BTreeMap::new();
        for (at, made) in self.months.iter().enumerate() {
            *years.entry((self.first + at as i64) / 12).or_insert(0) += made;
        }
        years
    }
}

/// How many there were at the end of each month.
fn running(months: &[i64]) -> Vec<i64> {
    let add = |sum: &mut i64, made: &i64| {
        *sum += made;
        Some(*sum)
    };
    months.iter().scan(0, add).collect()
}

/// The growth as a path of SVG.
fn drawn(months: &[i64]) -> String {
    let running = running(months);
    let (all, steps) = (running.last().copied().unwrap_or(0).max(1), steps(months));
    let mut path = String::from("M0 ");
    put_tenths(&mut path, HEIGHT + ABOVE);
    for (at, sum) in running.iter().enumerate() {
        path.push('L');
        put_tenths(&mut path, rounded(WIDTH * at as i64, steps));
        path.push(' ');
        put_tenths(&mut path, HEIGHT + ABOVE - rounded(HEIGHT * sum, all));
    }
    path
}

/// From the first month to the last.
fn steps(months: &[i64]) -> i64 {
    (months.len() as i64 - 1).max(1)
}

fn rounded(of: i64, by: i64) -> i64 {
    (of + by / 2) / by
}

/// Writes a number of tenths. To write it as a floating-point number would take several times as long.
fn put_tenths(path: &mut String, tenths: i64) {
    // Writing to a string does not fail.
    let _ = write!(path, "{}.{}", tenths / 10, tenths % 10);
}

impl Cached for History {
    /// A plot of years may be an hour old.
    const SECONDS: i64 = 3_600;

    fn took_long(&self) -> bool {
        self.total() > 500
    }

    fn bytes(&self) -> usize {
        self.line.len() + self.months.len() * size_of::<i64>()
    }

    fn is_true(&self) -> bool {
        self.zone == Context::current().zone
    }
}

impl History {
    /// How many rows are read for the history of a member: none where it is kept.
    pub fn walked(cache: &Cache, member: ConnectionCount) -> i32 {
        if cache.get::<History>(member).is_some() { 0 } else { member.number }
    }

    /// The history of a member.
    ///
    /// # Errors
    /// The database's.
    pub fn of(connection: &mut Connection, cache: &Cache, member: ConnectionCount) -> Result<Arc<History>, Error> {
        cache.get_or_read(member, |id| {
            let mine = ConnectionCount { id, ..member };
            Ok(History::new(&list::moments(connection, cache, mine, &Filter::default())?, dates::now()))
        })
    }
}

/// The strip of the bulk screen: the history of what matches, whatever dates are asked for, and those dates.
#[derive(Debug, Clone)]
pub struct Strip {
    history: Arc<History>,
    filter: Filter,
    /// The bars as paths of SVG: those that the filter leaves out, and those that it takes.
    pub bars: (String, String),
    /// What stands below the strip: its years, and the months of the year that is asked for.
    pub periods: Vec<Vec<Period>>,
}

/// A month of the strip.
#[derive(Debug)]
struct Bar {
    at: usize,
    /// Tenths of a unit from above.
    top: i64,
    /// Whether the filter takes it.
    chosen: bool,
}

/// A year or a month below the strip.
#[derive(Debug, Clone)]
pub struct Period {
    /// What it is called.
    pub name: String,
    /// How many were made in it.
    pub number: String,
    /// The query that asks for it.
    pub query: String,
    /// Whether it is what is asked for.
    pub chosen: bool,
    /// Whether nobody was connected in it.
    pub is_empty: bool,
}

/// A year below the growth plot.
#[derive(Debug)]
pub struct Tick {
    /// Which.
    pub year: i64,
    /// Where it begins, in hundredths of the width from the left.
    pub at: String,
    /// Whether it is left out where there is no room for all.
    pub is_minor: bool,
}

impl Strip {
    /// A strip for a filter.
    pub fn new(history: Arc<History>, filter: &Filter) -> Strip {
        let nothing = (String::new(), String::new());
        let mut strip = Strip { history, filter: filter.clone(), bars: nothing, periods: Vec::new() };
        if strip.shows() {
            (strip.bars, strip.periods) = (strip.drawn(), strip.listed());
        }
        strip
    }

    fn drawn(&self) -> (String, String) {
        let mut paths = (String::new(), String::new());
        for bar in self.each() {
            let path = if bar.chosen { &mut paths.1 } else { &mut paths.0 };
            // Writing to a string does not fail.
            let _ = write!(path, "M{} ", bar.at);
            put_tenths(path, bar.top);
            path.push_str("h.8V48h-.8z");
        }
        paths
    }

    /// Whether there is enough for a picture.
    pub fn shows(&self) -> bool {
        self.history.shows()
    }

    /// Months of the strip, which shows whole years, so that each year stands below its own.
    pub fn width(&self) -> usize {
        (self.before() + self.history.months.len()).next_multiple_of(12)
    }

    /// Months of the first year before the first connection.
    fn before(&self) -> usize {
        usize::try_from(self.history.first % 12).unwrap_or(0)
    }

    /// The first month as `YYYY-MM`, from which the script counts.
    pub fn first_month(&self) -> String {
        iso(self.history.first - self.history.first % 12)
    }

    /// The picture in words.
    pub fn summary(&self) -> String {
        let most = self.history.most();
        tnf(
            most.1,
            "Connections by month since {first}; the most in {year}: {n}.",
            "Connections by month since {first}; the most in {year}: {n}.",
            (&self.history.first(), &most.0.to_string()),
        )
    }

    /// A bar for each month in which anybody was connected.
    fn each(&self) -> Vec<Bar> {
        let tallest = self.history.months.iter().copied().max().unwrap_or(1).max(1);
        let (first, last) = self.asked_for();
        let bar = |(at, made): (usize, &i64)| {
            let month = self.history.first + at as i64;
            let height = rounded(TALLEST * made, tallest).max(SHORTEST);
            Bar { at: at + self.before(), top: BELOW - height, chosen: (first..=last).contains(&month) }
        };
        self.history.months.iter().enumerate().filter(|(_, made)| **made > 0).map(bar).collect()
    }

    /// The first and the last month in which a day is that the filter takes.
    fn asked_for(&self) -> (i64, i64) {
        let day = |iso: &str| iso.parse::<Date>().ok();
        let month = |day: Date| i64::from(day.year()) * 12 + i64::from(day.month()) - 1;
        let last = day(&self.filter.connected_before).and_then(|before| before.yesterday().ok());
        (day(&self.filter.connected_after).map_or(i64::MIN, month), last.map_or(i64::MAX, month))
    }

    fn listed(&self) -> Vec<Vec<Period>> {
        let months = self.months();
        if months.is_empty() { vec![self.years()] } else { vec![self.years(), months] }
    }

    /// Every year of the strip, each with a link where anybody was connected in it.
    pub fn years(&self) -> Vec<Period> {
        self.history
            .by_year()
            .into_iter()
            .map(|(year, made)| self.period(year * 12, 12, year.to_string(), made))
            .collect()
    }

    /// The months of the year that is asked for, or in which the days are that are asked for; none otherwise.
    pub fn months(&self) -> Vec<Period> {
        let (after, before) = (&self.filter.connected_after, &self.filter.connected_before);
        let year_of = |day: &str| dates::parse(day).and_then(dates::civil).map(|date| i64::from(date.year()));
        // The day before which they were connected may be the next year's first.
        let last = dates::parse(before).and_then(|moment| dates::civil(moment - 1));
        let (Some(year), Some(last)) = (year_of(after), last) else { return Vec::new() };
        if i64::from(last.year()) != year {
            return Vec::new();
        }
        let made = |month: i64| {
            let at = usize::try_from(year * 12 + month - self.history.first).ok();
            at.and_then(|at| self.history.months.get(at)).copied().unwrap_or(0)
        };
        let month = |of_year: i64| {
            let name = month_name(i8::try_from(of_year + 1).unwrap_or(1));
            self.period(year * 12 + of_year, 1, name, made(of_year))
        };
        (0..12).map(month).collect()
    }

    /// Some months from one on, counted from the year 0.
    fn period(&self, first: i64, months: i64, name: String, made: i64) -> Period {
        let (after, before) = (iso(first) + "-01", iso(first + months) + "-01");
        let chosen = self.filter.connected_after == after && self.filter.connected_before == before;
        let mut filter = self.filter.clone();
        (filter.connected_after, filter.connected_before) = (after, before);
        Period { name, number: number(made), query: filter.with("", ""), chosen, is_empty: made == 0 }
    }
}

fn parts(months: i64) -> (i16, i8) {
    (i16::try_from(months / 12).unwrap_or(0), i8::try_from(months % 12 + 1).unwrap_or(1))
}

/// The moment at which a month begins.
fn start(months: i64) -> i64 {
    let (year, of_year) = parts(months);
    Date::new(year, of_year, 1).ok().and_then(dates::start_of).unwrap_or(i64::MAX)
}

fn name_of(months: i64) -> String {
    let (year, of_year) = parts(months);
    month(year, of_year)
}

fn iso(months: i64) -> String {
    let (year, of_year) = parts(months);
    Date::new(year, of_year, 1).map_or_else(|_| String::new(), |day| day.to_string()[..7].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(iso: &str) -> i64 {
        dates::parse(iso).unwrap()
    }

    fn history() -> History {
        let days = [(day("2019-03-12"), 2), (day("2019-03-30"), 1), (day("2020-01-01"), 1)];
        History::new(&days, dates::parse("2020-02-15").unwrap())
    }

    #[test]
    fn months_are_counted_from_the_first_until_now() {
        let history = history();
        assert_eq!(history.months, [3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
        assert_eq!(history.years(), [("2019".into(), "3".into(), "3".into()), ("2020".into(), "1".into(), "4".into())]);
        assert_eq!(history.summary(), "From none in March 2019 to 4 connections today; half of them since March 2019.");
        assert!(history.line().ends_with("L320.0 2.0"), "{}", history.line());
        assert!(!History::new(&[], 0).shows());
    }

    #[test]
    fn the_strip_marks_what_the_filter_takes() {
        let filter = Filter { connected_after: "2020-01-01".into(), ..Filter::default() };
        let strip = Strip::new(Arc::new(history()), &filter);
        assert_eq!(strip.each().iter().map(|bar| (bar.at, bar.chosen)).collect::<Vec<_>>(), [(2, false), (12, true)]);
        assert_eq!(strip.bars, ("M2 2.0h.8V48h-.8z".into(), "M12 32.7h.8V48h-.8z".into()));
        assert_eq!((strip.width(), strip.first_month().as_str()), (24, "2019-01"));
        let years = strip.years();
        assert_eq!(years[0].query, "connected_after=2019-01-01&connected_before=2020-01-01");
        assert!(!years[0].chosen);
        assert!(strip.months().is_empty());
    }

    #[test]
    fn a_chosen_year_shows_its_months() {
        let filter =
            Filter { connected_after: "2019-01-01".into(), connected_before: "2020-01-01".into(), ..Filter::default() };
        let months = Strip::new(Arc::new(history()), &filter).months();
        assert_eq!((months.len(), months[2].name.as_str(), months[2].number.as_str()), (12, "March", "3"));
        assert_eq!(months[2].query, "connected_after=2019-03-01&connected_before=2019-04-01");
        assert!(months[3].is_empty);
    }

    #[test]
    fn years_below_the_plot_stand_where_they_begin() {
        let ticks = history().axis();
        assert_eq!(ticks.iter().map(|tick| (tick.year, tick.at.as_str())).collect::<Vec<_>>(), [(2020, "90.91")]);
    }
}
