//! Conversations and messages as their owner has them, in SQL.

use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::connections::row::{Row, State};
use crate::connections::visible;
use crate::dates::now;
use crate::db::{Connection, id_in, new_id, on_engine, sql_condition};
use crate::error::Error;
use crate::ids::{Between, MemberId, MessageId};
use crate::inbox::texts::{COPY, WithText, WithTexts};
use crate::members::handles::whom_leads;
use crate::members::{MemberCard, names};
use crate::relationship::Limits;
use crate::schema::{conversations, members, message_copies, messages, relationships};
use crate::web::pagination::PageRequest;

/// Messages on a page.
const MESSAGES: usize = 50;

sql_condition!(
    /// The conversation has something to show, and its owner has not blocked the other.
    Shown: Bool = "conversations.place IS NOT NULL AND NOT EXISTS (SELECT 1 FROM relationships AS blocked \
                   WHERE blocked.owner_id = conversations.owner_id AND blocked.other_id = conversations.other_id \
                   AND blocked.state = 7)"
);
sql_condition!(
    /// The conversation has something to show and is not read, as its index asks for it; also where its owner has blocked the
    /// other, which [`Shown`] tells.
    IsUnread: Bool = "conversations.is_unread = TRUE AND conversations.place IS NOT NULL"
);
sql_condition!(
    /// The owner of the row has an unread conversation with the other.
    HasUnread: Bool = "EXISTS (SELECT 1 FROM conversations AS theirs WHERE theirs.owner_id = relationships.owner_id \
                       AND theirs.other_id = relationships.other_id AND theirs.is_unread = TRUE \
                       AND theirs.place IS NOT NULL)"
);

/// A conversation as its owner has it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = conversations)]
#[allow(missing_docs)]
pub struct Conversation {
    pub owner_id: MemberId,
    pub other_id: MemberId,
    pub place: Option<MessageId>,
    pub is_unread: bool,
    pub draft: String,
    pub last_at: Option<i64>,
    pub begun_at: Option<i64>,
    pub last_press: String,
}

/// With whom one talks, how one stands to them, and what there is of the conversation.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(check_for_backend(diesel::sqlite::Sqlite, diesel::pg::Pg))]
#[allow(missing_docs)]
pub struct Partner {
    #[diesel(embed)]
    pub person: MemberCard,
    #[diesel(embed)]
    pub row: Option<Row>,
    #[diesel(embed)]
    pub conversation: Option<Conversation>,
    #[diesel(select_expression = members::deletion_due_at)]
    deletion_due_at: Option<i64>,
    #[diesel(select_expression = members::hidden_at)]
    hidden_at: Option<i64>,
}

impl Partner {
    /// Returns where the conversation stands in the list, if it does.
    pub fn place(&self) -> Option<MessageId> {
        self.conversation.as_ref().and_then(|conversation| conversation.place)
    }

    /// Returns what was begun to be written.
    pub fn draft(&self) -> &str {
        self.conversation.as_ref().map_or("", |conversation| &conversation.draft)
    }

    /// Whether they are there for the viewer.
    fn is_there(&self, limits: &Limits) -> bool {
        let side = visible::side_of(self.row.as_ref(), limits);
        self.deletion_due_at.is_none() && visible::is_there(self.hidden_at.is_some(), side)
    }

    /// Returns them as whoever blocked the viewer, where they delete their account or are hidden: these cannot be told apart.
    fn into_unseen(mut self, limits: &Limits) -> Partner {
        if !self.is_there(limits) {
            let me = self.conversation.as_ref().map_or(MemberId::NOBODY, |conversation| conversation.owner_id);
            let stranger = || Row::new(Between { viewer: me, other: self.person.id });
            self.row.get_or_insert_with(stranger).be_blocked();
        }
        self
    }

    /// Whether there never was a message between the two, as far as the owner knows.
    pub fn is_new(&self) -> bool {
        self.conversation.as_ref().is_none_or(|conversation| conversation.last_at.is_none())
    }
}

/// Loads whom a handle leads to, with what the viewer has of them.
///
/// # Errors
/// [`Error::NotFound`] where there is nobody, where it is the viewer, where the viewer has blocked them, and where they have
/// blocked the viewer, delete their account or are hidden from strangers, unless there is a conversation: that stays as it was.
pub fn partner(connection: &mut Connection, limits: &Limits, me: MemberId, handle: &str) -> Result<Partner, Error> {
    let handle = &handle.to_ascii_lowercase();
    if !names::is_handle(handle) {
        return Err(Error::NotFound);
    }
    let side = relationships::owner_id.eq(me).and(relationships::other_id.eq(members::id));
    let talk = conversations::owner_id.eq(me).and(conversations::other_id.eq(members::id));
    // Joined with the table of handles, it would take the compiler seconds longer.
    let found = members::table
        .left_join(relationships::table.on(side))
        .left_join(conversations::table.on(talk))
        .filter(members::id.nullable().eq(whom_leads(handle, now()).single_value()));
    let found: Partner = on_engine!(connection, |own| found.select(Partner::as_select()).first(own))?;
    let is_hidden = match found.row.as_ref().map(|row| row.state) {
        Some(State::Blocked) => true,
        _ if found.person.id == me => true,
        _ => !found.is_there(limits) && found.place().is_none(),
    };
    if is_hidden { Err(Error::NotFound) } else { Ok(found.into_unseen(limits)) }
}

