//! What stands in a letter, in the language of whoever is reading it.

use askama::Template;

use super::letter::{Letter, Sender};
use crate::error::Error;
use crate::language::{filters, t, tf, tn};
use crate::web::community::{Community, NAME};
use crate::web::device;

/// A link that looks like a button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// What it says.
    pub label: String,
    /// Where it leads.
    pub url: String,
}

/// What stands in a letter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Content {
    /// What it is about, in a sentence.
    pub heading: String,
    /// Whom it is from, if it is from a member.
    pub sender: Option<Sender>,
    /// What leads to what was written, where the heading does not.
    pub lead: String,
    /// What they wrote.
    pub quote: String,
    /// What else is to be said.
    pub paragraphs: Vec<String>,
    /// What can be done.
    pub buttons: Vec<Button>,
    /// What stands below, in small letters.
    pub small: Vec<String>,
    /// Where letters of its kind end, if they can.
    pub unsubscribe: Option<String>,
    /// What the community calls itself; empty for the name of the program.
    pub community: String,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Html<'a> {
    letter: &'a Content,
}

#[derive(Template)]
#[template(path = "mail/letter.txt", escape = "none", whitespace = "preserve")]
struct Text<'a> {
    letter: &'a Content,
}

impl Content {
    /// Returns the subject: the heading without its full stop.
    pub fn subject(&self) -> &str {
        self.heading.trim_end_matches('.')
    }

    /// Returns what stands above it.
    pub fn band(&self) -> &str {
        if self.community.is_empty() { NAME } else { &self.community }
    }

    /// Says it in the name of a community. Our own texts name the program; what a member wrote is left alone.
    #[must_use]
    pub fn of_community(mut self, community: &Community) -> Content {
        community.chosen_name().clone_into(&mut self.community);
        if self.community.is_empty() || self.sender.is_some() || !self.quote.is_empty() {
            return self;
        }
        let labels = self.buttons.iter_mut().map(|button| &mut button.label);
        for text in self.paragraphs.iter_mut().chain(labels).chain([&mut self.heading]) {
            *text = text.replace(NAME, &self.community);
        }
        self
    }

    /// Writes it as a page.
    ///
    /// # Errors
    /// The template's.
    pub fn html(&self) -> Result<String, Error> {
        Ok(Html { letter: self }.render()?)
    }

    /// Writes it as plain text.
    ///
    /// # Errors
    /// The template's.
    pub fn text(&self) -> Result<String, Error> {
        Ok(Text { letter: self }.render()?)
    }

    fn of(heading: impl Into<String>, paragraphs: &[&str]) -> Content {
        let paragraphs = paragraphs.iter().map(|&text| text.to_owned()).collect();
        Content { heading: heading.into(), paragraphs, ..Content::default() }
    }

    fn button(mut self, label: &str, url: String) -> Content {
        self.buttons.push(Button { label: label.to_owned(), url });
        self
    }

    fn small(mut self, text: &str) -> Content {
        self.small.push(text.to_owned());
        self
    }
}

/// The site's address, of which links are made, and its name.
#[derive(Debug, Clone)]
pub struct Links {
    /// Without a slash at its end.
    address: String,
    /// What the community calls itself; empty for none.
    name: String,
}

impl Links {
    /// Returns links to this address, without a slash at its end.
    pub fn new(address: impl Into<String>) -> Links {
        Links { address: address.into(), name: String::new() }
    }

    /// Returns the same links to a community that has chosen a name.
    #[must_use]
    pub fn of(&self, community: &Community) -> Links {
        Links { name: community.chosen_name().to_owned(), ..self.clone() }
    }

