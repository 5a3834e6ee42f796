//! Which cases look like one dispute (疑似重复). Each case yields a few keys and traits, a
//! projection of its own facts; cases that share a key are compared. So a changed case costs what
//! its own keys cost, however many cases there are.
//!
//! Nothing here decides anything: a person does ([`crate::case::duplicate`]).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::case::Case;
use crate::catalogue::Category;
use crate::fact::body::Side;
use crate::id::RecordId;
use crate::person::{id_digits, phone_tail};
use crate::time::Day;

/// How far apart two cases of one pair of parties may lie and still overlap.
pub const NEAR_DAYS: i64 = 90;

/// The most parties of one side that are looked at.
const PARTIES_MAX: usize = 8;

/// How many numbers stand for a text.
const SIGNATURE_LEN: u64 = 32;

/// How many of them must be the same for two texts to be alike.
const ALIKE_MIN: usize = 16;

/// The shortest text, in characters, that says enough to be compared.
const TEXT_CHARS_MIN: usize = 12;

/// Why two cases look like one dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Ground {
    /// 同一身份证号
    IdNumber,
    /// 同名同电话（后四位）
    Phone,
    /// 同名同村
    Village,
    /// 同一扫码令牌
    Token,
    /// 文字相似
    Text,
    /// 同一类型
    SameType,
    /// 日期相近（九十日内）
    NearDates,
}

/// What of a party is compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Who {
    name: String,
    id: Option<String>,
    phone: Option<String>,
    villages: BTreeSet<String>,
}

/// What of a case is compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traits {
    applicants: Vec<Who>,
    respondents: Vec<Who>,
    category: Option<Category>,
    from: Option<Day>,
    until: Option<Day>,
    token: Option<String>,
    follows: Option<RecordId>,
    text: Vec<u32>,
}

/// The traits of a case and the keys under which it is looked for.
#[must_use]
pub fn traits(case: &Case, summary: &str) -> (Traits, Vec<String>) {
    let field = |name: &str| {
        case.fields.get(name).and_then(|f| f.value.as_str()).unwrap_or_default().to_owned()
    };
    let registration = case.registration.as_ref();
    let place = village(&field("place"));
    let unit = registration
        .filter(|_| {
            case.ladder.tenures.first().is_some_and(|t| t.level == crate::role::Level::Village)
        })
        .map(|r| r.unit.to_string());
    let side = |side: Side| -> Vec<Who> {
        case.parties
            .iter()
            .filter(|party| party.details.side == side)
            .take(PARTIES_MAX)
            .map(|party| Who {
                name: party.details.name.trim().to_owned(),
                id: party.details.id_number.as_deref().map(id_digits).filter(|id| id.len() >= 15),
                phone: party
                    .details
                    .phone
                    .as_deref()
                    .map(phone_tail)
                    .filter(|tail| tail.chars().count() == 4),
                villages: party
                    .details
                    .address
                    .as_deref()
                    .and_then(village)
                    .or_else(|| place.clone())
                    .into_iter()
                    .chain(unit.clone())
                    .collect(),
            })
            .collect()
    };
    let applied = registration.map(|r| r.at.day);
    let traits = Traits {
        applicants: side(Side::Applicant),
        respondents: side(Side::Respondent),
        category: case.category.as_ref().map(|c| c.value),
        from: registration
            .and_then(|r| r.happened)
            .map(|at| at.day)
            .into_iter()
            .chain(applied)
            .min(),
        until: applied,
        token: registration.and_then(|r| r.token.clone()),
        follows: registration.and_then(|r| r.follows),
        text: signature(&format!("{}{summary}", field("title"))),
    };
    let keys = traits.keys();
    (traits, keys)
}

/// The key of an intake token.
#[must_use]
pub fn token_key(token: &str) -> String {
    format!("token/{}", token.trim())
}

impl Traits {
    fn pairs(&self) -> impl Iterator<Item = (&Who, &Who)> {
        self.applicants.iter().flat_map(|a| self.respondents.iter().map(move |b| (a, b)))
    }

    fn keys(&self) -> Vec<String> {
        let joined = |kind: &str, a: &str, b: &str| {
            let (first, second) = if a <= b { (a, b) } else { (b, a) };
            format!("{kind}/{first}/{second}")
        };
        let mut keys: BTreeSet<String> = BTreeSet::new();
        for (a, b) in self.pairs() {
            keys.insert(joined("name", &a.name, &b.name));
            if let (Some(a), Some(b)) = (&a.id, &b.id) {
                keys.insert(joined("id", a, b));
            }
        }
        keys.extend(self.token.as_deref().map(token_key));
        keys.into_iter().collect()
    }

