//! What search indexes keep of what was deleted: nothing, once a job has written them anew.

use amicable::data::{deletion, words};
use amicable::db::Connection;
use amicable::inbox::purge;
use amicable::members::search::leftover::{self, INDEXES};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::support::database::on_postgres;
use crate::support::{PASSWORD, Site, connect};

/// Whether a word stands anywhere in the segments of an index.
fn stands(site: &Site, index: &str, word: &str) -> bool {
    #[derive(QueryableByName)]
    struct Block {
        #[diesel(sql_type = diesel::sql_types::Binary)]
        block: Vec<u8>,
    }
    let sql = format!("SELECT block FROM {index}_data");
    let blocks = |connection: &mut Connection| match connection {
        Connection::Sqlite(own) => Ok(diesel::sql_query(&sql).load::<Block>(own)?),
        Connection::Postgres(_) => Ok(Vec::new()),
    };
    let blocks = site.db.read_blocking(blocks).unwrap();
    blocks.iter().any(|one| one.block.windows(word.len()).any(|part| part == word.as_bytes()))
}

fn is_any_left(site: &Site) -> bool {
    site.db.read_blocking(leftover::is_any).unwrap()
}

#[test]
fn words_of_a_deleted_member_are_removed() {
    if on_postgres() {
        return;
    }
    let site = Site::new();
    let mut all: Vec<_> = (0..8).map(|number| site.member(&format!("Qa{number} Zw"))).collect();
    let mut xavier = site.member("Xavier Deleter");
    words::purge(&site.db, &|| true).unwrap();
    assert!(stands(&site, "member_search", "deleter=xavier") && !is_any_left(&site));
    xavier.open("/settings/data/delete").fill("password", PASSWORD).press("Delete my account");
    let due = "UPDATE members SET deletion_due_at = 1 WHERE deletion_due_at > 1 AND id > 0";
    site.db.write_blocking(|connection| Ok(connection.batch_execute(due)?)).unwrap();
    deletion::finish_due(&site.db, &|| true).unwrap();
    assert!(stands(&site, "member_search", "xavier") && is_any_left(&site));
    words::purge(&site.db, &|| true).unwrap();
    for word in ["xavier", "deleter"] {
        assert!(!stands(&site, "member_search", word), "{word}");
    }
    assert!(!is_any_left(&site));
    all[0].open("/people?q=qa7");
    assert!(all[0].sees("Qa7 Zw"), "{}", all[0].text());
}

#[test]
fn words_of_a_deleted_message_are_removed() {
    if on_postgres() {
        return;
    }
    let site = Site::new();
    let (mut ada, mut ben) = (site.member("Ada Ruiz"), site.member("Ben Okoro"));
    connect(&mut ada, &mut ben);
    for text in ["Quagmire", "Sunflower"] {
        ada.open("/inbox/ben-okoro").fill("message", text).press("Send message");
        // Only what was sent before is deleted.
        if text == "Quagmire" {
            ada.open("/inbox/ben-okoro").press("Delete conversation");
            ben.open("/inbox/ada-ruiz").press("Delete conversation");
        }
    }
    let older = |connection: &mut Connection| {
        for table in ["message_deletions", "message_copies"] {
            let sql = format!("UPDATE {table} SET deleted_at = deleted_at - 7200 WHERE deleted_at > 7200");
            connection.batch_execute(&sql)?;
        }
        Ok(())
    };
    site.db.write_blocking(older).unwrap();
    purge::purge(&site.db, &|| true).unwrap();
    assert!(stands(&site, "message_search", "quagmire") && is_any_left(&site));
    words::purge(&site.db, &|| true).unwrap();
    assert!(!stands(&site, "message_search", "quagmire") && !is_any_left(&site));
    ben.open("/inbox?q=sunflower");
    assert!(ben.sees("Sunflower"), "{}", ben.text());
}

#[test]
fn nothing_is_written_where_nothing_was_deleted() {
    let site = Site::new();
    site.member("Ada Ruiz");
    for index in INDEXES {
        assert!(!site.db.write_blocking(move |connection| leftover::remove_some(connection, index)).unwrap());
    }
    assert!(!is_any_left(&site));
}
