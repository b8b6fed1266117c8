//! What a letter says. Words and names that must not change until it is sent stand in it; the rest is found out then.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::db::Connection;
use crate::error::Error;
use crate::ids::MemberId;
use crate::members::Headline;
use crate::notifications::choices::Kind;
use crate::schema::members;

/// A letter, as its cause writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Letter {
    /// Asks the owner of a new address to confirm it; where it is another account's already, tells them so instead.
    ConfirmAddress,
    /// Somebody waits to be let in.
    RegistrationWaiting {
        /// Their name.
        full_name: String,
        /// Why they want to join.
        reason: String,
    },
    /// The member was let in; asks them to confirm their address.
    RegistrationAccepted {
        /// The language in which they registered.
        language: String,
    },
    /// Somebody was not let in.
    RegistrationDeclined {
        /// Their address.
        email: String,
        /// What identifies it.
        key: String,
        /// Their name.
        full_name: String,
        /// The language in which they registered.
        language: String,
    },
    /// A member invites somebody to join, who may be one already: that is found out when it is sent.
    JoinInvitation {
        /// Who.
        from: MemberId,
        /// The address that it goes to.
        email: String,
        /// What identifies it.
        key: String,
        /// What they wrote.
        note: String,
        /// The language that they saw it in.
        language: String,
        /// Stands in the link by which one joins.
        code: String,
        /// Stands in the link that ends such letters.
        stop: String,
    },
    /// A link for a new password, for the account of an address, if there is one.
    ResetPassword {
        /// What identifies the address.
        key: String,
        /// Whether an administrator sends it, rather than whoever typed the address.
        #[serde(default)]
        by_administrator: bool,
    },
    /// Somebody would like to connect.
    Invitation {
        /// Who.
        from: MemberId,
        /// What they wrote.
        note: String,
    },
    /// Somebody accepted the member's invitation.
    Acceptance {
        /// Who.
        from: MemberId,
        /// What they wrote.
        note: String,
    },
    /// Somebody invited the member, an open networker: they are connected.
    AcceptedForYou {
        /// Who.
        from: MemberId,
        /// What they wrote.
        note: String,
    },
    /// A connection wrote. What they wrote stands on the site alone.
    Message {
        /// Who.
        from: MemberId,
    },
    /// What waits for the member.
    Digest {
        /// Invitations to answer.
        invitations: i64,
        /// Unread notifications.
        unread: i64,
    },
    /// Somebody has signed in from a browser that was not used before.
    NewDevice {
        /// The browser, as it calls itself.
        device: String,
        /// When.
        at: i64,
    },
    /// The member's address is another one now.
    AddressChanged {
        /// The one that this goes to.
        old: String,
        /// The new one.
        new: String,
    },
    /// The member's account will be removed.
    DeletionBegun {
        /// When.
        at: i64,
    },
    /// The account of whoever this goes to is removed. Nothing else is known of them any more.
    Deleted {
        /// Their address.
        email: String,
        /// Their name.
        full_name: String,
        /// Their language.
        language: String,
        /// Their time zone.
        time_zone: String,
    },
    /// The member's password is another one now.
    PasswordChanged {
        /// When.
        at: i64,
    },
    /// A recovery code was used to sign in.
    RecoveryCodeUsed {
        /// How many are left.
        left: i64,
        /// When.
        at: i64,
    },
    /// A sign-in asks for a second step from now on.
    SecondFactorOn {
        /// When.
        at: i64,
    },
    /// A sign-in asks for the password alone from now on.
    SecondFactorOff {
        /// When.
        at: i64,
    },
    /// Those who run the site have turned the second step off, for somebody who had lost it.
    SecondFactorEnded {
        /// When.
        at: i64,
    },
    /// A passkey signs in to the account from now on.
    PasskeyAdded {
        /// What the member calls it.
        name: String,
        /// When.
        at: i64,
    },
    /// Moderators ask the member to mind something.
    Warned {
        /// What, in the moderator's words.
        reason: String,
    },
    /// Others do not see the member's profile.
    ProfileHidden {
        /// Why, in the moderator's words.
        reason: String,
    },
    /// Others see the member's profile again.
    ProfileShown,
    /// The member is suspended.
    Suspended {
        /// Why, in the moderator's words.
        reason: String,
        /// Until when; nothing for a ban.
        until: Option<i64>,
    },
    /// The member is no longer suspended.
    Lifted,
    /// The member's appeal changed nothing.
    AppealDismissed,
    /// A report of the member was looked at.
    ReportAnswered {
        /// When it was sent.
        at: i64,
    },
}

