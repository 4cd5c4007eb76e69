//! How a table of addresses becomes functions. They exist by the table alone, so that its list of them misses none.

use super::link::Link;

/// Some address that can be built, and the methods by which pages ask for it.
#[derive(Clone, Debug)]
pub struct Sample {
    pub methods: &'static [&'static str],
    pub link: Link,
}

/// Gives a type a function for each row: a name, the name of an id if the path has one, the path below the type's
/// prefix, and what is there: methods, or a type with addresses below. `impl` is for a type that is there and knows its
/// `prefix()`, `struct` makes one that gets it from above.
macro_rules! addresses {
    ($(#[$doc:meta])* struct $type:ident { $($rows:tt)+ }) => {
        $(#[$doc])*
        pub struct $type {
            pub(super) prefix: String,
        }

        impl $type {
            fn prefix(&self) -> &str {
                &self.prefix
            }
        }

        $crate::links::table::addresses! { impl $type { $($rows)+ } }
    };
    (impl $type:ident { $($name:ident $(($id:ident))? $path:literal $to:tt;)+ }) => {
        impl $type {
            $($crate::links::table::addresses!(@one $name ($($id)?) $path $to);)+

            /// Every address that can be built, with `id` wherever one stands.
            #[allow(unused_variables, reason = "not every table has ids")]
            pub fn every(&self, id: &str) -> Vec<$crate::links::table::Sample> {
                [$($crate::links::table::addresses!(@sample self $name id ($($id)?) $to)),+].concat()
            }
        }
    };
    (@one $name:ident () $path:literal [$($method:ident)+]) => {
        #[doc = concat!("`…", $path, "`")]
        pub fn $name(&self) -> $crate::links::link::Link {
            $crate::links::link::Link::below(self.prefix(), $path)
        }
    };
    (@one $name:ident ($id:ident) $path:literal [$($method:ident)+]) => {
        #[doc = concat!("`…", $path, "`")]
        pub fn $name(&self, $id: &str) -> $crate::links::link::Link {
            let path = $crate::links::link::filled($path, concat!("{", stringify!($id), "}"), $id);
            $crate::links::link::Link::below(self.prefix(), &path)
        }
    };
    (@one $name:ident ($id:ident) $path:literal $below:ident) => {
        #[doc = concat!("What is below `…", $path, "`.")]
        pub fn $name(&self, $id: &str) -> $below {
            let path = $crate::links::link::filled($path, concat!("{", stringify!($id), "}"), $id);
            $below { prefix: [self.prefix(), &path].concat() }
        }
    };
    (@sample $this:ident $name:ident $sample:ident () $methods:tt) => {
        vec![$crate::links::table::addresses!(@with $methods $this.$name())]
    };
    (@sample $this:ident $name:ident $sample:ident ($id:ident) [$($method:ident)+]) => {
        vec![$crate::links::table::addresses!(@with [$($method)+] $this.$name($sample))]
    };
    (@sample $this:ident $name:ident $sample:ident ($id:ident) $below:ident) => {
        $this.$name($sample).every($sample)
    };
    (@with [$($method:ident)+] $link:expr) => {
        $crate::links::table::Sample { methods: &[$(stringify!($method)),+], link: $link }
    };
}

pub(super) use addresses;
