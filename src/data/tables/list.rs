//! The list itself. A new table stands here with whose its rows are, the columns that name other members, and where they
//! stand in the archive; its columns stand in `copied.rs`, the files of the archive in `files.rs`.

use super::Archive::{In, Not, Photo};
use super::Named::{Clear, Former, Keep, Remove};
use super::copied::*;
use super::files;
use super::{Owner, Table};

/// Members first, whom the foreign keys of the others name.
pub const TABLES: &[Table] = &[
    Table::of_site(settings::TABLE),
    Table::of_site(limits::TABLE),
    Table::of_site(logos::TABLE),
    Table::of(members::TABLE, "id", In(files::PROFILE)),
    Table::of(photos::TABLE, "member_id", Photo),
    Table::of(handles::TABLE, "member_id", Not("stands in the profile, and former ones in their changes")),
    Table::of_site(former_handles::TABLE),
    // Gone with the account it is about.
    Table { owner: Owner::Own("member_id"), ..Table::of(deletions::TABLE, "member_id", Not("the program's")) }
        .other_ids(&["former_id"]),
    Table::of(handle_changes::TABLE, "member_id", In(files::HANDLE_CHANGES)),
    Table::of(emails::TABLE, "member_id", Not("stands in the profile")),
    Table::of(email_claims::TABLE, "member_id", Not("stands in the profile")),
    // A letter may name another member in its text.
    Table::of(outbox::TABLE, "member_id", Not("says what stands in the other files")),
    Table::of(tokens::TABLE, "member_id", Not("a secret, and for an hour")),
    Table::of_site(applications::TABLE),
    Table::of_site(refused_addresses::TABLE),
    Table::of(invite_links::TABLE, "owner_id", In(files::INVITE_LINKS)),
    Table::of(invite_joins::TABLE, "owner_id", Not("who joined by a link is theirs to say"))
        .names(&[("member_id", Remove)]),
    Table::of(join_letters::TABLE, "owner_id", In(files::JOIN_LETTERS)),
    Table::of(browsers::TABLE, "member_id", In(files::BROWSERS)),
    Table::of(sessions::TABLE, "member_id", In(files::DEVICES)),
    Table::of(security_events::TABLE, "member_id", In(files::SECURITY_EVENTS)),
    Table::of(second_factors::TABLE, "member_id", Not("a secret")),
    Table::of(recovery_codes::TABLE, "member_id", Not("secrets")),
    Table::of(passkeys::TABLE, "member_id", In(files::PASSKEYS)).other_ids(&["credential_id"]),
    Table::of(app_passwords::TABLE, "member_id", In(files::APP_PASSWORDS)),
    Table::of(api_tokens::TABLE, "member_id", In(files::API_TOKENS)),
    // Goes along, so that what a program sends once more after a move or a restore is not done once more.
    Table::of(api_answers::TABLE, "member_id", Not("what programs were answered, for a day")).other_ids(&["token_id"]),
    Table::of(positions::TABLE, "member_id", In(files::POSITIONS)),
    Table::of(links::TABLE, "member_id", In(files::LINKS)),
    Table::of(relationships::TABLE, "owner_id", In(files::RELATIONSHIPS))
        .names(&[("other_id", Remove)])
        .other_ids(&["removal_id"]),
    Table::of(tags::TABLE, "owner_id", In(files::TAGS)).names(&[("other_id", Remove)]),
    Table::of(tag_changes::TABLE, "owner_id", Not("what Undo gives back, for a day")).names(&[("other_id", Remove)]),
    Table::of(removals::TABLE, "owner_id", In(files::REMOVALS)),
    Table::of(removal_members::TABLE, "owner_id", In(files::REMOVAL_MEMBERS))
        .names(&[("other_id", Remove)])
        .other_ids(&["removal_id"]),
    Table::of(notifications::TABLE, "owner_id", In(files::NOTIFICATIONS)).names(&[("other_id", Remove)]),
    Table::of(notification_choices::TABLE, "member_id", In(files::NOTIFICATION_CHOICES)),
    Table::of(dismissed_suggestions::TABLE, "owner_id", In(files::DISMISSED_SUGGESTIONS))
        .names(&[("other_id", Remove)]),
    // What others keep a copy of stays, and names nobody.
    Table { owner: Owner::Own("writer_id"), ..Table::of(messages::TABLE, "writer_id", Not("stands with its copies")) },
    Table::of(message_copies::TABLE, "owner_id", In(files::MESSAGES))
        .names(&[("other_id", Former)])
        .other_ids(&["deletion_id"]),
    Table::of(conversations::TABLE, "owner_id", In(files::DRAFTS))
        .names(&[("other_id", Former)])
        .other_ids(&["deletion_id"]),
    Table::of(message_deletions::TABLE, "owner_id", Not("what was deleted is removed within the hour"))
        .names(&[("other_id", Former)]),
    Table::of(contacts::TABLE, "owner_id", In(files::CONTACTS)).other_ids(&["import_id", "removal_id"]),
    Table::of(contact_cards::TABLE, "owner_id", Not("stands in the contacts")).other_ids(&["contact_id"]),
    Table::of(contact_files::TABLE, "owner_id", Not("stands in contacts.vcf")).other_ids(&["contact_id"]),
    Table::of(contact_words::TABLE, "owner_id", Not("stands in the contacts")).other_ids(&["contact_id"]),
    Table::of(contact_keys::TABLE, "owner_id", Not("stands in the contacts")).other_ids(&["contact_id"]),
    Table::of(contact_tags::TABLE, "owner_id", Not("stands in the contacts")).other_ids(&["contact_id"]),
    Table::of(contact_tag_changes::TABLE, "owner_id", Not("what Undo gives back, for a day"))
        .other_ids(&["contact_id"]),
    Table::of(contact_books::TABLE, "owner_id", Not("counts the contacts")),
    Table::of(contact_removals::TABLE, "owner_id", Not("what was deleted is forgotten after a month"))
        .other_ids(&["kept_id"]),
    Table::of(contact_selections::TABLE, "owner_id", Not("a selection that is being made"))
        .other_ids(&["removal_id", "contact_id"]),
    Table::of(contacts_kept_apart::TABLE, "owner_id", Not("two ids of contacts")).other_ids(&["one_id", "other_id"]),
    // Those who run the site.
    Table::of_site(audit_entries::TABLE).names(&[
        ("actor_id", Keep("audit::forget removes the names, and the chain still holds")),
        ("subject_id", Keep("audit::forget removes the names, and the chain still holds")),
    ]),
    Table::of_site(audit_head::TABLE),
    Table::of_site(webhooks::TABLE),
    // What names somebody who goes is found in its text.
    Table::of_site(webhook_deliveries::TABLE).other_ids(&["webhook_id"]),
    // The archive has what the member reported. What others wrote of them is not theirs, and would tell who reported; what was
    // decided about them stands in the sanctions.
    Table::of(reports::TABLE, "reported_id", In(files::REPORTS))
        .names(&[("reporter_id", Clear), ("decided_by", Clear)]),
    Table::of(sanctions::TABLE, "member_id", In(files::DECISIONS))
        .names(&[("decided_by", Clear), ("lifted_by", Clear)]),
    Table::of(contact_imports::TABLE, "owner_id", In(files::CONTACT_IMPORTS)).other_ids(&["removal_id"]),
    // Made anew, or only the program's.
    Table::derived("contact_import_files", Owner::Member("owner_id")).other_ids(&["import_id"]),
    Table::derived("connection_counts", Owner::Member("member_id")),
    Table::derived("member_search", Owner::Own("member_id")),
    Table::derived("message_search", Owner::Own("owner_id")).names(&[("other_id", Former)]),
    Table::derived("message_search_rows", Owner::Own("owner_id"))
        .names(&[("other_id", Former)])
        .other_ids(&["message_id"]),
    Table::derived("begun_sign_ins", Owner::Member("member_id")),
    Table::derived("passkey_challenges", Owner::Member("member_id")),
    Table::derived("directory", Owner::Member("member_id")),
    Table::derived("receipts", Owner::Site),
    Table::derived("job_leases", Owner::Site),
    // Counts of the windows that are not over, by the hash of who is counted.
    Table::derived("limit_counts", Owner::Site),
];
