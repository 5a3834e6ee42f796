//! The official catalogue of dispute types: 18 codes, in the order of the ministry's statistics.
//!
//! A case keeps the version of the catalogue it was classified with, because a report must be
//! reproducible. The words live in `assets/catalogue/`; this is what the rules need of it. The
//! township's own list beside it is in [`local`].

pub mod local;

use serde::{Deserialize, Serialize};

/// The version of the catalogue this program ships.
pub const VERSION: &str = "moj-18-2020";

/// An official dispute type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Category {
    /// 婚姻家庭
    MarriageFamily,
    /// 邻里
    Neighbours,
    /// 房屋宅基地
    Homestead,
    /// 合同
    Contract,
    /// 生产经营
    Business,
    /// 损害赔偿
    Damages,
    /// 山林土地
    Land,
    /// 征地拆迁
    Expropriation,
    /// 环境污染
    Pollution,
    /// 拖欠农民工工资
    UnpaidWages,
    /// 其他劳动争议
    OtherLabour,
    /// 旅游
    Tourism,
    /// 电子商务
    Ecommerce,
    /// 其他消费
    OtherConsumer,
    /// 医疗
    Medical,
    /// 道路交通事故
    Traffic,
    /// 物业
    PropertyManagement,
    /// 其他纠纷
    Other,
}

impl Category {
    /// Every type, in the official order; the code printed in statistics is the place in it,
    /// from 1.
    pub const ALL: [Self; 18] = [
        Self::MarriageFamily,
        Self::Neighbours,
        Self::Homestead,
        Self::Contract,
        Self::Business,
        Self::Damages,
        Self::Land,
        Self::Expropriation,
        Self::Pollution,
        Self::UnpaidWages,
        Self::OtherLabour,
        Self::Tourism,
        Self::Ecommerce,
        Self::OtherConsumer,
        Self::Medical,
        Self::Traffic,
        Self::PropertyManagement,
        Self::Other,
    ];
}

/// How a dispute reached the room: seven sources; the last five are "委托移送" by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Source {
    /// 依申请调解
    Application,
    /// 主动调解
    Proactive,
    /// 法院委托移送
    Court,
    /// 检察院委托移送
    Procuratorate,
    /// 公安机关委托移送
    Police,
    /// 信访部门委托移送
    Petitions,
    /// 其他部门委托移送
    OtherDepartment,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::body::CategorySet;

    #[test]
    fn a_choice_keeps_the_version_of_its_list() {
        assert_eq!(Category::ALL.len(), 18);
        let chosen = CategorySet { category: Category::Homestead, catalogue: VERSION.into() };
        let json = serde_json::to_string(&chosen).unwrap();
        assert_eq!(json, format!(r#"{{"category":"homestead","catalogue":"{VERSION}"}}"#));
        // What was chosen from an older list says so for ever.
        let older = json.replace(VERSION, "moj-15-2010");
        let read: CategorySet = serde_json::from_str(&older).unwrap();
        assert_eq!((read.category, read.catalogue.as_str()), (Category::Homestead, "moj-15-2010"));
        assert_eq!(serde_json::to_string(&read).unwrap(), older);
    }
}
