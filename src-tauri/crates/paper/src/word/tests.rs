use std::io::{Cursor, Read as _, Write as _};

use quick_xml::events::Event;
use serde_json::json;
use zip::write::SimpleFileOptions;

use super::*;
use crate::forms;

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/header1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"/></Types>"#;

fn part(body: &str, root: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:{root} xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml">{body}</w:{root}>"#
    )
}

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        file.start_file(*name, SimpleFileOptions::DEFAULT).unwrap();
        file.write_all(bytes).unwrap();
    }
    file.finish().unwrap().into_inner()
}

/// A document with this body, and more parts.
fn made(body: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    let body = part(&format!("<w:body>{body}</w:body>"), "document");
    let head = part("<w:p><w:r><w:t>｛人民调解委员会｝</w:t></w:r></w:p>", "hdr");
    let own: [(&str, &[u8]); 3] = [
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("word/document.xml", body.as_bytes()),
        ("word/header1.xml", head.as_bytes()),
    ];
    let kept = own.iter().filter(|(name, _)| more.iter().all(|(other, _)| other != name));
    let all: Vec<_> = kept.chain(more).copied().collect();
    zipped(&all)
}

fn paragraph(runs: &[&str]) -> String {
    let runs: String = runs.iter().map(|run| format!("<w:r><w:t>{run}</w:t></w:r>")).collect();
    format!("<w:p w14:paraId=\"1A\">{runs}</w:p>")
}

fn row(cells: &[&str]) -> String {
    let cells: String =
        cells.iter().map(|cell| format!("<w:tc>{}</w:tc>", paragraph(&[cell]))).collect();
    format!("<w:tr>{cells}</w:tr>")
}

/// The paragraphs of a part, read by nothing of ours.
fn paragraphs(file: &[u8], name: &str) -> Vec<String> {
    let mut text = String::new();
    let mut file = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    file.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    let mut reader = quick_xml::Reader::from_str(&text);
    let (mut all, mut now, mut is_text) = (Vec::new(), String::new(), false);
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => return all,
            Event::Start(tag) if tag.name().into_inner() == "w:t" => is_text = true,
            Event::End(tag) if tag.name().into_inner() == "w:t" => is_text = false,
            Event::End(tag) if tag.name().into_inner() == "w:p" => {
                all.push(std::mem::take(&mut now));
            }
            Event::Empty(tag) if tag.name().into_inner() == "w:br" => now.push('\n'),
            Event::Text(text) if is_text => now.push_str(&text.xml10_content()),
            Event::GeneralRef(name) if is_text => now.push_str(match &*name.xml10_content() {
                "amp" => "&",
                "lt" => "<",
                "gt" => ">",
                "quot" => "\"",
                _ => "'",
            }),
            _ => {}
        }
    }
}

fn agreement() -> &'static Form {
    forms::find("agreement").unwrap()
}

fn filled(bytes: &[u8], data: &Value) -> Vec<u8> {
    Word::read(bytes).unwrap().fill(agreement(), data).unwrap()
}

#[test]
fn every_name_is_filled_however_word_divides_it() {
    let body = [
        paragraph(&["编号：{编", "", "号}，", "{", "案名", "}。"]),
        paragraph(&["｛ 协议内容 ｝"]),
        paragraph(&["{没有的名字}和{案</w:t><w:br/><w:t>号}和{"]),
        paragraph(&["甲方{甲方姓名}，{甲方年龄}岁"]),
    ]
    .concat();
    let bytes = made(&body, &[]);
    let names = Word::read(&bytes).unwrap().names(agreement());
    let known = ["编号", "案名", "协议内容", "甲方姓名", "甲方年龄", "人民调解委员会"];
    assert_eq!(names.known, known);
    assert_eq!(names.unknown, ["没有的名字"]);
    let lacking: Vec<&str> = names.lacking.iter().map(|field| field.zh.as_str()).collect();
    assert_eq!(lacking, ["纠纷简要情况", "履行方式和期限", "份数", "生效日期"]);
    let made = filled(&bytes, forms::sample());
    let read = paragraphs(&made, "word/document.xml");
    assert_eq!(read[0], "编号：〔2026〕桥头青石人调字第0038号-村1，王囍与李㛃宅基地边界纠纷。");
    assert_eq!(read[1], forms::sample()["about"]["text"].as_str().unwrap());
    assert_eq!(read[1].lines().count(), 3, "{}", read[1]);
    assert_eq!(read[2], "{没有的名字}和{案\n号}和{", "what nobody knows stays");
    assert_eq!(read[3], "甲方王囍，57岁");
    assert_eq!(paragraphs(&made, "word/header1.xml"), ["青石村人民调解委员会"]);
    assert_eq!(made, filled(&bytes, forms::sample()), "the same data is the same file");
}

