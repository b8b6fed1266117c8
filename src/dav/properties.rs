//! The properties of each address, as clients ask for them.

use jiff::Timestamp;

use crate::dav::answer::{element, href};
use crate::dav::entries::Entry;
use crate::dav::names::{self, Known};
use crate::dav::place::Place;
use crate::dav::xml::Name;
use crate::ids::MemberId;
use crate::language::t;

/// Bytes of a card, its picture included.
pub const MAX_CARD: usize = 1024 * 1024;

/// Whose places these are.
#[derive(Debug, Clone)]
pub struct Owner {
    /// The member.
    pub id: MemberId,
    /// Their name.
    pub full_name: String,
    /// The name of the community.
    pub community: String,
    /// The version of their address book.
    pub version: i64,
}

/// Something with properties.
#[derive(Debug, Clone, Copy)]
pub enum Resource<'a> {
    /// What stands above all homes.
    Root,
    /// The member as a principal, and the collection of their one book.
    Home,
    /// The address book.
    Book,
    /// A card.
    Card(&'a Entry),
}

const EVERYWHERE: [Known; 7] = [
    names::RESOURCE_TYPE,
    names::CURRENT_USER_PRINCIPAL,
    names::PRINCIPAL_URL,
    names::PRINCIPAL_COLLECTION_SET,
    names::HOME_SET,
    names::OWNER,
    names::PRIVILEGES,
];
const OF_BOOK: [Known; 8] = [
    names::DISPLAY_NAME,
    names::DESCRIPTION,
    names::SUPPORTED_REPORTS,
    names::SUPPORTED_DATA,
    names::SUPPORTED_COLLATIONS,
    names::MAX_SIZE,
    names::SYNC_TOKEN,
    names::CTAG,
];
const OF_CARD: [Known; 3] = [names::ETAG, names::CONTENT_TYPE, names::LAST_MODIFIED];

impl Resource<'_> {
    /// The properties that it has.
    pub fn names(&self) -> Vec<Name> {
        let own: &[Known] = match self {
            Resource::Root | Resource::Home => &[names::DISPLAY_NAME],
            Resource::Book => &OF_BOOK,
            Resource::Card(_) => &OF_CARD,
        };
        EVERYWHERE.iter().chain(own).map(|(space, local)| Name::new(space, local)).collect()
    }

    /// The path of its address.
    pub fn path(&self, owner: &Owner) -> String {
        match self {
            Resource::Root => Place::Root.path(owner.id),
            Resource::Home => Place::Home.path(owner.id),
            Resource::Book => Place::Book.path(owner.id),
            Resource::Card(entry) => entry.path(owner.id),
        }
    }

    /// What a property holds, as XML; nothing where it has no such property.
    pub fn value(&self, name: &Name, owner: &Owner) -> Option<String> {
        let home = || href(&Place::Home.path(owner.id));
        match (name.space.as_str(), name.local.as_str()) {
            names::RESOURCE_TYPE => Some(self.kind().to_owned()),
            names::CURRENT_USER_PRINCIPAL | names::PRINCIPAL_URL | names::HOME_SET | names::OWNER => Some(home()),
            names::PRINCIPAL_COLLECTION_SET => Some(href(&Place::Root.path(owner.id))),
            names::PRIVILEGES => Some(self.privileges()),
            known => match self {
                Resource::Root => (known == names::DISPLAY_NAME).then(|| escaped(&owner.community)),
                Resource::Home => (known == names::DISPLAY_NAME).then(|| escaped(&owner.full_name)),
                Resource::Book => of_book(known, owner),
                Resource::Card(entry) => of_card(known, entry),
            },
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Resource::Root => "<D:collection/>",
            Resource::Home => "<D:collection/><D:principal/>",
            Resource::Book => "<D:collection/><C:addressbook/>",
            Resource::Card(_) => "",
        }
    }

    fn privileges(&self) -> String {
        let all: &[&str] = match self {
            Resource::Root | Resource::Home => &["read", "read-current-user-privilege-set"],
            Resource::Book => &["read", "read-current-user-privilege-set", "write", "write-content", "bind", "unbind"],
            Resource::Card(_) => &["read", "read-current-user-privilege-set", "write", "write-content"],
        };
        all.iter().map(|name| format!("<D:privilege><D:{name}/></D:privilege>")).collect()
    }
}

fn of_book((space, local): (&str, &str), owner: &Owner) -> Option<String> {
    let report = |name| format!("<D:supported-report><D:report>{}</D:report></D:supported-report>", element(name, ""));
    match (space, local) {
        names::DISPLAY_NAME => Some(escaped(t("Contacts"))),
        names::DESCRIPTION => Some(escaped(&owner.full_name)),
        names::SUPPORTED_REPORTS => Some([names::QUERY, names::MULTIGET, names::SYNC_COLLECTION].map(report).concat()),
        // Version 3.0 alone: macOS stops at 4.0, and others write what is named here.
        names::SUPPORTED_DATA => Some("<C:address-data-type content-type=\"text/vcard\" version=\"3.0\"/>".to_owned()),
        names::SUPPORTED_COLLATIONS => {
            let known = ["i;ascii-casemap", "i;unicode-casemap", "i;octet"];
            Some(known.map(|name| format!("<C:supported-collation>{name}</C:supported-collation>")).concat())
        }
        names::MAX_SIZE => Some(MAX_CARD.to_string()),
        names::SYNC_TOKEN | names::CTAG => Some(sync_token(owner.version)),
        _ => None,
    }
}

fn of_card((space, local): (&str, &str), entry: &Entry) -> Option<String> {
    match (space, local) {
        names::ETAG => Some(escaped(&entry.etag())),
        names::CONTENT_TYPE => Some("text/vcard; charset=utf-8".to_owned()),
        names::LAST_MODIFIED => Some(http_date(entry.changed_at)),
        _ => None,
    }
}

const TOKEN: &str = "urn:x-amicable:sync:";

/// Where a client goes on from that has seen a book in this version.
pub fn sync_token(version: i64) -> String {
    format!("{TOKEN}{version}")
}

/// Reads the version that a client has seen.
pub fn version_of(token: &str) -> Option<i64> {
    token.trim().strip_prefix(TOKEN)?.parse().ok().filter(|version| *version >= 0)
}

/// A moment as HTTP writes it.
pub fn http_date(seconds: i64) -> String {
    let at = Timestamp::from_second(seconds).unwrap_or_default();
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn escaped(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}
