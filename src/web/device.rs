//! What people call a device, by what its browser calls itself: *Firefox on Windows*.

use crate::language::{t, tf};

/// Browsers by a part of what they call themselves, the first that fits: others call themselves Chrome too, and Chrome calls
/// itself Safari.
const BROWSERS: [(&str, &str); 14] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Epiphany/", "GNOME Web"),
    ("Safari/", "Safari"),
];

/// Systems, in the same way: Android calls itself Linux, and an iPhone says *like Mac OS X*.
const SYSTEMS: [(&str, &str); 9] = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("FreeBSD", "FreeBSD"),
    ("OpenBSD", "OpenBSD"),
    ("Linux", "Linux"),
];

/// Characters shown of a name that is not known.
const LONGEST: usize = 80;

/// What stands between a browser and its system where a device is stored.
const ON: &str = " on ";
/// What a device is stored as that does not say what it is.
const UNKNOWN: &str = "A device that does not say what it is";

/// Returns what people call a device; what is not known is called as it calls itself.
pub fn name(agent: &str) -> String {
    called(&known_as(agent))
}

/// Returns as what a device is stored: the same in every language.
pub fn known_as(agent: &str) -> String {
    let first =
        |known: &[(&str, &'static str)]| known.iter().find(|(part, _)| agent.contains(part)).map(|(_, name)| *name);
    match (first(&BROWSERS), first(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser}{ON}{system}"),
        (Some(browser), None) => browser.to_owned(),
        _ if agent.trim().is_empty() || agent == "unknown" => UNKNOWN.to_owned(),
        _ => agent.chars().take(LONGEST).collect(),
    }
}

/// Returns what people call a device that is stored so; anything else, as it is.
pub fn called(stored: &str) -> String {
    let has = |known: &[(&str, &str)], word: &str| known.iter().any(|(_, name)| *name == word);
    match stored.split_once(ON) {
        Some((browser, system)) if has(&BROWSERS, browser) && has(&SYSTEMS, system) => {
            tf("{browser} on {system}", (browser, system))
        }
        _ if stored == UNKNOWN => t("A device that does not say what it is").to_owned(),
        _ => stored.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{called, known_as, name};

    #[test]
    fn a_device_is_stored_in_no_language() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
        assert_eq!(known_as(firefox), "Firefox on Linux");
        for stored in ["Firefox on Linux", "Firefox unter Linux", "curl/8.5", "Notes on Paper"] {
            assert_eq!(called(stored), stored);
        }
    }

    #[test]
    fn a_device_is_called_as_people_do() {
        for (agent, called) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0",
                "Edge on Windows",
            ),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox on Windows"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1", "Safari on iPhone"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) CriOS/126.0 Safari/604.1", "Chrome on iPhone"),
            ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Safari/537.36", "Chrome on Android"),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.5 Safari/605.1.15", "Safari on macOS"),
            ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Chrome/126.0 Safari/537.36", "Chrome on ChromeOS"),
            ("curl/8.5", "curl/8.5"),
            ("", "A device that does not say what it is"),
        ] {
            assert_eq!(name(agent), called);
        }
    }
}
