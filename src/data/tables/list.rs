//! The list itself. A new table stands here with whose its rows are, the columns that name other members, and where they
//! stand in the archive; its columns stand in `copied.rs`.

use super::Archive::{In, Not};
use super::Named::{Former, Remove};
use super::copied::*;
use super::{Owner, Table};

/// Members first, whom the foreign keys of the others name.
pub const TABLES: &[Table] = &[
    Table::of_site(settings::TABLE),
    Table::of(members::TABLE, "id", In(&["profile"])),
    Table::of(photos::TABLE, "member_id", In(&["photo"])),
    Table::of(handles::TABLE, "member_id", In(&["addresses"])),
    Table::of(handle_changes::TABLE, "member_id", In(&["address_changes"])),
    Table::of(emails::TABLE, "member_id", Not("stands in the profile")),
    Table::of(email_claims::TABLE, "member_id", Not("stands in the profile")),
    // A letter may name another member in its text.
    Table::of(outbox::TABLE, "member_id", Not("says what stands in the other files")),
    Table::of(tokens::TABLE, "member_id", Not("a secret")),
    Table::of(browsers::TABLE, "member_id", In(&["browsers"])),
    Table::of(sessions::TABLE, "member_id", In(&["devices"])),
    Table::of(positions::TABLE, "member_id", In(&["positions"])),
    Table::of(links::TABLE, "member_id", In(&["links"])),
    Table::of(
        relationships::TABLE,
        "owner_id",
        In(&["connections", "invitations_sent", "invitations_received", "disconnected", "blocked", "notes"]),
    )
    .names(&[("other_id", Remove)])
    .other_ids(&["removal_id"]),
    Table::of(tags::TABLE, "owner_id", In(&["tags"])).names(&[("other_id", Remove)]),
    Table::of(removals::TABLE, "owner_id", In(&["removals"])),
    Table::of(removal_members::TABLE, "owner_id", In(&["removal_members"]))
        .names(&[("other_id", Remove)])
        .other_ids(&["removal_id"]),
    Table::of(notifications::TABLE, "owner_id", In(&["notifications"])).names(&[("other_id", Remove)]),
    Table::of(notification_choices::TABLE, "member_id", In(&["mail_choices"])),
    // What others keep a copy of stays, and names nobody.
    Table { owner: Owner::Own("writer_id"), ..Table::of(messages::TABLE, "writer_id", In(&["messages"])) },
    Table::of(message_copies::TABLE, "owner_id", In(&["messages"]))
        .names(&[("other_id", Former)])
        .other_ids(&["deletion_id"]),
    Table::of(conversations::TABLE, "owner_id", In(&["drafts"]))
        .names(&[("other_id", Former)])
        .other_ids(&["deletion_id"]),
    Table::of(message_deletions::TABLE, "owner_id", Not("what was deleted is removed within the hour"))
        .names(&[("other_id", Former)]),
    Table::of(contacts::TABLE, "owner_id", In(&["contacts"])).other_ids(&["import_id", "removal_id"]),
    Table::of(contact_cards::TABLE, "owner_id", In(&["contacts"])).other_ids(&["contact_id"]),
    Table::of(contact_words::TABLE, "owner_id", Not("stands in the contacts")).other_ids(&["contact_id"]),
    Table::of(contact_keys::TABLE, "owner_id", Not("stands in the contacts")).other_ids(&["contact_id"]),
    Table::of(contact_tags::TABLE, "owner_id", Not("stands in the contacts")).other_ids(&["contact_id"]),
    Table::of(contact_books::TABLE, "owner_id", Not("counts the contacts")),
    Table::of(contact_removals::TABLE, "owner_id", Not("what was deleted is forgotten after a month"))
        .other_ids(&["kept_id"]),
    Table::of(contact_selections::TABLE, "owner_id", Not("a selection that is being made"))
        .other_ids(&["removal_id", "contact_id"]),
    Table::of(contacts_kept_apart::TABLE, "owner_id", Not("two ids of contacts")).other_ids(&["one_id", "other_id"]),
    // Made anew, or only the program's.
    Table::derived("connection_counts", Owner::Member("member_id")),
    Table::derived("member_search", Owner::Own("member_id")),
    Table::derived("message_search", Owner::Own("owner_id")).names(&[("other_id", Former)]),
    Table::derived("message_search_rows", Owner::Own("owner_id"))
        .names(&[("other_id", Former)])
        .other_ids(&["message_id"]),
    Table::derived("receipts", Owner::Site),
    Table::derived("job_leases", Owner::Site),
];
