//! What may stand between braces in a template made in Word, and what comes in its place: the
//! fields of the form by the names they have everywhere, the people of the case one by one, and a
//! few things that every paper may need.

use std::sync::LazyLock;

use serde_json::Value;

use crate::forms::{Field, Form, WORDS};

/// What has several of something: a row of a table that names one of them is there once for each.
const LISTS: [&str; 8] = [
    "about.parties",
    "about.plan",
    "applicants",
    "attachments",
    "evidence",
    "parties",
    "respondents",
    "thirds",
];

/// Who may be named one by one.
const PEOPLE: [(&str, &str, &str); 6] = [
    ("parties", "当事人", "Party"),
    ("applicants", "申请人", "Applicant"),
    ("respondents", "被申请人", "Respondent"),
    ("thirds", "第三人", "Third party"),
    ("about.parties.0", "甲方", "First party"),
    ("about.parties.1", "乙方", "Second party"),
];

/// What may be said of them.
const OF_PEOPLE: [(&str, &str, &str); 8] = [
    ("name", "姓名", "name"),
    ("sex", "性别", "sex"),
    ("age", "年龄", "age"),
    ("birth", "出生日期", "date of birth"),
    ("phone", "联系方式", "telephone"),
    ("address", "住址", "address"),
    ("id_number", "身份证号", "identity number"),
    ("guardian", "监护人", "guardian"),
];

/// What else every form may say.
const MORE: [(&str, &str, &str); 16] = [
    ("about.plan.due", "履行期限", "Due"),
    ("about.plan.what", "履行内容", "What is due"),
    ("about.plan.amount_fen", "履行金额", "Amount due"),
    ("evidence.what", "证据名称", "Evidence"),
    ("evidence.at", "取证时间", "When it was taken"),
    ("attachments.name", "附件名称", "Attachment"),
    ("case.number", "案号", "Case number"),
    ("case.title", "案名", "Title"),
    ("case.place", "纠纷发生地", "Place"),
    ("case.summary", "纠纷简要情况", "Summary"),
    ("case.amount_fen", "涉及金额", "Amount"),
    ("office.committee", "人民调解委员会", "Mediation committee"),
    ("office.unit", "单位", "Unit"),
    ("office.township", "综治中心", "Township centre"),
    ("printed", "打印日期", "Printed on"),
    (ROW, "序号", "Row number"),
];

/// The path of the number of a repeated row.
const ROW: &str = "row";

/// Which words of the field stand for the closed words at the end of a path.
const GROUPS: [(&str, &str); 21] = [
    ("sex", "sex"),
    ("side", "side"),
    ("case.category", "category"),
    ("case.source", "source"),
    ("case.track", "track"),
    ("case.accepted_on", "accepted_on"),
    ("case.retention", "retention"),
    ("case.closed.outcome", "outcome"),
    ("case.ended.ground", "outcome"),
    ("handover.rows.state", "state"),
    ("routes", "route"),
    ("about.kept", "kept"),
    ("about.satisfaction", "satisfaction"),
    ("about.mode", "mode"),
    ("about.result", "result"),
    ("about.part", "part"),
    ("about.outcome", "reply_outcome"),
    ("about.colour", "card"),
    ("about.destination", "destination"),
    ("about.stage", "stage"),
    ("attachments.form", "attachment"),
];

/// The ends of paths of lists whose items are told one a line.
const NUMBERED: [&str; 3] = ["demands", "issues", "routes"];

/// Room for a hand, where the case says nothing.
const ROOM: &str = "　　　　";

static ALL_WORDS: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(WORDS).unwrap_or_default());

