//! Names and places by their pinyin: spelled out and by first letters, in every reading of a
//! character, from any character on. 仇 is found as `qiu` and as `chou`, 单 as `shan` and as `dan`.

use pinyin::ToPinyinMulti;

/// How many readings of one stretch are kept: names with several ambiguous characters would have
/// hundreds.
const READINGS_MAX: usize = 8;

/// How many characters of a stretch are spelled out from each of its characters on.
const SPELLED_MAX: usize = 6;

/// The ways in which one character is read, each once; itself in small letters if it is none.
fn readings(c: char) -> Vec<String> {
    let Some(multi) = c.to_pinyin_multi() else { return Vec::new() };
    let mut found: Vec<String> = Vec::new();
    for reading in multi {
        let plain = reading.plain().replace('ü', "v");
        if !found.contains(&plain) {
            found.push(plain);
        }
    }
    found
}

/// Every spelling of some characters: in full and by first letters.
fn spelled(chars: &[Vec<String>]) -> Vec<String> {
    let mut all: Vec<(String, String)> = vec![(String::new(), String::new())];
    for ways in chars {
        let mut longer = Vec::new();
        for (full, short) in &all {
            for way in ways {
                let first = way.chars().next().map(String::from).unwrap_or_default();
                longer.push((format!("{full}{way}"), format!("{short}{first}")));
            }
        }
        longer.truncate(READINGS_MAX);
        all = longer;
    }
    all.into_iter().flat_map(|(full, short)| [full, short]).collect()
}

/// The words by which a text is found in letters, each once; none for what has no Han characters.
pub(crate) fn letters(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut run: Vec<Vec<String>> = Vec::new();
    for c in text.chars().chain(std::iter::once(' ')) {
        let ways = readings(c);
        if ways.is_empty() {
            for from in 0..run.len() {
                let stretch: Vec<Vec<String>> =
                    run.iter().skip(from).take(SPELLED_MAX).cloned().collect();
                words.extend(spelled(&stretch));
            }
            run.clear();
        } else {
            run.push(ways);
        }
    }
    words.retain(|word| word.len() > 1);
    words.sort_unstable();
    words.dedup();
    words
}

/// Whether what somebody typed in letters is how a text is read.
pub(crate) fn reads(text: &str, typed: &str) -> bool {
    let typed = typed.to_lowercase();
    typed.chars().all(|c| c.is_ascii_lowercase())
        && typed.len() > 1
        && letters(text).iter().any(|word| word.starts_with(&typed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_in_every_reading_from_any_character_on() {
        let rows: [(&str, &[&str], &[&str]); 6] = [
            ("张三丰", &["zhangsanfeng", "zhang", "sanfeng", "zsf", "sf"], &["an", "zf", "z"]),
            ("单雄信", &["shanxiongxin", "danxiongxin", "sxx", "dxx"], &["zx"]),
            ("仇某", &["qiumou", "choumou", "qm", "cm"], &[]),
            ("吕布", &["lvbu", "lb"], &["lubu"]),
            ("桥头村 石湾", &["qiaotoucun", "toucun", "qtc", "shiwan", "sw"], &["cunshi", "qtcsw"]),
            ("ABC 公司", &["gongsi", "gs"], &["abc"]),
        ];
        for (text, found, not) in rows {
            for typed in found {
                assert!(reads(text, typed), "{text} by {typed}");
            }
            for typed in not {
                assert!(!reads(text, typed), "{text} not by {typed}");
            }
        }
    }

    #[test]
    fn many_ambiguous_characters_cost_no_more_than_a_few_words() {
        let words = letters(&"单乐重行长朝".repeat(20));
        assert!(words.len() < 2 * READINGS_MAX * 120, "{}", words.len());
    }
}
