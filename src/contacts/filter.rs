//! Which contacts a list shows, in which order: as a query says it, a form sends it, and people read it. An export takes the
//! same query.

use crate::connections::notes;
use crate::contacts::source::{SOURCES, Source};
use crate::language::{t, tf};
use crate::web::form::Form;
use crate::web::pagination::Cursor;

/// The order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// The newest contact first.
    #[default]
    Recent,
    /// By first name.
    First,
    /// By last name.
    Last,
    /// By company; whoever has none comes last.
    Company,
}

impl Sort {
    /// All of them.
    pub const ALL: [Sort; 4] = [Sort::Recent, Sort::First, Sort::Last, Sort::Company];

    /// The value in the query.
    pub fn word(self) -> &'static str {
        match self {
            Sort::Recent => "recent",
            Sort::First => "first_name",
            Sort::Last => "last_name",
            Sort::Company => "company",
        }
    }

    fn of(word: &str) -> Sort {
        let all = [Sort::First, Sort::Last, Sort::Company];
        all.into_iter().find(|sort| sort.word() == word).unwrap_or_default()
    }

    /// The cursor behind the last row.
    pub(super) fn end(self) -> Cursor {
        match self {
            Sort::Recent => Cursor::oldest(),
            _ => Cursor::last_name(),
        }
    }
}

/// Whether contacts are members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Membership {
    /// *Not a member*, as far as the one who looks may know.
    NotAMember,
    /// *Member, not connected*.
    NotConnected,
}

impl Membership {
    /// The value in the query.
    pub fn word(self) -> &'static str {
        match self {
            Membership::NotAMember => "not_a_member",
            Membership::NotConnected => "not_connected",
        }
    }

    /// The choice in words.
    pub fn name(self) -> &'static str {
        match self {
            Membership::NotAMember => t("Not a member"),
            Membership::NotConnected => t("Member, not connected"),
        }
    }

    /// Every choice, in order.
    pub fn all() -> [Membership; 2] {
        [Membership::NotAMember, Membership::NotConnected]
    }

    fn of(word: &str) -> Option<Membership> {
        Membership::all().into_iter().find(|one| one.word() == word)
    }
}

/// What a field chooses of the choices that it has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Choice<T> {
    /// Whichever.
    #[default]
    Any,
    /// This one.
    One(T),
    /// None of them, as it was written: nobody matches, since everybody would be too many for whoever selects all that match.
    Unknown(String),
}

impl<T: Copy + PartialEq> Choice<T> {
    fn of(written: String, known: fn(&str) -> Option<T>) -> Choice<T> {
        match known(&written) {
            Some(one) => Choice::One(one),
            None if written.is_empty() => Choice::Any,
            None => Choice::Unknown(written),
        }
    }

    /// Whether it is this one.
    pub fn is(&self, one: &T) -> bool {
        matches!(self, Choice::One(chosen) if chosen == one)
    }

    /// What was written that is none of the choices.
    pub fn unknown(&self) -> Option<&str> {
        match self {
            Choice::Unknown(written) => Some(written),
            _ => None,
        }
    }

    /// The value in the query.
    fn word(&self, word: fn(T) -> &'static str) -> &str {
        match self {
            Choice::Any => "",
            Choice::One(one) => word(*one),
            Choice::Unknown(written) => written,
        }
    }
}

/// Which contacts, in which order.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Words of a name, company, position, e-mail address, phone number or tag.
    pub q: String,
    /// A tag.
    pub tag: String,
    /// Words of the company.
    pub company: String,
    /// Where they came from.
    pub source: Choice<Source>,
    /// Whether they are members.
    pub membership: Choice<Membership>,
    /// The order.
    pub sort: Sort,
}

impl Filter {
    /// Reads a query or a form.
    pub fn of(form: &Form) -> Filter {
        let text = |name: &str| form.get(name).trim().chars().take(200).collect::<String>();
        Filter {
            q: text("q"),
            tag: text("tag"),
            company: text("company"),
            source: Choice::of(text("source"), Source::of),
            membership: Choice::of(text("membership"), Membership::of),
            sort: Sort::of(form.get("sort")),
        }
    }

    /// The filter with its tag as it is spelled among these, if it is one of them.
    pub fn spelled(self, known: &[String]) -> Filter {
        let tag = notes::spelled(known, &self.tag).unwrap_or(&self.tag).clone();
        Filter { tag, ..self }
    }

    /// Whether anything is left out.
    pub fn narrows(&self) -> bool {
        !self.q.is_empty() || self.folded_in_use()
    }

    /// Whether any of the filters that fold away is in use.
    pub fn folded_in_use(&self) -> bool {
        self.fields().iter().any(|(name, value)| !matches!(*name, "q" | "sort") && !value.is_empty())
    }

    /// Says which of the filters that fold away are in use.
    pub fn in_words(&self) -> String {
        let mut words: Vec<String> = [(t("Tag"), &self.tag), (t("Company"), &self.company)]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(label, value)| tf("{filter}: {value}", (label, value.as_str())))
            .collect();
        let source = |name: &str| tf("{filter}: {value}", (t("Source"), name));
        match &self.source {
            Choice::Any => {}
            Choice::One(one) => words.push(source(one.name())),
            Choice::Unknown(written) => words.push(source(written)),
        }
        match &self.membership {
            Choice::Any => {}
            Choice::One(one) => words.push(one.name().to_owned()),
            Choice::Unknown(written) => words.push(tf("{filter}: {value}", (t("Membership"), written.as_str()))),
        }
        words.join(" · ")
    }

    /// The sources, for the field.
    pub fn sources() -> [Source; 8] {
        SOURCES
    }

    /// The filter as the query of a link, with one value set.
    pub fn with(&self, name: &str, value: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (field, text) in self.fields() {
            let text = if field == name { value } else { text };
            if !text.is_empty() {
                query.append_pair(field, text);
            }
        }
        query.finish()
    }

    /// The same filter in another order, as a query that is never empty.
    pub fn sorted(&self, sort: Sort) -> String {
        Filter { sort, ..self.clone() }.prefix() + "page=1"
    }

    /// The filter as the beginning of a query, to which a page is added.
    pub fn prefix(&self) -> String {
        let query = self.with("", "");
        if query.is_empty() { query } else { query + "&" }
    }

    /// The fields, as hidden inputs repeat them.
    pub fn fields(&self) -> [(&'static str, &str); 6] {
        [
            ("q", &self.q),
            ("tag", &self.tag),
            ("company", &self.company),
            ("source", self.source.word(Source::word)),
            ("membership", self.membership.word(Membership::word)),
            ("sort", if self.sort == Sort::Recent { "" } else { self.sort.word() }),
        ]
    }
}

/// The orders, for the links above a list.
pub(super) fn sorts() -> [(Sort, &'static str); 4] {
    [
        (Sort::Recent, t("Recent")),
        (Sort::First, t("First name")),
        (Sort::Last, t("Last name")),
        (Sort::Company, t("Company")),
    ]
}