/// Everything that may stand between braces in a template of a form: its own fields first.
pub(super) fn names(form: &Form) -> Vec<Field> {
    let field = |path: String, zh: String, en: String| Field { path, zh, en };
    // A square code is no text.
    let own = form.fields.iter().filter(|field| field.path != "qr.rows").cloned();
    let mut all: Vec<Field> = own.collect();
    let people = PEOPLE.iter().flat_map(|(list, zh, en)| {
        OF_PEOPLE.iter().map(move |(member, of_zh, of_en)| {
            field(format!("{list}.{member}"), format!("{zh}{of_zh}"), format!("{en}: {of_en}"))
        })
    });
    let more = MORE
        .iter()
        .map(|(path, zh, en)| field((*path).to_owned(), (*zh).to_owned(), (*en).to_owned()));
    for each in people.chain(more) {
        if !all.iter().any(|known| known.zh == each.zh) {
            all.push(each);
        }
    }
    all
}

/// The list that a path goes through, if it goes through one.
pub(super) fn list_of(path: &str) -> Option<&'static str> {
    LISTS.into_iter().find(|list| {
        let rest = path.strip_prefix(list).and_then(|rest| rest.strip_prefix('.'));
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
    })
}

/// What a list has.
pub(super) fn items<'a>(data: &'a Value, list: &str) -> &'a [Value] {
    let mut at = data;
    for name in list.split('.') {
        at = at.get(name).unwrap_or(&Value::Null);
    }
    at.as_array().map_or(&[], Vec::as_slice)
}

/// One of several of something, of which a row tells.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item<'a> {
    /// The list it is of.
    pub(super) list: &'static str,
    /// Its place there, from 0.
    pub(super) at: usize,
    /// What it is; null if the list has none.
    pub(super) value: &'a Value,
}

/// What stands in the place of a field: of one item of its list, or of all of them.
pub(super) fn text(data: &Value, path: &str, item: Option<Item<'_>>) -> String {
    if path == ROW {
        let at = item.filter(|item| !item.value.is_null()).map(|item| item.at.saturating_add(1));
        return at.map_or_else(|| ROOM.to_owned(), |at| at.to_string());
    }
    let day = ["/case/applied", "/printed"].iter().find_map(|at| data.pointer(at)?.as_str());
    let mut found = Vec::new();
    let of_item = item
        .filter(|item| list_of(path) == Some(item.list))
        .and_then(|item| Some((item.value, path.strip_prefix(item.list)?.strip_prefix('.')?)));
    match of_item {
        Some((item, rest)) => gather(item, rest, day, &mut found),
        None => gather(data, path, day, &mut found),
    }
    let said: Vec<String> = found.iter().map(|value| say(value, path)).collect();
    let said: Vec<String> = said.into_iter().filter(|each| !each.trim().is_empty()).collect();
    if said.is_empty() { ROOM.to_owned() } else { said.join("、") }
}

/// What stands at a path, of each item where a list is on the way.
fn gather(value: &Value, path: &str, day: Option<&str>, out: &mut Vec<Value>) {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    if let Value::Array(items) = value {
        match name.parse::<usize>() {
            Ok(at) => {
                let item = items.get(at).unwrap_or(&Value::Null);
                if let Some(rest) = rest {
                    gather(item, rest, day, out);
                }
            }
            Err(_) => items.iter().for_each(|item| gather(item, path, day, out)),
        }
        return;
    }
    let found = value.get(name).unwrap_or(&Value::Null);
    match rest {
        Some(rest) => gather(found, rest, day, out),
        None if name == "age" && found.is_null() => out.extend(age(value, day).map(Value::String)),
        None => out.push(found.clone()),
    }
}

