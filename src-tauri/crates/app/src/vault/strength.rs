//! What makes a passphrase too easy to guess in a village: what everybody tries first, and what
//! is known of the person at the desk.

use chrono::NaiveDate;
use pinyin::ToPinyin;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// The fewest characters of a passphrase.
pub(crate) const CHARS_MIN: usize = 8;

/// The fewest digits of a passphrase that is nothing but digits.
const DIGITS_MIN: usize = 14;

/// The fewest characters that must remain beside what everybody knows.
const REST_MIN: usize = 4;

/// The shortest run that counts as a sequence or as neighbours on the keyboard.
const RUN_MIN: usize = 3;

/// Neighbours on the keyboard, in rows and in slanting columns.
const KEYBOARD: [&str; 6] = [
    "`1234567890-=",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "0okm9ijn8uhb7ygv6tfc5rdx4esz3wa",
];

/// What the digits are with the shift key held.
const SHIFTED: &str = ")!@#$%^&*(";

/// Words that are tried first everywhere, besides the program's own name.
const COMMON: [&str; 23] = [
    "password",
    "passw0rd",
    "iloveyou",
    "woaini",
    "5201314",
    "1314520",
    "admin",
    "administrator",
    "root",
    "welcome",
    "letmein",
    "abc123",
    "a123456",
    "qq123456",
    "guest",
    "computer",
    "windows",
    "mima",
    "shouji",
    "zhongguo",
    "beijing",
    "密码",
    "中国",
];

/// The program's own name.
const PRODUCT: [&str; 3] = ["pingli", "评理", "pinglishuoshi"];

/// What a unit's name ends with and everybody knows.
const OFFICES: [&str; 8] = [
    "评理说事点",
    "综治中心",
    "社会治安综合治理中心",
    "司法所",
    "派出所",
    "人民调解委员会",
    "村民委员会",
    "村委会",
];

/// What the name of a place ends with.
const PLACES: [&str; 6] = ["街道", "社区", "镇", "乡", "村", "县"];

/// Why a passphrase is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum Weakness {
    /// Fewer than eight characters.
    Short,
    /// One or two characters, or one short piece, again and again.
    Repeated,
    /// 12345678, abcdefgh, and their like.
    Sequence,
    /// Keys that lie beside each other.
    Keyboard,
    /// Nothing but a few digits.
    Digits,
    /// A birthday, or an identity number with one in it.
    Birthday,
    /// A telephone number.
    Telephone,
    /// The name of whoever works here, also in pinyin.
    Name,
    /// The name of the village, the township or the unit, also in pinyin.
    Place,
    /// The name of this program.
    Product,
    /// A word that everybody tries.
    Common,
}

/// What everybody knows of the person at the desk.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Known<'a> {
    /// What people call them.
    pub(crate) names: &'a [&'a str],
    /// What their unit and its township are called.
    pub(crate) places: &'a [&'a str],
}

/// Refuses a passphrase that is too easy to guess, and says why.
pub(crate) fn check(passphrase: &str, known: Known<'_>) -> Result<(), Fault> {
    weakness(passphrase, known).map_or(Ok(()), |reason| Err(Fault::WeakPassphrase { reason }))
}

fn weakness(passphrase: &str, known: Known<'_>) -> Option<Weakness> {
    if passphrase.trim().chars().count() < CHARS_MIN {
        return Some(Weakness::Short);
    }
    let folded: String = passphrase.chars().map(folded).collect();
    let bare: String = folded.chars().filter(|c| c.is_alphanumeric()).collect();
    let chars: Vec<char> = folded.chars().filter(|c| !c.is_whitespace()).collect();
    if is_repeated(&chars) {
        return Some(Weakness::Repeated);
    }
    let shifted: Vec<char> = chars.iter().copied().map(unshifted).collect();
    if is_covered(&shifted, is_sequence) {
        return Some(Weakness::Sequence);
    }
    if is_covered(&shifted, |run| is_sequence(run) || is_on_keyboard(run)) {
        return Some(Weakness::Keyboard);
    }
    let numeric = numeric(&bare);
    numeric.or_else(|| worded(&bare, known))
}

/// Full-width forms as plain ones, in lower case.
fn folded(c: char) -> char {
    let plain = u32::from(c)
        .checked_sub(0xff01)
        .filter(|offset| *offset < 94)
        .and_then(|offset| char::from_u32(offset.saturating_add(0x21)));
    plain.unwrap_or(c).to_ascii_lowercase()
}

/// The digit under a shifted sign.
fn unshifted(c: char) -> char {
    let at = SHIFTED.chars().position(|sign| sign == c);
    at.and_then(|at| u32::try_from(at).ok()).and_then(|d| char::from_digit(d, 10)).unwrap_or(c)
}

fn is_repeated(chars: &[char]) -> bool {
    let distinct: std::collections::BTreeSet<&char> = chars.iter().collect();
    let again = |period: usize| chars.iter().zip(chars.iter().skip(period)).all(|(a, b)| a == b);
    distinct.len() <= 2 || (1..=chars.len() / 2).take(4).any(again)
}

