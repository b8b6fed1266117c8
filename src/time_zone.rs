//! Time zones, by their names in the IANA database, which is in the binary.

use std::fmt;
use std::str::FromStr;
use std::sync::{LazyLock, OnceLock};

use jiff::tz::TimeZone;

/// What people choose from is named after a place in one of these; the other names are shorthands, kept for old programs.
const REGIONS: [&str; 10] =
    ["Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"];

struct Entry {
    name: String,
    rules: OnceLock<TimeZone>,
}

/// All names in their order; the rules of one are read when it is first needed.
static ALL: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let entry = |name: String| Entry { name, rules: OnceLock::new() };
    let mut all: Vec<Entry> = jiff::tz::db().available().map(|name| entry(name.to_string())).collect();
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all
});

/// A time zone.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Zone {
    /// Its place among all names; none for UTC.
    at: Option<u16>,
}

impl Zone {
    /// Returns its name, e.g. `Europe/Berlin`.
    pub fn name(self) -> &'static str {
        self.entry().map_or("UTC", |entry| &entry.name)
    }

    /// Returns its rules: how far from UTC it is at which moment.
    pub fn rules(self) -> TimeZone {
        let read = |entry: &'static Entry| {
            entry.rules.get_or_init(|| TimeZone::get(&entry.name).unwrap_or(TimeZone::UTC)).clone()
        };
        self.entry().map_or(TimeZone::UTC, read)
    }

    /// Returns what it is called within its region, e.g. `Berlin`, `Argentina/Buenos Aires`.
    pub fn place(self) -> String {
        let name = self.name();
        name.split_once('/').map_or(name, |(_, place)| place).replace('_', " ")
    }

    /// Returns the zones that people choose from, by region.
    pub fn by_region() -> Vec<(&'static str, Vec<Zone>)> {
        let all = (0..=u16::MAX).zip(ALL.iter());
        let zones: Vec<Zone> = all.map(|(at, _)| Zone { at: Some(at) }).collect();
        let within = |region| {
            let is_there = |zone: &&Zone| zone.name().split_once('/').is_some_and(|(first, _)| first == region);
            (region, zones.iter().filter(is_there).copied().collect())
        };
        REGIONS.into_iter().map(within).collect()
    }

    fn entry(self) -> Option<&'static Entry> {
        ALL.get(usize::from(self.at?))
    }
}

impl FromStr for Zone {
    type Err = String;

    /// Reads a name, whatever its capitals.
    fn from_str(name: &str) -> Result<Zone, String> {
        if name.eq_ignore_ascii_case("UTC") {
            return Ok(Zone::default());
        }
        let at = ALL.iter().position(|entry| entry.name.eq_ignore_ascii_case(name));
        let at = at.and_then(|at| u16::try_from(at).ok());
        at.map(|at| Zone { at: Some(at) }).ok_or_else(|| format!("there is no time zone {name}"))
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_known_by_their_names() {
        let zone: Zone = "europe/berlin".parse().unwrap();
        assert_eq!((zone.name(), zone.place().as_str()), ("Europe/Berlin", "Berlin"));
        let zone: Zone = "America/Argentina/Buenos_Aires".parse().unwrap();
        assert_eq!(zone.place(), "Argentina/Buenos Aires");
        assert_eq!("UTC".parse::<Zone>().unwrap(), Zone::default());
        assert!("Europe/Atlantis".parse::<Zone>().is_err());
        assert!("".parse::<Zone>().is_err());
    }

    #[test]
    fn every_region_has_its_zones() {
        let regions = Zone::by_region();
        assert!(regions.iter().all(|(_, zones)| !zones.is_empty()));
        assert!(regions.iter().map(|(_, zones)| zones.len()).sum::<usize>() > 400);
    }
}
