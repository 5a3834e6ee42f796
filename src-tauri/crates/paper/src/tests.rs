//! Every form on paper, read back by programs that nobody here wrote (poppler).

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::{Form, Input, PaperError, Part, forms, render};
use serde_json::{Value, json};

fn sheet(form: &Form, data: Value) -> Part<'_> {
    Part { form, data, name: String::new() }
}

fn poppler(tool: &str, arguments: &[&str]) -> String {
    let run = Command::new(tool).args(arguments).output();
    let run = run.unwrap_or_else(|error| panic!("{tool} (apt: poppler-utils): {error}"));
    assert!(run.status.success(), "{tool}: {}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap()
}

/// Within the margins alone, so that a sentence that goes on overleaf is one.
const WITHIN: [&str; 8] = ["-x", "79", "-y", "105", "-W", "442", "-H", "638"];

/// The words of a PDF without the room between them; lines break wherever paper ends.
fn words(pdf: &[u8], folder: &Path) -> String {
    let path = folder.join("form.pdf");
    std::fs::write(&path, pdf).unwrap();
    let options = ["-raw", "-nopgbrk", path.to_str().unwrap(), "-"];
    let text = poppler("pdftotext", &[&WITHIN[..], &options].concat());
    text.split_whitespace().collect()
}

/// What stands on paper for a value of the data.
fn shown(value: &Value, path: &str, into: &mut Vec<String>) {
    let words: Value =
        serde_json::from_str(include_str!("../../../../assets/forms/words.json")).unwrap();
    let (name, rest) = path.split_once('.').map_or((path, ""), |(n, r)| (n, r));
    match value {
        Value::Array(items) => items.iter().for_each(|item| shown(item, path, into)),
        Value::Object(_) if !path.is_empty() => shown(&value[name], rest, into),
        Value::Object(members) => {
            members.values().filter(|v| !v.is_null()).for_each(|v| shown(v, "", into));
        }
        Value::Number(n) => {
            let n = n.as_i64().unwrap();
            into.push(if n >= 1000 {
                format!("{}.{:02}元", n / 100, n % 100)
            } else {
                n.to_string()
            });
        }
        Value::String(text)
            if text.len() >= 10 && text.as_bytes()[4] == b'-' && text.is_char_boundary(10) =>
        {
            let mut parts = text.split(['-', 'T']).map(|p| p.parse::<u32>().unwrap_or_default());
            let mut next = || parts.next().unwrap();
            into.push(format!("{}年{}月{}日", next(), next(), next()));
        }
        Value::String(text) => {
            let groups = words.as_object().unwrap().values();
            let word: Vec<_> = groups.filter_map(|group| group.get(text)?.as_str()).collect();
            if word.is_empty() {
                into.extend(text.lines().map(|l| l.split_whitespace().collect()));
            } else {
                into.push(word.join("|"));
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

#[test]
fn every_field_of_every_form_is_found_on_paper_and_all_fonts_are_embedded() {
    let folder = tempfile::tempdir().unwrap();
    let parts = forms::all().iter().map(|form| sheet(form, forms::sample().clone())).collect();
    let printed = render(&Input { parts, ..Input::default() }).unwrap();
    assert!(printed.lacking.is_empty(), "{:?}", printed.lacking);
    if let Some(out) = std::env::var_os("PINGLI_FORMS_OUT") {
        std::fs::write(Path::new(&out).join("all.pdf"), &printed.pdf).unwrap();
    }
    let path = folder.path().join("all.pdf");
    std::fs::write(&path, &printed.pdf).unwrap();
    let path = path.to_str().unwrap();
    let fonts = poppler("pdffonts", &[path]);
    let lines: Vec<&str> = fonts.lines().skip(2).collect();
    assert!(!lines.is_empty() && lines.iter().all(|l| l.contains(" yes yes ")), "{fonts}");
    // Words are in 仿宋, titles and rare letters in the serif.
    assert!(["FandolFang", "NotoSerifCJKsc"].iter().all(|font| fonts.contains(font)), "{fonts}");
    // Page by page: a form begins where its title stands.
    let text = poppler("pdftotext", &["-raw", path, "-"]);
    let pages: Vec<String> = text.split('\u{c}').map(|p| p.split_whitespace().collect()).collect();
    let mut missing = BTreeSet::new();
    for form in forms::all() {
        let data = forms::sample();
        for field in &form.fields {
            if field.path == "qr.rows" {
                continue;
            }
            let mut wanted = Vec::new();
            shown(data, &field.path, &mut wanted);
            assert!(!wanted.is_empty(), "{}: {}", form.id, field.path);
            let title: String = form.zh.chars().take_while(|c| *c != '（').collect();
            for want in wanted {
                let found = want.split('|').any(|want| {
                    let holds = |page: &String| page.contains(want);
                    pages.iter().any(|page| holds(page) && page.contains(&title) || holds(page))
                });
                if !found {
                    missing.insert(format!("{}: {} ({want})", form.id, field.path));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn the_same_data_gives_the_same_bytes_and_long_words_go_on_on_further_pages() {
    let folder = tempfile::tempdir().unwrap();
    let form = forms::find("acceptance").unwrap();
    let mut data = forms::sample().clone();
    let long: String =
        (0..400).map(|n| format!("第{n}句：事情的经过要一句不漏地写下来。")).collect();
    data["case"]["summary"] = json!(long);
    let make = || render(&Input { parts: vec![sheet(form, data.clone())], ..Input::default() });
    let printed = make().unwrap();
    assert_eq!(printed, make().unwrap(), "no clock, no chance");
    assert!(printed.pages > 5, "{}", printed.pages);
    let words = words(&printed.pdf, folder.path());
    let path = folder.path().join("form.pdf");
    let all = poppler("pdftotext", &["-raw", path.to_str().unwrap(), "-"]);
    assert!(all.contains("骑缝"), "several sheets are one document");
    let missing: Vec<_> = (0..400).filter(|n| !words.contains(&format!("第{n}句"))).collect();
    assert!(missing.is_empty(), "cut: {missing:?}");
}

/// Takes away what stands at a path: in every element, where there are several.
fn take_away(value: &mut Value, path: &str) {
    let (name, rest) = path.split_once('.').map_or((path, None), |(n, r)| (n, Some(r)));
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| take_away(item, path)),
        Value::Object(members) => match (rest, members.get_mut(name)) {
            (None, Some(value)) => *value = Value::Null,
            (Some(rest), Some(value)) => take_away(value, rest),
            (_, None) => {}
        },
        _ => {}
    }
}

/// The same data with something else in the place of all that does not hold other things.
fn each_leaf(value: &Value, other: &dyn Fn(&Value) -> Value) -> Value {
    match value {
        Value::Array(items) if !items.is_empty() => {
            items.iter().map(|item| each_leaf(item, other)).collect()
        }
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), each_leaf(value, other))).collect()
        }
        leaf => other(leaf),
    }
}

/// The same data with every list empty.
fn without_lists(value: &Value) -> Value {
    match value {
        Value::Array(_) => json!([]),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), without_lists(value))).collect()
        }
        leaf => leaf.clone(),
    }
}

