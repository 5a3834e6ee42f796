//! The bodies of facts about the township's own catalogue of disputes (地方矛盾纠纷清单).

use serde::{Deserialize, Serialize};

use crate::catalogue::Category;
use crate::id::FactId;

bodies! {
    /// An item of the township's own catalogue, as its list words it.
    #[derive(Eq)]
    LocalItem {
        /// 编号: what tells it from every other item.
        code: String,
        /// 大类
        group: String,
        /// 事项
        name: String,
        /// The official type it belongs to.
        category: Category,
    }
    /// 地方事项: what the township's catalogue says of one item, whole.
    LocalItemListed {
        /// The item.
        item: LocalItem,
        /// 责任单位, as the list words it.
        #[serde(default)]
        unit: String,
        /// 排查频次, as the list words it.
        #[serde(default)]
        frequency: String,
        /// 撤下: it is offered no more; a case that was put under it keeps it.
        #[serde(default)]
        withdrawn: bool,
        /// Why.
        #[serde(default)]
        reason: String,
        /// What was said of this item before and holds no more.
        #[serde(default)]
        replaces: Vec<FactId>,
    }
    /// 地方事项: where the case stands in the township's own catalogue, in the words of the day it
    /// was chosen.
    LocalItemSet {
        /// The item; nothing takes it back.
        item: Option<LocalItem>,
    }
}
