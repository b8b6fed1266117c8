//! What can go wrong with a request, and the sentence that says so. Never internal text; its page is `web::error_page`.

use std::fmt;

use actix_web::error::BlockingError;

use crate::language::t;

/// What can go wrong with a request, apart from refusals and problems with a form, which have pages of their own.
#[derive(Debug)]
pub enum Error {
    /// Not there, or not for this viewer: the two look alike.
    NotFound,
    /// The request makes no sense; the sentence says why.
    BadRequest(&'static str),
    /// The form came from another site.
    CrossSite,
    /// The form was made for another member than the one who has signed in since.
    OtherMember,
    /// They have done this as often as a limit allows; the sentence names the number and the minute from which they may again.
    TooMany {
        /// The sentence.
        sentence: String,
        /// The seconds until then.
        seconds: i64,
    },
    /// So many wait already that another would wait for too long.
    Busy,
    /// So many large files are on their way that there is no room for another.
    ManyFiles,
    /// The body is larger than any form of ours.
    TooLarge,
    /// The body is of a kind that no form of ours sends.
    UnknownBody,
    /// The address is not for this method; the text is for `Allow`.
    WrongMethod(String),
    /// An https site was opened over plain http; the text is its address.
    PlainHttp(String),
    /// The database says no, of a kind by which `db` knows whether to ask again; the text is for the log.
    Database(diesel::result::Error),
    /// The program has an error of its own; the text is for the log.
    Internal(String),
    /// Something that the site needs does not work, or does not answer in time; the text is for the log.
    Unavailable(String),
    /// A newer version of the program has changed the database, up to this migration.
    NewerSchema(String),
    /// The database went away while it committed, so that nobody knows; the text is for the log.
    CommitUnknown(String),
}

impl Error {
    /// Returns the title of its page, and what it says.
    pub fn title_and_sentence(&self) -> (&'static str, &str) {
        match self {
            Error::NotFound => (t("Page not found"), t("There is nothing at this address, or it is not open to you.")),
            Error::BadRequest(why) => (t("That did not arrive whole"), t(why)),
            Error::CrossSite => {
                (t("Sent from another site"), t("This form was sent from another site, so nothing was done."))
            }
            Error::OtherMember => (
                t("Signed in as somebody else"),
                t("This page was made for another member, who was signed in here before. Nothing was done."),
            ),
            Error::TooMany { sentence, .. } => (t("Too often"), sentence),
            Error::Busy => (
                t("Please try again"),
                t("Very many people are signing in at this moment. Nothing was done. Try again in a few seconds."),
            ),
            Error::ManyFiles => {
                (t("Please try again"), t("Very many files are on their way at once. Try again in a few minutes."))
            }
            Error::TooLarge => {
                (t("Too much at once"), t("What was sent is larger than this form takes, so nothing was done."))
            }
            Error::UnknownBody => {
                (t("Unknown kind of form"), t("What was sent is not a form of this site, so nothing was done."))
            }
            Error::WrongMethod(_) => (
                t("Not possible at this address"),
                t("This address cannot be opened like this. Go back, and use the buttons of the page."),
            ),
            Error::PlainHttp(_) => (
                t("Opened over plain http"),
                t("This site is to be opened with https://. Over plain http it cannot keep you signed in."),
            ),
            Error::Internal(_) => Error::sentence_of_ours(),
            Error::Database(why) if Error::is_ours(why) => Error::sentence_of_ours(),
            Error::Database(_) | Error::Unavailable(_) | Error::NewerSchema(_) => {
                (t("Please try again"), t("Something here did not work. Nothing was changed; try again in a moment."))
            }
            Error::CommitUnknown(_) => (
                t("It is not known whether that was done"),
                t("The database went away before it could say so. Check whether it was done before you try again."),
            ),
        }
    }

    /// Returns the seconds after which it is worth trying again, where that is known.
    pub fn retry_after(&self) -> Option<i64> {
        match self {
            Error::TooMany { seconds, .. } => Some(*seconds),
            Error::Busy => Some(5),
            Error::ManyFiles => Some(60),
            _ => None,
        }
    }

    fn sentence_of_ours() -> (&'static str, &'static str) {
        (
            t("An error of this site"),
            t(
                "Something here went wrong, and those who run this site can see it. Check whether what you did was saved.",
            ),
        )
    }

    /// Whether what the database said is our fault, which no further attempt mends: what was asked breaks a rule of a
    /// table or is nothing that the engine does, or what was answered cannot be read.
    pub fn is_ours(why: &diesel::result::Error) -> bool {
        use diesel::result::DatabaseErrorKind as Kind;
        use diesel::result::Error as Why;
        match why {
            // In English only: what Citus says of a statement that it does not run.
            Why::DatabaseError(Kind::Unknown, said) => said.message().contains("not supported"),
            Why::DatabaseError(kind, _) => matches!(
                kind,
                Kind::UniqueViolation
                    | Kind::ForeignKeyViolation
                    | Kind::NotNullViolation
                    | Kind::CheckViolation
                    | Kind::RestrictViolation
                    | Kind::ExclusionViolation
            ),
            Why::RollbackErrorOnCommit { .. } | Why::BrokenTransactionManager => false,
            _ => true,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Database(why) => why.fmt(f),
            Error::NewerSchema(migration) => write!(
                f,
                "the database was changed by a newer version of Amicable (to {migration}); start that version or a later one"
            ),
            Error::Internal(why) | Error::Unavailable(why) | Error::CommitUnknown(why) => f.write_str(why),
            other => f.write_str(other.title_and_sentence().1),
        }
    }
}

impl std::error::Error for Error {}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        match error {
            diesel::result::Error::NotFound => Error::NotFound,
            other => Error::Database(other),
        }
    }
}

impl From<r2d2::Error> for Error {
    fn from(error: r2d2::Error) -> Self {
        Error::Unavailable(error.to_string())
    }
}

impl From<BlockingError> for Error {
    fn from(error: BlockingError) -> Self {
        Error::Unavailable(error.to_string())
    }
}

impl From<askama::Error> for Error {
    fn from(error: askama::Error) -> Self {
        Error::Internal(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diesel::result::DatabaseErrorKind as Kind;

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let database = |kind: Kind| diesel::result::Error::DatabaseError(kind, Box::new(String::from("no")));
        for passing in [Kind::SerializationFailure, Kind::ClosedConnection, Kind::ReadOnlyTransaction, Kind::Unknown] {
            assert!(!Error::is_ours(&database(passing)));
        }
        assert!(Error::is_ours(&database(Kind::UniqueViolation)));
        assert!(Error::is_ours(&diesel::result::Error::DeserializationError("a number of no meaning".into())));
    }

    #[test]
    fn what_no_further_attempt_mends_is_ours() {
        use diesel::result::{DatabaseErrorKind as Kind, Error as Why};
        let ours = |kind, said: &str| Error::is_ours(&Why::DatabaseError(kind, Box::new(said.to_owned())));
        assert!(ours(Kind::CheckViolation, "violates a check"));
        assert!(ours(Kind::Unknown, "correlated subqueries are not supported here"));
        assert!(!ours(Kind::Unknown, "could not extend file: No space left on device"));
        assert!(!ours(Kind::SerializationFailure, "could not serialize access"));
    }
}
