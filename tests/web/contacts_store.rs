//! What is stored of contacts: they change, go and come back as a whole, on both engines.

use std::collections::BTreeSet;

use amicable::contacts::card::{Card, Valued};
use amicable::contacts::keys::{KeyKind, keys};
use amicable::contacts::source::Source;
use amicable::contacts::store::{self, NewContact, RemovalKind};
use amicable::db::Connection;
use amicable::error::Error;
use amicable::ids::{ContactId, MemberId};
use amicable::schema::{contact_cards, contact_words, contacts};
use diesel::prelude::*;

use crate::support::Site;

fn card(name: &str, email: &str) -> Card {
    let emails = if email.is_empty() { Vec::new() } else { vec![Valued::new("work", email)] };
    Card { full_name: name.into(), emails, company: "Acme".into(), tags: vec!["school".into()], ..Card::default() }
}

fn new(card: Card) -> NewContact {
    NewContact { card, source: Source::ByHand, import_id: None }
}

fn on_a_book<T>(f: impl FnOnce(&mut Connection, MemberId) -> Result<T, Error> + Clone) -> T {
    let site = Site::new();
    let owner = site.member("Ada Ruiz").id;
    site.db.write_blocking(|connection| f(connection, owner)).unwrap()
}

#[test]
fn a_stored_card_is_loaded_as_it_was() {
    on_a_book(|connection, owner| {
        let raw =
            Card { raw: "BEGIN:VCARD\r\nX-UNKNOWN:1\r\nEND:VCARD\r\n".into(), ..card("Ben Okoro", "ben@b.example") };
        let ids = store::insert(connection, owner, &[new(raw.clone()), new(card("Cleo Marsh", ""))])?;
        let ben = store::load(connection, owner, ids[0])?;
        assert!(!ben.card.uid.is_empty());
        assert_eq!(ben.card, Card { uid: ben.card.uid.clone(), ..raw });
        let changed = Card { position: "Smith".into(), uid: "ignored".into(), ..ben.card.clone() };
        store::update(connection, owner, ids[0], &changed)?;
        let after = store::load(connection, owner, ids[0])?;
        assert_eq!(after.card, Card { uid: ben.card.uid.clone(), ..changed });
        assert_ne!(after.etag(), ben.etag());
        assert!(matches!(store::load(connection, MemberId::new(owner.get() + 1), ids[0]), Err(Error::NotFound)));
        Ok(())
    });
}

#[test]
fn what_was_deleted_comes_back_with_its_uid() {
    on_a_book(|connection, owner| {
        let ids = store::insert(connection, owner, &[new(card("Ben Okoro", "ben@b.example")), new(card("Cleo", ""))])?;
        let before = store::load(connection, owner, ids[0])?;
        let removal = store::delete(connection, owner, &ids[..1], RemovalKind::One)?;
        assert!(matches!(store::load(connection, owner, ids[0]), Err(Error::NotFound)));
        assert_eq!(store::book(connection, owner)?.number, 1);
        let found = store::with_keys(connection, owner, &keys(&before.card))?;
        assert!(!found.values().any(|ids| ids.contains(&before.id)), "{found:?}");
        assert_eq!(store::restore(connection, owner, removal)?.number, 1);
        assert_eq!(store::restore(connection, owner, removal)?.number, 0);
        let after = store::load(connection, owner, ids[0])?;
        assert_eq!((after.card, after.source, after.created_at), (before.card, before.source, before.created_at));
        assert_eq!(store::book(connection, owner)?.number, 2);
        let key = (KeyKind::Email, "ben@b.example".to_owned());
        assert_eq!(store::with_keys(connection, owner, std::slice::from_ref(&key))?[&key], ids[..1]);
        Ok(())
    });
}

#[test]
fn a_restored_contact_leaves_a_taken_uid() {
    on_a_book(|connection, owner| {
        let with_uid = Card { uid: "of a phone".into(), ..card("Ben Okoro", "") };
        let ids = store::insert(connection, owner, &[new(with_uid.clone())])?;
        let removal = store::delete(connection, owner, &ids, RemovalKind::CardDav)?;
        let again = store::insert(connection, owner, &[new(with_uid.clone()), new(with_uid)])?;
        store::restore(connection, owner, removal)?;
        assert_eq!(store::load(connection, owner, again[0])?.card.uid, "of a phone");
        assert_ne!(store::load(connection, owner, again[1])?.card.uid, "of a phone");
        assert_ne!(store::load(connection, owner, ids[0])?.card.uid, "of a phone");
        Ok(())
    });
}

