//! Which connections a list shows, in which order: as a query says it, a form sends it, and people read it.

use crate::connections::notes;
use crate::dates;
use crate::language::{t, tf};
use crate::members::search::needle::Needle;
use crate::web::form::{Form, Problems};
use crate::web::pagination::Cursor;

/// The order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Sort {
    /// The newest connection first.
    #[default]
    Recent,
    /// By first name.
    First,
    /// By last name.
    Last,
    /// The oldest connection first.
    Oldest,
    /// By company; whoever names none comes last.
    Company,
}

impl Sort {
    /// All of them.
    pub const ALL: [Sort; 5] = [Sort::Recent, Sort::First, Sort::Last, Sort::Oldest, Sort::Company];

    /// The value in the query.
    pub fn word(self) -> &'static str {
        match self {
            Sort::Recent => "recent",
            Sort::First => "first_name",
            Sort::Last => "last_name",
            Sort::Oldest => "longest_ago",
            Sort::Company => "company",
        }
    }

    /// The cursor behind the last row.
    pub(super) fn end(self) -> Cursor {
        match self {
            Sort::Recent => Cursor::oldest(),
            Sort::Oldest => Cursor { key: i64::MAX.to_string(), id: i64::MAX },
            Sort::First | Sort::Last => Cursor::last_name(),
            Sort::Company => Cursor { key: String::new(), id: i64::MAX },
        }
    }

    fn of(word: &str) -> Sort {
        match word {
            "first_name" => Sort::First,
            "last_name" => Sort::Last,
            "longest_ago" => Sort::Oldest,
            "company" => Sort::Company,
            _ => Sort::Recent,
        }
    }
}

/// Which connections, in which order.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Words of a name, headline, company or location.
    pub q: String,
    /// A tag.
    pub tag: String,
    /// A part of the company's name; in quotation marks, the whole of it.
    pub company: String,
    /// A part of the location; in quotation marks, the whole of it.
    pub location: String,
    /// Connected on this day or later, `YYYY-MM-DD`; what is no day is kept as it was typed, and matches nobody.
    pub connected_after: String,
    /// Connected before this day, `YYYY-MM-DD`.
    pub connected_before: String,
    /// No message was exchanged on this day or later, `YYYY-MM-DD`.
    pub no_message_since: String,
    /// No message was exchanged at all.
    pub never_exchanged_a_word: bool,
    /// The order.
    pub sort: Sort,
}

/// A filter in use.
#[derive(Debug)]
pub struct Chip {
    /// What it says.
    pub text: String,
    /// The query of the list without it; never empty.
    pub query: String,
}

impl Filter {
    /// Reads a query or a form.
    pub fn of(form: &Form) -> Filter {
        let text = |name: &str| form.get(name).trim().chars().take(200).collect::<String>();
        Filter {
            q: text("q"),
            tag: text("tag"),
            company: text("company"),
            location: text("location"),
            connected_after: text("connected_after"),
            connected_before: text("connected_before"),
            no_message_since: text("no_message_since"),
            never_exchanged_a_word: form.is_checked("never_exchanged_a_word"),
            sort: Sort::of(form.get("sort")),
        }
    }

    /// The filter with its tag as it is spelled among these, if it is one of them.
    pub fn spelled(self, known: &[String]) -> Filter {
        let tag = notes::spelled(known, &self.tag).unwrap_or(&self.tag).clone();
        Filter { tag, ..self }
    }

    /// What is wrong with it: days that are none.
    pub fn problems(&self) -> Problems {
        let days = [
            ("connected_after", &self.connected_after),
            ("connected_before", &self.connected_before),
            ("no_message_since", &self.no_message_since),
        ];
        let mut problems = Problems::default();
        for (field, _) in days.into_iter().filter(|(_, day)| !day.is_empty() && dates::parse(day).is_none()) {
            problems.add(field, t("Write the day like 2024-03-12."));
        }
        problems
    }

    /// What is wrong with one of its fields; empty where nothing is.
    pub fn problem(&self, field: &str) -> String {
        self.problems().of(field).to_owned()
    }

    /// Whether anything is left out.
    pub fn narrows(&self) -> bool {
        !self.q.is_empty() || self.folded_in_use()
    }

