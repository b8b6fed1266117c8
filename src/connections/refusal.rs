//! What a refusal says. The member who acts is told their own reason in full; of the other, one sentence tells all.

use super::relationship::Refusal;
use crate::dates;
use crate::web::pagination::{count, thousands};

/// The one sentence for every reason that lies with the other member.
pub const NEUTRAL: &str = "This user cannot be invited at this time";

/// The sentence for a refusal; `name` is the other member's.
pub fn sentence(refusal: Refusal, name: &str) -> String {
    match refusal {
        Refusal::Myself => "This is you.".into(),
        Refusal::AlreadyInvited => format!("You have already invited {name}. The invitation is waiting for an answer."),
        Refusal::AlreadyConnected => format!("You and {name} are already connected."),
        Refusal::IBlockedThem => format!("You have blocked {name}. Unblock them first."),
        Refusal::NoInvitation => format!("There is no open invitation from {name} any more."),
        Refusal::AcceptedMeanwhile => format!("{name} has accepted meanwhile: you are connected."),
        Refusal::Paused(until) => {
            format!("You withdrew an invitation to {name}. You may invite them again from {}.", dates::long(until))
        }
        Refusal::InvitationsUsedUp(all) => format!(
            "You have sent {} of {} in the last 7 days. The next one comes free on {}.",
            thousands(all.sent),
            count(all.limit, "invitation", "invitations"),
            dates::long(all.next)
        ),
        Refusal::TooManyConnections { have, limit } => format!(
            "You have {} of {}. Remove some to make room.",
            thousands(have),
            count(limit, "connection", "connections")
        ),
        Refusal::TheyAreFull => {
            format!("{name} cannot take another connection at this time. The invitation stays open.")
        }
        Refusal::Neutral | Refusal::NeutralDoorOpened => NEUTRAL.into(),
        Refusal::NotFound => "There was nothing to do.".into(),
    }
}