    /// The grounds on which both parties of one pair are the same.
    fn same_pair(&self, other: &Self) -> Option<BTreeSet<Ground>> {
        let both = |a: &Who, b: &Who, c: &Who, d: &Who| Some([same(a, c)?, same(b, d)?].into());
        self.pairs().find_map(|(a, b)| {
            other.pairs().find_map(|(c, d)| both(a, b, c, d).or_else(|| both(a, b, d, c)))
        })
    }

    fn has_same_names(&self, other: &Self) -> bool {
        let named = |key: &String| key.starts_with("name/");
        let theirs = other.keys();
        self.keys().iter().filter(|key| named(key)).any(|key| theirs.contains(key))
    }

    fn is_near(&self, other: &Self) -> bool {
        let apart = |until: Option<Day>, from: Option<Day>| {
            until.zip(from).map(|(until, from)| from.signed_duration_since(until).num_days())
        };
        let gaps = [apart(self.until, other.from), apart(other.until, self.from)];
        gaps.iter().all(|gap| gap.is_some_and(|days| days <= NEAR_DAYS))
    }
}

/// On what ground two parties are one person.
fn same(a: &Who, b: &Who) -> Option<Ground> {
    if let (Some(a), Some(b)) = (&a.id, &b.id) {
        return (a == b).then_some(Ground::IdNumber);
    }
    if a.name != b.name {
        None
    } else if a.phone.is_some() && a.phone == b.phone {
        Some(Ground::Phone)
    } else {
        (!a.villages.is_disjoint(&b.villages)).then_some(Ground::Village)
    }
}

/// Why two cases look like one dispute; nothing if they do not.
#[must_use]
pub fn compare(a: (RecordId, &Traits), b: (RecordId, &Traits)) -> Vec<Ground> {
    let ((a_id, a), (b_id, b)) = (a, b);
    if a.follows == Some(b_id) || b.follows == Some(a_id) {
        return Vec::new();
    }
    let mut grounds: BTreeSet<Ground> = BTreeSet::new();
    if a.token.is_some() && a.token == b.token {
        grounds.insert(Ground::Token);
    }
    let mut beside = BTreeSet::new();
    if a.category.is_some() && a.category == b.category {
        beside.insert(Ground::SameType);
    }
    if a.is_near(b) {
        beside.insert(Ground::NearDates);
    }
    if let Some(pair) = a.same_pair(b)
        && !beside.is_empty()
    {
        grounds.extend(pair);
    }
    let equal = a.text.iter().zip(&b.text).filter(|(a, b)| a == b).count();
    if equal >= ALIKE_MIN && a.has_same_names(b) {
        grounds.insert(Ground::Text);
    }
    if !grounds.is_empty() {
        grounds.extend(beside);
    }
    grounds.into_iter().collect()
}

/// Groups of records from the pairs that belong together, each sorted, the first record first.
#[must_use]
pub fn groups(pairs: &[(RecordId, RecordId)]) -> Vec<Vec<RecordId>> {
    let mut first_of: BTreeMap<RecordId, RecordId> = BTreeMap::new();
    for (a, b) in pairs {
        let a_first = *first_of.entry(*a).or_insert(*a);
        let b_first = *first_of.entry(*b).or_insert(*b);
        let (first, joined) = (a_first.min(b_first), a_first.max(b_first));
        for member in first_of.values_mut().filter(|member| **member == joined) {
            *member = first;
        }
    }
    let mut groups: BTreeMap<RecordId, Vec<RecordId>> = BTreeMap::new();
    for (record, first) in first_of {
        groups.entry(first).or_default().push(record);
    }
    groups.into_values().collect()
}

/// The case that counts for a case: the last of those it went into. Where people merged in a
/// circle without knowing of each other, the earliest record of the circle counts.
#[must_use]
pub fn main_case(record: RecordId, mut into: impl FnMut(RecordId) -> Option<RecordId>) -> RecordId {
    let mut seen = vec![record];
    let mut now = record;
    while let Some(next) = into(now) {
        if let Some(at) = seen.iter().position(|known| *known == next) {
            return seen.iter().skip(at).min().copied().unwrap_or(next);
        }
        seen.push(next);
        now = next;
    }
    now
}

