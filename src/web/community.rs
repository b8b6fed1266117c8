//! What the community calls itself and says to whoever comes: rows of the settings. A node keeps them, and looks
//! every few seconds whether another has changed them, so that no page asks for them.

use std::sync::{Arc, RwLock};
use std::time::Duration;

use diesel::prelude::*;

use crate::db::{Connection, Db, on_engine};
use crate::error::Error;
use crate::schema::settings;
use crate::web::contrast::Colour;
use crate::web::registration;

/// The name of a community that has chosen none.
pub const NAME: &str = "Amicable";
/// The colour of the band of a community that has chosen none, as static/css/tokens.css has it.
const BAND: &str = "#15402f";
/// How often a node looks whether another has changed something.
const EVERY: Duration = Duration::from_secs(5);

/// The settings, by what they are called in the database.
const ROWS: [&str; 8] = [
    "community_name",
    "community_welcome",
    "community_rules",
    "community_privacy",
    "community_email",
    "community_accent_by_day",
    "community_accent_by_night",
    LOGO,
];
const LOGO: &str = "community_logo";

/// What the community says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Community {
    name: String,
    /// On the page that visitors see.
    pub welcome: String,
    /// At `/rules`.
    pub rules: String,
    /// At `/privacy`.
    pub privacy: String,
    /// Where questions go.
    pub email: String,
    /// The accent colour on a bright ground; empty for the program's.
    pub by_day: String,
    /// The same on a dark ground.
    pub by_night: String,
    /// The picture beside its name.
    pub logo: Logo,
}

/// A logo, by the name of its row, which says its size too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Logo {
    name: String,
    /// Pixels of its file.
    pub width: u32,
    /// The same.
    pub height: u32,
}

impl Logo {
    /// Reads a name such as `0123456789abcdef-480x120.png`.
    pub fn parse(name: &str) -> Option<Logo> {
        let (digest, rest) = name.split_once('-')?;
        let (size, ending) = rest.split_once('.')?;
        let (width, height) = size.split_once('x')?;
        let is_ours = digest.bytes().all(|byte| byte.is_ascii_hexdigit()) && matches!(ending, "png" | "jpg");
        let logo = Logo { name: name.to_owned(), width: width.parse().ok()?, height: height.parse().ok()? };
        is_ours.then_some(logo)
    }

    /// Returns the name of its row; empty for no logo.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether there is none.
    pub fn is_none(&self) -> bool {
        self.name.is_empty()
    }

    /// Returns where its file is.
    pub fn path(&self) -> String {
        format!("/community/logo/{}", self.name)
    }
}

impl Community {
    /// Makes one of what was typed, checked, and the name of its logo.
    pub fn new([name, welcome, rules, privacy, email, by_day, by_night, logo]: [String; 8]) -> Community {
        let logo = Logo::parse(&logo).unwrap_or_default();
        Community { name, welcome, rules, privacy, email, by_day, by_night, logo }
    }

    /// Returns the path of the style sheet with its colour; nothing where it has chosen none.
    pub fn style(&self) -> Option<String> {
        let colours = self.by_day.clone() + &self.by_night;
        (!colours.is_empty()).then(|| format!("/community.css?v={}", colours.replace('#', "")))
    }

    /// Returns the colour of the band at the top of each page by day, with which browsers and telephones frame the site: the
    /// accent colour, darkened, or the program's.
    pub fn band(&self) -> String {
        Colour::parse(&self.by_day).map_or_else(|| BAND.to_owned(), |colour| colour.darkened().to_string())
    }

    /// Returns it with another logo.
    #[must_use]
    pub fn with_logo(self, logo: Logo) -> Community {
        Community { logo, ..self }
    }

    /// Says one of our own texts in its name, where that names the program.
    pub fn says(&self, text: &str) -> String {
        text.replace(NAME, self.name())
    }

    /// Returns its name, or the program's where it has chosen none.
    pub fn name(&self) -> &str {
        if self.name.is_empty() { NAME } else { &self.name }
    }

    /// Returns the name that it has chosen; empty for none.
    pub fn chosen_name(&self) -> &str {
        &self.name
    }

    /// Loads it.
    ///
    /// # Errors
    /// The database's.
    pub fn load(connection: &mut Connection) -> Result<Community, Error> {
        let rows = settings::table.filter(settings::name.eq_any(ROWS)).select((settings::name, settings::value));
        let rows: Vec<(String, String)> = on_engine!(connection, |own| rows.load(own))?;
        let of =
            |name: &str| rows.iter().find(|(row, _)| row == name).map_or_else(String::new, |(_, value)| value.clone());
        Ok(Community::new(ROWS.map(of)))
    }

    /// Saves the texts and colours. Who saves them does not write the logo, which somebody else may change meanwhile.
    ///
    /// # Errors
    /// The database's.
    pub fn save(&self, connection: &mut Connection) -> Result<(), Error> {
        let [name, welcome, rules] = [&self.name, &self.welcome, &self.rules];
        let [privacy, email, by_day, by_night] = [&self.privacy, &self.email, &self.by_day, &self.by_night];
        let texts = [name, welcome, rules, privacy, email, by_day, by_night];
        ROWS.iter().zip(texts).try_for_each(|(name, value)| registration::put(connection, name, value))
    }

    /// Saves the logo alone.
    ///
    /// # Errors
    /// The database's.
    pub fn save_logo(&self, connection: &mut Connection) -> Result<(), Error> {
        registration::put(connection, LOGO, &self.logo.name)
    }
}

/// The community as a node has read it. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Kept(Arc<RwLock<Arc<Community>>>);

impl Kept {
    /// Returns what was read last.
    pub fn get(&self) -> Arc<Community> {
        self.0.read().map(|kept| kept.clone()).unwrap_or_default()
    }

    /// Follows what other nodes save, on a thread of its own, as long as anybody uses this.
    pub fn follow(&self, db: &Db) {
        let (kept, db) = (Arc::downgrade(&self.0), db.clone());
        let task = move || {
            loop {
                std::thread::sleep(EVERY);
                let Some(kept) = kept.upgrade().map(Kept) else { return };
                match db.read_blocking(Community::load) {
                    Ok(community) => kept.keep(community),
                    // It is looked for again in a moment; meanwhile there is what was read before.
                    Err(why) => tracing::debug!(%why, "the community's texts could not be read"),
                }
            }
        };
        if let Err(why) = std::thread::Builder::new().name("community".into()).spawn(task) {
            tracing::warn!(%why, "what other nodes say of the community is not followed");
        }
    }

    /// Keeps what was read or saved.
    pub fn keep(&self, community: Community) {
        if let Ok(mut kept) = self.0.write() {
            *kept = Arc::new(community);
        }
    }
}