/// Loads a member's conversation with another; nothing where there is no row.
///
/// # Errors
/// The database's.
pub fn conversation(
    connection: &mut Connection,
    Between { viewer: owner, other }: Between,
) -> Result<Option<Conversation>, Error> {
    let row = conversations::table.find((owner, other));
    Ok(on_engine!(connection, |own| row.select(Conversation::as_select()).first(own)).optional()?)
}

/// Loads a page of the conversations that are shown, each with whom it is, in the direction of the cursor.
///
/// # Errors
/// The database's.
pub fn conversations(
    connection: &mut Connection,
    owner: MemberId,
    at: &PageRequest,
) -> Result<Vec<(Conversation, MemberCard)>, Error> {
    let mine = conversations::table
        .inner_join(members::table.on(members::id.eq(conversations::other_id)))
        .filter(conversations::owner_id.eq(owner))
        .filter(Shown)
        .into_boxed();
    let place = conversations::place;
    let mine = match at.cursor() {
        Some((cursor, true)) => mine.filter(place.gt(cursor.id)).order(place.asc()),
        Some((cursor, false)) => mine.filter(place.lt(cursor.id)).order(place.desc()),
        None => mine.order(place.desc()),
    };
    let columns = (Conversation::as_select(), MemberCard::as_select());
    Ok(mine.select(columns).limit(at.limit()).load(connection)?)
}

/// Of whom the newest message is, when it was sent, whether the owner wrote it, and its text.
pub type Newest = (MemberId, i64, bool, String);

/// Loads the newest message of some conversations.
///
/// # Errors
/// The database's.
pub fn newest_of(connection: &mut Connection, owner: MemberId, others: &[MemberId]) -> Result<Vec<Newest>, Error> {
    // The sum keeps SQLite from beginning with all messages of these conversations: it knows nothing of how many there are.
    let copy = message_copies::owner_id
        .eq(conversations::owner_id)
        .and(message_copies::other_id.eq(conversations::other_id + 0))
        .and(message_copies::id.nullable().eq(conversations::place));
    let newest = conversations::table
        .inner_join(message_copies::table.on(copy))
        .filter(conversations::owner_id.eq(owner))
        .filter(id_in(connection, conversations::other_id, others))
        .select(COPY)
        .offset(0);
    let newest: Vec<WithText> = on_engine!(connection, |own| WithTexts(newest).load(own))?;
    Ok(newest.into_iter().map(|(_, other, _, is_mine, sent_at, text)| (other, sent_at, is_mine, text)).collect())
}

/// A message as its owner has it.
#[derive(Debug, Clone, Queryable)]
#[allow(missing_docs)]
pub struct Message {
    pub id: MessageId,
    pub is_mine: bool,
    pub sent_at: i64,
    pub text: String,
}

/// Messages of a conversation, the newest first, and before which one the older ones begin, where there are any.
pub type Page = (Vec<Message>, Option<MessageId>);

/// Loads the newest messages of a conversation before an id.
///
/// # Errors
/// The database's.
pub fn page(
    connection: &mut Connection,
    Between { viewer: owner, other }: Between,
    before: MessageId,
) -> Result<Page, Error> {
    let copies = message_copies::table
        .filter(message_copies::owner_id.eq(owner))
        .filter(message_copies::other_id.eq(other))
        .filter(message_copies::id.lt(before))
        .filter(message_copies::deletion_id.is_null())
        .order(message_copies::id.desc())
        .limit(MESSAGES as i64 + 1)
        .select(COPY);
    let rows: Vec<WithText> = on_engine!(connection, |own| WithTexts(copies).load(own))?;
    let mut rows = newest_first(rows);
    let has_more = rows.len() > MESSAGES;
    rows.truncate(MESSAGES);
    let older = rows.last().map(|message| message.id).filter(|_| has_more);
    Ok((rows, older))
}

