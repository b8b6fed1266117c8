//! `/settings/tokens`: what lets programs act for a member is made, shown once, revoked. Between the form and the page that shows
//! it, a new one is in the encrypted cookie of this browser alone.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use askama::Template;

use crate::accounts::confirm::Confirmed;
use crate::accounts::events::{self, Kind};
use crate::accounts::tokens::{self, DAYS, LONGEST_NAME, MAX_TOKENS, NewToken, Scope, Token};
use crate::dates;
use crate::error::Error;
use crate::ids::TokenId;
use crate::language::{filters, number, t, tf, tn};
use crate::web::form::{Form, Problems};
use crate::web::page::{Layout, Redirect, Render, SignedIn};
use crate::web::site::SiteData;

const HERE: &str = "/settings/tokens";
/// What the cookie holds of a new one: its id and its secret.
const NEW: &str = "new_token";

impl Token {
    /// When it was made, for programs and for people.
    fn made(&self) -> (String, String) {
        (dates::instant(self.created_at), dates::long(self.created_at))
    }

    /// When it was last used, for programs and for people; nothing for never.
    fn used(&self) -> Option<(String, String)> {
        let at = self.last_used_at?;
        Some((dates::instant(at), dates::ago(at, dates::now())))
    }

    /// Until when it is good, for programs and for people; nothing for ever.
    fn until(&self) -> Option<(String, String)> {
        let at = self.expires_at?;
        Some((dates::instant(at), dates::long(at)))
    }

    fn has_expired(&self) -> bool {
        self.expires_at.is_some_and(|at| at <= dates::now())
    }
}

#[derive(Template)]
#[template(path = "accounts/tokens.html")]
struct Tokens {
    page: Layout,
    tokens: Vec<Token>,
    form: Form,
    problems: Problems,
}

impl Tokens {
    fn is_ticked(&self, scope: &Scope) -> bool {
        self.form.all("scope").any(|word| word == scope.word())
    }

    /// How long a token may be good, as the form sends it and in words.
    fn lengths() -> Vec<(String, String)> {
        let days = DAYS.map(|days| (days.to_string(), tn(days, "For {n} day", "For {n} days")));
        days.into_iter().chain([(String::new(), t("Until it is revoked").to_owned())]).collect()
    }
}

/// `GET /settings/tokens`
///
/// # Errors
/// The database's.
pub async fn show(site: SiteData, page: Layout, me: SignedIn) -> Result<HttpResponse, Error> {
    let form = Form::of([("days", "90")]);
    answer(&site, page, &me, (form, Problems::default())).await
}

async fn answer(
    site: &SiteData,
    page: Layout,
    me: &SignedIn,
    (form, problems): (Form, Problems),
) -> Result<HttpResponse, Error> {
    let member = me.id;
    let tokens = site.read(move |connection| tokens::all(connection, member)).await?;
    let status = if problems.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Tokens { page, tokens, form, problems }.show_as(status)
}

/// What the form asks for, checked.
fn wanted(form: &Form, problems: &mut Problems) -> NewToken {
    let name = problems.line(form, "name", t("Name"), (1, LONGEST_NAME));
    let is_ticked = |scope: &Scope| form.all("scope").any(|word| word == scope.word());
    let scopes: Vec<Scope> = Scope::ALL.iter().copied().filter(is_ticked).collect();
    if scopes.is_empty() {
        problems.add("scope", t("Select what the program may do."));
    }
    let days = form.get("days").parse().ok().filter(|days| DAYS.contains(days));
    if days.is_none() && !form.get("days").is_empty() {
        problems.add("days", t("Choose how long it works."));
    }
    NewToken { name, scopes, days }
}

/// `POST /settings/tokens`: makes one, for a member who has lately shown that it is them.
///
/// # Errors
/// The database's.
pub async fn make(
    site: SiteData,
    page: Layout,
    me: Confirmed,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let mut problems = Problems::default();
    let (member, new) = (me.id, wanted(&form, &mut problems));
    if problems.any() {
        return answer(&site, page, &me, (form, problems)).await;
    }
    let made = site.write(move |connection| {
        crate::db::lock_members(connection, [member])?;
        let is_again = tokens::forget_unseen(connection, member, &new)?;
        let made = tokens::make(connection, member, &new)?;
        if made.is_some() && !is_again {
            events::record(connection, member, Kind::TokenMade, &new.name)?;
        }
        Ok(made)
    });
    let Some(made) = made.await? else {
        let most = tf("You have {most} tokens, and more cannot be made. Revoke one first.", number(MAX_TOKENS));
        problems.add("name", most);
        return answer(&site, page, &me, (form, problems)).await;
    };
    let path = format!("{HERE}/{}", made.0);
    redirect.session().insert(NEW, made).map_err(|why| Error::Internal(why.to_string()))?;
    Ok(redirect.to(&path))
}

#[derive(Template)]
#[template(path = "accounts/token.html")]
struct New {
    page: Layout,
    name: String,
    /// Nothing once it was shown.
    secret: Option<String>,
}

/// `GET /settings/tokens/{id}`: shows a new one, once.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn show_new(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    id: Path<TokenId>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (member, id) = (me.id, id.into_inner());
    let all = site.read(move |connection| tokens::all(connection, member)).await?;
    let name = all.into_iter().find(|one| one.id == id).ok_or(Error::NotFound)?.name;
    let new: Option<(TokenId, String)> = redirect.session().get(NEW).ok().flatten();
    let secret = new.filter(|(new, _)| *new == id).map(|(_, secret)| secret);
    if secret.is_some() && page.opened {
        redirect.session().remove(NEW);
    }
    New { page, name, secret }.show()
}

/// `POST /settings/tokens/{id}/revoke`
///
/// # Errors
/// The database's.
pub async fn revoke(
    site: SiteData,
    me: SignedIn,
    id: Path<TokenId>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (member, id) = (me.id, id.into_inner());
    let revoked = site.write(move |connection| {
        let name = tokens::revoke(connection, member, id)?;
        if let Some(name) = &name {
            events::record(connection, member, Kind::TokenRevoked, name)?;
        }
        Ok(name)
    });
    match revoked.await? {
        Some(name) => redirect.done(tf("The token {name} is revoked. Its program can no longer use it.", &name)),
        // A second press.
        None => redirect.done(t("This token is revoked.")),
    };
    Ok(redirect.to(HERE))
}
