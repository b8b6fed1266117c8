//! Every letter with made-up people, for those who write them.

use super::content::{self, AskedBy, Content, Links};
use super::letter::{Letter, Sender};
use crate::ids::MemberId;

/// Returns each letter and the word by which it is called.
pub fn all() -> Vec<(&'static str, Content)> {
    let links = Links::new("https://network.example.org");
    let note = "We met at the bridge in Porto.\nIt would be good to stay in touch.".to_owned();
    let sender = Sender {
        handle: "robin-vale".into(),
        full_name: "Robin Vale".into(),
        headline: "Bridge engineer at Lind & Co".into(),
    };
    let at = crate::dates::now();
    let device = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0".into();
    let (old, new) = ("ines@example.org".into(), "ines.moreau@example.org".into());
    let letters = [
        Letter::Invitation { from: MemberId::new(1), note: note.clone() },
        Letter::Acceptance { from: MemberId::new(1), note: String::new() },
        Letter::AcceptedForYou { from: MemberId::new(1), note: note.clone() },
        Letter::Message { from: MemberId::new(1) },
        Letter::Digest { invitations: 2, unread: 5 },
        Letter::NewDevice { device, at },
        Letter::AddressChanged { old, new },
        Letter::RegistrationWaiting { full_name: "Ines Moreau".into(), reason: note.clone() },
        Letter::PasswordChanged { at },
        Letter::RecoveryCodeUsed { left: 9, at },
        Letter::SecondFactorOn { at },
        Letter::SecondFactorOff { at },
        Letter::SecondFactorEnded { at },
        Letter::PasskeyAdded { name: "My phone".into(), at },
        Letter::Warned { reason: note.clone() },
        Letter::ProfileHidden { reason: note.clone() },
        Letter::ProfileShown,
    ];
    let written = letters.iter().map(|letter| {
        let sender = letter.from().map(|_| &sender);
        let unsubscribe = letter.kind().map(|_| links.to("/unsubscribe/1.0.0123456789abcdef"));
        (letter.word(), Content { unsubscribe, ..content::of(letter, sender, &links) })
    });
    let one = [("Ines Moreau".to_owned(), "1.0123456789abcdef".to_owned())];
    written
        .chain([
            (Letter::ConfirmAddress.word(), content::confirm("Ines Moreau", "1.0123456789abcdef", &links)),
            ("registration-accepted", content::accepted("Ines Moreau", "1.0123456789abcdef", &links)),
            ("registration-declined", content::declined("Ines Moreau", &links)),
            ("join-invitation", content::join_invitation(&sender, &note, "10123456789abcdef", &links)),
            ("has-account", content::has_account("Ines Moreau", &links)),
            ("reset-password", content::reset(&one, AskedBy::Anybody, &links)),
            ("reset-password-by-administrator", content::reset(&one, AskedBy::Administrator, &links)),
        ])
        .collect()
}