    /// Returns the address of a page.
    pub fn to(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    fn host(&self) -> &str {
        self.address.split_once("://").map_or(self.address.as_str(), |(_, host)| host)
    }

    /// Returns what the site is called: the name that it has chosen, or its host.
    fn site(&self) -> &str {
        if self.name.is_empty() { self.host() } else { &self.name }
    }

    /// Returns what the site is called and where it is.
    fn place(&self) -> String {
        if self.name.is_empty() { self.host().to_owned() } else { tf("{site} ({host})", (&self.name, self.host())) }
    }
}

/// Says what a letter says that needs no link of its own.
pub fn of(letter: &Letter, sender: Option<&Sender>, links: &Links) -> Content {
    match sender {
        Some(sender) => from_member(letter, sender, links),
        None => about_account(letter, links).small(&about_your_account(links)),
    }
}

fn from_member(letter: &Letter, sender: &Sender, links: &Links) -> Content {
    let (name, profile) = (&sender.full_name, links.to(&format!("/in/{}", sender.handle)));
    let (heading, button) = match letter {
        Letter::Invitation { .. } => (tf("{name} would like to connect.", name), (t("Answer the invitation"), profile)),
        Letter::Acceptance { .. } => (tf("{name} accepted your invitation.", name), (t("See the profile"), profile)),
        Letter::Message { .. } => {
            let thread = links.to(&format!("/inbox/{}", sender.handle));
            (tf("{name} sent you a message.", name), (t("Read the message"), thread))
        }
        _ => (
            tf("{name} invited you, and as an open networker you are connected.", name),
            (t("See the profile"), profile),
        ),
    };
    let quote = match letter {
        Letter::Invitation { note, .. } | Letter::Acceptance { note, .. } | Letter::AcceptedForYou { note, .. } => note,
        _ => "",
    };
    let content = Content { sender: Some(sender.clone()), quote: quote.to_owned(), ..Content::of(heading, &[]) };
    content.button(button.0, button.1).small(&as_you_chose(links))
}

fn about_account(letter: &Letter, links: &Links) -> Content {
    let reset = links.to("/forgot-password");
    match letter {
        Letter::Digest { invitations, unread } => digest(*invitations, *unread, links),
        letter if letter.is_from_moderators() => from_moderators(letter, links),
        Letter::ReportAnswered { at } => {
            let sentence = tf(
                "You sent a report on {day}. The moderators have looked at it and decided.",
                crate::dates::long(*at),
            );
            let more = t("What they decided about others is not told. Thank you for looking after this community.");
            Content::of(t("Your report was answered."), &[&sentence, more])
        }
        Letter::NewDevice { device, at } => {
            let when = tf("{browser}, {day}", (&device::name(device), &crate::dates::minute(*at)));
            let sentence = t("Somebody has signed in to your account from a browser that was not used for it before:");
            let if_not =
                t("If it was you, there is nothing to do. If not, set a new password: that signs out everybody else.");
            Content::of(t("New sign-in to your account"), &[sentence, &when, if_not])
                .button(t("Set a new password"), reset)
        }
        Letter::RegistrationWaiting { full_name, reason } => {
            let sentence = tf("{name} wants to join and waits for an answer:", full_name);
            Content { lead: sentence, quote: reason.clone(), ..Content::of(t("A registration waits"), &[]) }
                .button(t("See the registrations"), links.to("/admin/registration"))
        }
        Letter::AddressChanged { new, .. } => {
            let sentence = tf("Your account has the address {email} now.", new);
            let if_not = t(
                "If it was not you, set a new password from this address. As long as the new one is not confirmed, that takes your account back to this one.",
            );
            Content::of(t("Your e-mail address is changed."), &[&sentence, if_not])
                .button(t("Set a new password"), reset)
        }
        Letter::RecoveryCodeUsed { left, at } => {
            let when = tf("A recovery code was used to sign in to your account on {day}.", crate::dates::minute(*at));
            let left = tn(*left, "You have {n} recovery code left.", "You have {n} recovery codes left.");
            let if_not =
                t("If it was not you, set a new password, sign in, and make new recovery codes under Security.");
            Content::of(t("A recovery code was used"), &[&when, &left, if_not]).button(t("Set a new password"), reset)
        }
        Letter::SecondFactorOn { at } => {
            let when = tf("Since {day} a sign-in to your account asks for a second step.", crate::dates::minute(*at));
            let if_not =
                t("If it was not you, set a new password at once, and ask those who run the site to turn it off.");
            Content::of(t("Your second step is on"), &[&when, if_not]).button(t("Set a new password"), reset)
        }
        Letter::SecondFactorOff { at } => {
            let when =
                tf("Since {day} a sign-in to your account asks for the password alone.", crate::dates::minute(*at));
            Content::of(t("Your second step is off"), &[&when, if_not_you()]).button(t("Set a new password"), reset)
        }
        Letter::SecondFactorEnded { at } => {
            let when = tf(
                "On {day} those who run the site turned the second step of your account off: a sign-in asks for the password alone.",
                crate::dates::minute(*at),
            );
            let if_not =
                t("If you have not asked for that, set a new password at once and write to those who run the site.");
            Content::of(t("Your second step is off"), &[&when, if_not]).button(t("Sign in"), links.to("/sign-in"))
        }
        Letter::PasskeyAdded { name, at } => {
            let values = (&crate::dates::minute(*at), name);
            let when = tf("Since {day} the passkey {name} signs in to your account.", values);
            let if_not =
                t("If it was not you, set a new password at once, sign in, and remove the passkey under Security.");
            Content::of(t("A passkey was added"), &[&when, if_not]).button(t("Set a new password"), reset)
        }
        Letter::DeletionBegun { at } => {
            let when = tf("Your account and everything in it will be deleted on {day}.", crate::dates::long(*at));
            let how = t(
                "Until then others no longer find you. If you change your mind, sign in and press Keep my account: everything is then as it was.",
            );
            Content::of(t("Your account will be deleted"), &[&when, how])
                .button(t("Keep my account"), links.to("/settings/data/delete"))
                .small(t("If it was not you, keep the account and set a new password."))
        }
        Letter::Deleted { .. } => Content::of(
            t("Your account is deleted"),
            &[t(
                "Your account and everything in it are deleted. Messages that others kept stay there without your name.",
            )],
        ),
        Letter::PasswordChanged { at } => {
            let paragraphs =
                [t("Your password at Amicable is another one now."), &crate::dates::minute(*at), if_not_you()];
            Content::of(t("Your password is changed."), &paragraphs).button(t("Set a new password"), reset)
        }
        _ => Content::default(),
    }
}

/// What somebody is to do who has not done what a letter tells: it stands before the button, which is not for who has.
fn if_not_you() -> &'static str {
    t("If it was not you, set a new password at once: that signs out everybody else.")
}

