//! A bar that tells how far a long command has come, and what it says besides.

use amicable::db::Step;
use indicatif::{ProgressBar, ProgressStyle};

use super::output::note;

/// Makes a bar; where nobody looks it draws nothing.
pub fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    bar.set_style(
        ProgressStyle::with_template("{msg:22} {wide_bar} {percent}% {elapsed}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    bar
}

/// Shows a stage, and how much of it is done.
pub fn show(bar: &ProgressBar, stage: &str, done: u64, all: u64) {
    if bar.message() != stage {
        bar.set_message(stage.to_owned());
    }
    bar.set_length(all);
    bar.set_position(done);
}

/// Says which migration is running, to whoever ran the command.
pub fn migrating(step: Step) {
    note(format_args!("{step}\n"));
}

/// [`migrating`] for what is not about migrations: says nothing of those that take no time.
pub fn migrating_long(step: Step) {
    if step.seconds > 0 {
        migrating(step);
    }
}
