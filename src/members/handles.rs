//! Handles: which words nobody may take, how often a member changes theirs, and how long a former one is kept.

use diesel::dsl::auto_type;
use diesel::prelude::*;

use crate::dates::{self, DAY, now};
use crate::db::{self, Connection, new_id, on_engine};
use crate::error::Error;
use crate::ids::{HandleChangeId, MemberId};
use crate::relationship::Limits;
use crate::schema::{former_handles, handle_changes, handles, members};
use crate::text::digest::sha256;

const WINDOW: i64 = 30 * DAY;
/// How long a former handle leads to its member.
const KEPT: i64 = 365 * DAY;
/// Former handles that a member keeps.
const MOST_KEPT: usize = 10;

/// What the site has an address for, or who would seem to speak for it. A test holds the first parts of the routes to it.
#[rustfmt::skip]
const RESERVED: &[&str] = &[
    "about", "abuse", "account", "accounts", "admin", "administration", "administrator", "administrators", "admins",
    "amicable", "anonymous", "api", "app", "appearance", "assets", "auth", "billing", "blocked", "blog", "board",
    "circle", "community", "confirm", "connect", "connection", "connections", "contact", "contacts", "dashboard", "dav",
    "delete", "demo", "disconnect", "edit", "email", "everybody", "everyone", "explore", "faq", "feed", "feedback",
    "first-administrator", "first-steps", "forgot-password", "ftp", "guest", "handle", "health", "healthz", "help", "helpdesk", "home", "host",
    "hostmaster", "imprint", "inbox", "index", "info", "invitation", "invitations", "invite", "invite-links", "join", "legal",
    "localhost", "login", "logout", "mail", "mailer-daemon", "manifest", "members", "messages", "metrics",
    "moderation", "moderator", "moderators", "network", "new", "news", "no-reply", "nobody", "none", "noreply",
    "notification", "notifications", "null", "official", "operator", "operators", "owner", "owners", "password",
    "people", "photos", "postmaster", "press", "privacy", "profile", "profiles", "readyz", "register", "registration", "remove",
    "report", "reports", "reset-password", "robots", "root", "rules", "search", "security", "service", "settings", "sign-in",
    "sign-out", "sign-up", "signin", "signout", "signup", "staff", "static", "status", "styleguide", "support", "suspended",
    "sysadmin", "system", "team", "terms", "test", "undefined", "unsubscribe", "user", "verify-email", "webmaster",
];

/// Words of those who run a site. With nothing but fillers beside them they seem to speak for it.
#[rustfmt::skip]
const AUTHORITY: &[&str] = &[
    "admin", "administration", "administrator", "administrators", "admins", "amicable", "helpdesk", "moderation", "moderator",
    "moderators", "official", "operator", "operators", "postmaster", "root", "security", "staff", "support", "sysadmin",
    "system", "webmaster",
];
/// Words that say nothing of whose a handle is.
#[rustfmt::skip]
const FILLERS: &[&str] = &[
    "", "a", "account", "accounts", "and", "bot", "center", "centre", "chief", "community", "contact", "customer", "desk",
    "for", "head", "help", "hq", "info", "main", "mod", "network", "of", "online", "our", "real", "service", "site", "super",
    "team", "the", "user", "your",
];

/// Whether nobody may take a handle; a number behind a reserved word changes nothing, nor do digits in place of letters.
pub fn is_reserved(handle: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_digit();
    let word = handle.trim_end_matches(is_digit).trim_end_matches('-');
    let words: Vec<String> = handle.split('-').map(|part| lettered(part.trim_end_matches(is_digit))).collect();
    let is_official = |word: &String| AUTHORITY.contains(&word.as_str());
    let speaks_for_site =
        words.iter().any(is_official) && words.iter().all(|word| is_official(word) || FILLERS.contains(&word.as_str()));
    RESERVED.contains(&handle) || RESERVED.contains(&word) || speaks_for_site
}

/// A word with the letters that its digits look like.
fn lettered(word: &str) -> String {
    let letter = |c| match c {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' => 'a',
        '5' => 's',
        '7' => 't',
        c => c,
    };
    word.chars().map(letter).collect()
}

/// To whom a handle leads: the one they have, and former ones that are kept.
#[auto_type(no_type_alias)]
pub fn whom_leads<'a>(handle: &'a str, now: i64) -> _ {
    let is_kept = handles::kept_until.is_null().or(handles::kept_until.gt(now));
    handles::table.filter(handles::handle.eq(handle)).filter(is_kept).select(handles::member_id)
}