fn from_moderators(letter: &Letter, links: &Links) -> Content {
    let appeal = t("If you think that this is wrong, sign in: there you can say why.");
    match letter {
        Letter::Warned { reason } => {
            let more =
                t("It stands in your settings, under Moderation, with what you can do if you think that it is wrong.");
            Content { quote: reason.clone(), ..Content::of(t("A word from the moderators"), &[more]) }
                .button(t("Open Moderation"), links.to("/settings/moderation"))
        }
        Letter::ProfileHidden { reason } => {
            let sentence = t("Others do not see your profile at present.");
            let more =
                t("It stands in your settings, under Moderation, with what you can do if you think that it is wrong.");
            let lead = sentence.to_owned();
            Content { lead, quote: reason.clone(), ..Content::of(t("Your profile is hidden."), &[more]) }
                .button(t("Open Moderation"), links.to("/settings/moderation"))
        }
        Letter::Suspended { reason, until } => {
            let sentence = match until {
                Some(until) => tf("Your account is suspended until {day}.", crate::dates::long(*until)),
                None => t("Your account is banned.").to_owned(),
            };
            Content { quote: reason.clone(), ..Content::of(sentence, &[appeal]) }
                .button(t("Sign in"), links.to("/sign-in"))
        }
        Letter::ProfileShown => {
            Content::of(t("Your profile is shown again."), &[t("Others see your profile as they did before.")])
                .button(t("See the profile"), links.to("/profile"))
        }
        Letter::Lifted => Content::of(t("Your account is open again."), &[]).button(t("Sign in"), links.to("/sign-in")),
        _ => Content::of(
            t("Your appeal was answered."),
            &[t("The moderators have looked again, and it stays as it was.")],
        )
        .button(t("Sign in"), links.to("/sign-in")),
    }
}

