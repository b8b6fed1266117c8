//! What every handler may use.

use actix_web::web::Data;

use crate::cache::Cache;
use crate::db::Db;
use crate::jobs::Jobs;
use crate::relationship::Limits;

/// What every handler may use. Clones share the database.
#[derive(Clone)]
pub struct Site {
    /// The data.
    pub db: Db,
    /// What members may do how often.
    pub limits: Limits,
    /// What was read of members lately, on this node.
    pub cache: Cache,
    /// The loops beside the requests, to be woken.
    pub jobs: Jobs,
}

/// [`Site`] as handlers take it.
pub type SiteData = Data<Site>;
