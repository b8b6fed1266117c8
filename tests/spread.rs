//! The rules by which the tables can be spread over machines by their owner, held against every PostgreSQL migration:
//! <https://docs.citusdata.com/en/stable/sharding/data_modeling.html>. docs/scaling.md says what they are for.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeMap;

/// Whose a table's rows are. A new table stands here or the test fails.
const OWNERS: &[(&str, &str)] = &[
    ("members", "id"),
    ("connection_counts", "member_id"),
    ("member_search", "member_id"),
    // What is unique over all members is its own owner.
    ("handles", "handle"),
    ("emails", "email_key"),
    ("email_claims", "email_key"),
    // Of nobody who is a member yet.
    ("applications", "id"),
    ("refused_addresses", "email_hash"),
    ("invite_links", "owner_id"),
    ("invite_joins", "owner_id"),
    ("join_letters", "owner_id"),
    ("outbox", "member_id"),
    ("tokens", "member_id"),
    ("browsers", "member_id"),
    ("handle_changes", "member_id"),
    ("former_handles", "handle_hash"),
    ("deletions", "member_id"),
    ("sessions", "member_id"),
    ("security_events", "member_id"),
    ("second_factors", "member_id"),
    ("recovery_codes", "member_id"),
    ("passkeys", "member_id"),
    ("begun_sign_ins", "member_id"),
    // Of whoever signs in, who is not known yet; swept after five minutes, and looked up by their key alone.
    ("passkey_challenges", "token_hash"),
    ("app_passwords", "member_id"),
    ("api_tokens", "member_id"),
    ("api_answers", "member_id"),
    ("positions", "member_id"),
    ("photos", "member_id"),
    ("links", "member_id"),
    ("relationships", "owner_id"),
    ("tags", "owner_id"),
    ("tag_changes", "owner_id"),
    ("directory", "member_id"),
    ("dismissed_suggestions", "owner_id"),
    ("removals", "owner_id"),
    ("removal_members", "owner_id"),
    ("notifications", "owner_id"),
    ("notification_choices", "member_id"),
    ("messages", "writer_id"),
    ("message_copies", "owner_id"),
    ("conversations", "owner_id"),
    ("message_deletions", "owner_id"),
    ("message_search", "owner_id"),
    ("contacts", "owner_id"),
    ("contact_cards", "owner_id"),
    ("contact_files", "owner_id"),
    ("contact_words", "owner_id"),
    ("contact_keys", "owner_id"),
    ("contact_tags", "owner_id"),
    ("contact_tag_changes", "owner_id"),
    ("contact_books", "owner_id"),
    ("contact_removals", "owner_id"),
    ("contact_selections", "owner_id"),
    ("contacts_kept_apart", "owner_id"),
    ("contact_imports", "owner_id"),
    ("contact_import_files", "owner_id"),
    // Swept after an hour, and looked up by their key alone.
    ("receipts", "id"),
    // A handful of rows, the same everywhere.
    ("settings", "name"),
    ("webhooks", "id"),
    ("webhook_deliveries", "webhook_id"),
    ("logos", "name"),
    ("job_leases", "name"),
    // One chain, to which those who run the site add a row now and then.
    ("audit_entries", "number"),
    ("audit_head", "id"),
    ("reports", "reported_id"),
    ("sanctions", "member_id"),
    ("limits", "name"),
    // Whoever is counted is its own owner, known by a hash; swept once its window is over.
    ("limit_counts", "subject"),
];

/// Indexes that are asked on every machine at once, and by which page.
const ASKED_EVERYWHERE: &[(&str, &str)] = &[
    ("members_by_age", "the newest members, for whoever has no connections yet"),
    ("member_search_by_word", "People"),
    ("directory_by_name", "People, everybody"),
    ("directory_by_letter", "People, everybody"),
    ("directory_by_company", "People, by company"),
    ("directory_by_location", "People, by location"),
    // Its words begin with their owner, but they stand in one index.
    ("message_search_by_word", "Search messages"),
    ("outbox_by_due", "the loop that sends mail"),
    ("message_deletions_by_date", "the loop that removes deleted messages"),
    ("applications_by_email", "signing in, for whoever waits to be let in"),
    ("applications_by_date", "the registrations that wait, for administrators"),
    ("invite_links_by_date", "the invite links of all, for administrators"),
    ("limit_counts_by_end", "the loop that removes counts whose window is over"),
    ("members_by_digest", "the loop that writes digests"),
    ("sessions_by_last_seen", "the loop that removes what is over of signing in"),
    ("sessions_by_age", "the same"),
    ("security_events_by_date", "the same"),
    ("passkey_challenges_by_expiry", "the same"),
    ("begun_sign_ins_by_expiry", "the same"),
    ("api_answers_by_age", "the loop that forgets what was answered to programs"),
    ("members_by_deletion", "the loop that removes accounts"),
    ("contacts_by_deletion", "the loop that forgets deleted contacts"),
    ("contact_removals_by_age", "the loop that forgets deleted contacts"),
    ("contact_imports_by_age", "the loop that forgets imports"),
    ("positions_by_removal", "the loop that forgets what was taken off profiles"),
    ("links_by_removal", "the same"),
    ("photos_by_removal", "the same"),
    ("members_by_role", "those who run the site, in Administration"),
    ("members_by_suspension", "those who are suspended, in Administration"),
    ("audit_entries_by_subject", "Who looked"),
    ("audit_entries_by_actor", "the audit log of one who runs the site"),
    ("audit_entries_by_act", "the audit log of one act"),
    ("reports_by_reporter", "the end of an account"),
    ("reports_open", "the moderators' queue"),
    ("reports_closed", "the moderators' queue, closed"),
];

struct Statement {
    /// In one line, without comments.
    sql: String,
}

