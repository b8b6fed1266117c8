//! The job that sends what is in the outbox.

use std::sync::Arc;
use std::time::Duration;

use lettre::Message;
use lettre::message::Mailbox;

use super::content::{self, AskedBy, Content, Links};
use super::letter::{Letter, Sender};
use super::message::{self, Cover};
use super::outbox::{self, Row, Written};
use super::receiver::{self, Addressee, Receiver};
use super::tokens::{self, Proof, Purpose};
use super::transport::{Courier, Failure, Transport};
use crate::dates::now;
use crate::db::{Connection, Db};
use crate::error::Error;
use crate::ids::MemberId;
use crate::jobs::{Job, Turn};
use crate::language::{Context, Language};
use crate::members::suspension::role_if_able;
use crate::notifications::choices;
use crate::time_zone::Zone;
use crate::web::community::Community;

/// The job's name.
pub const JOB: &str = "mail";
/// How soon a letter goes out, at the latest.
const EVERY: Duration = Duration::from_secs(2);

/// Returns whether what a letter to a member says still holds.
pub type IsTrue = Arc<dyn Fn(&mut Connection, MemberId, &Letter) -> Result<bool, Error> + Send + Sync>;

/// How mail is sent.
#[derive(Clone)]
pub struct Mail {
    /// Where it goes.
    pub transport: Transport,
    /// Whom it is from.
    pub from: Mailbox,
    /// The site's address.
    pub links: Links,
    /// The time zone of members who have chosen none.
    pub zone: Zone,
    /// What is asked before a letter is sent.
    pub is_true: IsTrue,
}

/// The job that sends mail.
pub fn job(mail: Mail) -> Job {
    let run = move |db: &Db, turn: &Turn| send_due(db, &mail, &|| turn.goes_on());
    Job { name: JOB, every: EVERY, is_due: Some(outbox::is_any_due), run: Box::new(run) }
}

/// Sends every letter that is due, one after the other, as long as it may go on.
///
/// # Errors
/// [`Error::Unavailable`] where no letter can be sent now; they wait.
pub fn send_due(db: &Db, mail: &Mail, goes_on: &dyn Fn() -> bool) -> Result<(), Error> {
    let mut courier = Courier::of(&mail.transport, mail.from.email.domain());
    loop {
        let rows = db.read_blocking(outbox::due)?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            if !goes_on() {
                return Ok(());
            }
            if let Err(why) = courier.get_ready() {
                give_up_old(db)?;
                return Err(why);
            }
            send(db, mail, &mut courier, &row)?;
        }
    }
}

/// Tries to send one letter. It is claimed durably before anything is said to the server, and removed after the server has taken
/// it: a node that is killed between the two leaves a letter that is sent again, so at most the one under way arrives twice, and
/// none is lost.
fn send(db: &Db, mail: &Mail, courier: &mut Courier, row: &Row) -> Result<(), Error> {
    let (until, last) = match row.next_attempt(now()) {
        Some(until) => (until, false),
        None => (now() + outbox::LIFE, true),
    };
    let is_readable = row.written().is_some();
    let claimed = db.write_blocking(|connection| match outbox::claim(connection, row, until)? {
        true if !is_readable => Ok(Some(None)),
        true => compose(connection, mail, row).map(Some),
        false => Ok(None),
    })?;
    // Another node has it.
    let Some(composed) = claimed else { return Ok(()) };
    let (word, sent) = match composed {
        Some((word, letter)) => (word, courier.send(&row.name(), &letter)),
        // A node of the version that wrote it may send it.
        None if !is_readable && !last => return Ok(()),
        None => return remove(db, row),
    };
    match sent {
        Ok(()) => {
            tracing::info!(letter = word, "mail sent");
            remove(db, row)
        }
        Err(Failure::Refused(why)) => {
            tracing::warn!(letter = word, %why, "mail refused for good");
            remove(db, row)
        }
        Err(Failure::Deferred(why)) if last => {
            tracing::warn!(letter = word, %why, "mail given up after three days");
            remove(db, row)
        }
        Err(Failure::Deferred(why)) => {
            tracing::warn!(letter = word, %why, attempts = row.attempts + 1, "mail deferred");
            Ok(())
        }
        Err(Failure::Server(why)) => {
            db.write_blocking(|connection| outbox::give_back(connection, row))?;
            Err(Error::Unavailable(why))
        }
    }
}

