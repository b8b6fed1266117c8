//! Which contacts stand together on the page: those who share a key, as many at a time as it can show.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::contacts::keys::KeyKind;
use crate::ids::ContactId;

/// Contacts of a group. What more of them share says little by itself.
pub(super) const MOST: usize = 10;

/// The contacts that share a key, in order.
pub(super) type Sharing = (KeyKind, Vec<ContactId>);

/// Returns the groups, in the order in which they were begun. What more than [`MOST`] share, such as the number of a
/// switchboard, puts those of one name together: `names` has the keys of their names.
pub(super) fn of(
    sharing: &[Sharing],
    apart: &HashSet<(ContactId, ContactId)>,
    names: &HashMap<ContactId, String>,
) -> Vec<BTreeSet<ContactId>> {
    let mut groups = Groups::default();
    for ids in sharing.iter().flat_map(|(_, ids)| compared(ids, names)) {
        for (at, one) in ids.iter().enumerate() {
            for other in &ids[at + 1..] {
                if !apart.contains(&(*one, *other)) {
                    groups.join(*one, *other);
                }
            }
        }
    }
    groups.all.retain(|group| !group.is_empty());
    groups.all
}

/// The contacts of a key, parted into those who are compared with each other. Of many who have one name, [`MOST`] at a
/// time: who was kept apart from all the others of ten does not come back with each of the next ten.
fn compared(ids: &[ContactId], names: &HashMap<ContactId, String>) -> Vec<Vec<ContactId>> {
    if ids.len() <= MOST {
        return vec![ids.to_vec()];
    }
    let mut of_name: BTreeMap<&str, Vec<ContactId>> = BTreeMap::new();
    for id in ids {
        if let Some(name) = names.get(id) {
            of_name.entry(name).or_default().push(*id);
        }
    }
    of_name.values().flat_map(|ids| ids.chunks(MOST)).map(<[ContactId]>::to_vec).collect()
}

#[derive(Default)]
struct Groups {
    /// One that went into another is empty.
    all: Vec<BTreeSet<ContactId>>,
    /// The place of the group of each contact that has one.
    places: HashMap<ContactId, usize>,
}

impl Groups {
    /// Puts two contacts into one group, unless it would be larger than a page can show.
    fn join(&mut self, one: ContactId, other: ContactId) {
        match (self.places.get(&one).copied(), self.places.get(&other).copied()) {
            (None, None) => {
                self.all.push(BTreeSet::new());
                self.put(self.all.len() - 1, [one, other].into());
            }
            (Some(at), None) | (None, Some(at)) if self.all[at].len() < MOST => self.put(at, [one, other].into()),
            (Some(at), Some(from)) if at != from && self.all[at].len() + self.all[from].len() <= MOST => {
                let (at, from) = (at.min(from), at.max(from));
                let moved = std::mem::take(&mut self.all[from]);
                self.put(at, moved);
            }
            _ => {}
        }
    }

    fn put(&mut self, at: usize, ids: BTreeSet<ContactId>) {
        self.places.extend(ids.iter().map(|id| (*id, at)));
        self.all[at].extend(ids);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(numbers: std::ops::RangeInclusive<i64>) -> Vec<ContactId> {
        numbers.map(ContactId::new).collect()
    }

    fn named(numbers: std::ops::RangeInclusive<i64>, name: impl Fn(i64) -> String) -> HashMap<ContactId, String> {
        numbers.map(|number| (ContactId::new(number), name(number))).collect()
    }

    fn sizes(groups: &[BTreeSet<ContactId>]) -> Vec<usize> {
        groups.iter().map(BTreeSet::len).collect()
    }

    #[test]
    fn what_few_share_puts_them_together() {
        let some = |ids: &[i64]| ids.iter().copied().map(ContactId::new).collect::<Vec<_>>();
        let sharing = [
            (KeyKind::Email, some(&[1, 2])),
            (KeyKind::Email, some(&[3, 4])),
            (KeyKind::Phone, some(&[5, 6])),
            (KeyKind::Phone, some(&[2, 3])),
        ];
        let names = HashMap::new();
        assert_eq!(
            of(&sharing, &HashSet::new(), &names),
            [some(&[1, 2, 3, 4]), some(&[5, 6])].map(BTreeSet::from_iter)
        );
        let apart = [(ContactId::new(2), ContactId::new(3))].into();
        assert_eq!(sizes(&of(&sharing, &apart, &names)), [2, 2, 2]);
    }

    #[test]
    fn a_switchboard_puts_those_of_one_name_together() {
        let sharing = [(KeyKind::Phone, ids(1..=12))];
        let names = named(1..=12, |number| if number % 6 == 0 { "ada".to_owned() } else { number.to_string() });
        let ada = [6, 12].map(ContactId::new).into();
        assert_eq!(of(&sharing, &HashSet::new(), &names), [ada]);
    }

    #[test]
    fn many_with_one_key_are_told_apart_at_once() {
        let sharing = [(KeyKind::Phone, ids(1..=20_000)), (KeyKind::Email, ids(1..=20_000))];
        let names = named(1..=20_000, |number| (number % 10_000).to_string());
        let groups = of(&sharing, &HashSet::new(), &names);
        assert!(groups.len() == 10_000 && sizes(&groups).iter().all(|size| *size == 2), "{}", groups.len());
        let names = named(1..=20_000, |_| "ada".to_owned());
        assert_eq!(sizes(&of(&sharing, &HashSet::new(), &names)), [MOST; 2_000]);
    }

    #[test]
    fn who_was_kept_apart_does_not_come_back() {
        let sharing = [(KeyKind::Phone, ids(1..=25))];
        let names = named(1..=25, |_| "ada".to_owned());
        let mut apart = HashSet::new();
        for left in [3, 2, 1, 0] {
            let groups = of(&sharing, &apart, &names);
            assert_eq!(groups.len(), left, "{groups:?}");
            let Some(first) = groups.first() else { continue };
            apart.extend(first.iter().flat_map(|one| first.iter().map(move |other| (*one, *other))));
        }
    }
}