fn statements() -> Vec<Statement> {
    let mut folders: Vec<_> =
        std::fs::read_dir("migrations/postgres").unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let all = folders.iter().map(|folder| std::fs::read_to_string(folder.join("up.sql")).unwrap());
    let without_comments = |text: String| -> String {
        text.lines().map(|line| line.split("--").next().unwrap()).collect::<Vec<_>>().join(" ")
    };
    all.map(without_comments)
        .flat_map(|text| text.split(';').map(str::to_owned).collect::<Vec<_>>())
        .map(|sql| Statement { sql: sql.split_whitespace().collect::<Vec<_>>().join(" ") })
        .filter(|statement| !statement.sql.is_empty())
        .collect()
}

impl Statement {
    /// The table and its lines, if the statement makes one.
    fn table(&self) -> Option<(&str, Vec<String>)> {
        let rest = self.sql.strip_prefix("CREATE TABLE ")?;
        let (name, rest) = rest.split_once(" (")?;
        let (mut lines, mut depth) = (vec![String::new()], 0);
        for letter in rest.chars() {
            match letter {
                ')' if depth == 0 => break,
                ',' if depth == 0 => lines.push(String::new()),
                _ => {
                    depth += i32::from(letter == '(') - i32::from(letter == ')');
                    lines.last_mut().unwrap().push(letter);
                }
            }
        }
        Some((name, lines.iter().map(|line| line.trim().to_owned()).collect()))
    }

    /// Name, table, whether unique, and first column, if the statement makes an index.
    fn index(&self) -> Option<(&str, &str, bool, &str)> {
        let unique = self.sql.starts_with("CREATE UNIQUE INDEX ");
        let rest = self.sql.strip_prefix("CREATE UNIQUE INDEX ").or(self.sql.strip_prefix("CREATE INDEX "))?;
        let (name, rest) = rest.split_once(" ON ")?;
        let (table, rest) = rest.split_once(' ')?;
        let columns = rest.split_once('(')?.1;
        Some((name, table, unique, columns.split([',', ')', ' ']).next()?))
    }
}

fn first_in_brackets(line: &str) -> &str {
    line.split_once('(').unwrap().1.split([',', ')']).next().unwrap().trim()
}

/// What breaks a rule, in words.
fn broken(statements: &[Statement]) -> Vec<String> {
    let owners: BTreeMap<&str, &str> = OWNERS.iter().copied().collect();
    let mut found = Vec::new();
    for statement in statements {
        let sql = &statement.sql;
        if ["SERIAL", "IDENTITY", "SEQUENCE", "nextval"].iter().any(|word| sql.contains(word)) {
            found.push(format!("a sequence is a hot spot: {sql}"));
        }
        if let Some((table, lines)) = statement.table() {
            let Some(owner) = owners.get(table) else {
                found.push(format!("whose are the rows of {table}?"));
                continue;
            };
            let mut keys = 0;
            for line in lines {
                let column = line.split(' ').next().unwrap();
                let first = if column == "PRIMARY" || column == "UNIQUE" { first_in_brackets(&line) } else { column };
                let unique = line.contains("PRIMARY KEY") || line.contains("UNIQUE");
                keys += i32::from(line.contains("PRIMARY KEY"));
                if unique && first != *owner {
                    found.push(format!("{table}: a unique index begins with {first}, not with {owner}"));
                }
                if line.contains("REFERENCES") && !(column == *owner && line.contains("REFERENCES members (id)")) {
                    found.push(format!("{table}: a foreign key leads to another machine: {line}"));
                }
            }
            if keys != 1 {
                found.push(format!("{table} has no primary key"));
            }
        } else if let Some((name, table, unique, first)) = statement.index() {
            let by_owner = owners.get(table) == Some(&first);
            if !by_owner && (unique || !ASKED_EVERYWHERE.iter().any(|(index, _)| *index == name)) {
                found.push(format!("{name} begins with {first}"));
            }
        } else if !["ALTER TABLE", "INSERT INTO", "UPDATE", "DELETE FROM", "CREATE VIEW", "DROP VIEW", "DROP INDEX"]
            .iter()
            .any(|verb| sql.starts_with(verb))
            || sql.contains("UNIQUE")
            || sql.contains("REFERENCES")
        {
            found.push(format!("not understood, so not checked: {sql}"));
        }
    }
    found
}

#[test]
fn every_migration_keeps_a_members_rows_together() {
    let statements = statements();
    assert!(statements.iter().filter(|statement| statement.table().is_some()).count() >= OWNERS.len());
    assert_eq!(broken(&statements), Vec::<String>::new());
}

#[test]
fn what_would_tie_the_tables_together_is_found() {
    for sql in [
        "CREATE TABLE members (id BIGINT NOT NULL PRIMARY KEY, email TEXT UNIQUE)",
        "CREATE TABLE members (id BIGSERIAL PRIMARY KEY)",
        "CREATE TABLE tags (owner_id BIGINT, other_id BIGINT, tag TEXT, PRIMARY KEY (other_id, owner_id))",
        "CREATE TABLE tags (owner_id BIGINT PRIMARY KEY, other_id BIGINT REFERENCES members (id))",
        "CREATE TABLE tags (owner_id BIGINT)",
        "CREATE TABLE groups (id BIGINT PRIMARY KEY)",
        "CREATE UNIQUE INDEX members_by_email ON members (email)",
        "CREATE INDEX tags_by_other ON tags (other_id, tag)",
        "ALTER TABLE tags ADD CONSTRAINT one UNIQUE (tag)",
        "CREATE TRIGGER anything",
    ] {
        assert_eq!(broken(&[Statement { sql: sql.to_owned() }]).len(), 1, "{sql}");
    }
}
