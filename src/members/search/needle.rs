//! What a filter looks for in the column `folded`, where many of its texts are kept and searched in memory: the same as the
//! patterns of [`in_folded`](super::in_folded) and its like find in the database.

use crate::members::search::{line, whole};
use crate::text::spellings;

/// Lines of the column.
const COMPANY: usize = 1;
const LOCATION: usize = 2;

/// What a text must have to be found.
#[derive(Debug, Clone)]
pub struct Needle {
    /// Each way to spell it.
    each: Vec<String>,
    /// The line it must stand on; any where there is none.
    line: Option<usize>,
    /// Whether it must be all of the line.
    is_whole: bool,
}

impl Needle {
    /// A word anywhere.
    pub fn word(typed: &str) -> Needle {
        Needle { each: spellings(typed), line: None, is_whole: false }
    }

    /// A part of the company, or all of it where that stands in quotation marks.
    pub fn company(typed: &str) -> Needle {
        Needle::on_line(typed, COMPANY)
    }

    /// A part of the location, or all of it where that stands in quotation marks.
    pub fn location(typed: &str) -> Needle {
        Needle::on_line(typed, LOCATION)
    }

    fn on_line(typed: &str, at: usize) -> Needle {
        match whole(typed) {
            Some(whole) => Needle { each: vec![line(whole)], line: Some(at), is_whole: true },
            None => Needle { each: spellings(typed), line: Some(at), is_whole: false },
        }
    }

    /// Each way to spell it: whoever is found has one of them.
    pub fn each(&self) -> impl Iterator<Item = &str> {
        self.each.iter().map(String::as_str)
    }

    /// Whether it may stand anywhere in a text.
    pub fn is_anywhere(&self) -> bool {
        self.line.is_none()
    }

    /// Whether a text of the column has it.
    pub fn is_in(&self, folded: &str) -> bool {
        let text = self.line.map_or(folded, |at| folded.split('\n').nth(at).unwrap_or(""));
        self.each().any(|spelling| if self.is_whole { text == spelling } else { text.contains(spelling) })
    }
}

#[cfg(test)]
mod tests {
    use super::Needle;
    use crate::members::search::folded;

    #[test]
    fn each_line_is_searched_for_itself() {
        let ada = folded(["Ada Müller", "Builder at Acme", "Acme Labs", "Graz, Austria"]);
        assert!(Needle::word("mueller").is_in(&ada) && Needle::word("GRAZ").is_in(&ada));
        assert!(Needle::company("acme").is_in(&ada) && !Needle::company("builder").is_in(&ada));
        assert!(Needle::company("\"acme labs\"").is_in(&ada) && !Needle::company("\"acme\"").is_in(&ada));
        assert!(Needle::location("austria").is_in(&ada) && !Needle::location("labs").is_in(&ada));
        assert!(!Needle::location("\"austria\"").is_in(&ada));
    }
}
