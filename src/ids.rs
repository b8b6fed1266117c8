//! The ids of rows: a member's has a type of its own, so that it is never taken for the id of anything else, or for a number.

use std::fmt;

/// An id of some kind: what makes ids and what writes lists of them needs of it.
pub trait Id: Copy + fmt::Display {
    /// Takes a number for an id of this kind.
    fn new(number: i64) -> Self;
    /// Returns the number.
    fn get(self) -> i64;
}

/// Makes the type of an id: a number to the database, in JSON, in addresses and in templates, and nothing else in the
/// program.
macro_rules! id {
    ($(#[$what:meta])* $name:ident) => {
        $(#[$what])*
        #[derive(
            Debug,
            Clone,
            Copy,
            PartialEq,
            Eq,
            PartialOrd,
            Ord,
            Hash,
            serde::Serialize,
            serde::Deserialize,
            diesel::expression::AsExpression,
            diesel::deserialize::FromSqlRow,
            Default,
        )]
        #[serde(transparent)]
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        pub struct $name(i64);

        impl $name {
            /// Before every other.
            pub const MIN: $name = $name(i64::MIN);
            /// Behind every other.
            pub const MAX: $name = $name(i64::MAX);

            /// Takes a number for such an id.
            pub const fn new(number: i64) -> $name {
                $name(number)
            }

            /// Returns the next one, which stands behind it in every list.
            pub const fn next(self) -> $name {
                $name(self.0.saturating_add(1))
            }

            /// Returns the number, for what is no id any more: a hash, the text of a statement.
            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl Id for $name {
            fn new(number: i64) -> $name {
                $name(number)
            }

            fn get(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::LowerHex for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::LowerHex::fmt(&self.0, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<$name, Self::Err> {
                text.parse().map($name)
            }
        }

        // Digits need no escaping, and askama writes them as fast as those of a bare number.
        impl askama::filters::HtmlSafe for $name {}

        impl askama::FastWritable for $name {
            fn write_into(&self, out: &mut dyn fmt::Write, values: &dyn askama::Values) -> askama::Result<()> {
                self.0.write_into(out, values)
            }
        }

        impl<DB> diesel::serialize::ToSql<diesel::sql_types::BigInt, DB> for $name
        where
            DB: diesel::backend::Backend,
            i64: diesel::serialize::ToSql<diesel::sql_types::BigInt, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                self.0.to_sql(out)
            }
        }

        impl<DB> diesel::deserialize::FromSql<diesel::sql_types::BigInt, DB> for $name
        where
            DB: diesel::backend::Backend,
            i64: diesel::deserialize::FromSql<diesel::sql_types::BigInt, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<$name> {
                i64::from_sql(bytes).map($name)
            }
        }
    };
}

id!(
    /// A member.
    MemberId
);

impl MemberId {
    /// Nobody: what stands for the whole site, or for whoever is not known.
    pub const NOBODY: MemberId = MemberId(0);
}

/// Two members of whom the one looks at the other: by name, so that they are never taken for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Between {
    /// Who looks, acts, or owns the row.
    pub viewer: MemberId,
    /// Who is looked at.
    pub other: MemberId,
}

impl Between {
    /// Returns the same two, seen by the other.
    pub fn turned(self) -> Between {
        Between { viewer: self.other, other: self.viewer }
    }
}

id!(
    /// A contact in an address book.
    ContactId
);

id!(
    /// An import of contacts.
    ImportId
);

id!(
    /// A removal of contacts, from its draft on.
    ContactRemovalId
);

id!(
    /// A removal of connections, from its draft on.
    RemovalId
);

id!(
    /// A change of tags, which can be taken back.
    TagChangeId
);

id!(
    /// A message; the place of a conversation in the list is that of its newest.
    MessageId
);

id!(
    /// What was deleted from an inbox at once.
    MessageDeletionId
);

id!(
    /// A notification.
    NotificationId
);

id!(
    /// A letter that waits to be sent.
    LetterId
);

id!(
    /// A position or a school on a profile.
    PositionId
);

id!(
    /// A link on a profile.
    LinkId
);

id!(
    /// A change of a handle.
    HandleChangeId
);

id!(
    /// A session, as its member sees it.
    SessionId
);

id!(
    /// Something that happened to an account.
    EventId
);

id!(
    /// A passkey.
    PasskeyId
);

id!(
    /// A password of a program that uses the address book.
    AppPasswordId
);

id!(
    /// A token of a program that uses the API.
    TokenId
);

id!(
    /// A report or an appeal.
    ReportId
);

id!(
    /// What moderators decided about a member.
    SanctionId
);

id!(
    /// A webhook.
    WebhookId
);

id!(
    /// Something that a webhook is told.
    DeliveryId
);