/// How often a member has changed their handle lately.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changes {
    /// In the last 30 days.
    pub made: usize,
    /// Those that may be made in any 30 days.
    pub most: usize,
    /// When the next comes free, where no more can be made now.
    pub next: Option<i64>,
}

impl Changes {
    /// Counts changes by their times. One counts until the day begins on which 30 days have passed, so that the day which is
    /// named is one on which a change can be made.
    fn of(times: impl Iterator<Item = i64>, most: usize, now: i64) -> Changes {
        let free = |time: i64| dates::civil(time + WINDOW).and_then(dates::start_of).unwrap_or(time + WINDOW);
        let mut free: Vec<i64> = times.map(free).filter(|free| *free > now).collect();
        free.sort_unstable();
        let over = free.len().checked_sub(most);
        // Where nobody may change it at all, none comes free.
        Changes { made: free.len(), most, next: over.map(|over| free.get(over).copied().unwrap_or(now + WINDOW)) }
    }
}

/// Why a handle was not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It is somebody else's, or was until lately.
    Taken,
    /// No more changes can be made now.
    TooOften(Changes),
}

/// Counts a member's changes of the last 30 days.
///
/// # Errors
/// The database's.
pub fn changes(connection: &mut Connection, limits: &Limits, member: MemberId) -> Result<Changes, Error> {
    let now = now();
    let lately = handle_changes::table
        .filter(handle_changes::member_id.eq(member))
        .filter(handle_changes::changed_at.gt(now - WINDOW - DAY))
        .select(handle_changes::changed_at);
    let times: Vec<i64> = on_engine!(connection, |own| lately.load(own))?;
    Ok(Changes::of(times.into_iter(), most_changes(limits), now))
}

fn most_changes(limits: &Limits) -> usize {
    usize::try_from(limits.handle_changes).unwrap_or(usize::MAX)
}

/// Takes a handle for a member, unless somebody else's leads there. One statement, so that of two who take it at the same
/// moment one gets it.
///
/// # Errors
/// The database's.
pub fn take(connection: &mut Connection, member: MemberId, handle: &str) -> Result<bool, Error> {
    use diesel::query_dsl::methods::FilterDsl;
    if was_removed(connection, handle)? {
        return Ok(false);
    }
    let row = (handles::handle.eq(handle), handles::member_id.eq(member));
    let theirs = (handles::member_id.eq(member), handles::kept_until.eq(None::<i64>));
    let free = handles::member_id.eq(member).or(handles::kept_until.le(now()));
    let taken = on_engine!(connection, |own| diesel::insert_into(handles::table)
        .values(row)
        .on_conflict(handles::handle)
        .do_update()
        .set(theirs)
        .filter(free)
        .execute(own))?;
    Ok(taken == 1)
}

/// Whether a handle was that of an account that was removed, less than a year ago.
fn was_removed(connection: &mut Connection, handle: &str) -> Result<bool, Error> {
    let kept = former_handles::table.find(sha256(handle)).into_boxed();
    let kept = kept.filter(former_handles::kept_until.gt(now())).select(former_handles::kept_until);
    Ok(kept.first::<i64>(connection).optional()?.is_some())
}

/// Returns the handles that a member has and had, each once.
///
/// # Errors
/// The database's.
pub fn all_of(connection: &mut Connection, member: MemberId) -> Result<Vec<String>, Error> {
    let current = members::table.find(member).select(members::handle);
    let mut theirs: Vec<String> = current.load(connection)?;
    let former = handle_changes::table.filter(handle_changes::member_id.eq(member)).select(handle_changes::former);
    theirs.extend(former.load::<String>(connection)?);
    theirs.sort_unstable();
    theirs.dedup();
    Ok(theirs)
}

/// Keeps the handles of an account that is removed from being taken, as hashes, and forgets those that were kept long enough.
///
/// # Errors
/// The database's.
pub fn reserve(connection: &mut Connection, member: MemberId) -> Result<(), Error> {
    let theirs = all_of(connection, member)?;
    // First: one of these may have been that of an account before.
    diesel::delete(former_handles::table.filter(former_handles::kept_until.le(now()))).execute(connection)?;
    for handle in theirs.iter().filter(|handle| !handle.is_empty()) {
        let row = (former_handles::handle_hash.eq(sha256(handle)), former_handles::kept_until.eq(now() + KEPT));
        let insert = diesel::insert_into(former_handles::table).values(row).on_conflict_do_nothing();
        on_engine!(connection, |own| insert.execute(own))?;
    }
    Ok(())
}