fn remove(db: &Db, row: &Row) -> Result<(), Error> {
    db.write_blocking(|connection| outbox::remove(connection, row))
}

/// While no letter can be sent, those that have waited long enough are given up.
fn give_up_old(db: &Db) -> Result<(), Error> {
    let given_up = db.write_blocking(outbox::remove_old)?;
    if given_up > 0 {
        tracing::warn!(letters = given_up, "mail given up after three days");
    }
    Ok(())
}

/// A letter ready to go, and a word for the log; nothing where it is not to be sent.
type Composed = Option<(&'static str, Message)>;

fn compose(connection: &mut Connection, mail: &Mail, row: &Row) -> Result<Composed, Error> {
    let Some(Written { letter, sender }) = row.written() else { return Ok(None) };
    match &letter {
        Letter::ResetPassword { .. } => return reset(connection, mail, row, &letter),
        Letter::Deleted { .. } => return farewell(connection, mail, row, &letter),
        Letter::RegistrationDeclined { .. } => return declined(connection, mail, row, &letter),
        Letter::JoinInvitation { .. } => return join_invitation(connection, mail, row, (&letter, sender.as_ref())),
        _ => {}
    }
    let receiver = Receiver::load(connection, row.member_id)?;
    let Some(receiver) = receiver.filter(|receiver| receiver.may_get(&letter)) else { return Ok(None) };
    match &letter {
        Letter::ConfirmAddress => return confirm(connection, mail, row, (&receiver, &letter)),
        Letter::RegistrationAccepted { language } => {
            let mut receiver = receiver;
            receiver.language.clone_from(language);
            return confirm(connection, mail, row, (&receiver, &letter));
        }
        _ => {}
    }
    let Some(email) = receiver.address_for(&letter) else { return Ok(None) };
    if !is_wanted(connection, &receiver, &letter)? || !(mail.is_true)(connection, receiver.id, &letter)? {
        return Ok(None);
    }
    let unsubscribe = match letter.kind() {
        Some(kind) => {
            let secret = receiver.secret(connection)?;
            Some(mail.links.to(&format!("/unsubscribe/{}.{}.{secret}", receiver.id, kind as i16)))
        }
        None => None,
    };
    let make = |links: &Links| Content { unsubscribe, ..content::of(&letter, sender.as_ref(), links) };
    finish(connection, mail, row, &letter, &receiver.at(&email), make)
}

/// Whether they want this kind of letter, which they may have said since it was written.
fn is_wanted(connection: &mut Connection, receiver: &Receiver, letter: &Letter) -> Result<bool, Error> {
    match letter.kind() {
        Some(kind) => Ok(choices::of(connection, receiver.id, kind)?.by_email),
        None => Ok(true),
    }
}

fn confirm(
    connection: &mut Connection,
    mail: &Mail,
    row: &Row,
    (receiver, letter): (&Receiver, &Letter),
) -> Result<Composed, Error> {
    if !receiver.is_unconfirmed() {
        return Ok(None);
    }
    if let Some(owner) = receiver.owner_of_claimed(connection)? {
        let Some(email) = owner.address_for(&Letter::ConfirmAddress).filter(|_| owner.may_get_mail()) else {
            return Ok(None);
        };
        let make = |links: &Links| content::has_account(&owner.full_name, links);
        return finish(connection, mail, row, &Letter::ConfirmAddress, &owner.at(&email), make);
    }
    let proof = Proof { member: receiver.id, email: receiver.email.clone() };
    let token = tokens::make(connection, Purpose::Confirm, &proof)?;
    let make = |links: &Links| match letter {
        Letter::RegistrationAccepted { .. } => content::accepted(&receiver.full_name, &token, links),
        _ => content::confirm(&receiver.full_name, &token, links),
    };
    finish(connection, mail, row, letter, &receiver.at(&receiver.email), make)
}

/// Tells whoever had an account that it is deleted.
fn farewell(connection: &mut Connection, mail: &Mail, row: &Row, letter: &Letter) -> Result<Composed, Error> {
    let Letter::Deleted { email, full_name, language, time_zone } = letter else { return Ok(None) };
    let to = Addressee { name: full_name, email, language, time_zone };
    finish(connection, mail, row, letter, &to, |links| content::of(letter, None, links))
}

/// Tells somebody that they were not let in, unless the address is a member's.
fn declined(connection: &mut Connection, mail: &Mail, row: &Row, letter: &Letter) -> Result<Composed, Error> {
    let Letter::RegistrationDeclined { email, key, full_name, language } = letter else { return Ok(None) };
    if receiver::owner(connection, key)?.is_some() {
        return Ok(None);
    }
    let to = Addressee { name: full_name, email, language, time_zone: "" };
    finish(connection, mail, row, letter, &to, |links| content::declined(full_name, links))
}

/// Invites somebody to join, unless they are a member, or want no such letter, or its link would let nobody in.
fn join_invitation(
    connection: &mut Connection,
    mail: &Mail,
    row: &Row,
    (letter, sender): (&Letter, Option<&Sender>),
) -> Result<Composed, Error> {
    let (Letter::JoinInvitation { from, email, key, note, language, code, stop }, Some(sender)) = (letter, sender)
    else {
        return Ok(None);
    };
    if receiver::is_nobodys_to_invite(connection, key)? || role_if_able(connection, *from)?.is_none() {
        return Ok(None);
    }
    let to = Addressee { name: "", email, language, time_zone: "" };
    let unsubscribe = Some(mail.links.to(&format!("/unsubscribe/invitations/{stop}")));
    let make = |links: &Links| Content { unsubscribe, ..content::join_invitation(sender, note, code, links) };
    finish(connection, mail, row, letter, &to, make)
}

fn reset(connection: &mut Connection, mail: &Mail, row: &Row, letter: &Letter) -> Result<Composed, Error> {
    let Letter::ResetPassword { key, by_administrator } = letter else { return Ok(None) };
    let by = if *by_administrator { AskedBy::Administrator } else { AskedBy::Anybody };
    let found = receiver::resettable(connection, key)?;
    let Some((first, _)) = found.first() else { return Ok(None) };
    let accounts: Vec<_> = found.iter().map(|(account, token)| (account.full_name.clone(), token.clone())).collect();
    finish(connection, mail, row, letter, &first.at(&first.email), |links| content::reset(&accounts, by, links))
}

/// Writes a letter in the language of whoever gets it.
fn finish(
    connection: &mut Connection,
    mail: &Mail,
    row: &Row,
    letter: &Letter,
    to: &Addressee,
    make: impl FnOnce(&Links) -> Content,
) -> Result<Composed, Error> {
    let community = Community::load(connection)?;
    let links = mail.links.of(&community);
    let (id, written_at) = (row.name(), row.created_at);
    let mut from = mail.from.clone();
    from.name.get_or_insert_with(|| community.name().to_owned());
    let cover = Cover { from: &from, name: to.name, email: to.email, id: &id, written_at };
    let readable = matches!(mail.transport, Transport::Folder(_));
    let context = Context::new(Language::default(), mail.zone).chosen(to.language, to.time_zone);
    let built = context.within(|| message::build(&cover, &make(&links).of_community(&community), readable));
    match built {
        Ok(message) => Ok(Some((letter.word(), message))),
        Err(why) => {
            tracing::warn!(letter = letter.word(), %why, "mail cannot be written");
            Ok(None)
        }
    }
}
