//! One's connections as cards: what their pages show to whoever is connected, and one's own remarks. Nothing tells of anybody
//! else.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::connections::row::State;
use crate::contacts::card::{Card, Valued};
use crate::dates;
use crate::db::{Connection, id_in};
use crate::error::Error;
use crate::ids::MemberId;
use crate::members::{Company, Headline};
use crate::schema::{members, relationships, tags};

/// The cards of these connections, in the order of their ids; `site` begins the addresses of their profiles.
pub(super) fn cards(
    connection: &mut Connection,
    owner: MemberId,
    ids: &[MemberId],
    site: &str,
) -> Result<Vec<(MemberId, Card)>, Error> {
    let rows = relationships::table
        .inner_join(members::table.on(members::id.eq(relationships::other_id)))
        .filter(relationships::owner_id.eq(owner))
        .filter(id_in(connection, relationships::other_id, ids))
        .filter(relationships::state.eq(State::Connected))
        .order(relationships::other_id)
        .select((
            relationships::other_id,
            (members::handle, members::full_name, Headline, Company),
            (relationships::connected_at, relationships::private_note),
        ));
    type Row = (MemberId, (String, String, String, String), (Option<i64>, String));
    let rows: Vec<Row> = rows.load(connection)?;
    let tagged = tags::table.filter(tags::owner_id.eq(owner)).filter(id_in(connection, tags::other_id, ids));
    let tagged: Vec<(MemberId, String)> =
        tagged.order((tags::other_id, tags::tag)).select((tags::other_id, tags::tag)).load(connection)?;
    let mut tags_of: HashMap<MemberId, Vec<String>> = HashMap::new();
    for (id, tag) in tagged {
        tags_of.entry(id).or_default().push(tag);
    }
    let card = |(id, (handle, full_name, headline, company), (since, note)): Row| {
        let (given, family) = full_name.rsplit_once(' ').unwrap_or((&full_name, ""));
        let card = Card {
            given: given.to_owned(),
            family: family.to_owned(),
            links: vec![Valued::new("", &format!("{site}/in/{handle}"))],
            company,
            position: headline,
            connected_on: since.and_then(dates::civil),
            tags: tags_of.remove(&id).unwrap_or_default(),
            note,
            full_name,
            ..Card::default()
        };
        (id, card.cleaned())
    };
    Ok(rows.into_iter().map(card).collect())
}
