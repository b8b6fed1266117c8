//! What a refusal says. The member who acts is told their own reason in full; of the other, one sentence tells all.

use crate::dates;
use crate::language::{key, number, t, tf, tnf};
use crate::relationship::Refusal;

/// The one sentence for every reason that lies with the other member.
pub const NEUTRAL: &str = key("This user cannot be invited at this time");

/// Says where a button would be why it is not there, for a reason of the member's own.
pub fn in_place_of_button(refusal: Refusal, name: &str) -> String {
    match refusal {
        Refusal::Paused(until) => again_from(until, name),
        refusal => sentence(refusal, name),
    }
}

/// Says from when somebody can be invited again whose invitation was withdrawn.
pub fn again_from(until: i64, name: &str) -> String {
    tf("You can invite {name} again from {day}.", (name, &dates::long(until)))
}

/// The sentence for a refusal; `name` is the other member's.
pub fn sentence(refusal: Refusal, name: &str) -> String {
    match refusal {
        Refusal::Myself => t("This is you.").into(),
        Refusal::AlreadyInvited => {
            tf("You have already invited {name}. The invitation is waiting for an answer.", name)
        }
        Refusal::AlreadyConnected => tf("You and {name} are already connected.", name),
        Refusal::IBlockedThem => tf("You have blocked {name}. Unblock them first.", name),
        Refusal::NoInvitation => tf("There is no open invitation from {name} any more.", name),
        Refusal::NothingSent => tf("There is no open invitation to {name}.", name),
        Refusal::AcceptedMeanwhile => tf("{name} has accepted meanwhile: you are connected.", name),
        Refusal::Paused(until) => {
            let day = dates::long(until);
            tf("You withdrew an invitation to {name}. You may invite them again from {day}.", (name, &day))
        }
        Refusal::InvitationsUsedUp(all) if all.limit == 0 => {
            t("Nobody can send invitations on this site at the moment.").to_owned()
        }
        Refusal::InvitationsUsedUp(all) => tnf(
            all.limit,
            "You have sent {sent} of {n} invitation in the last 7 days. The next one comes free on {day}.",
            "You have sent {sent} of {n} invitations in the last 7 days. The next one comes free on {day}.",
            (&number(all.sent), &dates::long(all.next)),
        ),
        Refusal::TooManyConnections { have, limit } => tnf(
            limit,
            "You have {have} of {n} connection. Remove some to make room.",
            "You have {have} of {n} connections. Remove some to make room.",
            number(have),
        ),
        Refusal::TheyAreFull => {
            tf("{name} cannot take another connection at this time. The invitation stays open.", name)
        }
        Refusal::Neutral | Refusal::NeutralAndMayInviteAgain => t(NEUTRAL).into(),
        Refusal::NotFound => t("There was nothing to do.").into(),
    }
}
