//! Which language a browser asks for, and which a member has chosen.

use std::cmp::Reverse;

use actix_web::dev::ServiceRequest;
use actix_web::http::header::ACCEPT_LANGUAGE;

use crate::language::Language;

/// Stands before the language in which a member last used the site, where they have chosen none: `browser:de`. No browser is
/// there when a letter is written to them.
const BY_BROWSER: &str = "browser:";

/// Returns what is stored of a member who has chosen no language and uses the site in this one.
pub fn by_browser(language: Language) -> String {
    format!("{BY_BROWSER}{}", language.tag())
}

/// Returns the tag that a member has chosen, of what is stored; empty for none.
pub fn chosen(stored: String) -> String {
    if stored.starts_with(BY_BROWSER) { String::new() } else { stored }
}

/// Returns the tag of the language that letters to a member are in, of what is stored: the one that they have chosen, else the
/// one in which they last used the site; empty where neither is known.
pub fn of_letters(stored: &str) -> &str {
    stored.strip_prefix(BY_BROWSER).unwrap_or(stored)
}

/// Returns the language of this site that the browser likes best, by the weights of RFC 9110, section 12.5.4.
pub fn asked_for(request: &ServiceRequest) -> Option<Language> {
    let lines = request.headers().get_all(ACCEPT_LANGUAGE).filter_map(|line| line.to_str().ok());
    let mut ranges: Vec<(&str, u16)> = lines.flat_map(|line| line.split(',')).filter_map(range).collect();
    let refused: Vec<Language> =
        ranges.iter().filter(|(_, weight)| *weight == 0).filter_map(|(tag, _)| Language::of(tag)).collect();
    ranges.retain(|(_, weight)| *weight > 0);
    // Of equal weights, the first that was named.
    ranges.sort_by_key(|(_, weight)| Reverse(*weight));
    ranges.iter().find_map(|(tag, _)| match *tag {
        "*" => Language::ALL.into_iter().find(|language| !refused.contains(language)),
        tag => Language::of(tag),
    })
}

/// Reads a language range and its weight in thousandths; nothing where it is written wrong.
fn range(text: &str) -> Option<(&str, u16)> {
    let (tag, weight) = match text.split_once(';') {
        Some((tag, parameter)) => {
            let (name, value) = parameter.split_once('=')?;
            (tag, name.trim().eq_ignore_ascii_case("q").then(|| thousandths(value.trim()))??)
        }
        None => (text, 1_000),
    };
    let tag = tag.trim();
    let legal = tag == "*" || tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (legal && !tag.is_empty()).then_some((tag, weight))
}

/// `0.5` as 500: from 0 to 1, with three digits at the most.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if !matches!(whole, "0" | "1") || part.len() > 3 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let weight = format!("{whole}{part:0<3}").parse().ok()?;
    (weight <= 1_000).then_some(weight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn what_a_browser_asks_for_is_no_choice() {
        let stored = by_browser(Language::Arabic);
        assert_eq!((Language::of(&stored), of_letters(&stored), chosen(stored.clone()).as_str()), (None, "ar", ""));
        assert_eq!((of_letters("de"), chosen("de".into()).as_str(), of_letters("")), ("de", "de", ""));
    }

    #[test]
    fn the_best_of_the_browsers_languages_that_is_here_is_taken() {
        let asked = |header: &str| {
            asked_for(&TestRequest::default().insert_header(("Accept-Language", header)).to_srv_request())
        };
        assert_eq!(asked("de-AT,de;q=0.9,en;q=0.5"), Some(Language::German));
        assert_eq!(asked("nl, fr-CA;q=0.4, es;q=0.6"), Some(Language::Spanish));
        assert_eq!(asked("ar"), Some(Language::Arabic));
        assert_eq!(asked("nl"), None);
        assert_eq!(asked("what is this?"), None);
    }

    #[test]
    fn weights_are_read_as_rfc_9110_has_them() {
        let asked = |header: &str| {
            asked_for(&TestRequest::default().insert_header(("Accept-Language", header)).to_srv_request())
        };
        for (header, language) in [
            ("de;q=0", None),
            ("de;q=0.000, fr;q=0.1", Some(Language::French)),
            ("nl, *;q=0.1", Some(Language::English)),
            ("*, en;q=0", Some(Language::German)),
            ("*;q=0.2, es;q=0.8", Some(Language::Spanish)),
            ("fr ; Q=0.5 , de;q=0.51", Some(Language::German)),
            ("es;q=high, de;q=2, fr;q=0.1234, ar;q=1.001", None),
            ("es;q=1.000, de", Some(Language::Spanish)),
            (",, ;q=1, de;, fr", Some(Language::French)),
        ] {
            assert_eq!(asked(header), language, "{header}");
        }
    }
}
