//! By what two contacts are one and the same person, each key in one way of writing.

use std::collections::BTreeSet;

use crate::accounts::email;
use crate::contacts::card::Card;
use crate::contacts::import::linkedin;
use crate::db::numbered;
use crate::members::search::words::in_order;
use crate::text::fold;

/// Digits of the shortest phone number that tells one from another.
const SHORTEST_PHONE: usize = 6;
/// Digits at the end of a phone number that no country's number, and no nought in its place, changes.
pub(crate) const PHONE_END: usize = 8;
/// Characters of a key.
const LONGEST: usize = 600;
/// Sites on which the first part of an address names a person. LinkedIn has a rule of its own.
const PROFILES: [&str; 8] = [
    "facebook.com",
    "github.com",
    "gitlab.com",
    "instagram.com",
    "mastodon.social",
    "twitter.com",
    "x.com",
    "threads.net",
];

/// First parts of addresses there that name no one.
const NO_NAMES: [&str; 29] = [
    "about",
    "apps",
    "channel",
    "company",
    "events",
    "explore",
    "gaming",
    "groups",
    "hashtag",
    "home",
    "i",
    "intent",
    "login",
    "marketplace",
    "messages",
    "notifications",
    "orgs",
    "p",
    "pages",
    "people",
    "public",
    "search",
    "settings",
    "share",
    "sharer",
    "sponsors",
    "topics",
    "users",
    "watch",
];
/// The first part of a profile's address on LinkedIn and on sites like this one.
const OWN_KIND: &str = "in";

numbered! {
    /// What a key is of.
    pub enum KeyKind {
        /// An e-mail address.
        Email = 0,
        /// A phone number.
        Phone = 1,
        /// The address of a profile.
        Profile = 2,
        /// The name and the company together.
        NameAndCompany = 3,
        /// The name and the end of a phone number, which is the same with and without the country's.
        NameAndPhone = 4,
        /// Who was merged into the contact.
        Alias = 5,
    }
}

/// All by which two may be one person, the surest first.
pub const KEY_KINDS: [KeyKind; 5] =
    [KeyKind::Email, KeyKind::Phone, KeyKind::Profile, KeyKind::NameAndCompany, KeyKind::NameAndPhone];

/// A key by which a contact is known again.
pub type Key = (KeyKind, String);

/// Returns the keys of a card, each once.
pub fn keys(card: &Card) -> Vec<Key> {
    let emails = card.emails.iter().filter_map(|one| email_key(&one.value));
    let phones = card.phones.iter().filter_map(|one| phone_key(&one.value));
    let links = card.links.iter().filter_map(|one| profile_key(&one.value));
    let name = name_key(&card.name(), &card.company);
    let called = card.phones.iter().filter_map(|one| name_and_phone_key(&card.name(), &phone_key(&one.value)?));
    let all = emails.map(|key| (0, KeyKind::Email, key));
    let all = all.chain(phones.map(|key| (1, KeyKind::Phone, key)));
    let all = all.chain(links.map(|key| (2, KeyKind::Profile, key)));
    let all = all.chain(name.map(|key| (3, KeyKind::NameAndCompany, key)));
    let all = all.chain(called.map(|key| (4, KeyKind::NameAndPhone, key)));
    let all = all.chain(card.aliases.iter().map(|alias| (5, KeyKind::Alias, alias.key())));
    let mut seen = BTreeSet::new();
    let once = all.filter(|(number, _, key)| seen.insert((*number, key.clone())));
    once.map(|(_, kind, key)| (kind, key.chars().take(LONGEST).collect())).collect()
}

/// Returns the key of an e-mail address, as accounts have it.
pub fn email_key(written: &str) -> Option<String> {
    let key = email::key(written.trim());
    key.contains('@').then_some(key)
}

