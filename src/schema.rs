//! diesel's view of the tables, one file for every database. What the columns mean stands in `migrations/`.
#![allow(missing_docs)]

diesel::table! {
    limits (name) { name -> Text, number -> Integer, seconds -> BigInt, }
}

diesel::table! {
    limit_counts (subject, name) { subject -> Text, name -> Text, number -> Integer, ends_at -> BigInt, }
}

diesel::table! {
    settings (name) { name -> Text, value -> Text, }
}

diesel::table! {
    audit_entries (number) {
        number -> BigInt,
        done_at -> BigInt,
        act -> Text,
        actor_id -> Nullable<BigInt>,
        actor -> Text,
        actor_salt -> Text,
        actor_digest -> Text,
        subject_id -> Nullable<BigInt>,
        subject -> Text,
        detail -> Text,
        subject_salt -> Text,
        subject_digest -> Text,
        hash -> Text,
    }
}

diesel::table! {
    audit_head (id) { id -> SmallInt, number -> BigInt, hash -> Text, }
}

diesel::table! {
    reports (reported_id, id) {
        reported_id -> BigInt,
        id -> BigInt,
        kind -> SmallInt,
        reporter_id -> Nullable<BigInt>,
        created_at -> BigInt,
        reason -> Text,
        context -> Text,
        decision -> SmallInt,
        decided_at -> Nullable<BigInt>,
        decided_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    sanctions (member_id, id) {
        member_id -> BigInt,
        id -> BigInt,
        kind -> SmallInt,
        created_at -> BigInt,
        reason -> Text,
        until -> Nullable<BigInt>,
        decided_by -> Nullable<BigInt>,
        lifted_at -> Nullable<BigInt>,
        lifted_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    applications (id) {
        id -> BigInt,
        email -> Text,
        email_key -> Text,
        password_hash -> Text,
        full_name -> Text,
        reason -> Text,
        language -> Text,
        code -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    invite_links (owner_id, code) {
        owner_id -> BigInt,
        code -> Text,
        label -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        most_uses -> Nullable<Integer>,
        uses -> Integer,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    invite_joins (owner_id, code, member_id) {
        owner_id -> BigInt,
        code -> Text,
        member_id -> BigInt,
        joined_at -> BigInt,
    }
}

diesel::table! {
    join_letters (owner_id, email_key) {
        owner_id -> BigInt,
        email_key -> Text,
        note -> Text,
        sent_at -> BigInt,
        code_hash -> Text,
    }
}

diesel::table! {
    refused_addresses (email_hash) { email_hash -> Text, refused_at -> BigInt, }
}

diesel::table! {
    job_leases (name) {
        name -> Text,
        holder -> Text,
        turn -> BigInt,
        due_at -> BigInt,
        succeeded_at -> Nullable<BigInt>,
        failed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    outbox (member_id, id) {
        member_id -> BigInt,
        id -> BigInt,
        created_at -> BigInt,
        due_at -> BigInt,
        attempts -> Integer,
        letter -> Text,
    }
}

diesel::table! {
    tokens (member_id, token_hash) {
        member_id -> BigInt,
        token_hash -> Text,
        kind -> SmallInt,
        email -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    email_claims (email_key, member_id) { email_key -> Text, member_id -> BigInt, }
}

diesel::table! {
    browsers (member_id, browser_hash) { member_id -> BigInt, browser_hash -> Text, seen_at -> BigInt, }
}

diesel::table! {
    members (id) {
        id -> BigInt,
        email -> Text,
        email_key -> Text,
        password_hash -> Text,
        handle -> Text,
        full_name -> Text,
        sort_as -> Text,
        sort_first -> Text,
        sort_last -> Text,
        headline -> Text,
        location -> Text,
        about -> Text,
        company -> Text,
        folded -> Text,
        created_at -> BigInt,
        role -> SmallInt,
        suspended_at -> Nullable<BigInt>,
        suspended_until -> Nullable<BigInt>,
        hidden_at -> Nullable<BigInt>,
        who_may_invite -> SmallInt,
        connections_seen_by -> SmallInt,
        accepts_automatically -> Bool,
        asks_before_reinvite -> Bool,
        language -> Text,
        photo -> Text,
        confirmed_email -> Text,
        mail_secret -> Text,
        digest_due_at -> Nullable<BigInt>,
        time_zone -> Text,
        found_by_email -> Bool,
        deletion_due_at -> Nullable<BigInt>,
        first_steps_closed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    connection_counts (member_id) { member_id -> BigInt, number -> Integer, version -> Integer, }
}

diesel::table! {
    logos (name) { name -> Text, picture -> Binary, }
}

diesel::table! {
    photos (member_id, name, side) {
        member_id -> BigInt,
        name -> Text,
        side -> SmallInt,
        jpeg -> Binary,
        removed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    handles (handle) { handle -> Text, member_id -> BigInt, kept_until -> Nullable<BigInt>, }
}

diesel::table! {
    deletions (member_id) { member_id -> BigInt, former_id -> BigInt, }
}

diesel::table! {
    former_handles (handle_hash) { handle_hash -> Text, kept_until -> BigInt, }
}

diesel::table! {
    handle_changes (member_id, id) { member_id -> BigInt, id -> BigInt, changed_at -> BigInt, former -> Text, }
}

diesel::table! {
    emails (email_key) { email_key -> Text, member_id -> BigInt, }
}

diesel::table! {
    sessions (member_id, token_hash) {
        member_id -> BigInt,
        token_hash -> Text,
        device -> Text,
        created_at -> BigInt,
        last_seen -> BigInt,
        id -> BigInt,
        confirmed_at -> BigInt,
    }
}

diesel::table! {
    security_events (member_id, id) {
        member_id -> BigInt,
        id -> BigInt,
        created_at -> BigInt,
        kind -> SmallInt,
        detail -> Text,
    }
}

diesel::table! {
    second_factors (member_id) {
        member_id -> BigInt,
        secret -> Text,
        last_step -> BigInt,
        asks_passkey -> Bool,
    }
}

diesel::table! {
    recovery_codes (member_id, code_hash) { member_id -> BigInt, code_hash -> Text, }
}

diesel::table! {
    passkeys (member_id, id) {
        member_id -> BigInt,
        id -> BigInt,
        name -> Text,
        credential_id -> Text,
        credential -> Text,
        created_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    passkey_challenges (token_hash) {
        token_hash -> Text,
        member_id -> BigInt,
        purpose -> SmallInt,
        state -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    begun_sign_ins (member_id, token_hash) {
        member_id -> BigInt,
        token_hash -> Text,
        expires_at -> BigInt,
        tries -> Integer,
    }
}

diesel::table! {
    positions (member_id, id) {
        member_id -> BigInt,
        id -> BigInt,
        kind -> SmallInt,
        place -> Integer,
        title -> Text,
        organisation -> Text,
        started -> Text,
        ended -> Text,
        description -> Text,
        removed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    links (member_id, id) {
        member_id -> BigInt,
        id -> BigInt,
        place -> Integer,
        label -> Text,
        url -> Text,
        removed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    relationships (owner_id, other_id) {
        owner_id -> BigInt,
        other_id -> BigInt,
        state -> SmallInt,
        may_invite_again -> Bool,
        prior -> SmallInt,
        changed_at -> BigInt,
        connected_at -> Nullable<BigInt>,
        invited_at -> Nullable<BigInt>,
        sent_at -> Nullable<BigInt>,
        paused_until -> Nullable<BigInt>,
        declined_until -> Nullable<BigInt>,
        disconnected_at -> Nullable<BigInt>,
        removal_id -> Nullable<BigInt>,
        sort_first -> Text,
        sort_last -> Text,
        invitation_note -> Text,
        private_note -> Text,
        private_reason -> Text,
        sent_note -> Text,
        sent_note_at -> Nullable<BigInt>,
        received_note -> Text,
        received_note_at -> Nullable<BigInt>,
        last_message_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    tags (owner_id, other_id, tag) {
        owner_id -> BigInt,
        other_id -> BigInt,
        tag -> Text,
    }
}

diesel::table! {
    removals (owner_id, id) {
        owner_id -> BigInt,
        id -> BigInt,
        created_at -> BigInt,
        skipped -> Text,
        removed -> Integer,
        confirmed_at -> Nullable<BigInt>,
        undone_at -> Nullable<BigInt>,
        restored -> Integer,
        private_reason -> Text,
        may_invite_again -> Bool,
        by_program -> Bool,
    }
}

diesel::table! {
    removal_members (owner_id, removal_id, other_id) {
        owner_id -> BigInt,
        removal_id -> BigInt,
        other_id -> BigInt,
        sort_first -> Text,
    }
}

diesel::table! {
    notifications (owner_id, id) {
        owner_id -> BigInt,
        id -> BigInt,
        created_at -> BigInt,
        kind -> SmallInt,
        other_id -> BigInt,
        note -> Text,
        is_read -> Bool,
        deleted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    notification_choices (member_id, kind) {
        member_id -> BigInt,
        kind -> SmallInt,
        on_site -> Bool,
        by_email -> Bool,
    }
}

diesel::table! {
    messages (writer_id, id) { writer_id -> BigInt, id -> BigInt, text -> Text, }
}

diesel::table! {
    message_copies (owner_id, other_id, id) {
        owner_id -> BigInt,
        other_id -> BigInt,
        id -> BigInt,
        is_mine -> Bool,
        sent_at -> BigInt,
        deleted_at -> Nullable<BigInt>,
        deletion_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    conversations (owner_id, other_id) {
        owner_id -> BigInt,
        other_id -> BigInt,
        place -> Nullable<BigInt>,
        is_unread -> Bool,
        draft -> Text,
        last_at -> Nullable<BigInt>,
        begun_at -> Nullable<BigInt>,
        last_press -> Text,
        deletion_id -> Nullable<BigInt>,
        deleted_draft -> Text,
    }
}

diesel::table! {
    message_deletions (owner_id, id) {
        owner_id -> BigInt,
        id -> BigInt,
        deleted_at -> BigInt,
        kind -> SmallInt,
        other_id -> BigInt,
        number -> Integer,
    }
}

diesel::table! {
    contacts (owner_id, id) {
        owner_id -> BigInt,
        id -> BigInt,
        uid -> Text,
        source -> SmallInt,
        import_id -> Nullable<BigInt>,
        full_name -> Text,
        company -> Text,
        position -> Text,
        email -> Text,
        phone -> Text,
        sort_first -> Text,
        sort_last -> Text,
        sort_company -> Text,
        created_at -> BigInt,
        changed_at -> BigInt,
        version -> BigInt,
        deleted_at -> Nullable<BigInt>,
        removal_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    contact_cards (owner_id, contact_id) {
        owner_id -> BigInt,
        contact_id -> BigInt,
        card -> Text,
        raw -> Text,
        words -> Text,
    }
}

diesel::table! {
    contact_words (owner_id, word, contact_id) { owner_id -> BigInt, contact_id -> BigInt, word -> Text, }
}

diesel::table! {
    contact_keys (owner_id, contact_id, kind, key) {
        owner_id -> BigInt,
        contact_id -> BigInt,
        kind -> SmallInt,
        key -> Text,
    }
}

diesel::table! {
    tag_changes (owner_id, id, other_id, tag) {
        owner_id -> BigInt,
        id -> BigInt,
        other_id -> BigInt,
        tag -> Text,
        removed -> Bool,
    }
}

diesel::table! {
    contact_tag_changes (owner_id, id, contact_id, tag) {
        owner_id -> BigInt,
        id -> BigInt,
        contact_id -> BigInt,
        tag -> Text,
        removed -> Bool,
    }
}

diesel::table! {
    contact_tags (owner_id, contact_id, tag) { owner_id -> BigInt, contact_id -> BigInt, tag -> Text, }
}

diesel::table! {
    contact_books (owner_id) {
        owner_id -> BigInt,
        version -> BigInt,
        number -> Integer,
        forgotten_version -> BigInt,
    }
}

diesel::table! {
    contact_removals (owner_id, id) {
        owner_id -> BigInt,
        id -> BigInt,
        kind -> SmallInt,
        created_at -> BigInt,
        confirmed_at -> Nullable<BigInt>,
        undone_at -> Nullable<BigInt>,
        removed -> Integer,
        restored -> Integer,
        kept_id -> Nullable<BigInt>,
        kept_card -> Text,
        kept_raw -> Text,
        kept_version -> BigInt,
        kept_before -> BigInt,
    }
}

diesel::table! {
    contact_selections (owner_id, removal_id, contact_id) {
        owner_id -> BigInt,
        removal_id -> BigInt,
        contact_id -> BigInt,
        sort_first -> Text,
    }
}

diesel::table! {
    contacts_kept_apart (owner_id, one_id, other_id) { owner_id -> BigInt, one_id -> BigInt, other_id -> BigInt, }
}

diesel::table! {
    contact_imports (owner_id, id) {
        owner_id -> BigInt,
        id -> BigInt,
        created_at -> BigInt,
        file_name -> Text,
        source -> SmallInt,
        encoding -> Text,
        targets -> Text,
        has_header -> Text,
        revision -> Integer,
        new_rows -> Integer,
        known_rows -> Integer,
        skipped_rows -> Integer,
        confirmed_at -> Nullable<BigInt>,
        imported -> Integer,
        undone_at -> Nullable<BigInt>,
        removal_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    contact_import_files (owner_id, import_id) {
        owner_id -> BigInt,
        import_id -> BigInt,
        upload -> Binary,
        report -> Binary,
    }
}

diesel::table! {
    contact_files (owner_id, contact_id) {
        owner_id -> BigInt,
        contact_id -> BigInt,
        name -> Text,
        body -> Text,
        size -> Integer,
        version -> BigInt,
    }
}

diesel::table! {
    app_passwords (member_id, id) {
        member_id -> BigInt,
        id -> BigInt,
        name -> Text,
        secret_hash -> Text,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::joinable!(app_passwords -> members (member_id));

diesel::table! {
    api_tokens (member_id, id) {
        member_id -> BigInt,
        id -> BigInt,
        name -> Text,
        token_hash -> Text,
        scopes -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    api_answers (member_id, token_id, key_hash) {
        member_id -> BigInt,
        token_id -> BigInt,
        key_hash -> Text,
        request_hash -> Text,
        status -> Integer,
        body -> Text,
        created_at -> BigInt,
    }
}

diesel::joinable!(api_tokens -> members (member_id));

diesel::table! {
    webhooks (id) {
        id -> BigInt,
        address -> Text,
        secret -> Text,
        events -> Text,
        is_on -> Bool,
        created_at -> BigInt,
        due_at -> BigInt,
        attempts -> Integer,
    }
}

diesel::table! {
    webhook_deliveries (webhook_id, id) {
        webhook_id -> BigInt,
        id -> BigInt,
        event -> Text,
        data -> Text,
        created_at -> BigInt,
        attempts -> Integer,
        tried_at -> Nullable<BigInt>,
        status -> Nullable<Integer>,
        answer -> Text,
        done_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    directory (member_id) {
        member_id -> BigInt,
        sort_last -> Text,
        letter -> Text,
        company -> Text,
        company_name -> Text,
        location -> Text,
        location_name -> Text,
    }
}

diesel::table! {
    dismissed_suggestions (owner_id, other_id) {
        owner_id -> BigInt,
        other_id -> BigInt,
        dismissed_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    app_passwords,
    api_tokens,
    members,
    reports,
    sanctions,
    connection_counts,
    handles,
    emails,
    email_claims,
    sessions,
    begun_sign_ins,
    relationships,
    tags,
    tag_changes,
    removal_members,
    notifications,
    messages,
    message_copies,
    conversations,
    message_deletions,
    contacts,
    contact_cards,
    contact_words,
    contact_keys,
    contact_tags,
    contact_tag_changes,
    contact_selections,
    contact_files,
    contacts_kept_apart,
    directory,
    dismissed_suggestions
);

diesel::allow_tables_to_appear_in_same_query!(contact_removals, contacts);
diesel::allow_tables_to_appear_in_same_query!(members, invite_links, invite_joins);

diesel::alias!(relationships as theirs: Theirs);
