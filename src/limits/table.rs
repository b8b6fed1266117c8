//! The table: each limit with its name, number, window and sentence.

use crate::language::key;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Makes the enum of the limits and what is said of each, from one line a limit.
macro_rules! limits {
    ($($(#[$what:meta])* $limit:ident = $name:literal, $number:literal in $seconds:expr, $label:expr, $sentence:expr;)+) => {
        /// What is limited.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Limit { $($(#[$what])* $limit,)+ }

        impl Limit {
            /// All of them, as `/admin/limits` shows them.
            pub const ALL: &[Limit] = &[$(Limit::$limit,)+];

            /// Returns its name in the database.
            pub fn name(self) -> &'static str {
                match self { $(Limit::$limit => $name,)+ }
            }

            /// Returns the number and the seconds of a site that has changed nothing.
            pub fn default(self) -> (u32, i64) {
                match self { $(Limit::$limit => ($number, $seconds),)+ }
            }

            /// Returns what it limits, in English: to be shown through `t`.
            pub fn label(self) -> &'static str {
                match self { $(Limit::$limit => $label,)+ }
            }

            /// Returns what somebody reads who has reached it, in English, before number and time; empty where
            /// [`Limit::is_read_off`], and there is a sentence with the day.
            pub fn sentence(self) -> &'static str {
                match self { $(Limit::$limit => $sentence,)+ }
            }
        }
    };
}

limits! {
    /// Wrong passwords for an account, from a network or a browser that its member knows.
    SignIn = "sign-in", 10 in 15 * MINUTE,
        key("Wrong passwords for one account, from one network or browser"),
        key("The password was wrong too often.");
    /// Wrong passwords from a network, for whatever accounts.
    SignInNetwork = "sign-in-network", 50 in 15 * MINUTE,
        key("Wrong passwords from one network"),
        key("From your network the password was wrong too often.");
    /// Wrong passwords for an account, from wherever: beyond it each further one is slower, and none is refused.
    SignInAccount = "sign-in-account", 100 in 15 * MINUTE,
        key("Wrong passwords for one account until sign-in from new networks becomes slow"),
        key("The password was wrong too often.");
    /// Wrong passwords of a member who is signed in and is to confirm that it is them.
    Confirm = "confirm", 10 in 15 * MINUTE,
        key("Wrong passwords of a member who is signed in"),
        key("The password was wrong too often.");
    /// Sign-ins with a passkey that are begun from a network: each is kept until it is answered or five minutes old.
    Passkeys = "passkeys", 100 in 15 * MINUTE,
        key("Sign-ins with a passkey begun from one network"),
        key("From your network, too many sign-ins with a passkey were begun.");
    /// Wrong app passwords from a network.
    AppPasswords = "app-passwords", 50 in 15 * MINUTE,
        key("Wrong app passwords from one network"),
        key("The app password was wrong too often.");
    /// Wrong tokens of programs from a network.
    Tokens = "tokens", 50 in 15 * MINUTE,
        key("Wrong tokens of programs from one network"),
        key("The token was wrong too often.");
    /// What programs ask for a member.
    Programs = "programs", 300 in MINUTE,
        key("Requests of the programs of one member"),
        key("Your programs have asked as often as they can.");
    /// Accounts made from a network.
    SignUp = "sign-up", 10 in HOUR,
        key("New accounts from one network"),
        key("Too many accounts were made from your network.");
    /// Links to reset a password, from a network; and to one address.
    Reset = "reset", 5 in HOUR,
        key("Links to reset a password, from one network or to one address"),
        key("Too many links were asked for.");
    /// Links to confirm an address, of a member.
    ConfirmAddress = "confirm-address", 5 in HOUR,
        key("Links to confirm an address, of one member"),
        key("Too many links were asked for.");
    /// Invitations by e-mail of a member.
    EmailInvitations = "email-invitations", 50 in DAY,
        key("Invitations by e-mail of one member"),
        key("You have sent as many invitations by e-mail as you can.");
    /// Searches of a member.
    Search = "search", 60 in MINUTE,
        key("Searches of one member"),
        key("You have searched as often as you can.");
    /// Photos that a member uploads.
    Uploads = "uploads", 20 in HOUR,
        key("Photos uploaded by one member"),
        key("You have uploaded as many photos as you can.");
    /// Address books that a member imports.
    Imports = "imports", 20 in DAY,
        key("Imports of one member"),
        key("You have imported as many files as you can.");
    /// Archives of their data that a member downloads.
    Archives = "archives", 10 in DAY,
        key("Downloads of all their data by one member"),
        key("You have downloaded your data as often as you can.");
    /// Reports of a member.
    Reports = "reports", 20 in DAY,
        key("Reports of one member"),
        key("You have sent as many reports as you can.");
    /// Invitations of a member to other members, where the operator says nothing.
    Invitations = "invitations", 100 in 7 * DAY,
        key("Invitations of one member"), "";
    /// Conversations with new connections that a member begins.
    FirstMessages = "first-messages", 30 in DAY,
        key("First messages of one member to new connections"), "";
    /// Changes of a member's handle.
    HandleChanges = "handle-changes", 5 in 30 * DAY,
        key("Changes of handle by one member"), "";
    /// Pages and forms of a member, or of the network of a visitor. None where the operator says nothing.
    Pages = "pages", 0 in MINUTE,
        key("Pages of one member, or of the visitors of one network"),
        key("You have opened as many pages as you can.");
}

impl Limit {
    /// Returns the limit of this name in the database.
    pub fn named(name: &str) -> Option<Limit> {
        Limit::ALL.iter().copied().find(|limit| limit.name() == name)
    }

    /// Whether it is read off what was done, which stands with its date, and not counted. So its window is always the same, and
    /// begins anew for each use; and 0 is none at all, where for the others it is no limit.
    pub fn is_read_off(self) -> bool {
        matches!(self, Limit::Invitations | Limit::FirstMessages | Limit::HandleChanges)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Numbers;
    use crate::relationship::Limits;

    #[test]
    fn no_two_limits_share_a_name() {
        let mut names: Vec<&str> = Limit::ALL.iter().map(|limit| limit.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Limit::ALL.len());
    }

    #[test]
    fn what_is_read_off_has_the_same_number_in_the_rules() {
        let rules = Limits::default();
        let numbers =
            [Limit::Invitations, Limit::FirstMessages, Limit::HandleChanges].map(|limit| Numbers::of(limit).number);
        assert_eq!(numbers, [rules.invitations, rules.first_messages, rules.handle_changes]);
    }
}
