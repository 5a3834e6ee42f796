//! What the example cases are about.

use domain::catalogue::{Category, Source};
use domain::fact::body::{Risk, Side, Track};
use domain::money::Fen;
use fastrand::Rng;

use crate::cases::{CaseRegister, NewParty};

const SURNAMES: [&str; 24] = [
    "张", "李", "王", "赵", "陈", "刘", "孙", "周", "吴", "郑", "何", "马", "朱", "胡", "林", "郭",
    "罗", "梁", "宋", "唐", "许", "韩", "邓", "冯",
];

const GROUPS: [&str; 6] = ["一组", "二组", "三组", "四组", "河东", "老街"];

/// A kind of quarrel: type, what it is about, what happened, what was agreed, what is to be done.
type Plot = (Category, &'static str, &'static str, &'static str, &'static str);

const PLOTS: [Plot; 14] = [
    (
        Category::Neighbours,
        "门前排水沟",
        "两家共用的排水沟被填了一段，下雨时水倒灌进院子。",
        "填沟一方挖开恢复原状，双方每年雨季前共同清淤一次。",
        "挖开水沟，恢复原状",
    ),
    (
        Category::Homestead,
        "宅基地边界",
        "翻建房屋时地基往外挪了约二十厘米，另一家认为占了自家滴水位置。",
        "地基退回原界，滴水朝自家院内。",
        "地基退回原界",
    ),
    (
        Category::Land,
        "承包地田埂",
        "田埂被犁窄，两家对原来的宽度说法不一。",
        "按登记面积复测，田埂恢复六十厘米。",
        "复测并恢复田埂",
    ),
    (
        Category::MarriageFamily,
        "老人赡养",
        "三个子女对轮流照顾和每月的赡养费说不到一起。",
        "三个子女每人每月付赡养费，轮流照顾，看病费用平摊。",
        "按月支付赡养费",
    ),
    (
        Category::Contract,
        "民间借款",
        "借款到期未还，借条写明数额，未写利息。",
        "分期归还本金，不计利息。",
        "归还借款",
    ),
    (
        Category::UnpaidWages,
        "工地工钱",
        "盖房结束后工钱没有结清，包工一方说房主还欠尾款。",
        "房主直接向工人结清工钱。",
        "结清工钱",
    ),
    (
        Category::Damages,
        "鱼塘损失",
        "打药的水流进鱼塘，死了一批鱼，双方对数量有争议。",
        "按双方清点的数量折价赔偿。",
        "支付赔偿款",
    ),
    (
        Category::Traffic,
        "路口碰擦",
        "三轮车与电动车在村口碰擦，人有轻伤，医药费未付。",
        "承担医药费和误工费，双方再无争议。",
        "支付医药费",
    ),
    (
        Category::Pollution,
        "养殖气味",
        "猪舍离住房近，夏天气味大，粪水流到路边。",
        "加盖粪池，三个月内搬离原址。",
        "加盖粪池",
    ),
    (
        Category::Business,
        "果园收购",
        "收购商少付了一车果款，称果品不合格。",
        "按过磅单结算余款，扣除腐烂部分。",
        "付清余款",
    ),
    (
        Category::Neighbours,
        "夜间噪音",
        "加工机器夜里开到很晚，隔壁老人睡不好。",
        "晚上九点后不开机器。",
        "晚上九点后停机",
    ),
    (
        Category::Homestead,
        "院墙加高",
        "院墙加高后挡了后屋的光。",
        "院墙降到一米八。",
        "院墙降到一米八",
    ),
    (
        Category::MarriageFamily,
        "分家析产",
        "兄弟分家时对老屋和果树的归属没有写清楚。",
        "老屋归长子，果树归次子，差价补足。",
        "补足差价",
    ),
    (
        Category::OtherConsumer,
        "家电维修",
        "修好的冰箱一周后又坏，店家不肯退维修费。",
        "店家免费再修一次，修不好退维修费。",
        "免费再修一次",
    ),
];

/// What an example needs to be told.
pub(super) struct Story {
    pub(super) register: CaseRegister,
    pub(super) terms: String,
    pub(super) promise: String,
    pub(super) amount: Option<Fen>,
}

/// How people of one surname are told apart.
const FORMS: [&str; 7] = ["某", "某某", "某甲", "某乙", "某丙", "某丁", "某戊"];

/// A stride that has no divisor in common with the number of pairs.
const STRIDE: usize = 7919;

/// Two people. Neighbours numbers apart have different ones, so that no two examples look like one
/// dispute by chance.
fn pair(ordinal: usize) -> (String, String) {
    let name = |at: usize| {
        let surname = SURNAMES.get(at % SURNAMES.len()).copied().unwrap_or_default();
        format!("{surname}{}", FORMS.get(at / SURNAMES.len()).copied().unwrap_or("某"))
    };
    let names = SURNAMES.len() * FORMS.len();
    let mut left = ordinal.wrapping_mul(STRIDE) % (names * (names - 1) / 2);
    let mut first = 0;
    while left >= names - 1 - first {
        left -= names - 1 - first;
        first += 1;
    }
    (name(first), name(first + 1 + left))
}

