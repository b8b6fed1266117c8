//! `/contacts/{id}/invite`: an invitation to join by e-mail, as it will be read; and the link that ends such letters.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use crate::accounts::email;
use crate::contacts::store;
use crate::dates;
use crate::db::Connection;
use crate::error::Error;
use crate::ids::ContactId;
use crate::joining::door::{Admission, Host, admission};
use crate::joining::letters;
use crate::language::{filters, t, tf};
use crate::limits::{self, Limit, Numbers, Subject};
use crate::mail;
use crate::mail::content::{self, Content, Links};
use crate::mail::letter::Sender;
use crate::members::{self, MemberCard};
use crate::notifications::unsubscribe;
use crate::web::form::{Form, Problems};
use crate::web::page::{Layout, Redirect, Render, SignedIn};
use crate::web::registration;
use crate::web::site::{Site, SiteData};
use crate::web::viewer::Viewer;

#[derive(Template)]
#[template(path = "joining/invite.html")]
struct Invite {
    page: Layout,
    contact: ContactId,
    name: String,
    emails: Vec<String>,
    /// Whether the contact has an address, but none that can be written to.
    is_unreadable: bool,
    sender: Option<MemberCard>,
    letter: Content,
    /// What the member is told before they send it: that the site lets nobody in by such a letter, or has each looked at.
    admission: Admission,
    /// When they have written to every address of the contact.
    sent_on: String,
    /// Why they can send no more letters now.
    refusal: String,
    note_length: usize,
    form: Form,
    problems: Problems,
}

impl Invite {
    fn is_refused(&self) -> bool {
        self.admission == Admission::Refused
    }

    fn waits(&self) -> bool {
        self.admission == Admission::Waits
    }
}

/// What the page needs to know.
struct Prepared {
    name: String,
    emails: Vec<String>,
    is_unreadable: bool,
    sender: Option<MemberCard>,
    admission: Admission,
    sent_on: String,
    refusal: String,
}

fn prepare(connection: &mut Connection, viewer: &Viewer, id: ContactId, numbers: Numbers) -> Result<Prepared, Error> {
    let card = store::load(connection, viewer.id, id)?.card;
    let (mut emails, mut sent_on) = (Vec::new(), String::new());
    for address in card.emails.iter().map(|email| email::tidy(&email.value)).filter(|email| email::is_whole(email)) {
        match letters::sent_at(connection, viewer.id, &address)? {
            Some(at) => sent_on = dates::long(at),
            None => emails.push(address),
        }
    }
    let host = if viewer.may_administer() { Host::Administrator } else { Host::Member };
    let (mode, may) = registration::load_with_links(connection)?;
    let refusal = match emails.is_empty() {
        true => String::new(),
        false => limits::refusal(connection, Limit::EmailInvitations, &Subject::member(viewer.id), numbers)?,
    };
    Ok(Prepared {
        name: card.name(),
        is_unreadable: emails.is_empty() && sent_on.is_empty() && !card.emails.is_empty(),
        admission: admission(mode, host, may),
        sender: members::persons(connection, &[viewer.id])?.pop(),
        emails,
        sent_on,
        refusal,
    })
}

async fn page_of(
    site: &Site,
    page: Layout,
    me: &SignedIn,
    id: ContactId,
    (form, problems): (Form, Problems),
) -> Result<Invite, Error> {
    let (viewer, numbers) = (me.viewer(), site.meters.numbers(Limit::EmailInvitations));
    let ready = site.read(move |connection| prepare(connection, &viewer, id, numbers)).await?;
    let sender = Sender {
        handle: me.handle.clone(),
        full_name: me.full_name.clone(),
        headline: ready.sender.as_ref().map_or_else(String::new, |sender| sender.headline.clone()),
    };
    let links = Links::new(&*site.address).of(&page.community);
    Ok(Invite {
        page,
        contact: id,
        name: ready.name,
        emails: ready.emails,
        is_unreadable: ready.is_unreadable,
        sender: ready.sender,
        letter: content::join_invitation(&sender, form.get("note"), "", &links),
        admission: ready.admission,
        sent_on: ready.sent_on,
        refusal: ready.refusal,
        note_length: site.limits().note_length,
        form,
        problems,
    })
}

/// `GET /contacts/{id}/invite`
///
/// # Errors
/// [`Error::NotFound`] where it is no contact of the member's, or the database's.
pub async fn form(site: SiteData, page: Layout, me: SignedIn, id: Path<ContactId>) -> Result<HttpResponse, Error> {
    page_of(&site, page, &me, id.into_inner(), (Form::default(), Problems::default())).await?.show()
}

/// `POST /contacts/{id}/invite`: sends the letter; the button *Update preview* shows it first.
///
/// # Errors
/// As [`form`].
pub async fn send(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    id: Path<ContactId>,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (id, mut problems) = (id.into_inner(), Problems::default());
    let note = problems.text(&form, "note", t("Note"), (0, site.limits().note_length));
    let address = form.get("email").to_owned();
    let is_preview = form.is_checked("preview");
    let mut invite = page_of(&site, page, &me, id, (form, problems)).await?;
    if invite.problems.any() {
        return invite.show_again();
    }
    if is_preview {
        return invite.show();
    }
    if !site.sends_mail || invite.is_refused() || invite.emails.is_empty() {
        return invite.show_again();
    }
    if !invite.emails.contains(&address) {
        invite.problems.add("email", t("Choose one of the addresses of this contact."));
        return invite.show_again();
    }
    let (owner, to) = (me.id, address.clone());
    let sent = site.write(move |connection| letters::send(connection, owner, &to, &note)).await?;
    site.jobs.wake(mail::JOB);
    match sent {
        true => redirect.done(tf("Your invitation to {email} is on its way.", &address)),
        false => redirect.refused(t("You have written to this address before. Each gets one e-mail from you only.")),
    };
    Ok(redirect.to(&format!("/contacts/{id}")))
}

#[derive(Template)]
#[template(path = "joining/refuse.html")]
struct Refuse {
    page: Layout,
    token: String,
    is_done: bool,
}

/// `GET /unsubscribe/invitations/{token}`
///
/// # Errors
/// The database's.
pub async fn refuse_form(site: SiteData, page: Layout, token: Path<String>) -> Result<HttpResponse, Error> {
    let token = token.into_inner();
    let asked = token.clone();
    match site.read(move |connection| letters::is_refused(connection, &asked)).await {
        Ok(is_done) => Refuse { page, token, is_done }.show(),
        Err(why) => unsubscribe::without_letter(page, why),
    }
}

/// `POST /unsubscribe/invitations/{token}`: by the button, or by a mail program (RFC 8058).
///
/// # Errors
/// As [`refuse_form`].
pub async fn refuse(
    site: SiteData,
    page: Layout,
    token: Path<String>,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let token = token.into_inner();
    let given = token.clone();
    match site.write(move |connection| letters::refuse(connection, &given)).await {
        Ok(()) if unsubscribe::is_one_click(&form) => Refuse { page, token, is_done: true }.show(),
        Ok(()) => Ok(redirect.to(&format!("/unsubscribe/invitations/{token}"))),
        Err(why) => unsubscribe::without_letter(page, why),
    }
}
