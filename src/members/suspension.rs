//! Whether a member is suspended. A suspension ends by itself on its day: nothing has to run then.

use crate::dates::now;

/// Returns whether a member is suspended now, by the two columns of their row; one without an end is a ban.
pub fn is_suspended(suspended_at: Option<i64>, suspended_until: Option<i64>) -> bool {
    suspended_at.is_some() && suspended_until.is_none_or(|until| until > now())
}