/// Whether every character lies in a run that `holds`, each as long as it can be.
fn is_covered(chars: &[char], holds: impl Fn(&[char]) -> bool) -> bool {
    let mut rest = chars;
    while !rest.is_empty() {
        let fits = |len: &usize| rest.get(..*len).is_some_and(&holds);
        match (RUN_MIN..=rest.len()).rev().find(fits) {
            Some(len) => rest = rest.get(len..).unwrap_or_default(),
            None => return false,
        }
    }
    true
}

/// Whether each character follows the one before: the same, one up, or one down.
fn is_sequence(run: &[char]) -> bool {
    let steps: Vec<i64> = run
        .iter()
        .zip(run.iter().skip(1))
        .map(|(a, b)| match (a, b) {
            ('9', '0') => 1,
            ('0', '9') => -1,
            _ => i64::from(u32::from(*b)).saturating_sub(i64::from(u32::from(*a))),
        })
        .collect();
    (-1..=1).any(|step| steps.iter().all(|found| *found == step))
}

fn is_on_keyboard(run: &[char]) -> bool {
    let forward: String = run.iter().collect();
    let backward: String = run.iter().rev().collect();
    KEYBOARD.iter().any(|row| row.contains(&forward) || row.contains(&backward))
}

/// Digits that mean a day, a telephone, or too little.
fn numeric(bare: &str) -> Option<Weakness> {
    let digits: String = bare.chars().filter(char::is_ascii_digit).collect();
    let others = bare.chars().count().saturating_sub(digits.len());
    if others >= REST_MIN {
        return None;
    }
    if is_telephone(&digits) {
        return Some(Weakness::Telephone);
    }
    if is_birthday(&digits) {
        return Some(Weakness::Birthday);
    }
    (others == 0 && digits.len() < DIGITS_MIN).then_some(Weakness::Digits)
}

/// A mobile number, with or without the country's, or a fixed line with its area.
fn is_telephone(digits: &str) -> bool {
    let own = digits.strip_prefix("0086").or(digits.strip_prefix("86")).unwrap_or(digits);
    let is_mobile = own.len() == 11
        && own.starts_with('1')
        && own.chars().nth(1).is_some_and(|second| ('3'..='9').contains(&second));
    let is_fixed = digits.starts_with('0') && (10..=12).contains(&digits.len());
    is_mobile || is_fixed
}

/// A day in any of the usual orders, or an identity number, which has one in it.
fn is_birthday(digits: &str) -> bool {
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    let full = |year: &str, month: &str, day: &str| is_day(year, month, day);
    let short = |year: &str, month: &str, day: &str| {
        is_day(&format!("19{year}"), month, day) || is_day(&format!("20{year}"), month, day)
    };
    match digits.len() {
        6 => short(part(0, 2), part(2, 4), part(4, 6)) || short(part(4, 6), part(0, 2), part(2, 4)),
        8 => {
            full(part(0, 4), part(4, 6), part(6, 8))
                || full(part(4, 8), part(0, 2), part(2, 4))
                || full(part(4, 8), part(2, 4), part(0, 2))
        }
        15 => short(part(6, 8), part(8, 10), part(10, 12)),
        // The last sign of an identity number may be a letter.
        17 | 18 => full(part(6, 10), part(10, 12), part(12, 14)),
        // Two of them: husband and wife, or the child's beside one's own.
        12 => is_birthday(part(0, 6)) && is_birthday(part(6, 12)),
        16 => is_birthday(part(0, 8)) && is_birthday(part(8, 16)),
        _ => false,
    }
}

fn is_day(year: &str, month: &str, day: &str) -> bool {
    let (Ok(year), Ok(month), Ok(day)) = (year.parse(), month.parse(), day.parse()) else {
        return false;
    };
    (1900..2100).contains(&year) && NaiveDate::from_ymd_opt(year, month, day).is_some()
}

/// Whether hardly anything is left beside words that everybody knows, and numbers.
fn worded(bare: &str, known: Known<'_>) -> Option<Weakness> {
    let names = known.names.iter().flat_map(|name| spellings(name));
    let places = known.places.iter().flat_map(|place| stems(place)).flat_map(|p| spellings(&p));
    let plain = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let mut words: Vec<(String, Weakness)> = names.map(|word| (word, Weakness::Name)).collect();
    words.extend(places.map(|word| (word, Weakness::Place)));
    words.extend(plain(&PRODUCT).into_iter().map(|word| (word, Weakness::Product)));
    words.extend(plain(&COMMON).into_iter().map(|word| (word, Weakness::Common)));
    // Long words first: a township's name may lie within that of its centre.
    words.sort_by_key(|(word, _)| std::cmp::Reverse(word.chars().count()));
    let mut rest = bare.to_owned();
    let mut found = None;
    for (word, reason) in &words {
        if rest.contains(word.as_str()) {
            rest = rest.replace(word.as_str(), "");
            found.get_or_insert(*reason);
        }
    }
    let left = rest.chars().filter(|c| !c.is_ascii_digit()).count();
    found.filter(|_| left < REST_MIN)
}

