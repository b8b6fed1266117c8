//! The whole site as one table, grouped by noun. The few open routes come first; the rest sits behind one guard.

use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};

use crate::accounts::app_password_pages as app_passwords;
use crate::accounts::factor::{codes_pages, pages as factor, second_step_pages as second_step};
use crate::accounts::passkeys::{confirm_pages as passkey_confirm, pages as passkeys, sign_in as passkey_sign_in};
use crate::accounts::token_pages as tokens;
use crate::accounts::{confirm, devices, guard, pages as accounts, recovery, security, settings};
use crate::admin::{
    community, limits as limits_of_site, log as audit_log, logo, members as all_members, overview as overview_of_site,
    second_factor, webhooks,
};
use crate::api;
use crate::connections::invitations::{self, form as invitation, undo as declined};
use crate::connections::list::pages as connections;
use crate::connections::removal::pages as removal;
use crate::connections::{actions, disconnect, disconnected, former, notes};
use crate::contacts::duplicates::pages as duplicates;
use crate::contacts::export::pages as export;
use crate::contacts::imports::pages as imports;
use crate::contacts::list::pages as contacts;
use crate::contacts::pages as contact;
use crate::contacts::removal::pages as removed_contacts;
use crate::data::deletion::pages as deletion;
use crate::data::pages as my_data;
use crate::dav;
use crate::inbox::{deletion_pages, list as inbox, sending_pages, thread};
use crate::joining::{first, letter_pages, link_pages, registration_pages, sign_up, waiting};
use crate::moderation::{decision_pages, own as own_moderation, queue, relationships, report_pages, suspended};
use crate::network::{first_steps, home, notifications, overview};
use crate::notifications::settings as notification_choices;
use crate::notifications::unsubscribe;
use crate::profiles::{directory, edit, forms, lists, photo, profile, vcard};
use crate::tags::pages as tags;
use crate::web::address::{Addresses, Table, get, post};
use crate::web::{assets, observe, theme};

/// Every address of the site.
pub fn routes(site: &mut ServiceConfig) {
    // For phones and mail programs, which bring an app password; some begin at the front page, by a method of their own
    dav::routes(site);
    let open = Addresses::of(site)
        // For operators and browsers
        .route("/healthz", get().to(observe::healthz))
        .route("/readyz", get().to(observe::readyz))
        .route("/manifest.webmanifest", get().to(assets::manifest))
        .route("/robots.txt", get().to(assets::robots))
        .route("/static/{file}", get().to(assets::file))
        // Coming in and going out
        .route("/", get().to(home::home))
        .route("/sign-up", get().to(sign_up::sign_up_form))
        .route("/sign-up", post().to(sign_up::sign_up))
        .route("/sign-in", get().to(accounts::sign_in_form))
        .route("/sign-in", post().to(accounts::sign_in))
        .route("/sign-in/code", get().to(second_step::form))
        .route("/sign-in/code", post().to(second_step::submit))
        .route("/sign-in/passkey", post().to(passkey_sign_in::sign_in))
        .route("/sign-in/passkey/challenge", post().to(passkey_sign_in::ask))
        .route("/sign-out", post().to(accounts::sign_out))
        // By an invite link, or once an administrator lets them in
        .route("/join/{code}", get().to(sign_up::join_form))
        .route("/join/{code}", post().to(sign_up::join))
        .route("/registration", get().to(waiting::page))
        .route("/registration/withdraw", get().to(waiting::page))
        .route("/registration/withdraw", post().to(waiting::withdraw))
        .route("/first-administrator/{token}", get().to(first::form))
        .route("/first-administrator/{token}", post().to(first::make))
        // By a link in a letter
        .route("/forgot-password", get().to(recovery::forgot_form))
        .route("/forgot-password", post().to(recovery::forgot))
        .route("/reset-password/{token}", get().to(recovery::reset_form))
        .route("/reset-password/{token}", post().to(recovery::reset))
        .route("/verify-email/{token}", get().to(recovery::verify_form))
        .route("/verify-email/{token}", post().to(recovery::verify))
        .route("/unsubscribe/invitations/{token}", get().to(letter_pages::refuse_form))
        .route("/unsubscribe/invitations/{token}", post().to(letter_pages::refuse))
        .route("/unsubscribe/{token}", get().to(unsubscribe::form))
        .route("/unsubscribe/{token}", post().to(unsubscribe::unsubscribe))
        // How programs are to ask
        .route("/api", get().to(api::page::page))
        .route("/api/openapi.json", get().to(api::page::document))
        // What the community says
        .route("/rules", get().to(community::rules))
        .route("/privacy", get().to(community::privacy))
        .route("/community.css", get().to(community::style))
        .route("/community/logo/{name}", get().to(logo::show))
        // Light or dark, and in which language
        .route("/appearance", post().to(theme::change))
        .end();
    // For programs of members, which bring a token
    api::routes(site);
    // Everything else is for members
    let mut all = open.clone();
    let members = web::scope("").configure(|site| all = for_members(site, open.clone()));
    site.app_data(guard::Addresses { open, all });
    let members = members.wrap(from_fn(guard::require_role));
    site.service(members.wrap(from_fn(guard::require_sign_in)).wrap(from_fn(guard::as_meant)));
}