#[test]
fn changes_since_a_version_tell_all() {
    on_a_book(|connection, owner| {
        let ids = store::insert(connection, owner, &[new(card("Ben", "")), new(card("Cleo", ""))])?;
        let first = store::book(connection, owner)?.version;
        store::update(connection, owner, ids[1], &card("Cleo Marsh", ""))?;
        let removal = store::delete(connection, owner, &ids[..1], RemovalKind::One)?;
        let changes = store::changed_since(connection, owner, first)?.unwrap();
        let told: Vec<_> = changes.iter().map(|change| (change.id, change.deleted_at.is_some())).collect();
        assert_eq!(told, [(ids[1], false), (ids[0], true)]);
        store::restore(connection, owner, removal)?;
        let last = store::book(connection, owner)?.version;
        let changes = store::changed_since(connection, owner, last - 1)?.unwrap();
        assert_eq!((changes.len(), changes[0].id, changes[0].deleted_at), (1, ids[0], None));
        assert_eq!(store::changed_since(connection, owner, last)?.unwrap(), []);
        assert!(store::changed_since(connection, owner, last + 1)?.is_none());
        assert_eq!(store::changed_since(connection, owner, 0)?.unwrap().len(), 2);
        Ok(())
    });
}

/// The words that are looked for, each with whose it is.
fn indexed(connection: &mut Connection, owner: MemberId) -> BTreeSet<(ContactId, String)> {
    let rows = contact_words::table.filter(contact_words::owner_id.eq(owner));
    let rows: Vec<_> = rows.select((contact_words::contact_id, contact_words::word)).load(connection).unwrap();
    rows.into_iter().collect()
}

/// The same, as the cards of the contacts that are not deleted keep them.
fn kept(connection: &mut Connection, owner: MemberId) -> BTreeSet<(ContactId, String)> {
    let rows = contact_cards::table.inner_join(contacts::table.on(contacts::id.eq(contact_cards::contact_id)));
    let rows = rows.filter(contacts::owner_id.eq(owner)).filter(contacts::deleted_at.is_null());
    let rows: Vec<(ContactId, String)> =
        rows.select((contact_cards::contact_id, contact_cards::words)).load(connection).unwrap();
    let words = |words: &str| serde_json::from_str::<Vec<String>>(words).unwrap();
    rows.into_iter().flat_map(|(id, text)| words(&text).into_iter().map(move |word| (id, word))).collect()
}

#[test]
fn whoever_is_looked_for_is_found_by_what_their_card_says_now() {
    on_a_book(|connection, owner| {
        let names = [r#"Zoë "Zip" O'Neil \ Sons"#, "王小明", "Ben Okoro", "🎉"];
        let all: Vec<NewContact> = names.iter().map(|name| new(card(name, ""))).collect();
        let ids = store::insert(connection, owner, &all)?;
        let has = |connection: &mut Connection, at: usize, word: &str| {
            let words = indexed(connection, owner);
            assert_eq!(words, kept(connection, owner));
            words.contains(&(ids[at], word.to_owned()))
        };
        assert!(has(connection, 0, "oneil") && has(connection, 1, "小明") && has(connection, 3, "=acme"));
        store::update(connection, owner, ids[2], &card("Cleo Okoro", ""))?;
        assert!(has(connection, 2, "cleo") && has(connection, 2, "okoro") && !has(connection, 2, "ben"));
        // As an earlier version stores and deletes them, which keeps no words.
        let forget = |connection: &mut Connection, id: ContactId| {
            let row = contact_cards::table.find((owner, id));
            diesel::update(row).set(contact_cards::words.eq("")).execute(connection).unwrap();
        };
        forget(connection, ids[2]);
        store::update(connection, owner, ids[2], &card("Dora Okoro", ""))?;
        assert!(has(connection, 2, "dora") && !has(connection, 2, "cleo"));
        let removal = store::delete(connection, owner, &ids, RemovalKind::Bulk)?;
        assert_eq!(indexed(connection, owner), BTreeSet::new());
        forget(connection, ids[0]);
        store::restore(connection, owner, removal)?;
        assert!(indexed(connection, owner).contains(&(ids[0], "zoe".to_owned())));
        store::update(connection, owner, ids[0], &card("Zoe", ""))?;
        assert!(has(connection, 0, "zoe") && !has(connection, 0, "oneil"));
        assert!(has(connection, 1, "王小明") && has(connection, 2, "dora"));
        // Of so many the words are not looked for one by one.
        let many: Vec<NewContact> = (0..2_001).map(|number| new(card(&format!("No {number}"), ""))).collect();
        let many = store::insert(connection, owner, &many)?;
        assert!(indexed(connection, owner).contains(&(many[2_000], "2000".to_owned())));
        store::delete(connection, owner, &many, RemovalKind::Bulk)?;
        assert_eq!(indexed(connection, owner), kept(connection, owner));
        Ok(())
    });
}