fn digest(invitations: i64, unread: i64, links: &Links) -> Content {
    let mut lines = Vec::new();
    if invitations > 0 {
        lines.push(tn(invitations, "{n} invitation waits for your answer.", "{n} invitations wait for your answer."));
    }
    if unread > 0 {
        lines.push(tn(unread, "{n} notification is unread.", "{n} notifications are unread."));
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    Content::of(t("What waits for you at Amicable"), &lines)
        .button(t("Open Amicable"), links.to("/"))
        .small(&as_you_chose(links))
}

/// Asks for a new address to be confirmed.
pub fn confirm(full_name: &str, token: &str, links: &Links) -> Content {
    let sentence =
        tf("Is this the address of the account of {name}? Until you confirm it, it gets no other e-mail.", full_name);
    Content::of(t("Confirm your e-mail address"), &[&sentence])
        .button(t("Confirm address"), links.to(&format!("/verify-email/{token}")))
        .small(t("The link works for 7 days. If this is not your account, there is nothing to do."))
        .small(&about_your_account(links))
}

/// Tells somebody that they were let in, and asks for their address to be confirmed.
pub fn accepted(full_name: &str, token: &str, links: &Links) -> Content {
    let welcome = tf("Welcome, {name}. You can sign in with the password that you chose.", full_name);
    let confirm = t("Confirm your address, so that it gets what you choose to be told by e-mail.");
    Content::of(tf("Your registration at {site} is accepted.", links.site()), &[&welcome, confirm])
        .button(t("Confirm address"), links.to(&format!("/verify-email/{token}")))
        .button(t("Sign in"), links.to("/sign-in"))
        .small(t("The link works for 7 days. If you have not signed up, there is nothing to do."))
        .small(&about_your_account(links))
}

/// Tells somebody that they were not let in.
pub fn declined(full_name: &str, links: &Links) -> Content {
    let sentence = tf(
        "An administrator has looked at the registration of {name} at {site} and has declined it.",
        (full_name, &links.place()),
    );
    let kept = t("Nothing of it is kept. If this is a mistake, ask an administrator for an invite link.");
    Content::of(tf("Your registration at {site} is declined.", links.site()), &[&sentence, kept])
        .small(t("If you have not signed up, there is nothing to do."))
}

/// Invites somebody to join.
pub fn join_invitation(sender: &Sender, note: &str, code: &str, links: &Links) -> Content {
    let (name, site) = (&sender.full_name, links.site());
    let what = tf("{site} is a professional network that a community runs itself.", links.place());
    let then = tf("If you join by this link, an invitation of {name} to connect waits for you there.", name);
    let heading = tf("{name} invites you to join {site}.", (name, site));
    let content =
        Content { sender: Some(sender.clone()), quote: note.to_owned(), ..Content::of(heading, &[&what, &then]) };
    content
        .button(t("Join"), links.to(&format!("/join/{code}")))
        .small(&tf("{name} has entered your address to send you this one e-mail. They send no other one.", name))
}

/// Tells whoever owns an address that somebody signed up with it.
pub fn has_account(full_name: &str, links: &Links) -> Content {
    let whose =
        tf("Somebody has signed up with this address, which belongs to the account of {name} already.", full_name);
    let what = t("If it was you, sign in with the password of that account, or set a new one.");
    Content::of(t("You have an account already"), &[&whose, what])
        .button(t("Sign in"), links.to("/sign-in"))
        .button(t("Set a new password"), links.to("/forgot-password"))
        .small(t("If it was not you, there is nothing to do. Nobody was told that you have an account."))
        .small(&about_your_account(links))
}

/// Who has asked for a link to set a new password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedBy {
    /// Somebody who typed the address: most likely its owner.
    Anybody,
    /// An administrator.
    Administrator,
}

/// Lets a member set a new password; `accounts` are the names of the accounts that an address may have, each with its token.
pub fn reset(accounts: &[(String, String)], by: AskedBy, links: &Links) -> Content {
    let (sentence, small) = match by {
        AskedBy::Anybody => (
            t("Somebody, most likely you, has asked for a link to set a new password."),
            t("The link works for an hour, and once. If it was not you, there is nothing to do: your password stays."),
        ),
        AskedBy::Administrator => (
            t("An administrator has sent you this link to set a new password."),
            t("The link works for an hour, and once. Until you use it, your password stays."),
        ),
    };
    let button = |content: Content, (name, token): &(String, String)| {
        let label = match accounts.len() {
            1 => t("Set a new password").to_owned(),
            _ => tf("Set a new password for {name}", name),
        };
        content.button(&label, links.to(&format!("/reset-password/{token}")))
    };
    accounts
        .iter()
        .fold(Content::of(t("Set a new password"), &[sentence]), button)
        .small(small)
        .small(&about_your_account(links))
}

fn about_your_account(links: &Links) -> String {
    tf("This e-mail is about your account at {site}.", links.place())
}

fn as_you_chose(links: &Links) -> String {
    tf("You get this e-mail as you have chosen in your settings at {site}.", links.place())
}
