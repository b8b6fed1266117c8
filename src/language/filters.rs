//! The texts of templates: `{{ "Save"|t }}`. askama looks for filters under this name in the module of a template.
// What the macro makes of each has no documentation of its own.
#![allow(missing_docs)]

use askama::filters::Safe;
use askama::{Result, Values as Environment, filter_fn};

use crate::language::{self, Values};

/// Puts a text into the language of the page: [`language::t`].
#[filter_fn]
pub fn t(key: &'static str, _: &dyn Environment) -> Result<&'static str> {
    Ok(language::t(key))
}

/// Puts values into a text: `{{ "Block {name}?"|tf(name) }}`, which is [`language::tf`].
#[filter_fn]
pub fn tf<V: Values>(key: &'static str, _: &dyn Environment, values: V) -> Result<String> {
    Ok(language::tf(key, values))
}

/// Puts a number into a text: `{{ 2|tn("{n} person", "{n} people") }}`, which is [`language::tn`].
#[filter_fn]
pub fn tn<N: Number>(number: N, _: &dyn Environment, one: &'static str, many: &'static str) -> Result<String> {
    Ok(language::tn(number.number(), one, many))
}

/// Puts a link into a text: `{{ "New here? [Sign up]"|linked("/sign-up") }}`, which is [`language::linked`].
#[filter_fn]
pub fn linked<H: AsRef<str>>(key: &'static str, _: &dyn Environment, href: H) -> Result<Safe<String>> {
    Ok(language::linked(key, href.as_ref()))
}

/// A number as templates have it, by value or by reference.
pub trait Number {
    /// Returns the number.
    fn number(&self) -> i64;
}

macro_rules! number {
    ($($kind:ty),*) => {
        $(impl Number for $kind {
            fn number(&self) -> i64 {
                i64::try_from(*self).unwrap_or(i64::MAX)
            }
        })*
    };
}
number!(i32, i64, u32, u64, usize);

impl<N: Number> Number for &N {
    fn number(&self) -> i64 {
        (*self).number()
    }
}
