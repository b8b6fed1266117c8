//! The files of the archive: what of a member's rows stands where. Nothing of what others did to them stands in any.

use super::file::{File, choice, json, member, member_there, plain, time};
use super::{contacts, messages, sides};
use crate::accounts::events;
use crate::language::key;

pub(super) const PROFILE: &[File] = &[File::new(
    "profile",
    key("Your profile, your e-mail address and your settings"),
    &[
        plain("full_name"),
        plain("handle"),
        plain("email"),
        plain("confirmed_email"),
        plain("headline"),
        plain("location"),
        plain("company"),
        plain("about"),
        plain("sort_as"),
        time("created_at").named("joined_at"),
        plain("language"),
        plain("time_zone"),
        choice("who_may_invite", &["everyone", "mutual connections", "nobody"]),
        choice("connections_seen_by", &["me", "my connections"]),
        plain("accepts_automatically"),
        plain("asks_before_reinvite"),
        plain("found_by_email"),
    ],
)];

pub(super) const HANDLE_CHANGES: &[File] =
    &[File::new("address_changes", key("Former addresses of your profile"), &[plain("former"), time("changed_at")])];

pub(super) const INVITE_LINKS: &[File] = &[File::new(
    "invite_links",
    key("Your invite links"),
    &[
        plain("code"),
        plain("label"),
        time("created_at").named("made_at"),
        time("expires_at"),
        plain("most_uses"),
        plain("uses"),
        time("revoked_at"),
    ],
)];

pub(super) const JOIN_LETTERS: &[File] = &[File::new(
    "invitations_to_join",
    key("Whom you invited to join by e-mail"),
    &[plain("email_key").named("email"), plain("note"), time("sent_at")],
)];

pub(super) const BROWSERS: &[File] =
    &[File::new("browsers", key("When browsers were last used to sign in"), &[time("seen_at")])];

pub(super) const DEVICES: &[File] = &[File::new(
    "devices",
    key("The devices on which you are signed in"),
    &[plain("device"), time("created_at").named("signed_in_at"), time("last_seen").named("last_seen_at")],
)];

pub(super) const SECURITY_EVENTS: &[File] = &[File::new(
    "security_events",
    key("What happened to the security of your account in the last 90 days"),
    &[time("created_at").named("at"), choice("kind", events::WORDS).named("what"), plain("detail")],
)];

pub(super) const APP_PASSWORDS: &[File] = &[File::new(
    "app_passwords",
    key("Your app passwords, by the names that you gave them"),
    &[plain("name"), time("created_at"), time("last_used_at")],
)];

pub(super) const API_TOKENS: &[File] = &[File::new(
    "tokens",
    key("Your tokens for programs, by the names that you gave them"),
    &[plain("name"), plain("scopes"), time("created_at"), time("expires_at"), time("last_used_at")],
)];

pub(super) const PASSKEYS: &[File] = &[File::new(
    "passkeys",
    key("Your passkeys, by the names that you gave them"),
    &[plain("name"), time("created_at").named("added_at"), time("used_at").named("last_used_at")],
)];

pub(super) const DECISIONS: &[File] = &[File::new(
    "decisions",
    key("What moderators decided about you"),
    &[
        choice("kind", &["", "", "warned", "profile hidden", "suspended", "banned"]),
        time("created_at").named("decided_at"),
        plain("reason"),
        time("until"),
        time("lifted_at"),
    ],
)];

pub(super) const REPORTS: &[File] = &[File::new(
    "reports",
    key("What you reported to the moderators"),
    &[
        time("created_at").named("reported_at"),
        choice("kind", &["profile", "invitation", "message", "appeal"]).named("about"),
        member_there("reported_id").named("reported"),
        plain("reason"),
    ],
)];

pub(super) const POSITIONS: &[File] = &[File::new(
    "positions",
    key("Your positions and your education"),
    &[
        choice("kind", &["position", "education"]),
        plain("title").named("title_or_degree"),
        plain("organisation").named("company_or_school"),
        plain("started"),
        plain("ended"),
        plain("description"),
    ],
)
.only(messages::is_not_removed)];

pub(super) const LINKS: &[File] =
    &[File::new("links", key("The links on your profile"), &[plain("label"), plain("url")])
        .only(messages::is_not_removed)];

