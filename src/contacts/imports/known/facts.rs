//! What a card says of somebody, as numbers that are compared at once: whether one card says anything that another does not.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::contacts::card::Card;
use crate::contacts::keys::{email_key, phone_end, phone_key, profile_key};
use crate::text::caseless;

/// Rows that are looked at for one, so that many of one name do not cost the square.
pub(super) const LOOKED_AT: usize = 50;

/// What a card says, in order and each once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Facts(Vec<u64>);

impl Facts {
    /// Everything that a card says, the name with it.
    pub(super) fn of(name: &str, card: &Card) -> Facts {
        let mut all = Vec::new();
        let mut say = |what: &str, value: &str| {
            if !value.is_empty() {
                all.push(hash((name, what, value)));
            }
        };
        say("", "-");
        for (what, value) in [
            ("middle", &card.middle),
            ("prefix", &card.prefix),
            ("suffix", &card.suffix),
            ("nickname", &card.nickname),
            ("company", &card.company),
            ("department", &card.department),
            ("position", &card.position),
            ("note", &card.note),
        ] {
            say(what, &caseless(value));
        }
        card.emails.iter().for_each(|one| say("email", &email_key(&one.value).unwrap_or_else(|| caseless(&one.value))));
        for one in &card.phones {
            let key = phone_key(&one.value).unwrap_or_else(|| caseless(&one.value));
            say("phone", phone_end(&key).unwrap_or(&key));
        }
        card.links.iter().for_each(|one| say("link", &profile_key(&one.value).unwrap_or_else(|| caseless(&one.value))));
        card.addresses.iter().for_each(|one| say("address", &caseless(&one.on_a_line())));
        card.tags.iter().for_each(|tag| say("tag", &caseless(tag)));
        say("birthday", &card.birthday.map_or_else(String::new, |day| day.to_string()));
        say("connected", &card.connected_on.map_or_else(String::new, |day| day.to_string()));
        Facts::in_order(all)
    }

    /// The phone numbers of these keys, with and without their country's.
    pub(super) fn of_phones(keys: &[String]) -> Facts {
        Facts::in_order(keys.iter().map(|key| hash(phone_end(key).unwrap_or(key))).collect())
    }

    fn in_order(mut all: Vec<u64>) -> Facts {
        all.sort_unstable();
        all.dedup();
        Facts(all)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether everything that another says is said here, too.
    pub(super) fn hold(&self, other: &Facts) -> bool {
        other.0.iter().all(|fact| self.0.binary_search(fact).is_ok())
    }

    /// Whether something that another says is said here, too.
    pub(super) fn share(&self, other: &Facts) -> bool {
        other.0.iter().any(|fact| self.0.binary_search(fact).is_ok())
    }
}

fn hash(said: impl Hash) -> u64 {
    let mut hash = DefaultHasher::new();
    said.hash(&mut hash);
    hash.finish()
}

/// What the rows of a file have said so far, and of whom.
#[derive(Debug, Default)]
pub(super) struct Said {
    rows: Vec<(Facts, usize)>,
    /// The rows that say a fact.
    saying: HashMap<u64, Vec<usize>>,
    /// The first row that says just this, by what it says as one number.
    equal: HashMap<u64, usize>,
}

impl Said {
    /// Remembers what a row says of somebody.
    pub(super) fn add(&mut self, facts: Facts, person: usize) {
        let at = self.rows.len();
        facts.0.iter().for_each(|fact| self.saying.entry(*fact).or_default().push(at));
        self.equal.entry(hash(&facts)).or_insert(at);
        self.rows.push((facts, person));
    }

    /// Of whom a row has said just this.
    pub(super) fn equal(&self, facts: &Facts) -> Option<usize> {
        self.equal.get(&hash(facts)).and_then(|at| self.rows.get(*at)).map(|(_, person)| *person)
    }

    /// Those of whom a row has said all of this, and maybe more. They are looked for among the rows with what the fewest say.
    pub(super) fn holding(&self, facts: &Facts) -> impl Iterator<Item = usize> {
        let saying = facts.0.iter().map(|fact| self.saying.get(fact).map_or(&[][..], Vec::as_slice));
        let fewest = saying.min_by_key(|rows| rows.len()).unwrap_or_default();
        let rows = fewest.iter().take(LOOKED_AT).filter_map(|at| self.rows.get(*at));
        rows.filter(|(other, _)| other.hold(facts)).map(|(_, person)| *person)
    }
}
