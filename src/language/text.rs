//! The one way by which texts come onto pages.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{LazyLock, Mutex};

use askama::filters::{Html, Safe};

use crate::language::{Language, catalogue, current, formats};

/// A text in the language of the page; `key` is the English one.
pub fn t(key: &'static str) -> &'static str {
    match current() {
        Language::English => key,
        Language::Pseudo => pseudo(key),
        language => catalogue::of(language).and_then(|catalogue| catalogue.text(key)).unwrap_or(key),
    }
}

/// Marks a text that is translated where it is shown, by [`t`].
pub const fn key(text: &'static str) -> &'static str {
    text
}

/// A text with values put in. The values are given in the order in which the English text names them in braces;
/// translations may have them in another.
pub fn tf(key: &'static str, values: impl Values) -> String {
    fill(t(key), key, &values.texts())
}

/// What stands before and behind the second value of a text, which has an element of its own.
pub fn around(key: &'static str, first: &str) -> (String, String) {
    const MARK: &str = "\u{1}";
    let text = tf(key, (first, MARK));
    text.split_once(MARK).map(|(before, after)| (before.to_owned(), after.to_owned())).unwrap_or_default()
}

/// A text about a number, in the form that the number takes; `{n}` is the number.
pub fn tn(number: impl TryInto<i64>, one: &'static str, many: &'static str) -> String {
    tnf(number, one, many, ())
}

/// As [`tn`], with further values.
pub fn tnf(number: impl TryInto<i64>, one: &'static str, many: &'static str, values: impl Values) -> String {
    let number = number.try_into().unwrap_or(i64::MAX);
    let english = if number == 1 { one } else { many };
    let text = match current() {
        Language::English => english,
        Language::Pseudo => pseudo(english),
        language => {
            let category = formats::plural(number);
            catalogue::of(language).and_then(|catalogue| catalogue.plural(language, one, category)).unwrap_or(english)
        }
    };
    let mut all = vec![Cow::Owned(formats::number(number))];
    all.extend(values.texts());
    // The number comes first among the values, wherever it stands in the text.
    let names: Vec<&str> = std::iter::once("n").chain(names(many).filter(|name| *name != "n")).collect();
    put(text, &names, &all)
}

/// `1 connection`, `2 connections`.
pub fn connections(number: impl TryInto<i64>) -> String {
    tn(number, "{n} connection", "{n} connections")
}

/// `1 mutual connection`, `2 mutual connections`.
pub fn mutual_connections(number: impl TryInto<i64>) -> String {
    tn(number, "{n} mutual connection", "{n} mutual connections")
}

/// A text with a link: what stands in brackets leads to `href`.
pub fn linked(key: &'static str, href: &str) -> Safe<String> {
    let escape =
        |text: &str| askama::filters::escape(text, Html).map_or_else(|_| String::new(), |text| text.to_string());
    let text = t(key);
    let (before, rest) = text.split_once('[').unwrap_or((text, "]"));
    let (label, after) = rest.split_once(']').unwrap_or((rest, ""));
    let (before, label, after, href) = (escape(before), escape(label), escape(after), escape(href));
    Safe(format!("{before}<a href=\"{href}\">{label}</a>{after}"))
}

/// Values to put into a text.
pub trait Values {
    /// Each as it is to be read.
    fn texts(&self) -> Vec<Cow<'_, str>>;
}

impl Values for () {
    fn texts(&self) -> Vec<Cow<'_, str>> {
        Vec::new()
    }
}

impl<T: AsRef<str> + ?Sized> Values for &T {
    fn texts(&self) -> Vec<Cow<'_, str>> {
        vec![Cow::Borrowed(self.as_ref())]
    }
}

impl Values for String {
    fn texts(&self) -> Vec<Cow<'_, str>> {
        vec![Cow::Borrowed(self)]
    }
}

impl<A: AsRef<str> + ?Sized, B: AsRef<str> + ?Sized> Values for (&A, &B) {
    fn texts(&self) -> Vec<Cow<'_, str>> {
        vec![Cow::Borrowed(self.0.as_ref()), Cow::Borrowed(self.1.as_ref())]
    }
}

impl<A: AsRef<str> + ?Sized, B: AsRef<str> + ?Sized, C: AsRef<str> + ?Sized> Values for (&A, &B, &C) {
    fn texts(&self) -> Vec<Cow<'_, str>> {
        vec![Cow::Borrowed(self.0.as_ref()), Cow::Borrowed(self.1.as_ref()), Cow::Borrowed(self.2.as_ref())]
    }
}

fn fill(text: &str, key: &str, values: &[Cow<'_, str>]) -> String {
    put(text, &names(key).collect::<Vec<_>>(), values)
}

/// Puts each value where its name stands in braces.
fn put(text: &str, names: &[&str], values: &[Cow<'_, str>]) -> String {
    let mut out = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some((before, name, after)) = next_name(rest) {
        out.push_str(before);
        if let Some(value) = names.iter().position(|other| *other == name).and_then(|at| values.get(at)) {
            // What is written from left to right within a text from right to left keeps to itself (UAX 9, isolates).
            if current() == Language::Arabic {
                let _ = write!(out, "\u{2068}{value}\u{2069}");
            } else {
                out.push_str(value);
            }
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The names in braces, each once, in order.
pub(super) fn names(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    let mut seen = Vec::new();
    std::iter::from_fn(move || {
        loop {
            let (_, name, after) = next_name(rest)?;
            rest = after;
            if !seen.contains(&name) {
                seen.push(name);
                return Some(name);
            }
        }
    })
}

fn next_name(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

static PSEUDO: LazyLock<Mutex<HashMap<&'static str, &'static str>>> = LazyLock::new(Mutex::default);

/// The text in letters that nothing else on a page has; made once each.
fn pseudo(key: &'static str) -> &'static str {
    let Ok(mut made) = PSEUDO.lock() else { return key };
    made.entry(key).or_insert_with(|| String::leak(wide(key)))
}

/// Latin letters as wide ones, but for the names in braces.
pub(super) fn wide(text: &str) -> String {
    let mut named = false;
    let wide = |letter: char| {
        named = (named || letter == '{') && letter != '}';
        match letter {
            'A'..='Z' | 'a'..='z' if !named => char::from_u32(letter as u32 + 0xFEE0).unwrap_or(letter),
            _ => letter,
        }
    };
    text.chars().map(wide).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_where_the_text_names_them() {
        assert_eq!(tf("You and {name} are connected.", "Ana"), "You and Ana are connected.");
        assert_eq!(tf("{first} before {second}", (&"a", &"b")), "a before b");
        assert_eq!(fill("{second} nach {first}", "{first} before {second}", &["a".into(), "b".into()]), "b nach a");
        assert_eq!(tn(1, "{n} connection", "{n} connections"), "1 connection");
        assert_eq!(tn(30_000, "{n} connection", "{n} connections"), "30,000 connections");
        let both = tnf(2, "{n} mutual connection with {name}", "{n} mutual connections with {name}", "Ana");
        assert_eq!(both, "2 mutual connections with Ana");
        // What members wrote is never read as a text of ours.
        assert_eq!(tf("You and {name} are connected.", "{name}"), "You and {name} are connected.");
    }

    #[test]
    fn a_link_in_a_text_is_escaped() {
        assert_eq!(linked("a [b] & c", "/x?y\"z").0, "a <a href=\"/x?y&#34;z\">b</a> &#38; c");
    }
}