/// Loads the oldest messages of a conversation, the newest of them first: its last page; and whether there are newer ones.
///
/// # Errors
/// The database's.
pub fn last_page(
    connection: &mut Connection,
    Between { viewer: owner, other }: Between,
) -> Result<(Vec<Message>, bool), Error> {
    let copies = message_copies::table
        .filter(message_copies::owner_id.eq(owner))
        .filter(message_copies::other_id.eq(other))
        .filter(message_copies::deletion_id.is_null())
        .order(message_copies::id.asc())
        .limit(MESSAGES as i64 + 1)
        .select(COPY);
    let rows: Vec<WithText> = on_engine!(connection, |own| WithTexts(copies).load(own))?;
    let mut rows = newest_first(rows);
    let has_newer = rows.len() > MESSAGES;
    rows.drain(..rows.len().saturating_sub(MESSAGES));
    Ok((rows, has_newer))
}

fn newest_first(rows: Vec<WithText>) -> Vec<Message> {
    let message = |(_, _, id, is_mine, sent_at, text)| Message { id, is_mine, sent_at, text };
    let mut rows: Vec<Message> = rows.into_iter().map(message).collect();
    rows.sort_by_key(|message| std::cmp::Reverse(message.id));
    rows
}

/// Marks a conversation as read, up to what stood there when it was opened. Returns whether it was unread.
///
/// # Errors
/// The database's.
pub fn mark_read(
    connection: &mut Connection,
    Between { viewer: owner, other }: Between,
    place: MessageId,
) -> Result<bool, Error> {
    let row = conversations::table.find((owner, other)).filter(conversations::place.eq(place));
    let unread = row.filter(conversations::is_unread);
    Ok(diesel::update(unread).set(conversations::is_unread.eq(false)).execute(connection)? > 0)
}

/// Marks conversations as read or unread. Returns how many there are.
///
/// # Errors
/// The database's.
pub fn mark(
    connection: &mut Connection,
    owner: MemberId,
    others: &[MemberId],
    is_unread: bool,
) -> Result<usize, Error> {
    let rows = conversations::table
        .filter(conversations::owner_id.eq(owner))
        .filter(id_in(connection, conversations::other_id, others))
        .filter(Shown);
    Ok(diesel::update(rows).set(conversations::is_unread.eq(is_unread)).execute(connection)?)
}

/// Keeps what was begun to be written to somebody, in place of what was kept before; an empty text keeps nothing.
///
/// # Errors
/// The database's.
pub fn save_draft(connection: &mut Connection, between: Between, draft: &str) -> Result<(), Error> {
    let Between { viewer: owner, other } = between;
    let kept = conversation(connection, between)?;
    if kept.as_ref().map_or("", |kept| &kept.draft) == draft {
        return Ok(());
    }
    let values = conversations::draft.eq(draft);
    let row = (conversations::owner_id.eq(owner), conversations::other_id.eq(other), values);
    let row = diesel::insert_into(conversations::table).values(row);
    let row = row.on_conflict((conversations::owner_id, conversations::other_id)).do_update().set(values);
    on_engine!(connection, |own| row.execute(own))?;
    settle(connection, between)
}

/// Puts a conversation in its place, after messages or the draft in it have come or gone.
///
/// # Errors
/// The database's.
pub fn settle(connection: &mut Connection, between: Between) -> Result<(), Error> {
    let Between { viewer: owner, other } = between;
    let Some(kept) = conversation(connection, between)? else { return Ok(()) };
    let newest = message_copies::table
        .filter(message_copies::owner_id.eq(owner))
        .filter(message_copies::other_id.eq(other))
        .filter(message_copies::deletion_id.is_null())
        .order(message_copies::id.desc())
        .select(message_copies::id);
    let newest: Option<MessageId> = on_engine!(connection, |own| newest.first(own)).optional()?;
    let place = match newest {
        None if kept.draft.is_empty() => None,
        None => kept.place.or(Some(next_id(connection, [owner])?)),
        newest => newest,
    };
    let values = (conversations::place.eq(place), conversations::last_press.eq(""));
    diesel::update(conversations::table.find((owner, other))).set(values).execute(connection)?;
    Ok(())
}

/// Makes an id greater than those of all that the members have written, and of all that stands in their lists, also where the
/// clock went back.
///
/// # Errors
/// The database's.
pub fn next_id<const N: usize>(connection: &mut Connection, of: [MemberId; N]) -> Result<MessageId, Error> {
    let mut id: MessageId = new_id();
    for member in of {
        let written = messages::table.filter(messages::writer_id.eq(member)).order(messages::id.desc());
        let written: Option<MessageId> =
            on_engine!(connection, |own| written.select(messages::id).first(own)).optional()?;
        let listed = conversations::table
            .filter(conversations::owner_id.eq(member))
            .filter(conversations::place.is_not_null())
            .order(conversations::place.desc())
            .select(conversations::place.assume_not_null());
        let listed: Option<MessageId> = on_engine!(connection, |own| listed.first(own)).optional()?;
        id = id.max(written.max(listed).map_or(MessageId::MIN, MessageId::next));
    }
    Ok(id)
}
