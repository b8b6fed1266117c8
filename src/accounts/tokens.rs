//! Tokens: each lets one program do for its member what its scopes name, and opens no page. One is a long random secret, so a
//! plain hash of it is enough, and cheap enough for every request.

use diesel::prelude::*;
use rand::RngExt;

use crate::connections;
use crate::connections::allowance::{last_to_spare, spare};
use crate::dates::{DAY, SECOND_PRESS, now};
use crate::db::{self, Connection, new_id, on_engine};
use crate::error::Error;
use crate::ids::{MemberId, TokenId};
use crate::language::{chosen, key, t};
use crate::members::role::Role;
use crate::members::suspension::is_suspended;
use crate::relationship::Limits;
use crate::schema::{api_answers, api_tokens, connection_counts, members};
use crate::text::digest::sha256;
use crate::web::viewer::Viewer;

/// Tokens that a member has at once.
pub const MAX_TOKENS: i64 = 50;
/// Characters of a name.
pub const LONGEST_NAME: usize = 80;
/// What a token begins with, by which one is known wherever it turns up.
pub const PREFIX: &str = "amicable_";
/// Days for which a token may be good.
pub const DAYS: [i64; 3] = [30, 90, 365];
/// Seconds after which a use is noted anew.
const NOTED_EVERY: i64 = 3_600;
/// Seconds for which answers are kept.
const ANSWERS_KEPT: i64 = DAY;

/// Makes the enum of the scopes and what is said of each, from one line a scope.
macro_rules! scopes {
    ($($(#[$what:meta])* $scope:ident = $word:literal, $label:expr;)+) => {
        /// What a token lets a program do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Scope { $($(#[$what])* $scope,)+ }

        impl Scope {
            /// All of them, as the form shows them.
            pub const ALL: &[Scope] = &[$(Scope::$scope,)+];

            /// Returns its name.
            pub fn word(self) -> &'static str {
                match self { $(Scope::$scope => $word,)+ }
            }

            /// Returns what it lets a program do.
            pub fn label(self) -> &'static str {
                t(match self { $(Scope::$scope => $label,)+ })
            }
        }
    };
}

scopes! {
    /// One's own profile.
    ReadProfile = "profile:read", key("Read your profile");
    /// The same, changed.
    WriteProfile = "profile:write", key("Change your profile");
    /// Connections, invitations, members, removals.
    ReadConnections = "connections:read", key("Read your connections and invitations");
    /// Invite, accept, disconnect, block.
    WriteConnections = "connections:write", key("Invite, answer, disconnect and block for you");
    /// The address book.
    ReadContacts = "contacts:read", key("Read your contacts");
    /// The same, changed.
    WriteContacts = "contacts:write", key("Add, change and delete contacts");
    /// Conversations.
    ReadMessages = "messages:read", key("Read your messages");
    /// Send and delete.
    WriteMessages = "messages:write", key("Send and delete messages for you");
}

/// Scopes as they are stored: their names, with spaces between.
fn stored(scopes: &[Scope]) -> String {
    scopes.iter().map(|scope| scope.word()).collect::<Vec<_>>().join(" ")
}

/// Reads stored scopes.
fn read(words: &str) -> Vec<Scope> {
    let is_one = |scope: &Scope| words.split(' ').any(|word| word == scope.word());
    Scope::ALL.iter().copied().filter(is_one).collect()
}

/// A token as its member sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What is revoked.
    pub id: TokenId,
    /// What the member calls it.
    pub name: String,
    /// What it lets a program do.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: i64,
    /// From when it opens nothing any more; nothing for never.
    pub expires_at: Option<i64>,
    /// When it was last used, to the hour; nothing for never.
    pub last_used_at: Option<i64>,
}

/// Loads a member's tokens, the newest first.
///
/// # Errors
/// The database's.
pub fn all(connection: &mut Connection, member: MemberId) -> Result<Vec<Token>, Error> {
    type Row = ((TokenId, String, String, i64), Option<i64>, Option<i64>);
    let mine = api_tokens::table.filter(api_tokens::member_id.eq(member)).order(api_tokens::id.desc());
    let columns = (api_tokens::id, api_tokens::name, api_tokens::scopes, api_tokens::created_at);
    let rows: Vec<Row> = mine.select((columns, api_tokens::expires_at, api_tokens::last_used_at)).load(connection)?;
    let token = |((id, name, scopes, created_at), expires_at, last_used_at): Row| Token {
        id,
        name,
        scopes: read(&scopes),
        created_at,
        expires_at,
        last_used_at,
    };
    Ok(rows.into_iter().map(token).collect())
}

/// What a new token is to be.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What the member calls it.
    pub name: String,
    /// What it lets a program do.
    pub scopes: Vec<Scope>,
    /// Days for which it is good; nothing for any number.
    pub days: Option<i64>,
}

