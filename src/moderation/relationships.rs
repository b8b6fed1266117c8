//! `/moderation/{member}/relationships`: how a member uses connections, for a moderator who has to decide about spam. To open
//! it is logged, and the member sees who did. It says nothing of anybody who disconnected, blocked or declined.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use diesel::prelude::*;

use super::decision_pages::log_look;
use crate::connections::sql_condition::IsConnected;
use crate::dates::{self, DAY, now};
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::ids::MemberId;
use crate::language::{filters, number, t};
use crate::members::{self, MemberCard};
use crate::schema::{connection_counts, relationships};
use crate::web::form::Query;
use crate::web::page::{Layout, Render, SignedIn};
use crate::web::site::SiteData;

/// Connections that are shown, the newest.
const SHOWN: i64 = 50;

#[derive(Template)]
#[template(path = "moderation/relationships.html")]
struct Relationships {
    page: Layout,
    /// Where the moderator came from.
    back: String,
    person: MemberCard,
    figures: Vec<(&'static str, String)>,
    newest: Vec<(MemberCard, i64)>,
}

/// `GET /moderation/{member}/relationships`
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn relationships(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    member: Path<MemberId>,
    Query(query): Query,
) -> Result<HttpResponse, Error> {
    // What a browser fetches ahead, nobody has looked at.
    if !page.opened {
        return Err(Error::NotFound);
    }
    let (by, member) = (me.id, member.into_inner());
    let (person, figures, newest) = site
        .write(move |connection| {
            let person = members::persons(connection, &[member])?.pop().ok_or(Error::NotFound)?;
            let figures = figures(connection, member)?;
            let newest = newest(connection, member)?;
            log_look(connection, by, member)?;
            Ok((person, figures, newest))
        })
        .await?;
    let back = match query.get("report").parse::<i64>() {
        Ok(report) => format!("/moderation/{member}/{report}"),
        Err(_) => "/moderation".to_owned(),
    };
    Relationships { page, back, person, figures, newest }.show()
}

fn figures(connection: &mut Connection, member: MemberId) -> Result<Vec<(&'static str, String)>, Error> {
    let count = connection_counts::table.find(member).select(connection_counts::number);
    let connections: i32 = on_engine!(connection, |own| count.first(own))?;
    let sent = relationships::table
        .filter(relationships::owner_id.eq(member))
        .filter(relationships::sent_at.gt(now() - 30 * DAY))
        .count();
    let sent: i64 = on_engine!(connection, |own| sent.get_result(own))?;
    Ok(vec![(t("Connections"), number(connections)), (t("Invitations sent in 30 days"), number(sent))])
}

fn newest(connection: &mut Connection, member: MemberId) -> Result<Vec<(MemberCard, i64)>, Error> {
    let rows = relationships::table
        .filter(relationships::owner_id.eq(member))
        .filter(IsConnected)
        .order((relationships::connected_at.desc(), relationships::other_id.desc()))
        .limit(SHOWN)
        .select((relationships::other_id, relationships::connected_at.assume_not_null()));
    let rows: Vec<(MemberId, i64)> = on_engine!(connection, |own| rows.load(own))?;
    let ids: Vec<MemberId> = rows.iter().map(|(id, _)| *id).collect();
    let people = members::persons(connection, &ids)?;
    let since = |id: MemberId| rows.iter().find(|(other, _)| *other == id).map_or(0, |(_, since)| *since);
    Ok(people.into_iter().map(|person| (person.clone(), since(person.id))).collect())
}
