//! What of an answer must not differ between those who are compared.

use crate::support::Visitor;

/// Status, headers and body.
pub type Answer = (u16, Vec<(String, String)>, String);
/// What was pressed, and its answer.
pub type Told = (String, u16, Vec<(String, String)>, String);

/// What of an answer must not differ: status, headers but the date and the session's own, and the body.
pub fn answer(visitor: &mut Visitor, path: &str) -> Answer {
    let page = visitor.get(path).page.clone();
    let innocent = ["date", "set-cookie", "x-request-id"];
    let mut headers: Vec<_> = page.headers.into_iter().filter(|(name, _)| !innocent.contains(&name.as_str())).collect();
    headers.sort();
    (page.status, headers, page.body)
}

/// An answer in which the viewer is called VIEWER and the other of the two OTHER, with whatever is made of their ids.
pub fn as_anybody(of: Answer, viewer: &Visitor, other: &Visitor) -> (u16, String) {
    let (status, _, body) = of;
    // A place among the time zones, in which a name of the test stands.
    let mut body = body.replace("Caracas", "");
    for (who, name) in [(viewer, "VIEWER"), (other, "OTHER")] {
        let first = who.name.split(' ').next().unwrap();
        let initials: String = who.name.split(' ').filter_map(|word| word.chars().next()).collect();
        for text in [&who.handle, &who.name, first, &who.id.to_string()] {
            body = body.replace(text, name);
        }
        body = without_word(&body, &initials, name);
    }
    (status, without_numbers(without_hues(body)))
}

/// What of an answer a member can see, without what is only the site's: ids, and the colours made of them.
pub fn seen(visitor: &Visitor) -> Answer {
    let page = visitor.page.clone();
    (page.status, headers(&page.headers), without_numbers(without_hues(page.body)))
}

/// The headers of an answer but the date, its own number and the length of what is compared itself, and of its cookies the sizes.
pub fn headers(of: &[(String, String)]) -> Vec<(String, String)> {
    let innocent = ["date", "content-length", "x-request-id"];
    let kept = of.iter().filter(|(name, _)| !innocent.contains(&name.as_str()));
    let mut headers: Vec<_> = kept
        .map(|(name, value)| match name.as_str() {
            // What is encrypted is random, and some of its letters are escaped.
            "set-cookie" => (name.clone(), (value.len() - 2 * value.matches('%').count()).to_string()),
            _ => (name.clone(), value.clone()),
        })
        .collect();
    headers.sort();
    headers
}

/// Ids and moments differ from world to world, as long as they are; what they are of does not.
pub fn without_numbers(body: String) -> String {
    let body = without_clock(without_moments(&body));
    let mut kept = String::with_capacity(body.len());
    let mut digits = String::new();
    for letter in body.chars().chain(['\n']) {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        kept.push_str(if digits.len() < 9 { &digits } else { "N" });
        digits.clear();
        kept.push(letter);
    }
    kept
}

/// The hour of `<time datetime="2026-11-26T08:30:00Z">` is taken out.
pub fn without_moments(body: &str) -> String {
    let mut parts = body.split("datetime=\"");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |kept, part| kept + "datetime=\"" + part.split_once('"').map_or(part, |(_, rest)| rest))
}

/// The time of day of a message, as in 08:30.
pub fn without_clock(body: String) -> String {
    let letters: Vec<char> = body.chars().collect();
    let is_digit = |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(char::is_ascii_digit);
    let is_clock = |at: Option<usize>| {
        let Some(at) = at.filter(|at| letters.get(*at) == Some(&':')) else { return false };
        is_digit(at.checked_sub(1)) && is_digit(Some(at + 1)) && is_digit(Some(at + 2))
    };
    let near = |at: usize| [at.checked_sub(2), at.checked_sub(1), Some(at + 1), Some(at + 2)].into_iter().any(is_clock);
    let shown = |at: usize| if is_digit(Some(at)) && near(at) { 'T' } else { letters[at] };
    (0..letters.len()).map(shown).collect()
}

/// Puts a name in the place of initials, where they are no part of a word.
pub fn without_word(body: &str, initials: &str, name: &str) -> String {
    let mut out = String::new();
    let mut rest = body;
    while let Some(at) = rest.find(initials) {
        let (before, after) = (&rest[..at], &rest[at + initials.len()..]);
        let is_part = before.ends_with(char::is_alphanumeric) || after.starts_with(char::is_alphanumeric);
        out += before;
        out += if is_part { initials } else { name };
        rest = after;
    }
    out + rest
}

pub fn without_hues(body: String) -> String {
    let mut body = without_address(&body);
    for hue in 0..8 {
        body = body.replace(&format!("hue-{hue}"), "hue");
    }
    body
}

/// Each world has a site of its own, whose address stands on profiles: in a field, and as a picture of one's own.
pub fn without_address(body: &str) -> String {
    let mut parts = body.split("http://127.0.0.1:");
    let mut kept = parts.next().unwrap().to_owned();
    for part in parts {
        kept += "http://site";
        kept += part.trim_start_matches(|letter: char| letter.is_ascii_digit());
    }
    match kept.split_once("<svg class=\"qr\"") {
        Some((before, rest)) => format!("{before}{}", rest.split_once("</svg>").unwrap().1),
        None => kept,
    }
}