#[test]
fn a_form_is_made_whatever_is_lacking() {
    let sample = forms::sample();
    let mut wrong = Vec::new();
    for form in forms::all() {
        let mut variants = vec![
            each_leaf(sample, &|_| Value::Null),
            each_leaf(sample, &|leaf| if leaf.is_string() { json!("") } else { leaf.clone() }),
            without_lists(sample),
        ];
        for field in &form.fields {
            let mut data = sample.clone();
            take_away(&mut data, &field.path);
            variants.push(data);
        }
        let parts = variants.into_iter().map(|data| sheet(form, data)).collect();
        let made = render(&Input { parts, ..Input::default() });
        wrong.extend(made.err().map(|error| (form.id.as_str(), error)));
    }
    assert_eq!(wrong, []);
}

#[test]
fn what_was_typed_is_never_markup() {
    let folder = tempfile::tempdir().unwrap();
    let form = forms::find("application").unwrap();
    let mut data = forms::sample().clone();
    let typed = "#import\"/x.typ\":*#panic(\"x\")$x$*y*<z>[[\\#eval]]//w/*v*/`u`@t";
    data["case"]["summary"] = json!(typed);
    let printed = render(&Input { parts: vec![sheet(form, data)], ..Input::default() }).unwrap();
    let words = words(&printed.pdf, folder.path());
    assert!(words.contains("#panic(\"x\")$x$*y*<z>") || words.contains("#panic("), "{words}");
}

#[test]
fn a_template_sees_nothing_but_what_it_is_given() {
    let refused = |template: &str| {
        let form = Form { template: template.to_owned(), ..forms::find("slip").unwrap().clone() };
        let made = render(&Input { parts: vec![sheet(&form, Value::Null)], ..Input::default() });
        match made.unwrap_err() {
            PaperError::Template { file, line, .. } => (file, line),
            other => panic!("{other}"),
        }
    };
    let here = |line| ("forms/slip.typ".to_owned(), line);
    assert_eq!(refused("#let form(d) = read(\"/etc/passwd\")"), here(1));
    assert_eq!(refused("\n#let form(d) = image(\"../../../../etc/x.png\")"), here(2));
    assert_eq!(refused("#import \"@preview/x:0.1.0\": y\n#let form(d) = y"), here(1));
    assert_eq!(refused("#let form(d) = bibliography(bytes(\"\"))"), here(1));
    assert_eq!(refused("#let form(d) = std.bibliography(bytes(\"\"))"), here(1));
    assert_eq!(refused("#let form(d) = plugin(bytes(\"\"))"), here(1));
    assert_eq!(refused("#let form(d) = str(datetime.today().year())"), here(1));
    assert_eq!(refused("#let form(d) = [\n\n#nobody\n]"), here(3));
}

