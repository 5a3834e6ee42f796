//! Letters that no font here has. None is printed as an empty box: the sign that printers put in
//! the place of a letter they lack (〓) stands there, and whoever prints is told which it was, to
//! write it in by hand.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::world;

/// The sign in the place of a letter that is lacking.
const LACKING: char = '〓';

/// Makes every text in a value printable; gives the letters that no font has.
pub(crate) fn make_printable(value: &mut Value, lacking: &mut BTreeSet<char>) {
    match value {
        Value::String(text) => {
            if text.chars().any(|letter| !is_plain(letter)) {
                *text = text.chars().filter_map(|letter| printable(letter, lacking)).collect();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| make_printable(item, lacking)),
        Value::Object(members) => {
            members.values_mut().for_each(|member| make_printable(member, lacking));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn is_plain(letter: char) -> bool {
    letter == '\n' || (!is_unseen(letter) && world::has_letter(letter))
}

/// What has no shape: it neither prints nor is missed.
fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(u32::from(letter),
            0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0xFE00..=0xFE0F | 0xFEFF
            | 0xE_0000..=0xE_0FFF)
}

fn printable(letter: char, lacking: &mut BTreeSet<char>) -> Option<char> {
    match letter {
        '\n' => Some(letter),
        '\t' => Some(' '),
        _ if is_unseen(letter) => None,
        _ if world::has_letter(letter) => Some(letter),
        _ => {
            lacking.insert(letter);
            Some(LACKING)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_letters_of_names_are_there_and_what_no_font_has_is_told() {
        let mut value = serde_json::json!({ "name": "囍㛃䶮𬭎", "odd": ["\u{20000}\u{10FFFD}\u{202E}王\u{0}"] });
        let mut lacking = BTreeSet::new();
        make_printable(&mut value, &mut lacking);
        assert_eq!(value["name"], "囍㛃䶮𬭎", "names keep their letters");
        assert!(lacking.contains(&'\u{10FFFD}'), "{lacking:?}");
        let odd = value["odd"][0].as_str().unwrap();
        assert!(odd.contains("〓王") && !odd.contains('\u{202E}'), "{odd}");
    }
}
