//! `/admin/limits`: how often who may do what, to be changed.

use actix_web::HttpResponse;
use askama::Template;

use crate::audit::{self, Act, Actor};
use crate::db::Connection;
use crate::error::Error;
use crate::language::{filters, number, t, tf};
use crate::limits::{self, Limit, MAX_NUMBER, Numbers};
use crate::web::form::{Form, Problems};
use crate::web::page::{Layout, Redirect, Render, SignedIn};
use crate::web::site::SiteData;

/// The longest window, in minutes: 30 days.
const MAX_MINUTES: u32 = 30 * 24 * 60;

#[derive(Template)]
#[template(path = "admin/limits.html")]
struct Page {
    page: Layout,
    rows: Vec<Row>,
    problems: Problems,
}

/// A limit as the form has it.
struct Row {
    limit: Limit,
    default: Numbers,
    number: String,
    minutes: String,
}

impl Row {
    fn of(limit: Limit, default: Numbers, now: Numbers) -> Row {
        Row { limit, default, number: now.number.to_string(), minutes: (now.seconds / 60).to_string() }
    }

    fn typed(form: &Form, limit: Limit, default: Numbers) -> Row {
        let field = |part: &str| form.get(&format!("{part}-{}", limit.name())).trim().to_owned();
        Row { limit, default, number: field("number"), minutes: field("minutes") }
    }

    fn number_field(&self) -> String {
        format!("number-{}", self.limit.name())
    }

    fn minutes_field(&self) -> String {
        format!("minutes-{}", self.limit.name())
    }

    fn label(&self) -> &'static str {
        t(self.limit.label())
    }

    /// Says what it is where nobody has changed it.
    fn hint(&self) -> String {
        match self.default.number {
            0 if !self.limit.is_read_off() => t("Default: no limit").to_owned(),
            most => tf("Default: {number} in {window}", (&number(most), &self.default.window())),
        }
    }

    /// Reads what was typed.
    fn numbers(&self, problems: &mut Problems) -> Numbers {
        let (number_field, minutes_field) = (self.number_field(), self.minutes_field());
        let number = whole(problems, &number_field, &self.number, (0, MAX_NUMBER));
        if self.limit.is_read_off() {
            return Numbers { number, ..self.default };
        }
        let minutes = whole(problems, &minutes_field, &self.minutes, (1, MAX_MINUTES));
        Numbers { number, seconds: i64::from(minutes) * 60 }
    }
}

/// Reads a whole number between two.
fn whole(problems: &mut Problems, field: &str, text: &str, (least, most): (u32, u32)) -> u32 {
    match text.parse::<u32>() {
        Ok(typed) if (least..=most).contains(&typed) => typed,
        _ => {
            let between = (&number(least), &number(most));
            problems.add(field, tf("This needs a whole number from {least} to {most}.", between));
            0
        }
    }
}

/// `GET /admin/limits`
///
/// # Errors
/// The database's.
pub async fn limits(site: SiteData, page: Layout) -> Result<HttpResponse, Error> {
    let set = site.read_one(limits::all_set).await?;
    let row = |limit: &Limit| {
        let default = site.default_numbers(*limit);
        Row::of(*limit, default, set.get(limit).copied().unwrap_or(default))
    };
    Page { page, rows: Limit::ALL.iter().map(row).collect(), problems: Problems::default() }.show()
}

/// `POST /admin/limits`
///
/// # Errors
/// The database's.
pub async fn change(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let mut problems = Problems::default();
    let rows: Vec<Row> =
        Limit::ALL.iter().map(|limit| Row::typed(&form, *limit, site.default_numbers(*limit))).collect();
    let wanted: Vec<_> = rows.iter().map(|row| (row.limit, row.default, row.numbers(&mut problems))).collect();
    if problems.any() {
        return Page { page, rows, problems }.show_again();
    }
    let id = me.id;
    let set = move |connection: &mut Connection| {
        let before = limits::all_set(connection)?;
        for (limit, default, numbers) in &wanted {
            if before.get(limit).unwrap_or(default) == numbers {
                continue;
            }
            match numbers == default {
                true => limits::reset(connection, *limit)?,
                false => limits::set(connection, *limit, *numbers)?,
            }
            let detail = format!("{}: {} in {} s", limit.name(), numbers.number, numbers.seconds);
            audit::record(connection, Actor::Member(id), Act::LimitChanged, None, &detail)?;
        }
        limits::all_set(connection)
    };
    site.meters.learn(site.write(set).await?);
    redirect.done(t("The limits are saved."));
    Ok(redirect.to("/admin/limits"))
}
