//! What an address of the directory asks for.

use crate::members::directory::Facets;
use crate::web::form::Form;

/// Letters of what is searched for.
const LONGEST: usize = 200;

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// People one may know.
    MayKnow,
    /// The newest members.
    Newest,
    /// Everybody, by last name.
    Everybody,
    /// Those who have the words.
    Found,
}

/// Which degree alone is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Degrees {
    /// Any.
    Any,
    /// One's connections.
    First,
    /// Their circle.
    Second,
}

impl Degrees {
    /// As addresses have it.
    pub fn word(self) -> &'static str {
        match self {
            Degrees::Any => "",
            Degrees::First => "1",
            Degrees::Second => "2",
        }
    }
}

/// What an address of the directory asks for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The words; empty where none are looked for.
    pub q: String,
    /// Which list.
    pub view: View,
    /// Which degree.
    pub degree: Degrees,
    /// What narrows the list besides.
    pub facets: Facets,
}

impl Asked {
    /// Reads a query. What narrows a list narrows everybody, where no other list is asked for.
    pub fn of(query: &Form) -> Asked {
        let text = |name| query.get(name).trim().chars().take(LONGEST).collect::<String>();
        let facets = Facets { letter: text("letter"), company: text("company"), location: text("location") };
        let degree = match query.get("degree") {
            "1" => Degrees::First,
            "2" => Degrees::Second,
            _ => Degrees::Any,
        };
        let q = text("q");
        let view = match query.get("view") {
            _ if !q.is_empty() => View::Found,
            "newest" => View::Newest,
            "all" => View::Everybody,
            _ if facets.narrow() || degree != Degrees::Any => View::Everybody,
            _ => View::MayKnow,
        };
        Asked { q, view, degree, facets }
    }

    /// The query that asks for the same, but for one value; empty takes it away.
    pub fn with(&self, name: &str, value: &str) -> String {
        let view = if self.view == View::Found { "" } else { "all" };
        let all = [
            ("view", view),
            ("q", &self.q),
            ("degree", self.degree.word()),
            ("letter", &self.facets.letter),
            ("company", &self.facets.company),
            ("location", &self.facets.location),
        ];
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (own, kept) in all {
            let value = if own == name { value } else { kept };
            if !value.is_empty() {
                query.append_pair(own, value);
            }
        }
        query.finish()
    }

    /// What stands before the part of a query that says which page.
    pub fn prefix(&self) -> String {
        match self.view {
            View::Newest => "view=newest&".to_owned(),
            _ => self.with("", "") + "&",
        }
    }

    /// Whether anything narrows the list beside the words.
    pub fn narrows(&self) -> bool {
        self.facets.narrow() || self.degree != Degrees::Any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str) -> Asked {
        Asked::of(&Form::parse(query.as_bytes()).unwrap())
    }

    #[test]
    fn a_link_changes_one_value_and_keeps_the_rest() {
        let lists = asked("company=Acme+%26+Co&degree=2&letter=L&page=3");
        assert_eq!(lists.view, View::Everybody);
        assert_eq!(lists.with("letter", ""), "view=all&degree=2&company=Acme+%26+Co");
        assert_eq!(lists.with("location", "Graz"), "view=all&degree=2&letter=L&company=Acme+%26+Co&location=Graz");
        assert_eq!(asked("q=ada&view=newest").with("degree", "1"), "q=ada&degree=1");
        assert_eq!(asked("").view, View::MayKnow);
    }
}