impl Letter {
    /// Returns whom it is from.
    pub fn from(&self) -> Option<MemberId> {
        match self {
            Letter::Invitation { from, .. }
            | Letter::Acceptance { from, .. }
            | Letter::AcceptedForYou { from, .. }
            | Letter::JoinInvitation { from, .. }
            | Letter::Message { from } => Some(*from),
            _ => None,
        }
    }

    /// Returns the kind by which members choose whether it comes by e-mail; none for what concerns their account.
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Letter::Invitation { .. } | Letter::AcceptedForYou { .. } => Some(Kind::Invitation),
            Letter::Acceptance { .. } => Some(Kind::Acceptance),
            Letter::Message { .. } => Some(Kind::Message),
            Letter::Digest { .. } => Some(Kind::Digest),
            _ => None,
        }
    }

    /// Returns whether it tells the member what moderators decided about them.
    pub fn is_from_moderators(&self) -> bool {
        matches!(
            self,
            Letter::Warned { .. }
                | Letter::ProfileHidden { .. }
                | Letter::ProfileShown
                | Letter::Suspended { .. }
                | Letter::Lifted
                | Letter::AppealDismissed
        )
    }

    /// Returns a word for the log.
    pub fn word(&self) -> &'static str {
        match self {
            Letter::ConfirmAddress => "confirm-address",
            Letter::RegistrationWaiting { .. } => "registration-waiting",
            Letter::RegistrationAccepted { .. } => "registration-accepted",
            Letter::RegistrationDeclined { .. } => "registration-declined",
            Letter::JoinInvitation { .. } => "join-invitation",
            Letter::ResetPassword { .. } => "reset-password",
            Letter::Invitation { .. } => "invitation",
            Letter::Acceptance { .. } => "acceptance",
            Letter::AcceptedForYou { .. } => "accepted-for-you",
            Letter::Message { .. } => "message",
            Letter::Digest { .. } => "digest",
            Letter::NewDevice { .. } => "new-device",
            Letter::AddressChanged { .. } => "address-changed",
            Letter::PasswordChanged { .. } => "password-changed",
            Letter::RecoveryCodeUsed { .. } => "recovery-code-used",
            Letter::SecondFactorOn { .. } => "second-factor-on",
            Letter::SecondFactorOff { .. } => "second-factor-off",
            Letter::SecondFactorEnded { .. } => "second-factor-ended",
            Letter::PasskeyAdded { .. } => "passkey-added",
            Letter::DeletionBegun { .. } => "deletion-begun",
            Letter::Deleted { .. } => "deleted",
            Letter::Warned { .. } => "warned",
            Letter::ProfileHidden { .. } => "profile-hidden",
            Letter::ProfileShown => "profile-shown",
            Letter::Suspended { .. } => "suspended",
            Letter::Lifted => "lifted",
            Letter::AppealDismissed => "appeal-dismissed",
            Letter::ReportAnswered { .. } => "report-answered",
        }
    }
}

/// Whom a letter is from, as they were when it was written: what its preview showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Queryable)]
pub struct Sender {
    /// Their handle.
    pub handle: String,
    /// Their name.
    pub full_name: String,
    /// What they do, as others see it.
    pub headline: String,
}

impl Sender {
    /// Loads whoever is to be named.
    pub(super) fn load(connection: &mut Connection, member: MemberId) -> Result<Sender, Error> {
        let columns = (members::handle, members::full_name, Headline);
        Ok(members::table.find(member).select(columns).first(connection)?)
    }
}
