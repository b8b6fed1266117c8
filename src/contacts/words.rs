//! The words by which contacts are found.

use crate::contacts::card::Card;
use crate::members::search::words::terms;

/// Stands before a word of the company: so that a search for companies asks for nothing else. A search for anything asks
/// for words with it and without it.
pub(crate) const IN_COMPANY: &str = "=";
/// Words of one contact.
const MOST: usize = 200;

/// Returns the words of a card, folded, each once.
pub(crate) fn words(card: &Card) -> Vec<String> {
    let name = [card.name(), card.joined_name(), card.nickname.clone()];
    let emails = card.emails.iter().map(|one| one.value.clone());
    let phones = card.phones.iter().map(|one| digits(&one.value));
    let work = [card.department.clone(), card.position.clone()];
    let tags = card.tags.iter().cloned();
    let texts = name.into_iter().chain(work).chain(emails).chain(phones).chain(tags);
    let mut all: Vec<String> = texts.flat_map(|text| terms(&text)).collect();
    all.extend(terms(&card.company).into_iter().map(|word| format!("{IN_COMPANY}{word}")));
    all.sort_unstable();
    all.dedup();
    all.truncate(MOST);
    all
}

/// The digits of a phone number as one word.
fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}
