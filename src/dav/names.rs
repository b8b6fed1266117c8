//! The names of WebDAV and CardDAV, each with its namespace.

/// RFC 4918, 3744, 5397, 6578.
pub const DAV: &str = "DAV:";
/// RFC 6352.
pub const CARD: &str = "urn:ietf:params:xml:ns:carddav";
/// Where `getctag` is from.
pub const SERVER: &str = "http://calendarserver.org/ns/";

/// A name in its namespace.
pub type Known = (&'static str, &'static str);

macro_rules! names {
    ($($(#[$what:meta])* $name:ident = $space:ident $local:literal;)+) => {
        $(#[doc = concat!("`", $local, "`")] pub const $name: Known = ($space, $local);)+
    };
}

names! {
    PROPFIND = DAV "propfind";
    PROPERTY_UPDATE = DAV "propertyupdate";
    SET = DAV "set";
    REMOVE = DAV "remove";
    PROP = DAV "prop";
    PROP_NAME = DAV "propname";
    ALL_PROP = DAV "allprop";
    INCLUDE = DAV "include";
    HREF = DAV "href";
    LIMIT = DAV "limit";
    N_RESULTS = DAV "nresults";
    SYNC_COLLECTION = DAV "sync-collection";
    SYNC_TOKEN = DAV "sync-token";
    SYNC_LEVEL = DAV "sync-level";
    RESOURCE_TYPE = DAV "resourcetype";
    DISPLAY_NAME = DAV "displayname";
    CURRENT_USER_PRINCIPAL = DAV "current-user-principal";
    PRINCIPAL_URL = DAV "principal-URL";
    PRINCIPAL_COLLECTION_SET = DAV "principal-collection-set";
    OWNER = DAV "owner";
    PRIVILEGES = DAV "current-user-privilege-set";
    SUPPORTED_REPORTS = DAV "supported-report-set";
    ETAG = DAV "getetag";
    CONTENT_TYPE = DAV "getcontenttype";
    LAST_MODIFIED = DAV "getlastmodified";
    QUERY = CARD "addressbook-query";
    MULTIGET = CARD "addressbook-multiget";
    HOME_SET = CARD "addressbook-home-set";
    DESCRIPTION = CARD "addressbook-description";
    ADDRESS_DATA = CARD "address-data";
    ADDRESS_DATA_TYPE = CARD "address-data-type";
    SUPPORTED_DATA = CARD "supported-address-data";
    SUPPORTED_COLLATIONS = CARD "supported-collation-set";
    MAX_SIZE = CARD "max-resource-size";
    CARD_LIMIT = CARD "limit";
    CARD_N_RESULTS = CARD "nresults";
    FILTER = CARD "filter";
    PROP_FILTER = CARD "prop-filter";
    PARAM_FILTER = CARD "param-filter";
    TEXT_MATCH = CARD "text-match";
    IS_NOT_DEFINED = CARD "is-not-defined";
    CARD_PROP = CARD "prop";
    SUPPORTED_FILTER = CARD "supported-filter";
    SUPPORTED_COLLATION = CARD "supported-collation";
    VALID_DATA = CARD "valid-address-data";
    NO_UID_CONFLICT = CARD "no-uid-conflict";
    VALID_SYNC_TOKEN = DAV "valid-sync-token";
    FINITE_DEPTH = DAV "propfind-finite-depth";
    PROTECTED = DAV "cannot-modify-protected-property";
    SUPPORTED_REPORT = DAV "supported-report";
    WITHIN_LIMITS = DAV "number-of-matches-within-limits";
    QUOTA = DAV "quota-not-exceeded";
    CTAG = SERVER "getctag";
}
