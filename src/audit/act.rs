//! The acts that are logged, each with the word that the log keeps and the sentence that a page shows.

use crate::language::t;

/// Makes the enum, its words and its titles from one table.
macro_rules! acts {
    ($($(#[$what:meta])* $act:ident = $word:literal, $title:expr;)+) => {
        /// Something that those who run the site do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Act { $($(#[$what])* $act,)+ }

        impl Act {
            /// All of them.
            pub const ALL: &[Act] = &[$(Act::$act,)+];

            /// Returns the word that the log keeps.
            pub fn word(self) -> &'static str {
                match self { $(Act::$act => $word,)+ }
            }

            /// Returns what a page calls it.
            pub fn title(self) -> &'static str {
                match self { $(Act::$act => $title,)+ }
            }
        }
    };
}

acts! {
    /// A member was made on the command line or by an administrator.
    MemberCreated = "member_created", t("Account made");
    /// A password was set.
    PasswordSet = "password_set", t("Password set");
    /// A link to set a new password was sent.
    PasswordLinkSent = "password_link_sent", t("Password link sent");
    /// A member's second step was turned off.
    SecondFactorEnded = "second_factor_ended", t("Second step turned off");
    /// An account was removed: from the command line, or by the site once its member's two weeks were over. The entry does not
    /// say whose.
    MemberDeleted = "member_deleted", t("Account deleted");
    /// A role was given or taken.
    RoleChanged = "role_changed", t("Role changed");
    /// A report was opened.
    ReportOpened = "report_opened", t("Report opened");
    /// A report was dismissed.
    ReportDismissed = "report_dismissed", t("Report dismissed");
    /// A member was warned.
    Warned = "warned", t("Warned");
    /// A profile was hidden.
    ProfileHidden = "profile_hidden", t("Profile hidden");
    /// A profile is shown again.
    ProfileShown = "profile_shown", t("Profile shown again");
    /// A member was suspended until a day.
    Suspended = "suspended", t("Suspended");
    /// A member was banned.
    Banned = "banned", t("Banned");
    /// A suspension or a ban was ended.
    Lifted = "lifted", t("Suspension ended");
    /// An appeal was turned down.
    AppealDismissed = "appeal_dismissed", t("Appeal turned down");
    /// Somebody's relationships were looked at.
    RelationshipsOpened = "relationships_opened", t("Relationships looked at");
    /// How members come in was changed.
    RegistrationChanged = "registration_changed", t("Registration changed");
    /// Somebody who asked to join was let in.
    RegistrationApproved = "registration_approved", t("Registration approved");
    /// Somebody who asked to join was not let in.
    RegistrationDeclined = "registration_declined", t("Registration declined");
    /// An invite link was made.
    InviteLinkMade = "invite_link_made", t("Invite link made");
    /// An invite link was ended.
    InviteLinkEnded = "invite_link_ended", t("Invite link ended");
    /// A link by which people join works again.
    InviteLinkRestored = "invite_link_restored", t("Invite link restored");
    /// A limit was changed.
    LimitChanged = "limit_changed", t("Limit changed");
    /// The community's name or texts were changed.
    TextsChanged = "texts_changed", t("Texts changed");
    /// The logo or the accent colour was changed.
    LookChanged = "look_changed", t("Logo or colour changed");
    /// A webhook was made.
    WebhookMade = "webhook_made", t("Webhook made");
    /// A webhook was turned on.
    WebhookTurnedOn = "webhook_turned_on", t("Webhook turned on");
    /// A webhook was turned off.
    WebhookTurnedOff = "webhook_turned_off", t("Webhook turned off");
    /// A webhook was removed.
    WebhookRemoved = "webhook_removed", t("Webhook removed");
    /// The log was exported.
    LogExported = "log_exported", t("Audit log exported");
}

impl Act {
    /// Returns the act of a word.
    pub fn of(word: &str) -> Option<Act> {
        Act::ALL.iter().copied().find(|act| act.word() == word)
    }
}