/// Returns a number as people write it, also where it is an address of its own: `tel:+49-30-1234;ext=5`.
pub(super) fn number_of(value: &str) -> String {
    let Some(rest) = value.get(..4).filter(|start| start.eq_ignore_ascii_case("tel:")).and_then(|_| value.get(4..))
    else {
        return value.to_owned();
    };
    match rest.split_once(";ext=") {
        Some((number, extension)) => format!("{number} ext. {extension}"),
        None => rest.split(';').next().unwrap_or_default().to_owned(),
    }
}

/// Returns the digits of a phone number, with the country's where it has them, and those of its extension behind an `x`:
/// a switchboard's number is no one's own.
pub fn phone_key(written: &str) -> Option<String> {
    let written = written.trim().trim_start_matches("tel:");
    let (number, extension) = parted(written);
    // In `+44 (0)20`, the nought is for those who dial without the country's number.
    let number = if number.starts_with('+') { number.replace("(0)", "") } else { number.to_owned() };
    let all = digits(&number);
    let number = all.strip_prefix("00").unwrap_or(&all);
    let extension = digits(extension);
    let key = if extension.is_empty() { number.to_owned() } else { format!("{number}x{extension}") };
    (number.len() >= SHORTEST_PHONE).then_some(key)
}

/// Parts a number from its extension, as in `123 ext. 4`, `123x4`, `123 #4` and `123;ext=4`, or from what phones dial after a
/// wait, as in `123;4`.
fn parted(written: &str) -> (&str, &str) {
    let (number, parameters) = written.split_once(';').unwrap_or((written, ""));
    match number.split_once(['x', 'X', '#']) {
        Some(parts) => parts,
        None => {
            let extension = |one: &&str| one.starts_with("ext=") || !one.contains('=');
            (number, parameters.split(';').map(str::trim).find(extension).unwrap_or_default())
        }
    }
}

fn digits(text: &str) -> String {
    text.chars().filter_map(|c| c.to_digit(10)).map(|digit| digit.to_string()).collect()
}

/// Returns the end of a phone's key with its extension, where it is long enough to tell one phone from another.
pub fn phone_end(key: &str) -> Option<&str> {
    let number = key.find('x').unwrap_or(key.len());
    key.get(number.checked_sub(PHONE_END)?..)
}

/// Returns the key of a name and the end of a phone's key.
fn name_and_phone_key(name: &str, phone: &str) -> Option<String> {
    let name = in_order(&fold(name));
    phone_end(phone).filter(|_| !name.is_empty()).map(|end| format!("{name}/{end}"))
}

/// Returns the key of the address of a profile; nothing for any other page, which many may share.
pub fn profile_key(written: &str) -> Option<String> {
    if let Some(slug) = linkedin::slug(written) {
        return Some(format!("linkedin.com/in/{slug}"));
    }
    let address = written.trim();
    let address = address.split_once("://").map_or(address, |(_, rest)| rest);
    let (host, path) = address.split_once('/')?;
    let host = host.to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    let path = path.to_lowercase();
    let path = path.split('#').next().unwrap_or_default();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let (name, deeper) = path.split_once('/').unwrap_or((path, ""));
    // As members' pages are named here, and on other sites like this one.
    if name == OWN_KIND {
        let handle = deeper.split('/').next().unwrap_or_default();
        return (!handle.is_empty()).then(|| format!("{host}/{OWN_KIND}/{handle}"));
    }
    let is_first = deeper.trim_matches('/').is_empty();
    if !PROFILES.contains(&host) || name.is_empty() || !is_first || NO_NAMES.contains(&name) {
        return None;
    }
    if name == "profile.php" {
        let id = query.split('&').find_map(|one| one.strip_prefix("id="));
        return id.filter(|id| !id.is_empty()).map(|id| format!("{host}/profile.php?id={id}"));
    }
    (!name.ends_with(".php")).then(|| format!("{host}/{name}"))
}

