//! The words by which contacts are found.

use std::collections::BTreeSet;

use crate::accounts::email;
use crate::contacts::card::Card;
use crate::contacts::keys::PHONE_END;
use crate::members::search::words::terms;

/// Stands before a word of the company: so that a search for companies asks for nothing else. A search for anything asks
/// for words with it and without it.
pub(crate) const IN_COMPANY: &str = "=";
/// Stands before the digits of a phone number from its last to its first, so that it is found by its end.
const FROM_THE_END: &str = "#";
/// Digits from which on the end of a number tells more than what anybody's ends with.
const SHORTEST_END: usize = 4;
/// Words of one contact.
const MOST: usize = 200;

/// Returns the words of a card, folded, each once.
pub(crate) fn words(card: &Card) -> Vec<String> {
    let name = [card.name(), card.joined_name(), card.nickname.clone()];
    // As people read it, too, whichever way a domain was written and is looked for.
    let emails =
        card.emails.iter().flat_map(|one| email::in_letters(&one.value).into_iter().chain([one.value.clone()]));
    let phones: Vec<String> = card.phones.iter().map(|one| digits(&one.value)).filter(|one| !one.is_empty()).collect();
    let work = [card.department.clone(), card.position.clone()];
    let tags = card.tags.iter().cloned();
    let company = terms(&card.company).into_iter().map(|word| format!("{IN_COMPANY}{word}"));
    let first = name.into_iter().chain(work).chain(tags).flat_map(|text| terms(&text)).chain(company);
    let others = emails.chain(phones.iter().cloned()).flat_map(|text| terms(&text));
    let others = others.chain(phones.iter().map(|one| from_the_end(one)));
    // Who has more words than are kept is found by the name all the same.
    let mut seen = BTreeSet::new();
    for word in first.chain(others) {
        if seen.len() == MOST {
            break;
        }
        seen.insert(word);
    }
    seen.into_iter().collect()
}

/// Returns the address where one was typed or pasted and nothing else, however it is written; nothing for what is no address.
pub(crate) fn of_address(typed: &str) -> Option<String> {
    let address = Some(email::tidy(typed)).filter(|address| email::is_whole(address))?;
    Some(email::in_letters(&address).unwrap_or(address))
}

/// Returns with what the words of a phone number begin that was typed whole or in part, however it is written: its digits;
/// or its end, as its owner dials it with or without the country's number. Nothing for what is no number.
pub(crate) fn of_phone(typed: &str) -> Option<[String; 2]> {
    let is_number = typed.chars().all(|c| c.is_ascii_digit() || " +-()./".contains(c));
    let digits = Some(digits(typed)).filter(|digits| is_number && digits.len() > 3)?;
    let own = Some(digits.trim_start_matches('0')).filter(|own| own.len() >= SHORTEST_END).unwrap_or(&digits);
    let end = own.len().saturating_sub(PHONE_END);
    Some([from_the_end(&own[end..]), digits])
}

/// The digits of a phone number as one word.
fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}

fn from_the_end(digits: &str) -> String {
    FROM_THE_END.chars().chain(digits.chars().rev()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contacts::card::Valued;

    #[test]
    fn a_name_is_among_the_words_however_many_there_are() {
        let values = |of: fn(usize) -> String| (0..50).map(|at| Valued::new("", &of(at))).collect();
        let card = Card {
            full_name: "Zebra Иван".into(),
            company: "Ящик".into(),
            emails: values(|at| format!("a{at}@b{at}.c{at}.example")),
            phones: values(|at| format!("+49 30 {at:07}")),
            ..Card::default()
        };
        let words = words(&card);
        assert_eq!(words.len(), MOST);
        for word in terms("Zebra Иван").into_iter().chain(terms("Ящик").into_iter().map(|word| format!("={word}")))
        {
            assert!(words.contains(&word), "{word}");
        }
    }
}
