//! The browsers in which a member has signed in, known by a word in their cookie: a new one is told by e-mail.

use actix_session::Session;
use diesel::prelude::*;
use rand::RngExt;

use crate::dates::now;
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::mail::{Letter, outbox};
use crate::schema::browsers;
use crate::text::digest::sha256;
use crate::web::cookie::BROWSER;

/// A browser: the word in its cookie, and what it calls itself.
#[derive(Debug, Clone)]
pub struct Browser {
    word: String,
    /// What it calls itself.
    pub agent: String,
}

impl Browser {
    /// Returns the browser of a request. One that comes for the first time is given a word, which outlives the session.
    pub fn of(session: &Session, agent: String) -> Browser {
        let known: Option<String> = session.get(BROWSER).ok().flatten();
        let word = known.unwrap_or_else(|| format!("{:032x}", rand::rng().random::<u128>()));
        // One that cannot keep it is new each time.
        let _ = session.insert(BROWSER, &word);
        Browser { word, agent }
    }
}

impl Browser {
    /// Returns by what it is kept.
    pub fn hash(&self) -> String {
        sha256(&self.word)
    }
}

/// Returns those of these members who have signed in with a browser before.
///
/// # Errors
/// The database's.
pub fn known(connection: &mut Connection, ids: &[MemberId], browser: &Browser) -> Result<Vec<MemberId>, Error> {
    let mut known = Vec::new();
    for id in ids {
        let row = browsers::table.find((*id, browser.hash())).select(browsers::member_id);
        known.extend(on_engine!(connection, |own| row.first::<MemberId>(own)).optional()?);
    }
    Ok(known)
}

/// Notes that a member has signed in with a browser. They are told of one that they have not used before, except of their first.
///
/// # Errors
/// The database's.
pub fn meet(connection: &mut Connection, member: MemberId, browser: &Browser) -> Result<(), Error> {
    let mine = browsers::table.filter(browsers::member_id.eq(member));
    let any = on_engine!(connection, |own| mine.select(browsers::seen_at).first::<i64>(own)).optional()?;
    let row = (browsers::member_id.eq(member), browsers::browser_hash.eq(browser.hash()), browsers::seen_at.eq(now()));
    let note = diesel::insert_into(browsers::table).values(row).on_conflict_do_nothing();
    let is_new = on_engine!(connection, |own| note.execute(own))? == 1;
    if is_new && any.is_some() {
        let device = browser.agent.chars().take(200).collect();
        outbox::put(connection, member, Letter::NewDevice { device, at: now() })?;
    }
    Ok(())
}
