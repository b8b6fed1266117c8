//! The values that several answers share.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::problem::Problem;
use crate::connections::allowance::own_hindrance;
use crate::connections::refusal::in_place_of_button;
use crate::connections::standing::Standing;
use crate::dates;
use crate::language::t;
use crate::members::MemberCard;
use crate::relationship::{Limits, Offer};
use crate::web::pagination::ListPage;
use crate::web::viewer::Viewer;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T: ToSchema> {
    /// The rows.
    pub items: Vec<T>,
    /// How many there are on all pages; 0 where they are not counted.
    pub total: i64,
    /// The `cursor` of the next page; nothing on the last.
    pub next_cursor: Option<String>,
}

impl<T: ToSchema> Page<T> {
    /// A page as lists of the site are.
    pub fn of<R>(list: ListPage<R>, make: impl FnMut(R) -> T) -> Page<T> {
        let ListPage { rows, total, next, .. } = list.map(make);
        Page { items: rows, total, next_cursor: next }
    }
}

/// Which page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// `next_cursor` of the page before; left out for the first page.
    #[allow(dead_code)]
    pub cursor: Option<String>,
}

/// A member, as lists show them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Member {
    /// By which they are addressed.
    #[schema(example = "priya-raman")]
    pub handle: String,
    /// The name.
    pub full_name: String,
    /// What they say of themselves in a line.
    pub headline: String,
    /// Where they are.
    pub location: String,
}

impl From<MemberCard> for Member {
    fn from(card: MemberCard) -> Member {
        let MemberCard { handle, full_name, headline, location, .. } = card;
        Member { handle, full_name, headline, location }
    }
}

/// How one stands to a member, from one's own side alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HowYouStand {
    /// It is oneself.
    Yourself,
    /// Nothing between the two.
    None,
    /// One's invitation waits for an answer.
    InvitationSent,
    /// Their invitation waits for one's answer.
    InvitationReceived,
    /// Connected.
    Connected,
    /// One has disconnected from them, or blocked and unblocked them.
    Disconnected,
    /// One has blocked them.
    Blocked,
}

impl HowYouStand {
    fn of(offer: Offer) -> HowYouStand {
        match offer {
            Offer::Invite | Offer::Nothing => HowYouStand::None,
            Offer::Withdraw => HowYouStand::InvitationSent,
            Offer::Answer => HowYouStand::InvitationReceived,
            Offer::Disconnect => HowYouStand::Connected,
            Offer::Reinvite => HowYouStand::Disconnected,
            Offer::Unblock => HowYouStand::Blocked,
        }
    }
}

/// How one stands to a member, with what is private to oneself. A token that may not read connections is answered with
/// `standing` alone.
#[derive(Debug, Serialize, ToSchema)]
pub struct Relation {
    /// The member.
    #[schema(required = false)]
    pub member: Member,
    /// What they say about themselves.
    #[schema(required = false)]
    pub about: String,
    /// How one stands to them.
    pub standing: HowYouStand,
    /// Since when connected; this proves, where it is sent along, that a disconnect or block is meant for a connection.
    #[schema(format = DateTime)]
    pub connected_since: Option<String>,
    /// When the invitation that waits was sent.
    #[schema(format = DateTime)]
    pub invited_at: Option<String>,
    /// The note of the invitation that waits.
    #[schema(required = false)]
    pub invitation_note: String,
    /// Why one cannot invite them now, for reasons of one's own; empty where one can, as far as it lies with oneself.
    #[schema(required = false)]
    pub hindrance: String,
    /// One's private note about them.
    #[schema(required = false)]
    pub private_note: String,
    /// One's private tags.
    #[schema(required = false)]
    pub tags: Vec<String>,
}

impl Relation {
    /// How a viewer stands to a member, who says this about themselves.
    pub fn of(viewer: &Viewer, limits: &Limits, (card, about): (MemberCard, String), standing: Standing) -> Relation {
        let is_me = card.id == viewer.id;
        let known = HowYouStand::of(standing.offer());
        let hindrance = own_hindrance(viewer, limits, &standing).filter(|_| known == HowYouStand::None && !is_me);
        let waits = matches!(known, HowYouStand::InvitationSent | HowYouStand::InvitationReceived);
        Relation {
            about,
            standing: if is_me { HowYouStand::Yourself } else { known },
            connected_since: standing.connected_at.map(dates::instant),
            invited_at: standing.invited_at.filter(|_| waits).map(dates::instant),
            invitation_note: if waits { standing.invitation_note } else { String::new() },
            hindrance: hindrance.map_or_else(String::new, |why| in_place_of_button(why, &card.full_name)),
            private_note: standing.private_note,
            tags: standing.tags,
            member: card.into(),
        }
    }
}

/// Reads since when two are connected, in unix seconds, as an earlier answer said it.
///
/// # Errors
/// The problem of what is no moment.
pub fn connected_since(text: Option<&str>) -> Result<Option<i64>, Problem> {
    let moment = text.map(str::parse::<jiff::Timestamp>).transpose();
    let unreadable = |_| {
        Problem::unreadable(t("connected_since is to be as an earlier answer said it, such as 2026-11-26T08:30:00Z."))
    };
    Ok(moment.map_err(unreadable)?.map(jiff::Timestamp::as_second))
}
