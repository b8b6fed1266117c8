//! The lines of a card, as far as a filter and a client that wants a part of it need them.

/// A property of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its name in capital letters, without a group.
    pub name: String,
    /// Its parameters, their names in capital letters.
    pub parameters: Vec<(String, String)>,
    /// Its value, without escapes.
    pub value: String,
}

/// Reads the lines of a card; folded ones are one.
pub fn lines(card: &str) -> Vec<Line> {
    let unfolded = card.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "");
    unfolded.lines().filter_map(line).collect()
}

fn line(text: &str) -> Option<Line> {
    let (head, value) = split_head(text)?;
    let mut parts = head.split(';');
    let name = parts.next()?.rsplit('.').next()?.trim().to_ascii_uppercase();
    let parameter = |part: &str| match part.split_once('=') {
        Some((name, value)) => (name.to_ascii_uppercase(), value.trim_matches('"').to_owned()),
        None => ("TYPE".to_owned(), part.to_owned()),
    };
    Some(Line { name, parameters: parts.map(parameter).collect(), value: unescaped(value) })
}

/// Splits a line at its first colon that is not within quotation marks.
fn split_head(text: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let colon = text.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        *c == ':' && !quoted
    });
    colon.map(|(at, _)| (&text[..at], &text[at + 1..]))
}

fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut letters = value.chars();
    while let Some(c) = letters.next() {
        match c {
            '\\' => match letters.next() {
                Some('n' | 'N') => text.push('\n'),
                Some(other) => text.push(other),
                None => text.push('\\'),
            },
            c => text.push(c),
        }
    }
    text
}

/// Returns a card with no other properties than these, and what makes it one.
pub fn part(card: &str, names: &[String]) -> String {
    let mut is_kept = false;
    let is_of = |line: &str| {
        let name = line.split([':', ';']).next().unwrap_or_default();
        let name = name.rsplit('.').next().unwrap_or_default().to_ascii_uppercase();
        matches!(&*name, "BEGIN" | "VERSION" | "END") || names.contains(&name)
    };
    let kept = card.split_inclusive('\n').filter(|line| {
        is_kept = if line.starts_with([' ', '\t']) { is_kept } else { is_of(line) };
        is_kept
    });
    kept.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_card_is_a_card() {
        let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nNOTE:a\r\n b\r\nitem1.TEL:1\r\n 2\r\nFN:Ada\r\nEND:VCARD\r\n";
        let part = part(card, &["TEL".to_owned(), "FN".to_owned()]);
        assert_eq!(part, "BEGIN:VCARD\r\nVERSION:3.0\r\nitem1.TEL:1\r\n 2\r\nFN:Ada\r\nEND:VCARD\r\n");
    }
}
