//! What members report, and what moderators decide. The reported never learn who reported: nothing is sent or shown to them
//! when a report is filed, and what is decided names nobody.

pub mod context;
pub mod decide;
pub mod decision_pages;
pub mod own;
pub mod queue;
pub mod relationships;
pub mod report_pages;
pub mod reports;
pub mod sanctions;
pub mod suspended;

use crate::db::numbered;
use crate::language::t;

numbered! {
    /// What a report is about.
    pub enum Kind {
        /// A profile.
        Profile = 0,
        /// An invitation, with its note.
        Invitation = 1,
        /// A message.
        Message = 2,
        /// A suspension, which its member asks to be looked at again.
        Appeal = 3,
    }
}

impl Kind {
    /// Returns what a page calls it.
    pub fn title(self) -> &'static str {
        match self {
            Kind::Profile => t("Report of a profile"),
            Kind::Invitation => t("Report of an invitation"),
            Kind::Message => t("Report of a message"),
            Kind::Appeal => t("Appeal"),
        }
    }

    /// Returns whether the page of such a report offers a decision: an appeal ends what was decided, or lets it stand.
    pub fn offers(self, decision: Decision) -> bool {
        match decision {
            Decision::Open => false,
            Decision::Dismissed => true,
            Decision::Lifted => self == Kind::Appeal,
            _ => self != Kind::Appeal,
        }
    }
}

numbered! {
    /// What was decided about a report, and about a member.
    pub enum Decision {
        /// Nothing yet.
        Open = 0,
        /// There is nothing to do.
        Dismissed = 1,
        /// The member is told what is wrong.
        Warned = 2,
        /// Others do not see the profile.
        Hidden = 3,
        /// The member is kept out until a day.
        Suspended = 4,
        /// The member is kept out for good.
        Banned = 5,
        /// What was decided before is ended.
        Lifted = 6,
    }
}

impl Decision {
    /// The decisions of forms and the command line.
    const ALL: [Decision; 6] = [
        Decision::Dismissed,
        Decision::Warned,
        Decision::Hidden,
        Decision::Suspended,
        Decision::Banned,
        Decision::Lifted,
    ];

    /// Returns the word by which forms name it.
    pub fn word(self) -> &'static str {
        match self {
            Decision::Open => "open",
            Decision::Dismissed => "dismiss",
            Decision::Warned => "warn",
            Decision::Hidden => "hide",
            Decision::Suspended => "suspend",
            Decision::Banned => "ban",
            Decision::Lifted => "lift",
        }
    }

    /// Returns the decision of a word.
    pub fn of(word: &str) -> Option<Decision> {
        Decision::ALL.into_iter().find(|decision| decision.word() == word)
    }

    /// Returns what a page calls it.
    pub fn title(self) -> &'static str {
        match self {
            Decision::Open => t("Open"),
            Decision::Dismissed => t("Dismissed"),
            Decision::Warned => t("Warned"),
            Decision::Hidden => t("Profile hidden"),
            Decision::Suspended => t("Suspended"),
            Decision::Banned => t("Banned"),
            Decision::Lifted => t("Suspension ended"),
        }
    }
}
