//! What a member may do for the site.

use crate::db::numbered;
use crate::language::t;

numbered! {
    /// What a member may do for the site. Each may do what the one before may.
    pub enum Role {
        /// Be a member.
        Member = 0,
        /// Answer reports.
        Moderator = 1,
        /// Run the site.
        Administrator = 2,
    }
}

impl Role {
    /// All of them.
    pub const ALL: [Role; 3] = [Role::Member, Role::Moderator, Role::Administrator];

    /// Returns whether they may do what a role may.
    pub fn is_at_least(self, least: Role) -> bool {
        self as i16 >= least as i16
    }

    /// Returns the word by which forms and the command line name it.
    pub fn word(self) -> &'static str {
        match self {
            Role::Member => "member",
            Role::Moderator => "moderator",
            Role::Administrator => "administrator",
        }
    }

    /// Returns the role of a word.
    pub fn of(word: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.word() == word)
    }

    /// Returns its name.
    pub fn title(self) -> &'static str {
        match self {
            Role::Member => t("Member"),
            Role::Moderator => t("Moderator"),
            Role::Administrator => t("Administrator"),
        }
    }
}
