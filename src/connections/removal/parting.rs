//! What is typed once for everybody in a removal, from the review to their sides.

use diesel::prelude::*;

use crate::connections::disconnect::REASON;
use crate::language::t;
use crate::schema::removals;
use crate::web::form::{Form, Problems};

/// How a member disconnects from all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = removals)]
pub struct Parting {
    /// Why, for oneself.
    pub private_reason: String,
    /// *They may invite me again*.
    pub may_invite_again: bool,
}

impl Parting {
    /// Reads the form of a review, and names what is wrong with it.
    pub fn checked(form: &Form, problems: &mut Problems) -> Parting {
        let private_reason = problems.text(form, "private_reason", t("Private reason"), (0, REASON));
        Parting { private_reason, may_invite_again: form.is_checked("may_invite_again") }
    }

    /// Reads what stands in the form so far, which may have to be mended before it is confirmed.
    pub(super) fn typed(form: &Form) -> Parting {
        let private_reason = form.get("private_reason").chars().take(REASON).collect();
        Parting { private_reason, may_invite_again: form.is_checked("may_invite_again") }
    }

    /// Returns the form that it was read from.
    pub fn form(&self) -> Form {
        let may_invite_again = if self.may_invite_again { "1" } else { "" };
        Form::of([("private_reason", &self.private_reason), ("may_invite_again", may_invite_again)])
    }
}
