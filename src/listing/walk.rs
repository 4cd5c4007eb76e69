//! The order of a list: two columns that one index holds, walked one way or the other.

use sea_orm::sea_query::{Expr, ExprTrait, Order};
use sea_orm::{EntityTrait, QueryOrder, Select};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What a list is sorted by, of one row: the second value tells rows apart that are alike in the first.
pub trait Keyset: Serialize + DeserializeOwned {
    /// The values, as a query compares them.
    fn values(&self) -> [Expr; 2];
}

/// A way along the columns of a [`Keyset`].
#[derive(Clone)]
pub struct Walk {
    pub columns: [Expr; 2],
    pub descending: bool,
}

impl Walk {
    /// Whether a row lies beyond a place. A row value walks the index of the order; `a < ? OR (a = ? AND …)` would not.
    pub fn beyond(&self, place: &impl Keyset) -> Expr {
        let (key, place) = (Expr::tuple(self.columns.clone()), Expr::tuple(place.values()));
        if self.descending { key.lt(place) } else { key.gt(place) }
    }

    /// The order of both columns.
    pub fn order(&self) -> Order {
        if self.descending { Order::Desc } else { Order::Asc }
    }

    /// Rows in the order of the walk.
    pub fn sort<E: EntityTrait>(self, rows: Select<E>) -> Select<E> {
        let order = self.order();
        let [first, second] = self.columns;
        rows.order_by(first, order.clone()).order_by(second, order)
    }
}