#[test]
fn rows_are_there_once_for_each_and_what_is_typed_is_no_name() {
    let table = [
        row(&["姓名", "住址"]),
        row(&["{序号}", "{当事人姓名}"]),
        row(&["", "{当事人住址}"]),
        row(&["{履行期限}", "{履行内容}"]),
        row(&["第三人", "{第三人姓名}"]),
    ]
    .concat();
    let body = format!("<w:tbl>{table}</w:tbl>{}", paragraph(&["{当事人姓名}&amp;{案名}"]));
    let mut data = forms::sample().clone();
    data["parties"][0]["name"] = json!("{案号}<b>&\u{0}\u{FFFF}");
    data["parties"][0]["address"] = json!("一组\n二号");
    let names = Word::read(&made(&body, &[])).unwrap().names(agreement());
    assert!(names.lacking.iter().all(|field| field.path != "about.plan"), "{names:?}");
    let file = filled(&made(&body, &[]), &data);
    let read = paragraphs(&file, "word/document.xml");
    let wanted = [
        "姓名",
        "住址", //
        "1",
        "{案号}<b>&",
        "",
        "一组\n二号", //
        "2",
        "李㛃",
        "",
        "桥头镇青石村三组13号", //
        "2026年4月10日",
        "李㛃把围墙砌回老墙脚", //
        "2026年4月20日",
        "李㛃付给王囍修理费", //
        "第三人",
        "　　　　", //
        "{案号}<b>&、李㛃&王囍与李㛃宅基地边界纠纷",
    ];
    assert_eq!(read, wanted);
    let mut text = String::new();
    let mut zip = zip::ZipArchive::new(Cursor::new(&file)).unwrap();
    zip.by_name("word/document.xml").unwrap().read_to_string(&mut text).unwrap();
    // What Word numbers is numbered once: rows that are there again have no number of the first.
    assert_eq!(text.matches("w14:paraId").count(), 11);
}

#[test]
fn what_is_no_plain_word_file_is_refused_with_its_reason() {
    let plain = paragraph(&["{案号}"]);
    let read = |bytes: &[u8]| Word::read(bytes).map(|_| ()).unwrap_err();
    for bytes in [&b""[..], b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf1}"] {
        assert_eq!(read(bytes), WordError::NoWord);
    }
    let good = made(&plain, &[]);
    assert!(Word::read(&good).is_ok());
    for cut in (0..good.len()).step_by(7) {
        assert_eq!(read(&good[..cut]), WordError::NoWord, "{cut}");
    }
    assert_eq!(read(&vec![0; package::FILE_BYTES_MAX + 1]), WordError::TooLarge);
    let bomb = made(&plain, &[("word/media/a.bin", &vec![0; 40 << 20])]);
    assert!(bomb.len() < 100_000, "{}", bomb.len());
    assert_eq!(read(&bomb), WordError::TooLarge);
    let deep = format!("{}{}", "<w:p>".repeat(5000), "</w:p>".repeat(5000));
    assert_eq!(read(&made(&deep, &[])), WordError::NoWord);
    assert_eq!(read(&made(&"<w:p/>".repeat(400_000), &[])), WordError::NoWord);
    let named = "<!DOCTYPE a [<!ENTITY b \"c\">]><w:document/>";
    assert_eq!(read(&made("", &[("word/document.xml", named.as_bytes())])), WordError::NoWord);
    let alone = zipped(&[("word/document.xml", b"<w:document/>")]);
    assert_eq!(read(&alone), WordError::NoWord);
    for name in ["../a.xml", "/a.xml", "a\\b.xml", "word//a.xml"] {
        assert_eq!(read(&made(&plain, &[(name, b"x")])), WordError::NoWord, "{name}");
    }
    // Programs and whatever points outside.
    let macros = made(&plain, &[("word/vbaProject.bin", b"x")]);
    assert_eq!(read(&macros), WordError::Macros);
    let types = TYPES.replace(
        "vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        "vnd.ms-word.document.macroEnabled.main+xml",
    );
    assert_eq!(
        read(&made(&plain, &[("[Content_Types].xml", types.as_bytes())])),
        WordError::Macros
    );
    assert_eq!(read(&made(&plain, &[("word/embeddings/a.bin", b"x")])), WordError::Outside);
    let relation = |more: &str| {
        format!("<Relationships><Relationship Id=\"a\" Target=\"b\" {more}/></Relationships>")
    };
    let outside = relation("Type=\"x/attachedTemplate\" TargetMode=\"External\"");
    let outside = made(&plain, &[("word/_rels/settings.xml.rels", outside.as_bytes())]);
    assert_eq!(read(&outside), WordError::Outside);
    let inside = relation("Type=\"x/image\"");
    let inside = made(&plain, &[("word/_rels/document.xml.rels", inside.as_bytes())]);
    assert!(Word::read(&inside).is_ok());
    let field = "<w:p><w:r><w:instrText> INCLU</w:instrText></w:r><w:r><w:instrText>DETEXT \"x\" </w:instrText></w:r></w:p>";
    assert_eq!(read(&made(field, &[])), WordError::Outside);
    let field = "<w:p><w:fldSimple w:instr=\"DDEAUTO c d\"/></w:p>";
    assert_eq!(read(&made(field, &[])), WordError::Outside);
    let field = "<w:p><w:r><w:instrText> PAGE </w:instrText></w:r></w:p>";
    assert!(Word::read(&made(field, &[])).is_ok());
}

#[test]
fn a_template_that_shows_nothing_or_too_much_makes_nothing() {
    let empty = zipped(&[
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("word/document.xml", part("<w:body/>", "document").as_bytes()),
    ]);
    let none = Word::read(&empty).unwrap().fill(agreement(), forms::sample()).unwrap_err();
    assert_eq!(none, WordError::NoNames);
    let mut data = forms::sample().clone();
    data["parties"] = json!(vec![json!({ "name": "甲".repeat(2000) }); 2000]);
    let many = row(&["{当事人姓名}"]).repeat(20);
    let many = Word::read(&made(&many, &[])).unwrap().fill(agreement(), &data).unwrap_err();
    assert_eq!(many, WordError::TooLarge);
}