/// Makes a token, and returns its id and the secret, which nobody can read again. Nothing where the member has as many as one may
/// have.
///
/// # Errors
/// The database's.
pub fn make(connection: &mut Connection, member: MemberId, new: &NewToken) -> Result<Option<(TokenId, String)>, Error> {
    db::lock_members(connection, [member])?;
    let mine = api_tokens::table.filter(api_tokens::member_id.eq(member)).count();
    if mine.get_result::<i64>(connection)? >= MAX_TOKENS {
        return Ok(None);
    }
    // Its owner stands in front, so that it is found where the owner's rows are.
    let (id, secret) = (new_id(), format!("{PREFIX}{member:x}_{:032x}", rand::rng().random::<u128>()));
    let row = (
        api_tokens::member_id.eq(member),
        api_tokens::id.eq(id),
        api_tokens::name.eq(&new.name),
        api_tokens::token_hash.eq(sha256(&secret)),
        api_tokens::scopes.eq(stored(&new.scopes)),
        api_tokens::created_at.eq(now()),
        api_tokens::expires_at.eq(new.days.map(|days| now() + days * DAY)),
    );
    diesel::insert_into(api_tokens::table).values(row).execute(connection)?;
    Ok(Some((id, secret)))
}

/// Forgets a token like this that was made a moment ago and never used: by the first of two presses, whose page nobody has
/// seen.
///
/// # Errors
/// The database's.
pub fn forget_unseen(connection: &mut Connection, member: MemberId, new: &NewToken) -> Result<bool, Error> {
    let unseen = api_tokens::table
        .filter(api_tokens::member_id.eq(member))
        .filter(api_tokens::name.eq(&new.name))
        .filter(api_tokens::scopes.eq(stored(&new.scopes)))
        .filter(api_tokens::last_used_at.is_null())
        .filter(api_tokens::created_at.gt(now() - SECOND_PRESS));
    Ok(diesel::delete(unseen).execute(connection)? > 0)
}

/// Revokes one of a member's tokens. Returns what it was called; nothing where there is none.
///
/// # Errors
/// The database's.
pub fn revoke(connection: &mut Connection, member: MemberId, id: TokenId) -> Result<Option<String>, Error> {
    let row = api_tokens::table.find((member, id));
    let name = row.select(api_tokens::name).first(connection).optional()?;
    diesel::delete(row).execute(connection)?;
    // What it was answered may be what it is not to read any more.
    let answers = api_answers::table.filter(api_answers::member_id.eq(member)).filter(api_answers::token_id.eq(id));
    diesel::delete(answers).execute(connection)?;
    Ok(name)
}

/// Revokes all of a member's.
///
/// # Errors
/// The database's.
pub fn revoke_all(connection: &mut Connection, member: MemberId) -> Result<usize, Error> {
    diesel::delete(api_answers::table.filter(api_answers::member_id.eq(member))).execute(connection)?;
    Ok(diesel::delete(api_tokens::table.filter(api_tokens::member_id.eq(member))).execute(connection)?)
}

/// Whom a token lets in, and for what.
#[derive(Debug, Clone)]
pub struct Program {
    /// The member, with what the verbs ask of whoever acts. Badges are not counted, but for the invitations received.
    pub viewer: Viewer,
    /// The token.
    pub id: TokenId,
    /// What it lets the program do.
    pub scopes: Vec<Scope>,
    last_used_at: Option<i64>,
}

impl Program {
    /// Returns whether its use is to be [`touch`]ed.
    pub fn is_stale(&self) -> bool {
        self.last_used_at.is_none_or(|at| (now() - at).abs() > NOTED_EVERY)
    }
}

/// Finds whom a token lets in; nobody where it is unknown, revoked or has expired, or where the account is to be deleted.
/// Whoever is suspended is found, so that they can be told.
///
/// # Errors
/// The database's.
pub fn program(connection: &mut Connection, limits: &Limits, secret: &str) -> Result<Option<Program>, Error> {
    let Some(member) = owner(secret) else { return Ok(None) };
    let invitations = connections::waiting(limits, member).count().single_value();
    let last_to_spare = last_to_spare(spare(limits), member).single_value();
    let query = api_tokens::table
        .inner_join(members::table.on(members::id.eq(api_tokens::member_id)))
        .inner_join(connection_counts::table.on(connection_counts::member_id.eq(api_tokens::member_id)))
        .filter(api_tokens::member_id.eq(member))
        .filter(api_tokens::token_hash.eq(sha256(secret)))
        .filter(api_tokens::expires_at.is_null().or(api_tokens::expires_at.gt(now()).assume_not_null()))
        .filter(members::deletion_due_at.is_null())
        .select((
            (api_tokens::id, api_tokens::scopes, api_tokens::last_used_at),
            (members::handle, members::full_name, members::language, members::time_zone, members::photo),
            (connection_counts::number, connection_counts::version),
            (members::role, members::suspended_at, members::suspended_until, members::hidden_at),
            (invitations, last_to_spare),
        ));
    type Texts = (String, String, String, String, String);
    type Standing = (Role, Option<i64>, Option<i64>, Option<i64>);
    type Found = ((TokenId, String, Option<i64>), Texts, (i32, i32), Standing, (Option<i64>, Option<i64>));
    let found = on_engine!(connection, |own| query.first::<Found>(own)).optional()?;
    Ok(found.map(|((id, scopes, last_used_at), texts, counted, standing, (invitations, last_to_spare))| {
        let (handle, full_name, language, time_zone, photo) = texts;
        let viewer = Viewer {
            id: member,
            handle,
            full_name,
            connection_count: counted.0,
            connection_version: counted.1,
            last_to_spare,
            invitations: invitations.unwrap_or(0),
            unread: 0,
            unread_conversations: 0,
            open_reports: 0,
            language: chosen(language),
            time_zone,
            is_suspended: is_suspended(standing.1, standing.2),
            is_hidden: standing.3.is_some(),
            role: standing.0,
            photo,
            deletion_due_at: None,
            token_hash: String::new(),
            confirmed_at: 0,
        };
        Program { viewer, id, scopes: read(&scopes), last_used_at }
    }))
}