/// The name of the village or community in a place or an address.
fn village(text: &str) -> Option<String> {
    let found = ["村", "社区"].iter().filter_map(|mark| Some((text.find(mark)?, *mark)));
    let (at, mark) = found.min()?;
    let name = text.get(..at)?.rsplit(['镇', '乡', '县', '市', '区']).next()?.trim();
    (!name.is_empty()).then(|| format!("{name}{mark}"))
}

/// Numbers that stand for a text: two texts share as many of them as they share pairs of
/// characters.
fn signature(text: &str) -> Vec<u32> {
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
    if letters.len() < TEXT_CHARS_MIN {
        return Vec::new();
    }
    (0..SIGNATURE_LEN)
        .map(|seed| letters.windows(2).map(|pair| hashed(seed, pair)).min().unwrap_or_default())
        .collect()
}

/// FNV-1a over a seed and a few characters, its upper half.
fn hashed(seed: u64, letters: &[char]) -> u32 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let words = std::iter::once(seed).chain(letters.iter().map(|c| u64::from(u32::from(*c))));
    for word in words {
        for byte in word.to_le_bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    u32::try_from(hash >> 32).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(name: &str, phone: &str, village: &str) -> Who {
        let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Who {
            name: name.into(),
            id: None,
            phone: filled(phone),
            villages: filled(village).into_iter().collect(),
        }
    }

    fn about(a: Who, b: Who, category: Category, from: &str, text: &str) -> Traits {
        Traits {
            applicants: vec![a],
            respondents: vec![b],
            category: Some(category),
            from: from.parse().ok(),
            until: from.parse().ok(),
            token: None,
            follows: None,
            text: signature(text),
        }
    }

    fn id(n: u8) -> RecordId {
        RecordId([n; 16])
    }

    fn between(a: &Traits, b: &Traits) -> Vec<Ground> {
        let grounds = compare((id(1), a), (id(2), b));
        assert_eq!(grounds, compare((id(2), b), (id(1), a)), "the same both ways");
        grounds
    }

    #[test]
    fn the_same_pair_near_in_time_or_of_one_type_is_a_candidate() {
        use Category::{Homestead, Land};
        let li = || who("李某", "1234", "上坪村");
        let wang = || who("王某", "", "上坪村");
        let first = about(li(), wang(), Land, "2026-04-07", "");
        let rows = [
            ("turned round, by village", about(wang(), li(), Homestead, "2026-04-10", ""), true),
            ("another type, long after", about(li(), wang(), Homestead, "2026-07-08", ""), false),
            ("another type, ninety days", about(li(), wang(), Homestead, "2026-07-06", ""), true),
            ("one type, long after", about(li(), wang(), Land, "2029-04-07", ""), true),
            (
                "another village",
                about(who("李某", "9999", "下坪村"), wang(), Land, "2026-04-07", ""),
                false,
            ),
            (
                "the last four digits",
                about(who("李某", "1234", ""), wang(), Land, "2026-04-07", ""),
                true,
            ),
            (
                "another respondent",
                about(li(), who("赵某", "", "上坪村"), Land, "2026-04-07", ""),
                false,
            ),
        ];
        for (name, second, want) in rows {
            assert_eq!(!between(&first, &second).is_empty(), want, "{name}");
        }
    }

    #[test]
    fn an_id_number_beats_a_name() {
        let with = |id: &str, name: &str| Who { id: Some(id.into()), ..who(name, "", "上坪村") };
        let about = |a, b| about(a, b, Category::Land, "2026-04-07", "");
        let one = about(with("11010519491231002X", "李国强"), with("110105194912310020", "王某"));
        let typo = about(with("11010519491231002X", "李国祥"), with("110105194912310020", "王某"));
        let namesake =
            about(with("330102198001011234", "李国强"), with("110105194912310020", "王某"));
        assert!(between(&one, &typo).contains(&Ground::IdNumber));
        assert!(between(&one, &namesake).is_empty());
    }

    #[test]
    fn one_token_or_one_text_is_a_candidate() {
        let text = "李某与王某的承包地田埂被犁窄，两家对原来的宽度说法不一，请求复测并恢复。";
        let land = |from: &str, text: &str| {
            about(who("李某", "", ""), who("王某", "", ""), Category::Land, from, text)
        };
        let mut a = land("2026-04-07", text);
        let mut b = land("2029-04-07", &format!("{text}第二次来。"));
        assert!(between(&a, &b).contains(&Ground::Text));
        assert!(
            between(&a, &land("2029-04-07", "收割机压坏了王某家门口的水泥路，要求修好。"))
                .is_empty()
        );
        (a.text, b.text) = (Vec::new(), Vec::new());
        assert!(between(&a, &b).is_empty());
        (a.token, b.token) = (Some("T1".into()), Some("T1".into()));
        assert!(between(&a, &b).contains(&Ground::Token));
        b.follows = Some(id(1));
        assert!(between(&a, &b).is_empty(), "a case that takes up another is no duplicate of it");
    }

    #[test]
    fn candidates_share_a_key_and_others_do_not() {
        let a = about(who("李某", "", ""), who("王某", "", ""), Category::Land, "2026-04-07", "");
        let b = about(who("王某", "", ""), who("李某", "", ""), Category::Land, "2026-04-07", "");
        let c = about(who("王某", "", ""), who("赵某", "", ""), Category::Land, "2026-04-07", "");
        assert_eq!(a.keys(), b.keys());
        assert!(c.keys().iter().all(|key| !a.keys().contains(key)));
    }

    #[test]
    fn villages_are_read_from_places_and_addresses() {
        let rows = [
            ("上坪村三组", Some("上坪村")),
            ("青石镇上坪村", Some("上坪村")),
            ("某县青石镇石湾村委会旁", Some("石湾村")),
            ("河东社区 5 号楼", Some("河东社区")),
            ("青石镇河东社区", Some("河东社区")),
            ("镇政府", None),
            ("村", None),
            ("", None),
        ];
        for (text, want) in rows {
            assert_eq!(village(text).as_deref(), want, "{text}");
        }
    }

    #[test]
    fn groups_are_the_same_in_any_order() {
        let pairs = [(id(3), id(1)), (id(5), id(4)), (id(2), id(3))];
        let want = vec![vec![id(1), id(2), id(3)], vec![id(4), id(5)]];
        assert_eq!(groups(&pairs), want);
        let mut turned = pairs.map(|(a, b)| (b, a));
        turned.reverse();
        assert_eq!(groups(&turned), want);
    }

    #[test]
    fn the_main_case_is_the_last_of_a_chain_and_the_earliest_of_a_circle() {
        let into = |pairs: &'static [(u8, u8)]| {
            move |record: RecordId| {
                pairs.iter().find(|(from, _)| id(*from) == record).map(|(_, to)| id(*to))
            }
        };
        assert_eq!(main_case(id(1), into(&[])), id(1));
        assert_eq!(main_case(id(3), into(&[(3, 2), (2, 1)])), id(1));
        for start in [1, 2, 3, 9] {
            assert_eq!(main_case(id(start), into(&[(9, 3), (1, 2), (2, 3), (3, 1)])), id(1));
        }
    }

    #[test]
    fn a_text_has_the_same_numbers_on_every_machine() {
        assert_eq!(hashed(0, &['a', 'b']), 1_885_331_519);
        let letters = "收割机压坏了门口的水泥路";
        let numbers = signature(letters);
        assert_eq!(numbers.len(), 32);
        assert_eq!(numbers[..4], [423_180_899, 945_314_136, 485_298_100, 543_385_822]);
        assert_eq!(numbers[31], 57_725_237);
        assert_eq!(
            signature("收割机，压坏了 门口的水泥路。"),
            numbers,
            "signs and blanks say nothing"
        );
        assert!(signature("收割机压坏了门口的水泥").is_empty(), "eleven letters say too little");
    }

    #[test]
    fn keys_name_both_parties_in_one_order() {
        let with = |name: &str, id: &str| Who { id: Some(id.into()), ..who(name, "", "") };
        let mut traits = about(with("乙", "2"), with("甲", "1"), Category::Land, "2026-04-07", "");
        traits.token = Some(" T1 ".into());
        assert_eq!(traits.keys(), ["id/1/2", "name/乙/甲", "token/T1"]);
        let turned = about(with("甲", "1"), with("乙", "2"), Category::Land, "2026-04-07", "");
        assert_eq!(turned.keys(), ["id/1/2", "name/乙/甲"]);
        assert_eq!(token_key(" T1"), "token/T1");
    }

    #[test]
    fn one_text_between_other_people_is_no_candidate() {
        let text = "李某与王某的承包地田埂被犁窄，两家对原来的宽度说法不一，请求复测并恢复。";
        let between_them = |one: &str, other: &str| {
            about(who(one, "", ""), who(other, "", ""), Category::Land, "2026-04-07", text)
        };
        let first = between_them("李某", "王某");
        assert!(between(&first, &between_them("王某", "李某")).contains(&Ground::Text));
        assert_eq!(between(&first, &between_them("赵某", "钱某")), []);
    }

    #[test]
    fn a_ground_and_what_stands_beside_it() {
        let li = || who("李某", "1234", "上坪村");
        let wang = || who("王某", "", "上坪村");
        let first = about(li(), wang(), Category::Land, "2026-04-07", "");
        let want = [Ground::Phone, Ground::Village, Ground::SameType, Ground::NearDates];
        assert_eq!(between(&first, &first), want);
        let untyped =
            |from: &str| Traits { category: None, ..about(li(), wang(), Category::Land, from, "") };
        let one = untyped("2026-04-07");
        assert_eq!(between(&one, &untyped("2026-07-06")), [want[0], want[1], want[3]]);
        assert_eq!(between(&one, &untyped("2026-07-07")), [], "no type is not the same type");
        let mut tokens = (one.clone(), untyped("2029-04-07"));
        (tokens.0.token, tokens.1.token) = (Some("甲".into()), Some("乙".into()));
        assert_eq!(between(&tokens.0, &tokens.1), []);
        let dated = |from: Option<&str>, until: Option<&str>| Traits {
            from: from.and_then(|day| day.parse().ok()),
            until: until.and_then(|day| day.parse().ok()),
            ..first.clone()
        };
        assert!(!dated(None, None).is_near(&first) && !first.is_near(&dated(None, None)));
        let long = dated(Some("2025-01-01"), Some("2026-04-07"));
        assert!(
            long.is_near(&dated(Some("2025-06-01"), Some("2025-06-01"))),
            "it lasted until then"
        );
    }

    #[test]
    fn what_of_a_case_is_compared() {
        use crate::case::world::{begun, party};
        use crate::fact::body::PartyAdded;
        use crate::fact::{Body, FieldValue};
        let mut b = begun();
        let detailed = |name: &str, id: &str, phone: &str, address: Option<&str>| {
            let Body::PartyAdded(body) = party(name, Side::Applicant) else {
                unreachable!("a party")
            };
            Body::PartyAdded(PartyAdded {
                id_number: Some(id.into()),
                phone: Some(phone.into()),
                address: address.map(Into::into),
                ..body
            })
        };
        let rows = [
            detailed(" 赵某 ", "11010549123100", "138 0000 1234", Some("青石镇上坪村一组")),
            detailed("钱某", "110105491231002", "123", None),
        ];
        for body in rows {
            b.world.write(b.village, "2026-03-02", body);
        }
        for (name, value) in [("place", "石湾村村委会"), ("title", "收割机压坏了门口的水泥路")]
        {
            let value = FieldValue {
                value: value.into(),
                by: crate::id::UserId([1; 16]),
                recorded: crate::time::Hlc::default(),
                proof: None,
            };
            b.world.fields.insert(name.into(), vec![value]);
        }
        let unit = b.village.unit().to_string();
        let case = b.world.case(b.village);
        let (traits, keys) = traits(&case, "");
        let villages = |name: &str| BTreeSet::from([name.to_owned(), unit.clone()]);
        let of = |name: &str, id: Option<&str>, phone: Option<&str>, village: &str| Who {
            name: name.into(),
            id: id.map(Into::into),
            phone: phone.map(Into::into),
            villages: villages(village),
        };
        let want = Traits {
            applicants: vec![
                of("张某", None, None, "石湾村"),
                of("赵某", None, Some("1234"), "上坪村"),
                of("钱某", Some("110105491231002"), None, "石湾村"),
            ],
            respondents: vec![of("李某", None, None, "石湾村")],
            category: None,
            from: "2026-03-01".parse().ok(),
            until: "2026-03-01".parse().ok(),
            token: None,
            follows: None,
            text: signature("收割机压坏了门口的水泥路"),
        };
        assert_eq!(traits, want);
        assert_eq!(keys, ["name/张某/李某", "name/李某/赵某", "name/李某/钱某"]);
    }
}