/// Changes a member's handle, and says how often that was done. The old one leads here for a year, unless ten newer ones
/// do. Taking an old one back is a change like any other.
///
/// # Errors
/// The database's.
pub fn change(
    connection: &mut Connection,
    limits: &Limits,
    member: MemberId,
    handle: &str,
) -> Result<Result<Changes, Refused>, Error> {
    db::lock_members(connection, [member])?;
    let now = now();
    let old: String = members::table.find(member).select(members::handle).first(connection)?;
    let mut made: Vec<(i64, String)> = handle_changes::table
        .filter(handle_changes::member_id.eq(member))
        .order(handle_changes::id.desc())
        .select((handle_changes::changed_at, handle_changes::former))
        .load(connection)?;
    let most = most_changes(limits);
    let before = Changes::of(made.iter().map(|(time, _)| *time), most, now);
    if old == handle {
        return Ok(Ok(before));
    }
    if before.next.is_some() {
        return Ok(Err(Refused::TooOften(before)));
    }
    if !take(connection, member, handle)? {
        return Ok(Err(Refused::Taken));
    }
    diesel::update(handles::table.find(&old)).set(handles::kept_until.eq(now + KEPT)).execute(connection)?;
    diesel::update(members::table.find(member)).set(members::handle.eq(handle)).execute(connection)?;
    let row = (
        handle_changes::member_id.eq(member),
        handle_changes::id.eq(new_id::<HandleChangeId>()),
        handle_changes::changed_at.eq(now),
        handle_changes::former.eq(&old),
    );
    diesel::insert_into(handle_changes::table).values(row).execute(connection)?;
    made.insert(0, (now, old));
    let after = Changes::of(made.iter().map(|(time, _)| *time), most, now);
    let_go(connection, member, made.into_iter().map(|(_, former)| former))?;
    Ok(Ok(after))
}

/// Lets go of the handles that are more than a member keeps, the newest first, and forgets changes older than a year.
fn let_go(connection: &mut Connection, member: MemberId, former: impl Iterator<Item = String>) -> Result<(), Error> {
    let mut kept: Vec<String> = Vec::new();
    for handle in former {
        if !kept.contains(&handle) {
            kept.push(handle);
        }
    }
    let over = kept.split_off(kept.len().min(MOST_KEPT));
    if !over.is_empty() {
        let over = handles::table
            .filter(handles::handle.eq_any(over))
            .filter(handles::member_id.eq(member))
            .filter(handles::kept_until.is_not_null());
        diesel::delete(over).execute(connection)?;
    }
    let old = handle_changes::table
        .filter(handle_changes::member_id.eq(member))
        .filter(handle_changes::changed_at.lt(now() - KEPT));
    diesel::delete(old).execute(connection)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reserved_word_is_reserved_with_numbers_too() {
        for handle in ["admin", "admin2", "admin-2", "settings", "sign-in", "no-reply"] {
            assert!(is_reserved(handle), "{handle}");
        }
        for handle in ["ada-ruiz", "member-000001", "123", "adminah"] {
            assert!(!is_reserved(handle), "{handle}");
        }
    }

    #[test]
    fn nobody_takes_a_handle_that_seems_to_speak_for_the_site() {
        for handle in [
            "amicable-support",
            "amicable-team",
            "admin-amicable",
            "the-admin",
            "4dmin",
            "supp0rt-team",
            "admin--2",
            "r00t",
        ] {
            assert!(is_reserved(handle), "{handle}");
        }
        for handle in ["maria-support-lopez", "adminah", "system-of-a-down", "the-team-lead", "root-vegetables", "1234"]
        {
            assert!(!is_reserved(handle), "{handle}");
        }
    }

    #[test]
    fn first_parts_of_routes_are_reserved() {
        let table =
            include_str!("../routes.rs").split(".route(\"/").skip(1).map(|rest| rest.split('"').next().unwrap());
        let first: Vec<&str> = table.map(|path| path.split(['/', '.']).next().unwrap()).collect();
        assert!(first.len() > 50);
        for word in first.into_iter().filter(|word| word.len() > 2 && !word.starts_with('{')) {
            assert!(is_reserved(word), "{word}");
        }
    }

    #[test]
    fn five_changes_fit_into_any_thirty_days() {
        let now = 1_700_000_000;
        let made = |days: &[i64]| Changes::of(days.iter().map(|day| now - day * DAY), 5, now);
        assert_eq!(made(&[1, 2, 3, 29]), Changes { made: 4, most: 5, next: None });
        assert_eq!(made(&[0, 1, 2, 3, 31]).next, None);
        let next = made(&[0, 1, 2, 3, 20]).next.unwrap();
        assert_eq!(dates::iso(next), dates::iso(now + 10 * DAY));
        assert!(next <= now + 10 * DAY && next % DAY == 0);
    }
}