fn party(rng: &mut Rng, name: &str, side: Side) -> NewParty {
    let group = GROUPS.get(rng.usize(0..GROUPS.len())).copied().unwrap_or_default();
    NewParty {
        name: name.to_owned(),
        side,
        sex: None,
        birth: None,
        phone: Some(format!("139{:08}", rng.u32(0..100_000_000))),
        address: Some(format!("桥头村{group}")),
        id_number: None,
        person: None,
        guardian: None,
        school: None,
    }
}

/// A case out of nothing; the ordinal says whose.
pub(super) fn invent(rng: &mut Rng, ordinal: usize) -> Story {
    let plot = PLOTS.get(rng.usize(0..PLOTS.len())).copied();
    let (category, about, happened, terms, promise) =
        plot.unwrap_or((Category::Other, "", "", "", ""));
    let (a, b) = pair(ordinal);
    let has_amount = matches!(
        category,
        Category::Contract
            | Category::UnpaidWages
            | Category::Damages
            | Category::Traffic
            | Category::Business
            | Category::MarriageFamily
    );
    let amount = has_amount.then(|| Fen(i64::from(rng.u32(5..400)) * 10_000));
    Story {
        terms: format!("一、{terms}\n二、双方今后互谅互让，不再就此事发生争执。"),
        promise: promise.to_owned(),
        amount,
        register: CaseRegister {
            applied: None,
            source: if rng.u8(0..4) == 0 { Source::Proactive } else { Source::Application },
            track: Track::PeopleMediation,
            happened: None,
            title: format!("{a}与{b}{about}纠纷"),
            place: format!(
                "桥头村{}",
                GROUPS.get(rng.usize(0..GROUPS.len())).copied().unwrap_or_default()
            ),
            amount_fen: amount,
            category: Some(category),
            local_item: None,
            risk: (rng.u8(0..12) == 0).then_some(Risk::Yellow),
            parties: vec![party(rng, &a, Side::Applicant), party(rng, &b, Side::Respondent)],
            summary: format!(
                "{a}来说：{happened}两家已经为这件事吵过几次，村民小组长劝过，没有结果。"
            ),
            demands: vec![promise.to_owned()],
            follows: None,
            units: vec![],
            order: None,
            token: None,
        },
    }
}

fn plain(title: &str, a: &str, b: &str) -> CaseRegister {
    let party = |name: &str, side, phone: &str| NewParty {
        name: name.into(),
        side,
        sex: None,
        birth: None,
        phone: Some(phone.into()),
        address: Some("桥头村三组".into()),
        id_number: None,
        person: None,
        guardian: None,
        school: None,
    };
    CaseRegister {
        applied: None,
        source: Source::Application,
        track: Track::PeopleMediation,
        happened: None,
        title: title.into(),
        place: "桥头村三组".into(),
        amount_fen: None,
        category: None,
        local_item: None,
        risk: None,
        parties: vec![
            party(a, Side::Applicant, "13900006218"),
            party(b, Side::Respondent, "13900000935"),
        ],
        summary: String::new(),
        demands: vec![],
        follows: None,
        units: vec![],
        order: None,
        token: None,
    }
}

/// What the two neighbours of [`eaves`] agreed on.
pub(super) const EAVES_TERMS: &str = "一、李某于约定日期前拆除伸出的雨棚，滴水改回自家院内。\n二、张某不再就此前的滴水提出要求。\n三、双方今后翻修房屋前先互相知会。";

/// A quarrel about water that drips from an eave.
pub(super) fn eaves() -> CaseRegister {
    CaseRegister {
        category: Some(Category::Homestead),
        summary:
            "李某加装雨棚后，雨水滴到张某院内墙根，墙面返潮。张某要求拆除，李某说滴水位置历来如此。"
                .into(),
        demands: vec!["拆除雨棚".into()],
        follows: None,
        units: vec![],
        order: None,
        token: None,
        ..plain("张某与李某宅基地滴水纠纷", "张某", "李某")
    }
}

/// A quarrel about a loan.
pub(super) fn loan() -> CaseRegister {
    CaseRegister {
        category: Some(Category::Contract),
        summary: "孙某三年前借钱给何某买农机，何某说已还过一部分，没有收条。".into(),
        demands: vec!["归还借款".into()],
        follows: None,
        units: vec![],
        order: None,
        token: None,
        ..plain("孙某与何某借款纠纷", "孙某", "何某")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ten_thousand_pairs_are_all_different() {
        let pairs: BTreeSet<(String, String)> = (0..10_000).map(pair).collect();
        assert_eq!(pairs.len(), 10_000, "no two examples are about the same two people");
        assert!(pairs.iter().all(|(a, b)| a != b));
    }
}
