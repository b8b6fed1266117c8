//! Writing an invitation: the note, and a preview of what the other will receive.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use diesel::prelude::*;

use crate::connections::refusal::{in_place_of_button, sentence};
use crate::connections::standing::{self, Standing};
use crate::connections::visible;
use crate::dates::now;
use crate::db::{Connection, on_engine};
use crate::error::Error;
use crate::ids::Between;
use crate::language::filters;
use crate::language::{t, tf};
use crate::limits::Limit;
use crate::members::MemberCard;
use crate::relationship::{Action, Allowance, Limits, Offer, Refusal, Reinvite, Side};
use crate::schema::members as table;
use crate::web::form::{Form, Problems};
use crate::web::page::{Layout, Redirect, Render, SignedIn, local, refused_until};
use crate::web::site::{Site, SiteData};
use crate::web::viewer::Viewer;

#[derive(Template)]
#[template(path = "connections/invite.html")]
struct Invite {
    page: Layout,
    person: MemberCard,
    /// The acting member, as the other will see them.
    sender: MemberCard,
    allowance: Allowance,
    is_reinvite: bool,
    becomes: Becomes,
    note: String,
    note_length: usize,
    back: String,
    problem: String,
    refusal: String,
    /// Why the form is not offered, for the member's own reasons.
    hindrance: String,
}

/// What sending the form comes to, unless it is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Becomes {
    /// An invitation, which the other answers.
    Invitation,
    /// A connection at once, since the other accepts automatically.
    Connection,
    /// A connection at once, since the other has invited already.
    Acceptance,
}

impl Invite {
    fn connects_at_once(&self) -> bool {
        self.becomes != Becomes::Invitation
    }

    fn accepts(&self) -> bool {
        self.becomes == Becomes::Acceptance
    }

    fn left(&self) -> String {
        let Allowance { limit, next, .. } = self.allowance;
        let left = self.allowance.left();
        crate::connections::invitations::left(left, limit, (left < limit).then_some(next))
    }

    /// The first line of what the other will receive, on the site and by e-mail.
    fn heading(&self) -> String {
        let name = &self.sender.full_name;
        match self.becomes {
            Becomes::Invitation => tf("{name} would like to connect.", name),
            Becomes::Connection => tf("{name} invited you, and as an open networker you are connected.", name),
            Becomes::Acceptance => tf("{name} accepted your invitation.", name),
        }
    }
}

/// What the form needs to know; and the standing, where it is not one to invite from.
struct Prepared {
    person: MemberCard,
    sender: MemberCard,
    allowance: Allowance,
    reinvite: Option<Reinvite>,
    standing: Standing,
}

fn prepare(connection: &mut Connection, limits: &Limits, viewer: &Viewer, handle: &str) -> Result<Prepared, Error> {
    let me = viewer.id;
    let (member, row) = visible::member(connection, limits, me, handle)?;
    let person = member.person;
    let sender = table::table.find(me);
    let sender = on_engine!(connection, |own| sender.select(MemberCard::as_select()).first(own))?;
    let standing = standing::one(connection, limits, Between { viewer: me, other: person.id }, row)?;
    let reinvite = match standing.offer() {
        Offer::Reinvite => crate::connections::reinvite(connection, limits, Between { viewer: me, other: person.id })?,
        _ => None,
    };
    let allowance = crate::connections::allowance::allowance(connection, limits, me, now())?;
    Ok(Prepared { person, sender, allowance, reinvite, standing })
}

async fn prepared(site: &Site, me: &SignedIn, handle: String) -> Result<Prepared, Error> {
    let (limits, viewer) = (site.limits(), me.viewer());
    site.read(move |connection| prepare(connection, &limits, &viewer, &handle)).await
}

/// What is told where *Re-invite* restores the connection at once.
fn needs_no_invitation(name: &str) -> String {
    tf("It takes no invitation: Re-invite brings the connection with {name} back at once, and they are not told.", name)
}

impl Prepared {
    /// Tells whether the connection comes back without an invitation.
    fn restores(&self) -> bool {
        self.reinvite == Some(Reinvite::Restores)
    }