    /// What is looked for in the texts of members.
    pub(super) fn needles(&self) -> Vec<Needle> {
        let company = Some(&self.company).filter(|company| !company.is_empty());
        let location = Some(&self.location).filter(|location| !location.is_empty());
        let words = self.q.split_whitespace().map(Needle::word);
        words
            .chain(company.map(|text| Needle::company(text)))
            .chain(location.map(|text| Needle::location(text)))
            .collect()
    }

    /// Whether it matters what was written to whom.
    pub(super) fn asks_for_messages(&self) -> bool {
        !self.no_message_since.is_empty() || self.never_exchanged_a_word
    }

    /// Whether any of the filters that fold away is in use.
    pub fn folded_in_use(&self) -> bool {
        self.fields().iter().any(|(name, value)| !matches!(*name, "q" | "sort") && !value.is_empty())
    }

    /// Says which of the filters that fold away are in use.
    pub fn in_words(&self) -> String {
        self.chips().into_iter().map(|chip| chip.text).collect::<Vec<_>>().join(" · ")
    }

    /// Returns each of the filters that fold away and are in use, with the query that takes it away.
    pub fn chips(&self) -> Vec<Chip> {
        let valued = |label: &str, value: &str| tf("{filter}: {value}", (label, value));
        let day =
            |label: &str, iso: &str| valued(label, &dates::parse(iso).map_or_else(|| iso.to_owned(), dates::long));
        let mut chips = Vec::new();
        let mut add = |text: String, without: Filter| chips.push(Chip { text, query: without.prefix() + "page=1" });
        for (label, name, value) in [
            (t("Tag"), "tag", &self.tag),
            (t("Company"), "company", &self.company),
            (t("Location"), "location", &self.location),
        ] {
            if !value.is_empty() {
                add(valued(label, value), self.without(name));
            }
        }
        match self.years() {
            Some(years) => add(years, self.undated()),
            None => {
                for (label, name, value) in [
                    (t("Connected after"), "connected_after", &self.connected_after),
                    (t("Connected before"), "connected_before", &self.connected_before),
                ] {
                    if !value.is_empty() {
                        add(day(label, value), self.without(name));
                    }
                }
            }
        }
        if !self.no_message_since.is_empty() {
            add(day(t("No message since"), &self.no_message_since), self.without("no_message_since"));
        }
        if self.never_exchanged_a_word {
            add(t("Never exchanged a word").to_owned(), self.without("never_exchanged_a_word"));
        }
        chips
    }

    /// The days asked for as years, where they are whole ones: `2012` or `2012–2015`.
    fn years(&self) -> Option<String> {
        let year = |iso: &str| iso.strip_suffix("-01-01")?.parse::<i32>().ok();
        let (first, last) = (year(&self.connected_after)?, year(&self.connected_before)? - 1);
        (first <= last).then(|| if first == last { first.to_string() } else { format!("{first}–{last}") })
    }

    fn without(&self, name: &str) -> Filter {
        let mut filter = self.clone();
        match name {
            "tag" => filter.tag.clear(),
            "company" => filter.company.clear(),
            "location" => filter.location.clear(),
            "connected_after" => filter.connected_after.clear(),
            "connected_before" => filter.connected_before.clear(),
            "no_message_since" => filter.no_message_since.clear(),
            _ => filter.never_exchanged_a_word = false,
        }
        filter
    }

    /// Whether days are asked for.
    pub fn dated(&self) -> bool {
        !self.connected_after.is_empty() || !self.connected_before.is_empty()
    }

    /// The filter without the days.
    pub fn undated(&self) -> Filter {
        Filter { connected_after: String::new(), connected_before: String::new(), ..self.clone() }
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
    pub fn fields(&self) -> [(&'static str, &str); 9] {
        [
            ("q", &self.q),
            ("tag", &self.tag),
            ("company", &self.company),
            ("location", &self.location),
            ("connected_after", &self.connected_after),
            ("connected_before", &self.connected_before),
            ("no_message_since", &self.no_message_since),
            ("never_exchanged_a_word", if self.never_exchanged_a_word { "1" } else { "" }),
            ("sort", if self.sort == Sort::Recent { "" } else { self.sort.word() }),
        ]
    }
}
