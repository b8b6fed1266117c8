//! Which contacts of a group are ticked at first: those who are most likely one person.

use std::collections::HashSet;

use crate::contacts::keys::KeyKind;
use crate::contacts::names::{Name, called, has_words, name_key};
use crate::contacts::store::Contact;
use crate::ids::ContactId;

/// Returns whom of a group to tick: all who share what one person has; of those who share less, or not all the same, those
/// whose names may be of one person.
pub(super) fn of(contacts: &[Contact], shared: &[(KeyKind, HashSet<ContactId>)]) -> HashSet<ContactId> {
    let is_sure = |kind: &KeyKind| matches!(kind, KeyKind::Email | KeyKind::Profile | KeyKind::NameAndCompany);
    let sure: Vec<&HashSet<ContactId>> = shared.iter().filter(|(kind, _)| is_sure(kind)).map(|(_, ids)| ids).collect();
    let all: HashSet<ContactId> = contacts.iter().map(|contact| contact.id).collect();
    if sure.iter().any(|ids| ids.is_superset(&all)) {
        return all;
    }
    let largest = |sets: Vec<HashSet<ContactId>>| {
        // Of equal ones the first.
        sets.into_iter().rev().filter(|ids| ids.len() > 1).max_by_key(HashSet::len)
    };
    let named = largest(of_one_name(contacts));
    named.or_else(|| largest(sure.into_iter().cloned().collect())).unwrap_or_default()
}

/// For each contact with a name, those whose names may be of the same person.
fn of_one_name(contacts: &[Contact]) -> Vec<HashSet<ContactId>> {
    let named = contacts.iter().map(|contact| (contact.id, called(&contact.card)));
    let named: Vec<(ContactId, Name)> =
        named.filter(|(_, name)| has_words(&name_key(name))).map(|(id, name)| (id, Name::of(&name))).collect();
    let like = |name: &Name| named.iter().filter(|(_, other)| other.may_be(name)).map(|(id, _)| *id).collect();
    named.iter().map(|(_, name)| like(name)).collect()
}