/// Returns whether a profile is one person's alone: LinkedIn's, and that of a site like this one. On other sites a company
/// may have one, which all who work there may name.
pub fn is_of_one(profile: &str) -> bool {
    profile.split('/').nth(1) == Some(OWN_KIND)
}

/// Returns the key of a name and a company, where both are known.
pub fn name_key(name: &str, company: &str) -> Option<String> {
    let (name, company) = (in_order(&fold(name)), in_order(&fold(company)));
    (!name.is_empty() && !company.is_empty()).then(|| format!("{name}/{company}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_phone_has_one_key() {
        for written in ["+44 20 7946 0123", "0044 (20) 7946-0123", "tel:+442079460123", "+44 (0)20 7946 0123"] {
            assert_eq!(phone_key(written).as_deref(), Some("442079460123"), "{written}");
        }
        assert_eq!(phone_key("112"), None);
    }

    #[test]
    fn an_extension_is_part_of_the_number() {
        for written in [
            "+1 415 555 0100 x34",
            "+1 415 555 0100 ext. 34",
            "tel:+1-415-555-0100;ext=34",
            "+14155550100#34",
            "+14155550100;34",
        ] {
            assert_eq!(phone_key(written).as_deref(), Some("14155550100x34"), "{written}");
        }
        assert_ne!(phone_key("+1 415 555 0100 x12"), phone_key("+1 415 555 0100 X34"));
        assert_eq!(phone_end("14155550100x34"), Some("55550100x34"));
        assert_eq!(phone_key("tel:+14155550100;phone-context=a").as_deref(), Some("14155550100"));
    }

    #[test]
    fn a_phone_without_its_country_ends_alike() {
        let end = |written: &str| phone_key(written).and_then(|key| phone_end(&key).map(str::to_owned));
        assert_eq!(end("+44 20 7946 0123"), end("020 7946 0123"));
        assert_eq!(end("+1 415 555 0100"), end("(415) 555-0100"));
        assert_eq!(end("555 0100"), None);
    }

    #[test]
    fn a_page_that_many_share_is_no_key() {
        assert_eq!(profile_key("https://acme.example/"), None);
        assert_eq!(profile_key("https://acme.example/team"), None);
        assert_eq!(profile_key("https://github.com/Ada?tab=stars").as_deref(), Some("github.com/ada"));
        assert_eq!(profile_key("www.linkedin.com/in/Ada/").as_deref(), Some("linkedin.com/in/ada"));
        assert_eq!(profile_key("https://github.com/acme/").as_deref(), Some("github.com/acme"));
        for written in [
            "https://github.com/acme/tools",
            "https://github.com/orgs",
            "https://x.com/i/user/1",
            "https://x.com/i",
            "https://www.facebook.com/groups/acme",
            "https://facebook.com/profile.php",
            "https://facebook.com/home.php?id=1",
            "https://mastodon.social/@ada/123",
        ] {
            assert_eq!(profile_key(written), None, "{written}");
        }
    }

    #[test]
    fn a_numbered_profile_has_its_number() {
        let key = |id: u8| profile_key(&format!("https://www.facebook.com/profile.php?ref=a&id={id}#b"));
        assert_eq!(key(1).as_deref(), Some("facebook.com/profile.php?id=1"));
        assert_ne!(key(1), key(2));
    }

    #[test]
    fn a_company_may_have_a_profile_but_on_linkedin() {
        let of_one = |written: &str| profile_key(written).is_some_and(|key| is_of_one(&key));
        assert!(of_one("https://www.linkedin.com/in/ada") && of_one("https://amicable.example/in/ada"));
        assert!(!of_one("https://github.com/acme"));
    }

    #[test]
    fn the_order_of_a_name_makes_no_difference() {
        assert_eq!(name_key("Ada Lovelace", "Engine & Co."), name_key("Lovelace, Ada", "engine co"));
        assert_eq!(name_key("Ada Lovelace", ""), None);
    }
}
