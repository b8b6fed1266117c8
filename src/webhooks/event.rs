//! What webhooks are told of. Nothing of it says how two members stand.

use serde_json::{Value, json};

use crate::dates;
use crate::ids::{DeliveryId, MemberId, ReportId};
use crate::language::t;

/// Makes the enum of the kinds and what is said of each, from one line a kind.
macro_rules! kinds {
    ($($(#[$what:meta])* $kind:ident = $word:literal, $label:expr;)+) => {
        /// A kind of event.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind { $($(#[$what])* $kind,)+ }

        impl Kind {
            /// All of them, as the form shows them.
            pub const ALL: &[Kind] = &[$(Kind::$kind,)+];

            /// Returns its name.
            pub fn word(self) -> &'static str {
                match self { $(Kind::$kind => $word,)+ }
            }

            /// Returns what happened, in words.
            pub fn label(self) -> &'static str {
                match self { $(Kind::$kind => $label,)+ }
            }
        }
    };
}

kinds! {
    /// Somebody has become a member.
    MemberJoined = "member_joined", t("Member joined");
    /// Somebody waits to be let in.
    RegistrationWaiting = "registration_waiting", t("Registration waiting");
    /// A report or an appeal waits for moderators.
    ReportFiled = "report_filed", t("Report filed");
}

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// Somebody has become a member.
    MemberJoined {
        /// Their handle.
        handle: String,
        /// Their name.
        full_name: String,
    },
    /// Somebody waits to be let in.
    RegistrationWaiting {
        /// Their name.
        full_name: String,
    },
    /// A report or an appeal waits for moderators, who learn by whom and of what where they answer it.
    ReportFiled {
        /// Whom it is about.
        reported: MemberId,
        /// The report.
        id: ReportId,
    },
}

impl Event {
    /// Returns its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Event::MemberJoined { .. } => Kind::MemberJoined,
            Event::RegistrationWaiting { .. } => Kind::RegistrationWaiting,
            Event::ReportFiled { .. } => Kind::ReportFiled,
        }
    }

    /// Returns what is told of it; `path` leads to a page of the site.
    pub fn data(&self) -> Value {
        match self {
            Event::MemberJoined { handle, full_name } => {
                json!({ "handle": handle, "full_name": full_name, "path": format!("/in/{handle}") })
            }
            Event::RegistrationWaiting { full_name } => {
                json!({ "full_name": full_name, "path": "/admin/registration" })
            }
            Event::ReportFiled { reported, id } => json!({ "path": format!("/moderation/{reported}/{id}") }),
        }
    }
}

/// Somebody of whom nothing is told any more.
#[derive(Debug, Clone)]
pub struct Forgotten {
    /// Who it is.
    pub member: MemberId,
    /// The handles that they have and had.
    pub handles: Vec<String>,
    /// Their names: the one that they have, and those by which they were told of before.
    pub names: Vec<String>,
}

impl Forgotten {
    /// Returns the name by which they joined, where this tells of it.
    pub(super) fn joined_as(&self, event: &str, data: &str) -> Option<String> {
        let data: Value = serde_json::from_str(data).ok().filter(|_| event == Kind::MemberJoined.word())?;
        let is_theirs = self.handles.iter().any(|handle| data["handle"] == handle.as_str());
        data["full_name"].as_str().filter(|_| is_theirs).map(str::to_owned)
    }

    /// Returns whether what is told of something names them.
    pub(super) fn is_named(&self, event: &str, data: &str) -> bool {
        let data: Value = serde_json::from_str(data).unwrap_or_default();
        let text = |field: &str| data[field].as_str().unwrap_or_default().to_owned();
        let moderated = format!("/moderation/{}/", self.member);
        // Whoever waits to be let in has no handle yet. Of two members of one name, the other's handle is told.
        let is_called = event != Kind::MemberJoined.word() && self.names.contains(&text("full_name"));
        is_called || self.handles.contains(&text("handle")) || text("path").starts_with(&moderated)
    }
}

/// Returns the body of a call: what happened, where and when.
pub(super) fn body(site: &str, id: DeliveryId, event: &str, created_at: i64, data: &str) -> String {
    let data: Value = serde_json::from_str(data).unwrap_or_default();
    let at = dates::instant(created_at);
    json!({ "id": id.to_string(), "event": event, "at": at, "site": site, "data": data }).to_string()
}