/// How old somebody is on a day.
fn age(person: &Value, day: Option<&str>) -> Option<String> {
    let parts = |day: &str| -> Option<(i32, u32, u32)> {
        let mut parts = day.get(..10)?.split('-');
        let year = parts.next()?.parse().ok()?;
        Some((year, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    };
    let (born, now) = (parts(person.get("birth")?.as_str()?)?, parts(day?)?);
    let is_before = (now.1, now.2) < (born.1, born.2);
    Some(now.0.checked_sub(born.0)?.checked_sub(i32::from(is_before))?.to_string())
}

/// A value in words.
fn say(value: &Value, path: &str) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "是".to_owned(),
        Value::Bool(false) => "否".to_owned(),
        Value::Number(number) if path.ends_with("_fen") => {
            number.as_i64().map(yuan).unwrap_or_default()
        }
        Value::Number(number) => number.to_string(),
        Value::String(text) => {
            word(text, path).or_else(|| day(text)).unwrap_or_else(|| text.clone())
        }
        Value::Array(items) => {
            let said: Vec<String> = items.iter().map(|item| say(item, path)).collect();
            let is_numbered = NUMBERED.iter().any(|end| ends_with(path, end))
                || items.iter().any(|item| item.get("due").is_some());
            match (said.as_slice(), is_numbered) {
                ([_, _, ..], true) => {
                    let lines = (1..).zip(&said).map(|(at, each)| format!("{at}．{each}"));
                    lines.collect::<Vec<String>>().join("\n")
                }
                _ => said.join("、"),
            }
        }
        Value::Object(_) => {
            let of = |name: &str, path: &str| say(value.get(name).unwrap_or(&Value::Null), path);
            if value.get("due").is_some() {
                let amount = of("amount_fen", "amount_fen");
                let amount = if amount.is_empty() { amount } else { format!("，{amount}") };
                return format!("{}前，{}{amount}", of("due", "due"), of("what", "what"));
            }
            let named = [of("name", "name"), of("what", "what"), of("text", "text")].concat();
            let role = of("role", "role");
            let role = ALL_WORDS.pointer(&format!("/participant/{role}")).and_then(Value::as_str);
            role.map_or(named.clone(), |role| format!("{named}（{role}）"))
        }
    }
}

fn ends_with(path: &str, end: &str) -> bool {
    path.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// The word of the field for a closed word.
fn word(text: &str, path: &str) -> Option<String> {
    let (_, group) = GROUPS.iter().find(|(end, _)| ends_with(path, end))?;
    Some(ALL_WORDS.get(group)?.get(text)?.as_str()?.to_owned())
}

/// A day or a moment in words, if it is one.
fn day(text: &str) -> Option<String> {
    let (day, rest) = text.split_at_checked(10)?;
    let mut parts = day.split('-');
    let mut next = |digits: usize| -> Option<u32> {
        parts.next().filter(|part| part.len() == digits)?.parse().ok()
    };
    let (year, month, day) = (next(4)?, next(2)?, next(2)?);
    let hour = match rest {
        "" => String::new(),
        "AM" => "上午".to_owned(),
        "PM" => "下午".to_owned(),
        _ => {
            let (hour, minute) = rest.strip_prefix('T')?.split_once(':')?;
            format!("{}时{minute}分", hour.parse::<u32>().ok()?)
        }
    };
    Some(format!("{year}年{month}月{day}日{hour}"))
}

/// Money, from fen.
fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.unsigned_abs();
    format!("{sign}{}.{:02}元", fen / 100, fen % 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forms;

    #[test]
    fn every_name_is_said_in_words_of_the_field_and_none_twice() {
        for form in forms::all() {
            let all = names(form);
            for (at, name) in all.iter().enumerate() {
                assert!(all[..at].iter().all(|before| before.zh != name.zh), "{}", name.zh);
                let said = text(forms::sample(), &name.path, None);
                let is_code = |c: char| c.is_ascii_lowercase() || c == '_';
                assert!(!said.contains(is_code), "{} {}: {said}", form.id, name.path);
                let is_there = form.fields.iter().any(|field| field.path == name.path);
                assert!(!is_there || said != ROOM, "{} {}", form.id, name.path);
            }
        }
        let of = |path: &str| text(forms::sample(), path, None);
        assert_eq!(
            of("case.demands"),
            "1．请求按老墙脚恢复围墙\n2．请求赔偿地基受潮修理费三千六百元"
        );
        assert_eq!(of("about.plan.amount_fen"), "1800.00元");
        assert_eq!(of("about.parties.1.name"), "李㛃");
        assert_eq!(of("parties.age"), "57、50");
        assert_eq!(of("about.at"), "2026年3月22日9时30分");
        assert_eq!(of("thirds.name"), ROOM);
    }
}
