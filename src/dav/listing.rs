//! An answer about many cards: written a part at a time, so that a book of any size takes no more memory than a part of it.

use std::collections::{HashMap, VecDeque};

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use futures_util::stream;

use crate::dav::answer;
use crate::dav::entries::{self, Entry};
use crate::dav::filter::Filter;
use crate::dav::properties::{Owner, Resource};
use crate::dav::wanted::Wanted;
use crate::error::Error;
use crate::ids::ContactId;
use crate::web::site::SiteData;

/// Cards of a part.
const CARDS: usize = 200;
/// Bytes of the cards of a part, from which on it is cut short.
const BYTES: usize = 512 * 1024;

/// What is still to be said.
pub struct Listing {
    /// Where it is read.
    pub site: SiteData,
    /// Whose book it is.
    pub owner: Owner,
    /// What is wanted of each card.
    pub wanted: Wanted,
    /// Which cards; none for all that are listed.
    pub filter: Option<Filter>,
    /// The cards.
    pub entries: VecDeque<Entry>,
    /// Of those that the filter takes, how many are said.
    pub limit: usize,
    /// What is said first and last.
    pub around: (String, String),
}

impl Listing {
    /// Answers; at once where it is short.
    ///
    /// # Errors
    /// The database's.
    pub async fn answer(mut self) -> Result<HttpResponse, Error> {
        let mut text = std::mem::take(&mut self.around.0);
        let is_short = self.entries.len() <= CARDS;
        while is_short && !self.entries.is_empty() {
            text += &self.part().await?;
        }
        if is_short {
            return Ok(answer::multistatus(text + &self.around.1));
        }
        let begun = stream::unfold((text, Some(self)), |(text, rest)| async {
            let (next, rest) = rest?.next().await;
            Some((next.map(|next| Bytes::from(text + &next)), (String::new(), rest)))
        });
        Ok(answer::streamed(begun))
    }

    /// The next part, and what is still to be said after it.
    async fn next(mut self) -> (Result<String, Error>, Option<Listing>) {
        if self.entries.is_empty() {
            return (Ok(std::mem::take(&mut self.around.1)), None);
        }
        match self.part().await {
            Ok(text) => (Ok(text), Some(self)),
            Err(why) => (Err(why), None),
        }
    }

    async fn part(&mut self) -> Result<String, Error> {
        let (mut entries, mut bytes) = (Vec::new(), 0);
        while entries.len() < CARDS && bytes < BYTES {
            let Some(entry) = self.entries.pop_front() else { break };
            bytes += entry.size;
            entries.push(entry);
        }
        let bodies = self.bodies(&entries).await?;
        let mut text = String::new();
        for entry in &entries {
            self.say(entry, bodies.get(&entry.contact).map(String::as_str), &mut text);
        }
        Ok(text)
    }

    async fn bodies(&self, entries: &[Entry]) -> Result<HashMap<ContactId, String>, Error> {
        if !self.wanted.has_card() && self.filter.is_none() {
            return Ok(HashMap::new());
        }
        let (owner, entries) = (self.owner.id, entries.to_vec());
        self.site.read_long(move |connection| entries::bodies(connection, owner, &entries)).await
    }

    fn say(&mut self, entry: &Entry, body: Option<&str>, text: &mut String) {
        let is_taken = match (&self.filter, body) {
            (Some(filter), Some(body)) => filter.takes(body),
            // It was deleted in this moment.
            (Some(_), None) => false,
            (None, None) if self.wanted.has_card() => false,
            (None, _) => true,
        };
        if !is_taken {
            return;
        }
        if self.limit == 0 {
            self.entries.clear();
            self.around.1 = self.cut_short();
            return;
        }
        self.limit -= 1;
        self.wanted.write(text, &Resource::Card(entry), &self.owner, body);
    }

    /// What is said last where there are more than the client wants.
    fn cut_short(&self) -> String {
        let mut text = String::new();
        if !self.around.1.contains(StatusCode::INSUFFICIENT_STORAGE.as_str()) {
            answer::status_of(&mut text, &Resource::Book.path(&self.owner), StatusCode::INSUFFICIENT_STORAGE);
        }
        text + &self.around.1
    }
}