/// Whose a token says it is.
fn owner(secret: &str) -> Option<MemberId> {
    i64::from_str_radix(secret.strip_prefix(PREFIX)?.split('_').next()?, 16).ok().map(MemberId::new)
}

/// Notes that a token is in use.
///
/// # Errors
/// The database's.
pub fn touch(connection: &mut Connection, program: &Program) -> Result<(), Error> {
    let row = api_tokens::table.find((program.viewer.id, program.id));
    diesel::update(row).set(api_tokens::last_used_at.eq(now())).execute(connection)?;
    Ok(())
}

/// What was answered under an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Answered {
    /// The hash of what was asked.
    pub request_hash: String,
    /// The status.
    pub status: i32,
    /// The body.
    pub body: String,
}

/// Takes an idempotency key for what is about to be done, in the same transaction. Returns what was answered under it, where
/// that was done before; whoever asks at the same time waits until it is.
///
/// # Errors
/// The database's.
pub fn take_key(
    connection: &mut Connection,
    (member, token): (MemberId, TokenId),
    key: &str,
    request_hash: &str,
) -> Result<Option<Answered>, Error> {
    use api_answers::{body, created_at, key_hash, member_id, status, token_id};
    let row = api_answers::table.find((member, token, sha256(key)));
    diesel::delete(row.clone().filter(created_at.le(now() - ANSWERS_KEPT))).execute(connection)?;
    let columns = (member_id.eq(member), token_id.eq(token), key_hash.eq(sha256(key)), created_at.eq(now()));
    let new = (columns, api_answers::request_hash.eq(request_hash), status.eq(0), body.eq(""));
    let new = diesel::insert_into(api_answers::table).values(new).on_conflict_do_nothing();
    if on_engine!(connection, |own| new.execute(own))? > 0 {
        return Ok(None);
    }
    Ok(Some(row.select((api_answers::request_hash, status, body)).first(connection)?))
}

/// Keeps what is answered under a key that was taken.
///
/// # Errors
/// The database's.
pub fn keep_answer(
    connection: &mut Connection,
    (member, token): (MemberId, TokenId),
    key: &str,
    (status, body): (u16, &str),
) -> Result<(), Error> {
    let row = api_answers::table.find((member, token, sha256(key)));
    let answer = (api_answers::status.eq(i32::from(status)), api_answers::body.eq(body));
    diesel::update(row).set(answer).execute(connection)?;
    Ok(())
}

/// Gives a key back that was taken, under which nothing was done.
///
/// # Errors
/// The database's.
pub fn give_key_back(
    connection: &mut Connection,
    (member, token): (MemberId, TokenId),
    key: &str,
) -> Result<(), Error> {
    diesel::delete(api_answers::table.find((member, token, sha256(key)))).execute(connection)?;
    Ok(())
}

/// Forgets what was answered more than a day ago.
///
/// # Errors
/// The database's.
pub fn purge(connection: &mut Connection) -> Result<(), Error> {
    let old = api_answers::table.filter(api_answers::created_at.le(now() - ANSWERS_KEPT));
    diesel::delete(old).execute(connection)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_stored_by_their_names() {
        let some = [Scope::ReadProfile, Scope::WriteMessages];
        assert_eq!(stored(&some), "profile:read messages:write");
        assert_eq!(read(&stored(&some)), some);
        assert_eq!(read("profile messages"), []);
    }

    #[test]
    fn a_token_says_whose_it_is() {
        assert_eq!(owner("amicable_1f_00"), Some(MemberId::new(31)));
        for odd in ["", "1f_00", "amicable_", "amicable_x_1", "amicable_ffffffffffffffffff_1"] {
            assert_eq!(owner(odd), None, "{odd}");
        }
    }
}
