//! The formats that address books arrive in, a file each.

pub mod linkedin;