    fn page(self, page: Layout, note: String, back: String, note_length: usize) -> Invite {
        let is_reinvite = self.reinvite == Some(Reinvite::AsksFirst) && self.standing.were_connected;
        let becomes = match self.standing.side {
            Side::Received { .. } | Side::Declined { .. } => Becomes::Acceptance,
            _ if self.person.accepts_automatically && !is_reinvite => Becomes::Connection,
            _ => Becomes::Invitation,
        };
        Invite {
            page,
            person: self.person,
            sender: self.sender,
            allowance: self.allowance,
            is_reinvite,
            becomes,
            note,
            note_length,
            back,
            problem: String::new(),
            refusal: String::new(),
            hindrance: String::new(),
        }
    }
}

/// `GET /in/{handle}/invite`
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn form(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    handle: Path<String>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let prepared = prepared(&site, &me, handle.into_inner()).await?;
    let profile = format!("/in/{}", prepared.person.handle);
    let name = &prepared.person.full_name;
    let no = match prepared.standing.side {
        _ if prepared.person.id == me.id => Some(sentence(Refusal::Myself, name)),
        Side::Connected => Some(sentence(Refusal::AlreadyConnected, name)),
        Side::Invited { .. } => Some(sentence(Refusal::AlreadyInvited, name)),
        Side::Blocked { .. } => Some(sentence(Refusal::IBlockedThem, name)),
        Side::Received { .. } => Some(tf("{name} has invited you already. Accept, and you are connected.", name)),
        _ if prepared.restores() => Some(needs_no_invitation(name)),
        _ => None,
    };
    if let Some(no) = no {
        redirect.refused(no);
        return Ok(redirect.to(&profile));
    }
    let came_from = redirect.came_from().filter(|path| !path.starts_with(&profile)).unwrap_or_default();
    let hindrance = crate::connections::allowance::own_hindrance(&me, &site.limits(), &prepared.standing);
    let hindrance = hindrance.map_or_else(String::new, |refusal| in_place_of_button(refusal, name));
    let invite = prepared.page(page, String::new(), came_from, site.limits().note_length);
    Invite { hindrance, ..invite }.show()
}

/// `POST /in/{handle}/invite`: sends it; the button *Update preview* shows it first.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn send(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    handle: Path<String>,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let mut problems = Problems::default();
    let note = problems.text(&form, "note", t("Note"), (0, site.limits().note_length));
    let back = local(form.get("back")).unwrap_or_default();
    let typed = form.get("note").to_owned();
    let handle = handle.into_inner();
    if problems.any() || form.is_checked("preview") {
        let prepared = prepared(&site, &me, handle).await?;
        if prepared.restores() {
            redirect.refused(needs_no_invitation(&prepared.person.full_name));
            return Ok(redirect.to(&format!("/in/{}", prepared.person.handle)));
        }
        let mut invite = prepared.page(page, typed, back, site.limits().note_length);
        invite.problem = problems.of("note").to_owned();
        return if problems.any() { invite.show_again() } else { invite.show() };
    }
    let (limits, id, wanted) = (site.limits(), me.id, handle.clone());
    let (person, before, answer) = site
        .write(move |connection| {
            let (member, row) = visible::member(connection, &limits, id, &wanted)?;
            let person = member.person;
            let before = row.map_or(Side::Stranger, |row| row.side_at(now(), &limits));
            let answer = crate::connections::act(
                connection,
                &limits,
                Between { viewer: id, other: person.id },
                Action::Invite,
                &note,
            )?;
            Ok((person, before, answer))
        })
        .await?;
    let name = &person.full_name;
    let told = match answer {
        Err(refusal) => {
            let mut invite = prepared(&site, &me, handle).await?.page(page, typed, back, site.limits().note_length);
            invite.refusal = sentence(refusal, name);
            let response = invite.show_again()?;
            return Ok(match refusal {
                Refusal::InvitationsUsedUp(all) => refused_until(response, Limit::Invitations, all.next),
                _ => response,
            });
        }
        Ok(outcome) if matches!(outcome.pair.mine, Side::Invited { .. }) => {
            tf("Your invitation to {name} is on its way.", name)
        }
        Ok(outcome) if outcome.notification.is_none() && !typed.is_empty() => {
            crate::connections::disconnect::restored(name) + " " + t("Your note was not sent: they have not been told.")
        }
        Ok(outcome) if outcome.notification.is_none() && matches!(before, Side::Disconnected { .. }) => {
            crate::connections::disconnect::restored(name)
        }
        Ok(_) => tf("You and {name} are connected.", name),
    };
    redirect.done(told);
    Ok(redirect.to(if back.is_empty() { format!("/in/{}", person.handle) } else { back }.as_str()))
}