pub(super) const RELATIONSHIPS: &[File] = &[
    File::new(
        "connections",
        key("Your connections, with the notes of the invitations"),
        &[
            member("other_id"),
            time("connected_at"),
            plain("sent_note"),
            time("sent_note_at"),
            plain("received_note"),
            time("received_note_at"),
            time("last_message_at"),
        ],
    )
    .only(sides::is_connected),
    File::new(
        "invitations_sent",
        key("Invitations that you sent and that are pending"),
        &[member("other_id"), time("invited_at"), plain("invitation_note").named("note")],
    )
    .only(sides::is_sent),
    File::new(
        "invitations_received",
        key("Invitations that wait for your answer"),
        &[member("other_id"), time("invited_at"), plain("invitation_note").named("note")],
    )
    .only(sides::is_received),
    File::new(
        "disconnected",
        key("People you disconnected from, with your reasons"),
        &[
            member("other_id"),
            time("since").named("disconnected_at"),
            time("connected_at").named("connected_since"),
            plain("may_invite_again"),
            plain("private_reason"),
        ],
    )
    .only(sides::is_disconnected)
    .with(sides::add_day),
    File::new(
        "blocked",
        key("People you blocked, with your reasons"),
        &[member("other_id"), time("changed_at").named("blocked_at"), plain("private_reason")],
    )
    .only(sides::is_blocked),
    File::new("notes", key("Your private notes about people"), &[member_there("other_id"), plain("private_note")])
        .only(sides::has_note),
];

pub(super) const TAGS: &[File] = &[File::new("tags", key("Your tags"), &[member_there("other_id"), plain("tag")])];

pub(super) const DISMISSED_SUGGESTIONS: &[File] = &[File::new(
    "dismissed_suggestions",
    key("Whom you did not want suggested any more"),
    &[member_there("other_id"), time("dismissed_at")],
)];

pub(super) const REMOVALS: &[File] = &[File::new(
    "removals",
    key("Your removals of many connections at once"),
    &[
        plain("id").named("removal"),
        time("created_at"),
        time("confirmed_at"),
        time("undone_at"),
        plain("removed"),
        plain("restored"),
        plain("private_reason"),
        plain("may_invite_again"),
    ],
)];

pub(super) const REMOVAL_MEMBERS: &[File] = &[File::new(
    "removal_members",
    key("Whom you chose for these removals"),
    &[plain("removal_id").named("removal"), member_there("other_id")],
)];

pub(super) const NOTIFICATIONS: &[File] = &[File::new(
    "notifications",
    key("Your notifications"),
    &[
        time("created_at"),
        choice("kind", &["invitation", "accepted", "accepted for you", "message"]),
        member("other_id"),
        plain("note"),
        plain("is_read"),
    ],
)
.only(messages::is_not_deleted)];

pub(super) const NOTIFICATION_CHOICES: &[File] = &[File::new(
    "notification_choices",
    key("What you chose to be told, where it is not the default"),
    &[choice("kind", &["invitation", "acceptance", "message", "weekly digest"]), plain("on_site"), plain("by_email")],
)];

pub(super) const MESSAGES: &[File] = &[File::new(
    "messages",
    key("Your copies of the messages that you sent and received"),
    &[member("other_id"), time("sent_at"), plain("is_mine").named("sent_by_me"), plain("text")],
)
.only(messages::is_kept)
.with(messages::add_texts)];

pub(super) const DRAFTS: &[File] =
    &[File::new("drafts", key("Messages that you began to write"), &[member("other_id"), plain("draft")])
        .only(messages::has_draft)];

pub(super) const CONTACTS: &[File] = &[File::new(
    "contacts",
    key("Your address book"),
    &[
        plain("full_name"),
        plain("email"),
        plain("phone"),
        plain("company"),
        plain("position"),
        choice("source", &["by_hand", "linkedin", "google", "outlook", "vcard", "csv", "carddav", "thunderbird"]),
        time("created_at").named("added_at"),
        time("changed_at"),
        json("card"),
        plain("raw").named("vcard"),
    ],
)
.only(messages::is_not_deleted)
.with(contacts::add_cards)];

pub(super) const CONTACT_IMPORTS: &[File] = &[File::new(
    "contact_imports",
    key("The files of contacts that you imported in the last month"),
    &[
        time("created_at"),
        plain("file_name"),
        choice("source", &["by_hand", "linkedin", "google", "outlook", "vcard", "csv", "carddav", "thunderbird"]),
        time("confirmed_at"),
        plain("imported"),
        time("undone_at"),
    ],
)];