/// The parts of a unit's name that people use alone.
fn stems(place: &str) -> Vec<String> {
    let place: String = place.chars().filter(|c| c.is_alphanumeric()).collect();
    let mut stems = vec![place.clone()];
    let mut stem = place.as_str();
    for ending in OFFICES.iter().chain(&PLACES) {
        if let Some(shorter) = stem.strip_suffix(ending) {
            stem = shorter;
            stems.push(stem.to_owned());
        }
    }
    stems.retain(|stem| stem.chars().count() >= 2);
    stems
}

/// A word as it is, in pinyin, and by the first letters of its pinyin.
fn spellings(word: &str) -> Vec<String> {
    let word: String = word.chars().map(folded).filter(|c| c.is_alphanumeric()).collect();
    let syllables = || word.as_str().to_pinyin().flatten();
    let whole: String = syllables().map(|syllable| syllable.plain()).collect();
    let letters: String = syllables().map(|syllable| syllable.first_letter()).collect();
    let mut spellings = vec![word.clone(), whole, letters];
    spellings.retain(|spelling| spelling.chars().count() >= 2);
    spellings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_habits_are_refused_with_their_reason() {
        use Weakness as W;
        let known = Known {
            names: &["周建国"], places: &["桥头村评理说事点", "青石镇综治中心"]
        };
        let rows: [(&str, Option<W>); 60] = [
            ("", Some(W::Short)),
            ("1234567", Some(W::Short)),
            ("      8      ", Some(W::Short)),
            ("88888888", Some(W::Repeated)),
            ("啊啊啊啊啊啊啊啊", Some(W::Repeated)),
            ("12121212", Some(W::Repeated)),
            ("abcabcabc", Some(W::Repeated)),
            ("wang wang wang", Some(W::Repeated)),
            ("12345678", Some(W::Sequence)),
            ("1234567890", Some(W::Sequence)),
            ("987654321", Some(W::Sequence)),
            ("abcdefgh", Some(W::Sequence)),
            ("111222333", Some(W::Sequence)),
            ("12345abcde", Some(W::Sequence)),
            ("１２３４５６７８", Some(W::Sequence)),
            ("!@#$%^&*", Some(W::Sequence)),
            ("qwertyuiop", Some(W::Keyboard)),
            ("QWER1234", Some(W::Keyboard)),
            ("1qaz2wsx", Some(W::Keyboard)),
            ("1qaz@WSX", Some(W::Keyboard)),
            ("zxcvbnm123", Some(W::Keyboard)),
            ("poiuytrewq", Some(W::Keyboard)),
            ("asdf;lkj", Some(W::Keyboard)),
            ("19680512", Some(W::Birthday)),
            ("1968-05-12", Some(W::Birthday)),
            ("05121968", Some(W::Birthday)),
            ("12051968", Some(W::Birthday)),
            ("680512680513", Some(W::Birthday)),
            ("zjg19680512", Some(W::Birthday)),
            ("zjg680512", Some(W::Birthday)),
            ("周680512建国", Some(W::Birthday)),
            ("33010619680512123x", Some(W::Birthday)),
            ("330106680512123", Some(W::Birthday)),
            ("13857112233", Some(W::Telephone)),
            ("+86 138 5711 2233", Some(W::Telephone)),
            ("0571-87654329", Some(W::Telephone)),
            ("zjg13857112233", Some(W::Telephone)),
            ("73910462", Some(W::Digits)),
            ("7391 0462 58", Some(W::Digits)),
            ("周建国周建国2", Some(W::Short)),
            ("我是周建国2026", Some(W::Name)),
            ("zhoujianguo", Some(W::Name)),
            ("ZhouJianGuo88", Some(W::Name)),
            ("zhoujianguo@163", Some(W::Name)),
            ("桥头村评理说事点", Some(W::Place)),
            ("qiaotoucun", Some(W::Place)),
            ("qiaotou2026", Some(W::Place)),
            ("qingshizhen1", Some(W::Place)),
            ("青石镇2026年", Some(W::Place)),
            ("qsz20261234", Some(W::Place)),
            ("pingli2026", Some(W::Product)),
            ("Pingli@123", Some(W::Product)),
            ("评理评理评理123", Some(W::Product)),
            ("password1", Some(W::Common)),
            ("Passw0rd!!", Some(W::Common)),
            ("woaini5201314", Some(W::Common)),
            ("a1234567", Some(W::Common)),
            ("水牛 窗台 七点 铁锹", None),
            ("zhoujianguo shuiniu", None),
            ("73910462587301", None),
        ];
        for (passphrase, want) in rows {
            assert_eq!(weakness(passphrase, known), want, "{passphrase}");
        }
    }

    #[test]
    fn what_the_tests_and_the_practice_use_passes() {
        for good in ["pingli-tests", "pingli-scenario", "pingli-look 9", "pingli-bench 1"] {
            assert_eq!(weakness(good, Known::default()), None, "{good}");
        }
        assert_eq!(weakness(crate::demo::PASSPHRASE, Known::default()), None);
    }
}