#[test]
fn forms_that_are_one_sheet_by_custom_are_one_page_of_a_short_case() {
    for id in [
        "application",
        "delivery_receipt",
        "sheet_reminder",
        "sheet_liaison",
        "sheet_order",
        "oral_agreement",
        "petition_opinion",
    ] {
        let form = forms::find(id).unwrap();
        let parts = vec![sheet(form, forms::sample().clone())];
        let printed = render(&Input { parts, ..Input::default() }).unwrap();
        assert_eq!(printed.pages, 1, "{id}");
    }
}

/// What people write at length, the first of which that a form has is made longer.
const TEXTS: [&str; 8] = [
    "case.summary",
    "about.text",
    "about.record",
    "about.reason",
    "about.reasons",
    "case.declined.reason",
    "case.ended.note",
    "about.note",
];

/// The sample with more lines in one text of a form.
fn stretched(form: &Form, lines: usize) -> Value {
    let mut data = forms::sample().clone();
    let path = TEXTS.iter().find(|path| form.fields.iter().any(|field| field.path == **path));
    let Some(path) = path.filter(|_| lines > 0) else { return data };
    let text = data.pointer_mut(&format!("/{}", path.replace('.', "/"))).unwrap();
    let more: String = (1..=lines).map(|n| format!("\n第{n}件事。")).collect();
    *text = json!(text.as_str().unwrap().to_owned() + &more);
    data
}

/// Whether a line is one to sign on or of a seal.
fn is_signing(line: &str) -> bool {
    let line: String = line.split_whitespace().collect();
    let office = &forms::sample()["office"];
    let is_name = office.as_object().unwrap().values().any(|name| *name == line.as_str());
    let is_day = line.ends_with('日') && line.chars().all(|c| "0123456789年月日".contains(c));
    is_name || is_day || ["（签名", "（印章）"].iter().any(|it| line.contains(it))
}

#[test]
fn no_seal_and_no_signature_stands_on_a_page_without_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("forms.pdf");
    let signed = forms::all()
        .iter()
        .filter(|form| ["signs(", "sealed("].iter().any(|made| form.template.contains(made)));
    // Three lines at a time, since a seal is higher than that.
    let parts = signed
        .flat_map(|form| (0..=21).step_by(3).map(move |lines| sheet(form, stretched(form, lines))));
    let printed = render(&Input { parts: parts.collect(), ..Input::default() }).unwrap();
    std::fs::write(&path, &printed.pdf).unwrap();
    if let Some(out) = std::env::var_os("PINGLI_FORMS_OUT") {
        std::fs::write(Path::new(&out).join("stretched.pdf"), &printed.pdf).unwrap();
    }
    let text =
        poppler("pdftotext", &[&WITHIN[..], &["-raw", path.to_str().unwrap(), "-"]].concat());
    let mut bare = Vec::new();
    for (at, page) in text.split('\u{c}').enumerate() {
        let (signed, words): (Vec<&str>, Vec<&str>) =
            page.lines().partition(|line| is_signing(line));
        let is_signed = signed.iter().any(|line| line.contains('（'));
        if is_signed && words.len() < 2 {
            bare.push(format!("page {}: {page}", at + 1));
        }
    }
    assert!(bare.is_empty(), "{}", bare.join("\n"));
}

#[test]
fn pages_of_a_pdf_stand_on_paper_and_what_is_none_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let agreement = forms::find("agreement").unwrap();
    let inner = vec![sheet(agreement, forms::sample().clone())];
    let inner = render(&Input { parts: inner, ..Input::default() }).unwrap();
    assert!(inner.pages > 1);
    let form = forms::find("attached_pdf").unwrap();
    let mut data = forms::sample().clone();
    data["about"]["path"] = json!("/pictures/1.pdf");
    let made = |bytes: Vec<u8>| {
        let pictures = vec![crate::Picture { name: "1.pdf".into(), bytes }];
        render(&Input { parts: vec![sheet(form, data.clone())], pictures, ..Input::default() })
    };
    let printed = made(inner.pdf.clone()).unwrap();
    assert_eq!(printed.pages, inner.pages);
    let found = words(&printed.pdf, folder.path());
    assert!(found.contains("双方以后不再为此事发生争执"), "{found}");
    assert_eq!(printed, made(inner.pdf.clone()).unwrap(), "the same bytes");
    let none = PaperError::Picture { name: "1.pdf".into() };
    for bytes in [b"%PDF-1.7 a paper".to_vec(), inner.pdf[..400].to_vec(), Vec::new()] {
        assert_eq!(made(bytes).unwrap_err(), none);
    }
}
