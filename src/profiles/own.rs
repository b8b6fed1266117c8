//! One's own profile: the page that others get, with a pencil at each section; and as a stranger or a connection sees it.

use actix_web::HttpResponse;
use askama::Template;

use crate::connections::standing::Standing;
use crate::connections::visible;
use crate::error::Error;
use crate::joining::qr;
use crate::language::filters;
use crate::language::t;
use crate::members::store::{Link, Position};
use crate::members::{ConnectionCount, Profile};
use crate::network::degree::{Degree, Nearness};
use crate::profiles::profile::ProfilePage;
use crate::profiles::shown::{About, Shown};
use crate::relationship::Side;
use crate::web::page::{Layout, Render, SignedIn};
use crate::web::site::Site;

/// As whom one looks at one's own profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewAs {
    /// Somebody with whom one shares nobody.
    Stranger,
    /// A connection.
    Connection,
}

impl ViewAs {
    /// Reads the parameter of the address.
    pub(super) fn of(word: &str) -> Option<ViewAs> {
        match word {
            "stranger" => Some(ViewAs::Stranger),
            "connection" => Some(ViewAs::Connection),
            _ => None,
        }
    }

    fn is_connection(self) -> bool {
        self == ViewAs::Connection
    }

    /// Says as whom one looks.
    pub(super) fn sentence(self) -> &'static str {
        match self {
            ViewAs::Stranger => t("This is what a stranger sees of your profile."),
            ViewAs::Connection => t("This is what a connection sees of your profile."),
        }
    }

    fn standing(self) -> Standing {
        let side = if self.is_connection() { Side::Connected } else { Side::Stranger };
        Standing { side, ..Standing::none() }
    }

    fn nearness(self) -> Nearness {
        let degree = if self.is_connection() { Degree::First } else { Degree::None };
        Nearness { degree, shared: 0, few: Vec::new() }
    }
}

#[derive(Template)]
#[template(path = "members/own.html")]
struct Own {
    page: Layout,
    member: Profile,
    about: About,
    counted: ConnectionCount,
    address: String,
    /// The address as a picture that cameras read.
    qr: String,
}

impl Own {
    /// Where the form of a position or school is.
    fn position_path(&self, position: &Position) -> String {
        format!("/profile/positions/{}", position.id)
    }

    /// Where the form of a link is.
    fn link_path(&self, link: &Link) -> String {
        format!("/profile/links/{}", link.id)
    }

    /// What the profile lacks, each with the form that adds it.
    fn missing(&self) -> Vec<(&'static str, &'static str)> {
        let person = &self.member.person;
        let all = [
            (person.photo.is_empty(), t("a photo"), "/profile/photo"),
            (person.headline.is_empty(), t("a headline"), "/profile"),
            (person.location.is_empty(), t("a location"), "/profile"),
            (self.member.about.is_empty(), t("a text about you"), "/profile/about"),
            (self.about.positions.is_empty(), t("a position"), "/profile/positions"),
            (self.about.education.is_empty(), t("a school"), "/profile/education"),
        ];
        all.into_iter().filter(|(is_missing, ..)| *is_missing).map(|(_, what, path)| (what, path)).collect()
    }
}

/// One's own profile, at its address.
///
/// # Errors
/// [`Error::NotFound`] where one asks for the page of a stranger while moderators hide it, or the database's.
pub(super) async fn own(
    site: &Site,
    page: Layout,
    me: SignedIn,
    address: String,
    view_as: Option<ViewAs>,
) -> Result<HttpResponse, Error> {
    let (id, limits, handle) = (me.id, site.limits(), me.handle.clone());
    if let Some(view_as) = view_as {
        let shown = site
            .read(move |connection| {
                let connected = view_as.is_connection();
                let (member, _) = visible::member(connection, &limits, id, &handle)?;
                let member = visible::to_others(member, connected).ok_or(Error::NotFound)?;
                Shown::to(connection, member, connected)
            })
            .await?;
        let counted = me.counted();
        let (standing, nearness, nothing) = (view_as.standing(), view_as.nearness(), String::new());
        let (hindrance, price, view_as) = (nothing.clone(), nothing, Some(view_as));
        return ProfilePage {
            page,
            shown,
            counted,
            standing,
            nearness,
            reinvite: None,
            hindrance,
            price,
            address,
            view_as,
        }
        .show();
    }
    let (member, about) = site
        .read(move |connection| {
            let (member, _) = visible::member(connection, &limits, id, &handle)?;
            Ok((member, About::of(connection, id)?))
        })
        .await?;
    let qr = qr::svg(&address, t("The address of this profile, for a camera"));
    let counted = me.counted();
    Own { page, member, counted, about, address, qr }.show()
}