fn for_members(site: &mut ServiceConfig, open: Table) -> Table {
    Addresses::after(open, site)
        // A member, and what one does toward them
        .route("/in/{handle}", get().to(profile::profile))
        .route("/in/{handle}/mutual", get().to(lists::mutual))
        .route("/in/{handle}/connections", get().to(lists::connections))
        .route("/in/{handle}/card.vcf", get().to(vcard::vcard))
        .route("/in/{handle}/invite", get().to(invitation::form))
        .route("/in/{handle}/invite", post().to(invitation::send))
        .route("/in/{handle}/accept", post().to(actions::accept))
        .route("/in/{handle}/decline", post().to(actions::decline))
        .route("/in/{handle}/decline/undo", post().to(declined::undo))
        .route("/in/{handle}/withdraw", post().to(actions::withdraw))
        .route("/in/{handle}/{action:disconnect|block}", get().to(disconnect::confirm_disconnect))
        .route("/in/{handle}/disconnect", post().to(disconnect::disconnect))
        .route("/in/{handle}/re-invite", post().to(disconnect::re_invite))
        .route("/in/{handle}/may-invite-again", post().to(disconnect::set_may_invite_again))
        .route("/in/{handle}/block", post().to(disconnect::block))
        .route("/in/{handle}/block/undo", post().to(disconnect::undo_block))
        .route("/in/{handle}/unblock", post().to(actions::unblock))
        .route("/in/{handle}/report", get().to(report_pages::form))
        .route("/in/{handle}/report", post().to(report_pages::send))
        .route("/in/{handle}/remarks", get().to(notes::form))
        .route("/in/{handle}/remarks", post().to(notes::submit))
        // One's connections
        .route("/connections", get().to(connections::connections))
        .route("/connections/overview", get().to(overview::overview))
        .route("/connections/disconnected", get().to(disconnected::disconnected))
        .route("/connections/disconnected", post().to(disconnected::re_invite_ticked))
        .route("/connections/blocked", get().to(former::blocked))
        .route("/connections/tags", get().to(tags::page))
        .route("/connections/tags/rename", get().to(tags::rename_form))
        .route("/connections/tags/rename", post().to(tags::rename))
        .route("/connections/tags/delete", post().to(tags::delete))
        .route("/connections/tags/add", get().to(tags::add_form))
        .route("/connections/tags/add", post().to(tags::add))
        .route("/connections/tags/{id}/undo", post().to(tags::undo))
        .route("/connections/remove", get().to(removal::remove))
        .route("/connections/remove", post().to(removal::select))
        .route("/connections/remove/{id}", get().to(removal::review))
        .route("/connections/remove/{id}", post().to(removal::confirm))
        .route("/connections/remove/{id}/review", post().to(removal::change))
        .route("/connections/remove/{id}/undo", post().to(removal::undo))
        // One's address book
        .route("/contacts/phone", get().to(dav::pages::phone))
        .route("/contacts", get().to(contacts::contacts))
        .route("/contacts/new", get().to(contact::new_form))
        .route("/contacts/new", post().to(contact::add))
        .route("/contacts/{id:[0-9]+}", get().to(contact::contact))
        .route("/contacts/{id:[0-9]+}/edit", get().to(contact::edit_form))
        .route("/contacts/{id:[0-9]+}/edit", post().to(contact::edit))
        .route("/contacts/{id:[0-9]+}/delete", post().to(contact::delete))
        .route("/contacts/removed/{id}/undo", post().to(contact::undo))
        .route("/contacts/removed", get().to(removed_contacts::past))
        .route("/contacts/remove", get().to(removed_contacts::remove))
        .route("/contacts/remove", post().to(removed_contacts::select))
        .route("/contacts/remove/{id}", get().to(removed_contacts::review))
        .route("/contacts/remove/{id}", post().to(removed_contacts::confirm))
        .route("/contacts/remove/{id}/review", post().to(removed_contacts::change))
        .route("/contacts/remove/{id}/undo", post().to(removed_contacts::undo))
        .route("/contacts/duplicates", get().to(duplicates::show))
        .route("/contacts/duplicates", post().to(duplicates::answer))
        .route("/contacts/duplicates/{ids}/undo", post().to(duplicates::undo))
        // Files of contacts, in and out
        .route("/contacts/export", get().to(export::contacts))
        .route("/contacts/export/{name:[a-z.]+}", get().to(export::contacts_file))
        .route("/connections/export", get().to(export::connections))
        .route("/connections/export/{name:[a-z.]+}", get().to(export::connections_file))
        .route("/contacts/import", get().to(imports::form))
        .route("/contacts/import", post().to(imports::upload))
        .route("/contacts/import/{id}", get().to(imports::preview))
        .route("/contacts/import/{id}", post().to(imports::confirm))
        .route("/contacts/import/{id}/read", post().to(imports::read_again))
        .route("/contacts/import/{id}/undo", post().to(imports::undo))
        .route("/contacts/import/{id}/restore", post().to(imports::restore))
        .route("/contacts/import/{id}/cancel", post().to(imports::cancel))
        // Inviting somebody to join: a contact by e-mail, and by links for whoever may make them
        .route("/contacts/{id:[0-9]+}/invite", get().to(letter_pages::form))
        .route("/contacts/{id:[0-9]+}/invite", post().to(letter_pages::send))
        .route("/invite-links", get().to(link_pages::page))
        .route("/invite-links", post().to(link_pages::make))
        .route("/invite-links/{code}/{deed:[a-z-]+}", post().to(link_pages::change))
        // Invitations and notifications
        .route("/invitations", get().to(invitations::invitations))
        .route("/invitations/withdraw", get().to(invitations::confirm_withdrawal))
        .route("/invitations/{answer:[a-z]+}", post().to(invitations::answer))
        .route("/invitations/declined/{first}/{last}/undo", post().to(declined::undo_all))
        .route("/notifications", get().to(notifications::notifications))
        .route("/notifications/read", post().to(notifications::mark_all))
        .route("/notifications/{id}/{deed:[a-z-]+}", post().to(notifications::change))
        // Conversations
        .route("/inbox", get().to(inbox::inbox))
        .route("/inbox", post().to(inbox::change_ticked))
        .route("/inbox/{handle}", get().to(thread::thread))
        .route("/inbox/{handle}", post().to(sending_pages::send))
        .route("/inbox/{handle}/draft", post().to(sending_pages::save_draft))
        .route("/inbox/{handle}/unread", post().to(deletion_pages::mark_unread))
        .route("/inbox/{handle}/delete", post().to(deletion_pages::delete_conversation))
        .route("/inbox/{handle}/delete-before", post().to(deletion_pages::delete_before))
        .route("/inbox/{handle}/{id}/delete", post().to(deletion_pages::delete_message))
        .route("/inbox/deleted/{id}/undo", post().to(deletion_pages::undo))
        // Members
        .route("/people", get().to(directory::people))
        .route("/people/{handle}/not-now", post().to(directory::not_now::not_now))
        .route("/people/{handle}/suggest-again", post().to(directory::not_now::suggest_again))
        .route("/photos/{member}/{name}/{side}", get().to(photo::show))
        // The first steps of somebody new
        .route("/first-steps/close", post().to(first_steps::close))
        .route("/first-steps/open", post().to(first_steps::open))
        // One's own profile
        // Each of its forms is a page of its own.
        .route("/profile", get().to(forms::summary))
        .route("/profile", post().to(edit::summary))
        .route("/profile/about", post().to(edit::about))
        .route("/profile/handle", post().to(edit::handle))
        .route("/profile/photo", post().to(photo::upload))
        .route("/profile/photo/remove", post().to(photo::remove))
        .route("/profile/photo/restore", post().to(photo::restore))
        .route("/profile/links", post().to(edit::add_link))
        .route("/profile/links/{id}", get().to(forms::link))
        .route("/profile/links/{id}", post().to(edit::change_link))
        .route("/profile/links/{id}/remove", post().to(edit::remove_link))
        .route("/profile/links/{id}/restore", post().to(edit::restore_link))
        .route("/profile/positions/{id}", get().to(forms::place))
        .route("/profile/positions/{id}", post().to(edit::change))
        .route("/profile/positions/{id}/remove", post().to(edit::remove))
        .route("/profile/positions/{id}/restore", post().to(edit::restore))
        .route("/profile/{kind:[a-z]+}", get().to(forms::section))
        .route("/profile/{kind:[a-z]+}", post().to(edit::add))
        // Settings
        .route("/settings/account", get().to(settings::account))
        .route("/settings/account", post().to(settings::change_email))
        .route("/settings/account/confirm", get().to(settings::at_account))
        .route("/settings/account/confirm", post().to(settings::send_confirmation))
        .route("/settings/data", get().to(my_data::data))
        .route("/settings/data/archive", get().to(my_data::archive))
        .route("/settings/data/delete", get().to(deletion::form))
        .route("/settings/data/delete", post().to(deletion::delete))
        .route("/settings/data/keep", get().to(deletion::at_form))
        .route("/settings/data/keep", post().to(deletion::keep_account))
        .route("/settings/password", get().to(settings::password_form))
        .route("/settings/password", post().to(settings::change_password))
        .route("/settings/security", get().to(security::security))
        .route("/settings/security/authenticator", get().to(factor::set_up))
        .route("/settings/security/authenticator", post().to(factor::turn_on))
        .route("/settings/security/authenticator/off", post().to(factor::turn_off))
        .route("/settings/security/recovery-codes", get().to(codes_pages::show))
        .route("/settings/security/recovery-codes", post().to(codes_pages::renew))
        .route("/settings/security/recovery-codes/download", post().to(codes_pages::download))
        .route("/settings/security/passkeys", post().to(passkeys::add))
        .route("/settings/security/passkeys/challenge", post().to(passkeys::ask))
        .route("/settings/security/passkeys/asked", post().to(passkeys::set_asked))
        .route("/settings/security/passkeys/{id}", post().to(passkeys::rename))
        .route("/settings/security/passkeys/{id}/remove", post().to(passkeys::remove))
        .route("/settings/security/app-passwords", get().to(app_passwords::at_security))
        .route("/settings/security/app-passwords", post().to(app_passwords::make))
        .route("/settings/security/app-passwords/{id}", get().to(app_passwords::show))
        .route("/settings/security/app-passwords/{id}/revoke", post().to(app_passwords::revoke))
        .route("/settings/tokens", get().to(tokens::show))
        .route("/settings/tokens", post().to(tokens::make))
        .route("/settings/tokens/{id}", get().to(tokens::show_new))
        .route("/settings/tokens/{id}/revoke", post().to(tokens::revoke))
        .route("/settings/devices", get().to(devices::devices))
        .route("/settings/devices", post().to(devices::sign_out_others))
        .route("/settings/devices/{id}", post().to(devices::sign_out))
        .route("/confirm", get().to(confirm::form))
        .route("/confirm", post().to(confirm::confirm))
        .route("/confirm/passkey", post().to(passkey_confirm::confirm))
        .route("/confirm/passkey/challenge", post().to(passkey_confirm::ask))
        .route("/settings/appearance", get().to(settings::appearance))
        .route("/settings/notifications", get().to(notification_choices::settings))
        .route("/settings/notifications", post().to(notification_choices::change))
        .route("/settings/appearance", post().to(settings::change_time_zone))
        .route("/settings/privacy", get().to(settings::privacy))
        .route("/settings/privacy", post().to(settings::change_privacy))
        .route("/settings/moderation", get().to(own_moderation::own))
        .route("/suspended", get().to(suspended::suspended))
        .route("/suspended", post().to(suspended::appeal))
        // Reports, for moderators
        .route("/moderation", get().to(queue::queue))
        .route("/moderation/{member}/relationships", get().to(relationships::relationships))
        .route("/moderation/{member}/show", post().to(decision_pages::show_profile))
        .route("/moderation/{member}/lift", post().to(decision_pages::lift))
        .route("/moderation/{member}/{id}", get().to(decision_pages::report))
        .route("/moderation/{member}/{id}", post().to(decision_pages::decide))
        // Running the site, for administrators
        .route("/admin", get().to(overview_of_site::overview))
        .route("/admin/members", get().to(all_members::members))
        .route("/admin/members/{member}", get().to(all_members::member))
        .route("/admin/members/{member}/role", post().to(all_members::give_role))
        .route("/admin/members/{member}/suspend", post().to(all_members::suspend))
        .route("/admin/members/{member}/password", post().to(all_members::send_password_link))
        .route("/admin/members/{member}/second-factor", post().to(second_factor::turn_off))
        .route("/admin/community", get().to(community::community))
        .route("/admin/community", post().to(community::save))
        .route("/admin/community/logo", get().to(logo::at_community))
        .route("/admin/community/logo", post().to(logo::upload))
        .route("/admin/community/logo/remove", post().to(logo::remove))
        .route("/admin/community/logo/{name}/restore", post().to(logo::restore))
        .route("/admin/audit", get().to(audit_log::log))
        .route("/admin/audit/export", get().to(audit_log::export))
        .route("/admin/limits", get().to(limits_of_site::limits))
        .route("/admin/limits", post().to(limits_of_site::change))
        .route("/admin/registration", get().to(registration_pages::page))
        .route("/admin/registration", post().to(registration_pages::change))
        .route("/admin/registration/{id}/{answer:[a-z]+}", post().to(registration_pages::answer))
        .route("/admin/webhooks", get().to(webhooks::all))
        .route("/admin/webhooks", post().to(webhooks::make))
        .route("/admin/webhooks/{id}", get().to(webhooks::one))
        .route("/admin/webhooks/{id}/{deed:[a-z-]+}", post().to(webhooks::change))
        .route("/admin/invites", get().to(link_pages::page))
        .route("/admin/invites", post().to(link_pages::make))
        .end_with(|| web::to(guard::nothing_here))
}
