//! Choices that the database keeps as a small number.

/// Makes an enum that is stored as the number of each variant, in a `SMALLINT`; or, as `impl`, stores one so that stands
/// elsewhere. A number that stands for none is an error of the database.
macro_rules! numbered {
    ($(#[$what:meta])* pub enum $name:ident { $($(#[$which:meta])* $variant:ident = $number:literal,)+ }) => {
        $(#[$what])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(i16)]
        pub enum $name { $($(#[$which])* $variant = $number,)+ }

        impl $name {
            /// The choice of a number; nothing where it stands for none.
            #[allow(dead_code)]
            pub fn of_number(number: i64) -> Option<$name> {
                match number {
                    $($number => Some($name::$variant),)+
                    _ => None,
                }
            }
        }

        $crate::db::numbered!(impl $name { $($variant = $number,)+ });
    };
    (impl $name:ident { $($variant:ident = $number:literal,)+ }) => {
        const _: () = {
            #[derive(diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
            #[diesel(foreign_derive, sql_type = diesel::sql_types::SmallInt)]
            #[allow(dead_code)]
            struct Stored($name);

            impl<DB> diesel::serialize::ToSql<diesel::sql_types::SmallInt, DB> for $name
            where
                DB: diesel::backend::Backend,
                i16: diesel::serialize::ToSql<diesel::sql_types::SmallInt, DB>,
            {
                fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                    match self {
                        $($name::$variant => <i16 as diesel::serialize::ToSql<_, DB>>::to_sql(&$number, out),)+
                    }
                }
            }

            impl<DB> diesel::deserialize::FromSql<diesel::sql_types::SmallInt, DB> for $name
            where
                DB: diesel::backend::Backend,
                i16: diesel::deserialize::FromSql<diesel::sql_types::SmallInt, DB>,
            {
                fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                    match <i16 as diesel::deserialize::FromSql<_, DB>>::from_sql(bytes)? {
                        $($number => Ok($name::$variant),)+
                        unknown => Err(format!("{unknown} is no {}", stringify!($name)).into()),
                    }
                }
            }
        };
    };
}
pub(crate) use numbered;
