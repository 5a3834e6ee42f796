//! Forms of a real case: filled from its record, saved, noted as printed, and hidden from whoever
//! may not read what stands on them.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};
use tests::{QIAOTOU, Room, as_json, folder, is, program, text};

/// The words of a PDF, without the room between them.
fn words(path: &str) -> String {
    let run = Command::new("pdftotext").args(["-raw", path, "-"]).output();
    let run = run.expect("pdftotext (apt: poppler-utils)");
    String::from_utf8(run.stdout).unwrap().split_whitespace().collect()
}

/// A photograph.
fn photograph() -> Vec<u8> {
    let picture = image::RgbImage::from_fn(600, 400, |x, y| image::Rgb([x as u8, y as u8, 90]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

fn lines(room: &Room, case: &Value) -> Vec<Value> {
    let listed = room.does("form_list", json!({ "case": case }));
    listed["forms"].as_array().unwrap().clone()
}

/// A case with two rare names that went all the way to an agreement.
fn settled(room: &Room) -> Value {
    let case = room.does(
        "case_register",
        json!({ "title": "滴水边界纠纷", "category": "neighbours", "summary": "两家共用一条滴水沟。\n沟边的砖被挪动。",
                "demands": ["请求恢复滴水沟"],
                "parties": [
                    { "name": "王囍", "side": "applicant", "sex": "male", "birth": "1970-01-02",
                      "phone": "13900000011", "address": "桥头村一组 3 号" },
                    { "name": "李㛃", "side": "respondent", "phone": "13900000012" } ] }),
    );
    let parties = [&case["parties"][0]["id"], &case["parties"][1]["id"]];
    let facts = json!([
        { "kind": "accepted", "body": { "on": "application" } },
        { "kind": "inquiry_made", "body": { "whom": "张䶮", "record": "沟一直在两家中间。" } },
        { "kind": "session_held", "body": { "place": "村委会", "mode": "joint", "host": "周某",
            "recorder": "钱某", "present": parties, "result": "agreed", "issues": ["沟的中线"] } },
        { "kind": "agreement_reached", "body": { "form": "written", "parties": parties,
            "text": "滴水沟恢复原样，以后共同维护。",
            "plan": [{ "due": "2026-04-01", "what": "恢复滴水沟", "amount_fen": 5000 }] } },
    ]);
    room.does("fact_add", json!({ "case": case["id"], "facts": facts }));
    case["id"].clone()
}

#[test]
fn every_form_that_fits_a_case_is_filled_from_its_record_and_saved() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let room = township.joined(QIAOTOU, &folder.path().join("village"));
    let case = settled(&room);
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    let wanted: [(&str, &[&str]); 7] = [
        ("cover", &["桥头村人民调解委员会", "滴水边界纠纷"]),
        (
            "application",
            &["王囍", "李㛃", "13900000011", "桥头村一组3号", "两家共用一条滴水沟", "恢复滴水沟"],
        ),
        ("acceptance", &["依当事人申请", "邻里纠纷", "沟边的砖被挪动"]),
        ("inquiry", &["张䶮", "沟一直在两家中间"]),
        ("session", &["村委会", "面对面调解", "沟的中线", "达成协议", "钱某"]),
        ("agreement", &["滴水沟恢复原样", "2026年4月1日前，恢复滴水沟，50.00元", "一式3份"]),
        ("receipt", &["临时编号", "王囍"]),
    ];
    let listed = lines(&room, &case);
    for (form, texts) in wanted {
        let line = listed.iter().find(|line| line["form"] == form).expect(form);
        let saved = room.does(
            "form_save",
            json!({ "case": case, "form": form, "about": line["about"], "to": { "path": out } }),
        );
        let found = words(&text(&saved, "/path"));
        for text in texts {
            assert!(found.contains(text), "{form}: {text} not in {found}");
        }
    }
    // What the case does not say is told, and a form about nothing that happened does not fit.
    let cover = listed.iter().find(|line| line["form"] == "cover").unwrap();
    let lacking = cover["lacking"].to_string();
    assert!(lacking.contains("正式卷号") && !lacking.contains("案名"), "{lacking}");
    assert!(listed.iter().all(|line| line["form"] != "revisit" && line["form"] != "termination"));
    let unknown = room.fails("form_show", json!({ "case": case, "form": "../cover" }));
    assert!(matches!(unknown, app::Fault::NotFound { .. }), "{unknown:?}");
}

#[test]
fn a_print_is_a_fact_that_merges_and_another_document_is_not_noted_as_this_one() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let room = township.joined(QIAOTOU, &folder.path().join("village"));
    let case = settled(&room);
    let shown = room.does("form_show", json!({ "case": case, "form": "acceptance" }));
    assert_eq!(shown["page_count"], 1);
    assert!(text(&shown, "/pages/0").starts_with("<svg"));
    let again = room.does("form_show", json!({ "case": case, "form": "acceptance" }));
    assert_eq!(shown, again, "the same case is the same document");
    let print = |hash: &Value, copies: u32| json!({ "case": case, "form": "acceptance", "hash": hash, "copies": copies });
    assert!(is(&room.fails("form_print", print(&shown["hash"], 0)), "refused", "out_of_range"));
    room.does("form_print", print(&shown["hash"], 3));
    let facts = json!([{ "kind": "note", "body": { "text": "又来问了一次。" } }]);
    room.does("fact_add", json!({ "case": case, "facts": facts }));
    let changed = json!({ "record": case, "field": "place", "value": "一组" });
    room.does("field_set", changed);
    room.does("form_print", print(&shown["hash"], 1));
    let edit = json!({ "record": case, "text": "summary", "value": "三家共用一条滴水沟。" });
    room.does("text_edit", edit);
    let late = room.fails("form_print", print(&shown["hash"], 1));
    assert!(is(&late, "form", "changed"), "the paper says what the case no longer says: {late:?}");
    let listed = lines(&room, &case);
    let line = listed.iter().find(|line| line["form"] == "acceptance").unwrap();
    assert_eq!(line["printed"], 2);
    room.carry(&township);
    let history = township.does("case_history", json!({ "case": case }));
    let printed: Vec<&Value> = history["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["fact"]["kind"] == "form_printed")
        .collect();
    assert_eq!(printed.len(), 2);
    assert_eq!(printed[0]["fact"]["body"]["hash"], shown["hash"]);
    assert_eq!(printed[0]["fact"]["body"]["copies"], 3);
}

#[test]
fn the_whole_file_is_bound_in_order_with_its_photographs_and_told_what_it_lacks() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let room = township.joined(QIAOTOU, &folder.path().join("village"));
    let case = settled(&room);
    room.attach(&case, "滴水沟照片", &photograph()).unwrap();
    room.attach(&case, "录音说明", b"%PDF-1.7 a paper").unwrap();
    // A paper of two pages, as an office has it from elsewhere.
    let line = lines(&room, &case);
    let line = line.iter().find(|line| line["form"] == "agreement").unwrap();
    let paper = folder.path().join("paper.pdf");
    let save = json!({ "case": case, "form": "agreement", "about": line["about"],
        "to": { "path": paper } });
    room.does("form_save", save);
    room.attach(&case, "公证书扫描件", &fs::read(&paper).unwrap()).unwrap();
    let told = room.does("dossier_get", json!({ "case": case }));
    let names: Vec<String> =
        told["parts"].as_array().unwrap().iter().map(|part| text(part, "/zh")).collect();
    assert_eq!((names[0].as_str(), names[1].as_str()), ("卷宗封面", "卷内目录"));
    assert_eq!(names.last().unwrap(), "封底");
    assert_eq!((&told["pictures"], &told["has_supplement"]), (&json!(1), &json!(false)));
    assert_eq!(told["documents"], 2);
    let missing = told["missing"].to_string();
    assert!(missing.contains("权利义务告知书") && missing.contains("签名"), "{missing}");
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    let saved = room.does("dossier_save", json!({ "case": case, "to": { "path": out } }));
    let path = text(&saved, "/path");
    let found = words(&path);
    for wanted in ["调解卷宗", "滴水沟照片", "沟一直在两家中间", "缺件清单", "附件清单"]
    {
        assert!(found.contains(wanted), "{wanted} not in {found}");
    }
    // Its pages are there: the agreement is read twice, once as it was bound and once as a paper;
    // the one that is no PDF is told.
    assert_eq!(found.matches("滴水沟恢复原样，以后共同维护。").count(), 2, "{found}");
    assert!(
        found.contains("公证书扫描件") && found.contains("附件“录音说明”：PDF打不开"),
        "{found}"
    );
    let list = Command::new("pdfimages").args(["-list", &path]).output().unwrap();
    assert!(String::from_utf8_lossy(&list.stdout).contains("jpeg"), "the photograph as it is");
    // The directory names the page on which the agreement begins.
    let pages = Command::new("pdftotext").args(["-raw", &path, "-"]).output().unwrap();
    let pages = String::from_utf8(pages.stdout).unwrap();
    let pages: Vec<String> =
        pages.split('\u{c}').map(|page| page.split_whitespace().collect()).collect();
    let begins = |page: &String| page.contains("人民调解协议书编号：");
    let at = pages.iter().position(begins).unwrap() + 1;
    let directory: String = pages[1..4].concat();
    assert!(directory.contains(&format!("人民调解协议书{at}")), "{at} not in {directory}");
    let none = json!({ "case": case, "supplement": true, "to": { "path": out } });
    let none = room.fails("dossier_save", none);
    assert!(matches!(none, app::Fault::NotFound { .. }), "{none:?}");
    // Archived: what comes later is a volume of its own.
    let case = room.register("旧案")["id"].clone();
    for facts in [
        json!([{ "kind": "inquiry_made", "body": { "whom": "钱某", "record": "先前的话" } }]),
        json!([{ "kind": "closed", "body": { "outcome": "failed", "routes": ["court"] } }]),
        json!([{ "kind": "archived", "body": { "retention": "long" } }]),
        json!([{ "kind": "inquiry_made", "body": { "whom": "赵某", "record": "后来的话" } }]),
    ] {
        room.does("fact_add", json!({ "case": case, "facts": facts }));
    }
    let told = room.does("dossier_get", json!({ "case": case, "supplement": true }));
    assert_eq!(told["has_supplement"], true);
    let only = json!({ "case": case, "supplement": true, "to": { "path": out } });
    let found = words(&text(&room.does("dossier_save", only), "/path"));
    assert!(found.contains("后来的话") && !found.contains("先前的话"), "{found}");
}

#[test]
fn the_receipts_of_a_list_are_one_document_with_a_page_each() {
    let folder = folder();
    let room = Room::township(&folder.path().join("township"));
    for title in ["滴水沟", "旧债一笔", "滴水檐"] {
        let _ = room.register(title);
    }
    let to = folder.path().join("receipts.pdf");
    let pages = |request: Value| -> Vec<String> {
        room.does("receipts_save", request);
        let pages = Command::new("pdftotext").args(["-raw"]).arg(&to).arg("-").output().unwrap();
        let pages = String::from_utf8(pages.stdout).unwrap();
        let pages = pages.split('\u{c}').map(|page| page.split_whitespace().collect::<String>());
        pages.filter(|page| !page.is_empty()).collect()
    };
    let all = pages(json!({ "to": { "path": to } }));
    assert_eq!(all.len(), 3);
    for title in ["滴水檐", "旧债一笔", "滴水沟"] {
        let is_its = |page: &&String| page.contains("登记回执") && page.contains(title);
        assert_eq!(all.iter().filter(is_its).count(), 1, "{title} in {all:?}");
    }
    let some = pages(json!({ "search": { "query": "滴水" }, "to": { "path": to } }));
    assert_eq!(some.len(), 2);
    assert!(some.iter().all(|page| page.contains("滴水")), "{some:?}");
    // The document that left is noted with how many it has; of none there is none.
    let notes = room.does("audit_list", json!({}));
    let left = notes["rows"].as_array().unwrap().iter().filter(|row| row["file"] == "document");
    let counts: Vec<&Value> = left.map(|row| &row["count"]).collect();
    assert_eq!(counts, [&json!(2), &json!(3)]);
    let none = json!({ "search": { "query": "没有这样的" }, "to": { "path": to } });
    assert!(matches!(room.fails("receipts_save", none), app::Fault::NotFound { .. }));
}

#[test]
fn an_archive_tells_every_byte_that_was_altered_added_or_taken_away() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let room = township.joined(QIAOTOU, &folder.path().join("village"));
    let case = settled(&room);
    room.attach(&case, "滴水沟照片", &photograph()).unwrap();
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    let made = room.does("archive_export", json!({ "case": case, "to": { "path": out } }));
    assert_eq!(made["files"], 2);
    let path = std::path::PathBuf::from(text(&made, "/path"));
    let verify = || app::forms::archive::verify(&path).unwrap();
    let whole = verify();
    assert!(whole.is_whole && whole.hash == made["hash"], "{whole:?}");
    let again = room.fails("archive_export", json!({ "case": case, "to": { "path": out } }));
    assert!(is(&again, "file", "exists"), "{again:?}");
    let files: Vec<_> = fs::read_dir(&path).unwrap().map(|file| file.unwrap().path()).collect();
    for file in files.iter().filter(|file| !file.ends_with("manifest.json")) {
        let was = fs::read(file).unwrap();
        let mut altered = was.clone();
        altered[was.len() / 2] ^= 1;
        fs::write(file, &altered).unwrap();
        assert_eq!(verify().altered.len(), 1, "{file:?}");
        fs::write(file, [&was[..], b"x"].concat()).unwrap();
        assert_eq!(verify().altered.len(), 1, "{file:?}: longer");
        fs::remove_file(file).unwrap();
        assert_eq!(verify().absent.len(), 1, "{file:?}");
        fs::write(file, &was).unwrap();
    }
    fs::write(path.join("more.txt"), "x").unwrap();
    assert_eq!(verify().unknown, ["more.txt"]);
    fs::remove_file(path.join("more.txt")).unwrap();
    assert!(verify().is_whole);
    fs::write(path.join("manifest.json"), "{}").unwrap();
    let none = app::forms::archive::verify(&path).unwrap_err();
    assert!(is(&none, "form", "no_archive"));
}

#[test]
fn an_office_has_templates_of_its_own_and_a_bad_one_is_refused_with_its_line() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let room = township.joined(QIAOTOU, &folder.path().join("village"));
    let case = settled(&room);
    let file = folder.path().join("own.typ");
    let replace = json!({ "form": "acceptance", "from": { "path": file } });
    let own = room.does("form_sample", json!({ "form": "acceptance" }))["hash"].clone();
    fs::write(&file, "#let form(d) = [\n  #nobody\n]").unwrap();
    let refused = as_json(&room.fails("form_replace", replace.clone()));
    assert_eq!(refused["reason"], "template");
    assert!(text(&refused, "/detail").starts_with("forms/acceptance.typ:2:"), "{refused}");
    let is_replaced = |table: &Value| {
        let rows = table["forms"].as_array().unwrap();
        rows.iter().find(|row| row["form"] == "acceptance").unwrap()["is_replaced"].clone()
    };
    assert_eq!(is_replaced(&room.does("form_table", json!({}))), false);
    let good =
        "#import \"/forms/lib.typ\": get\n#let form(d) = [本县格式：#get(d, \"case.title\")]";
    fs::write(&file, good).unwrap();
    assert_eq!(is_replaced(&room.does("form_replace", replace)), true);
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    let save = json!({ "case": case, "form": "acceptance", "to": { "path": out } });
    let found = words(&text(&room.does("form_save", save), "/path"));
    assert!(found.starts_with("本县格式：滴水边界纠纷"), "{found}");
    let table = room.does("form_restore", json!({ "form": "acceptance" }));
    assert_eq!(is_replaced(&table), false);
    assert_eq!(room.does("form_sample", json!({ "form": "acceptance" }))["hash"], own);
}

/// A .docx as Word writes it: names of fields divided over runs.
fn docx(paragraphs: &[&str], more: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write as _;
    let types = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"#;
    let runs = |text: &str| -> String {
        text.split('|').map(|run| format!("<w:r><w:t>{run}</w:t></w:r>")).collect()
    };
    let body: String = paragraphs.iter().map(|text| format!("<w:p>{}</w:p>", runs(text))).collect();
    let body = format!(
        r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>"#
    );
    let mut file = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let own: [(&str, &[u8]); 2] =
        [("[Content_Types].xml", types.as_bytes()), ("word/document.xml", body.as_bytes())];
    for (name, bytes) in own.iter().chain(more) {
        file.start_file(*name, zip::write::SimpleFileOptions::DEFAULT).unwrap();
        file.write_all(bytes).unwrap();
    }
    file.finish().unwrap().into_inner()
}

/// The words of a .docx, read by nothing of ours.
fn words_of_docx(path: &str) -> String {
    use std::io::Read as _;
    let mut file = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    let mut text = String::new();
    file.by_name("word/document.xml").unwrap().read_to_string(&mut text).unwrap();
    let mut said = String::new();
    for piece in text.split('<').skip(1) {
        said.push_str(piece.split_once('>').unwrap().1);
    }
    said
}

#[test]
fn a_form_leaves_as_a_word_file_of_the_offices_own_and_is_noted_with_its_hash() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let room = township.joined(QIAOTOU, &folder.path().join("village"));
    let case = settled(&room);
    let listed = lines(&room, &case);
    let line = listed.iter().find(|line| line["form"] == "agreement").unwrap();
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    let save = json!({ "case": case, "form": "agreement", "about": line["about"],
        "format": "word", "to": { "path": out } });
    assert_eq!(line["has_word"], false);
    let none = room.fails("form_save", save.clone());
    assert!(matches!(none, app::Fault::NotFound { .. }), "{none:?}");
    let file = folder.path().join("own.docx");
    let put = json!({ "form": "agreement", "format": "word", "from": { "path": file } });
    let row = |table: &Value| {
        let rows = table["forms"].as_array().unwrap();
        rows.iter().find(|row| row["form"] == "agreement").unwrap().clone()
    };
    // What is hostile changes nothing.
    let good = docx(&["{|甲方|姓名}与{乙方姓名}：{协议内|容}", "{人民调解委员会}{本县编号}"], &[]);
    let macros = docx(&["{案号}"], &[("word/vbaProject.bin", b"x")]);
    let outside = br#"<Relationships><Relationship Id="a" Type="x/image" Target="http://a.example/b" TargetMode="External"/></Relationships>"#;
    let outside = docx(&["{案号}"], &[("word/_rels/document.xml.rels", outside)]);
    let bomb = docx(&["{案号}"], &[("word/media/a.bin", &vec![0; 64 << 20])]);
    let empty = docx(&["{谁也不认识}"], &[]);
    let cases: [(&[u8], &str); 6] = [
        (b"{\\rtf1}", "no_word"),
        (&good[..good.len() / 2], "no_word"),
        (&macros, "macros"),
        (&outside, "outside"),
        (&bomb, "too_large"),
        (&empty, "no_names"),
    ];
    for (bytes, reason) in cases {
        fs::write(&file, bytes).unwrap();
        let refused = room.fails("form_replace", put.clone());
        assert!(is(&refused, "form", reason), "{reason}: {refused:?}");
        assert_eq!(row(&room.does("form_table", json!({})))["word"], Value::Null, "{reason}");
    }
    fs::write(&file, &good).unwrap();
    let placed = row(&room.does("form_replace", put));
    assert_eq!(
        placed["word"]["known"],
        json!(["甲方姓名", "乙方姓名", "协议内容", "人民调解委员会"])
    );
    assert_eq!(placed["word"]["unknown"], json!(["本县编号"]));
    assert!(placed["word"]["lacking"].to_string().contains("履行方式和期限"), "{placed}");
    assert_eq!(placed["is_replaced"], false, "the PDF is set as before");
    let saved = room.does("form_save", save.clone());
    let path = text(&saved, "/path");
    assert!(path.ends_with(".docx"), "{path}");
    let wanted = "王囍与李㛃：滴水沟恢复原样，以后共同维护。桥头村人民调解委员会{本县编号}";
    assert_eq!(words_of_docx(&path), wanted);
    // It is noted with its hash, and is no print of paper.
    let hash = blake3::hash(&fs::read(&path).unwrap()).to_hex().to_string();
    room.carry(&township);
    let history = township.does("case_history", json!({ "case": case }));
    let events = history["events"].as_array().unwrap();
    let noted = events.iter().find(|event| event["fact"]["kind"] == "form_printed").unwrap();
    assert_eq!(noted["fact"]["body"]["hash"], hash);
    assert_eq!(noted["fact"]["body"]["pages"], 0);
    let line = lines(&room, &case).into_iter().find(|line| line["form"] == "agreement").unwrap();
    assert_eq!((&line["has_word"], &line["printed"]), (&json!(true), &json!(0)));
    let back = json!({ "form": "agreement", "format": "word" });
    assert_eq!(row(&room.does("form_restore", back))["word"], Value::Null);
    let none = room.fails("form_save", save);
    assert!(matches!(none, app::Fault::NotFound { .. }), "{none:?}");
}

/// What of a zip is called what.
fn names_in_zip(path: &str) -> Vec<String> {
    let file = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    let mut names: Vec<String> = file.file_names().map(|name| name.unwrap().to_string()).collect();
    names.sort();
    names
}

#[test]
fn what_goes_to_the_court_is_chosen_listed_and_verified_as_a_zip_too() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let room = township.joined(QIAOTOU, &folder.path().join("village"));
    let case = settled(&room);
    let held = room.attach(&case, "滴水沟照片", &photograph()).unwrap();
    let photo = held["attachments"][0]["id"].clone();
    let listed = lines(&room, &case);
    let about = |form: &str| {
        let line = listed.iter().find(|line| line["form"] == form).expect(form);
        json!({ "form": form, "about": line["about"] })
    };
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    let ask = |shape: &str, forms: Value, attachments: Value| {
        json!({ "case": case, "forms": forms, "attachments": attachments, "shape": shape,
            "to": { "path": out } })
    };
    let chosen = json!([about("agreement"), about("session")]);
    let made = room.does("package_export", ask("zip", chosen.clone(), json!([photo])));
    assert_eq!((&made["files"], &made["left_out"]), (&json!(4), &json!([])));
    let path = text(&made, "/path");
    let names = [
        "00 移送材料目录.pdf",
        "01 人民调解协议书.pdf",
        "02 人民调解记录.pdf",
        "manifest.json",
        "附件001 滴水沟照片.jpg",
    ];
    assert_eq!(names_in_zip(&path), names);
    let verify = |path: &str| app::forms::archive::verify(std::path::Path::new(path));
    let found = verify(&path).unwrap();
    assert!(found.is_whole && found.hash == made["hash"], "{found:?}");
    // Unpacked by whoever got it, it is what it was; another file in it is told.
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    let mut zip = zip::ZipArchive::new(fs::File::open(&path).unwrap()).unwrap();
    zip.extract(&inner).unwrap();
    let unpacked = inner.display().to_string();
    assert!(verify(&unpacked).unwrap().is_whole);
    let contents = words(&inner.join(names[0]).display().to_string());
    for wanted in ["人民调解协议书", "人民调解记录", "滴水沟照片"] {
        assert!(contents.contains(wanted), "{wanted} not in {contents}");
    }
    assert!(words(&inner.join(names[1]).display().to_string()).contains("滴水沟恢复原样"));
    fs::write(inner.join("more.txt"), "x").unwrap();
    assert_eq!(verify(&unpacked).unwrap().unknown, ["more.txt"]);
    // Every byte that is altered is told: a zip that does not open is none.
    let whole = fs::read(&path).unwrap();
    for at in (0..whole.len()).step_by(whole.len() / 60) {
        let mut altered = whole.clone();
        altered[at] ^= 0x15;
        fs::write(&path, &altered).unwrap();
        let is_told = verify(&path).map_or(true, |found| !found.is_whole);
        let is_same = zip_files(&altered) == zip_files(&whole);
        assert!(is_told || is_same, "{at}");
    }
    fs::write(&path, &whole).unwrap();
    // Twice the same is refused, as is nothing and what the case does not have.
    let again = room.fails("package_export", ask("zip", chosen.clone(), json!([])));
    assert!(is(&again, "file", "exists"), "{again:?}");
    let none = room.fails("package_export", ask("folder", json!([]), json!([])));
    assert!(matches!(none, app::Fault::BadRequest { .. }), "{none:?}");
    let unknown = json!([{ "form": "revisit" }]);
    let unknown = room.fails("package_export", ask("folder", unknown, json!([])));
    assert!(matches!(unknown, app::Fault::NotFound { .. }), "{unknown:?}");
    let left: Vec<_> = fs::read_dir(&out).unwrap().collect();
    assert_eq!(left.len(), 1, "what failed leaves nothing");
    // The whole file of a case as a zip as well.
    let archive = json!({ "case": case, "shape": "zip", "to": { "path": out } });
    let made = room.does("archive_export", archive);
    assert!(verify(&text(&made, "/path")).unwrap().is_whole);
}

/// What a zip holds, as far as it can be read.
fn zip_files(bytes: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    use std::io::Read as _;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).ok()?;
    let mut all = Vec::new();
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).ok()?;
        let mut content = Vec::new();
        file.read_to_end(&mut content).ok()?;
        all.push((file.name().ok()?.into_owned(), content));
    }
    Some(all)
}

#[test]
fn what_leaves_for_the_court_tells_no_childs_name_and_takes_no_picture_of_one() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let room = township.joined(QIAOTOU, &folder.path().join("village"));
    let case = room.does(
        "case_register",
        json!({ "title": "诸葛小狸上学路纠纷", "category": "neighbours",
            "summary": "诸葛小狸上学要过李某家门口。",
            "parties": [
                { "name": "诸葛小狸", "side": "applicant", "birth": "2018-01-02", "school": "桥头小学" },
                { "name": "李某", "side": "respondent" } ] }),
    )["id"]
        .clone();
    let held = room.attach(&case, "诸葛小狸的照片", &photograph()).unwrap();
    let photo = held["attachments"][0]["id"].clone();
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    // Whoever works on the case reads the name, on the screen and on the office's own paper.
    let save = json!({ "case": case, "form": "application", "to": { "path": out } });
    assert!(words(&text(&room.does("form_save", save), "/path")).contains("诸葛小狸"));
    let ask = json!({ "case": case, "forms": [{ "form": "application" }, { "form": "cover" }],
        "attachments": [photo], "shape": "folder", "to": { "path": out } });
    let made = room.does("package_export", ask);
    let left_out = made["left_out"].to_string();
    assert!(left_out.contains("未成年人") && !left_out.contains("小狸"), "{left_out}");
    let path = std::path::PathBuf::from(text(&made, "/path"));
    let mut count = 0;
    for file in fs::read_dir(&path).unwrap() {
        let file = file.unwrap().path();
        let name = file.display().to_string();
        let said = match file.extension().and_then(|ending| ending.to_str()) {
            Some("pdf") => words(&name),
            _ => fs::read_to_string(&file).unwrap(),
        };
        assert!(!said.contains("小狸") && !said.contains("桥头小学"), "{name}: {said}");
        assert!(!name.contains("小狸"), "{name}");
        assert!(!name.contains("附件"), "{name}: a picture of a child");
        count += 1;
    }
    assert_eq!(count, 4, "two forms, the contents, the manifest");
    let contents = words(&path.join("00 移送材料目录.pdf").display().to_string());
    assert!(contents.contains("涉及未成年人，没有放进来"), "{contents}");
    let verified = app::forms::archive::verify(&path).unwrap();
    assert!(verified.is_whole, "{verified:?}");
}

/// Templates without end: of time, and of memory.
const ENDLESS: &str = "#let form(d) = {\n  let n = 0\n  for a in range(100000) { for b in range(100000) { n = calc.rem(n + a * b, 7) } }\n  str(n)\n}";
pub(crate) const HUNGRY: &str = "#let form(d) = {\n  let all = ()\n  for a in range(100000) { all.push(range(1000000)) }\n  str(all.len())\n}";

#[test]
fn a_template_without_end_costs_a_child_and_nothing_else() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let room = township.joined(QIAOTOU, &folder.path().join("village"));
    let case = settled(&room);
    let room = room.with_worker(program());
    let file = folder.path().join("own.typ");
    let replace = json!({ "form": "acceptance", "from": { "path": file } });
    let before = room.does("form_sample", json!({ "form": "acceptance" }));
    for template in [ENDLESS, HUNGRY] {
        fs::write(&file, template).unwrap();
        let refused = room.fails("form_replace", replace.clone());
        assert!(is(&refused, "form", "exhausted"), "{refused:?}");
        assert_eq!(room.does("form_sample", json!({ "form": "acceptance" })), before);
    }
    // A good one is set by a child as it would be here, and a bad one is told with its line.
    let good = "#import \"/forms/lib.typ\": get\n#let form(d) = [本县：#get(d, \"case.title\")]";
    fs::write(&file, good).unwrap();
    room.does("form_replace", replace.clone());
    let shown = room.does("form_show", json!({ "case": case, "form": "acceptance" }));
    assert!(text(&shown, "/pages/0").starts_with("<svg"));
    fs::write(&file, "#let form(d) = [\n  #nobody\n]").unwrap();
    let refused = as_json(&room.fails("form_replace", replace));
    assert!(text(&refused, "/detail").starts_with("forms/acceptance.typ:2:"), "{refused}");
    // One that came to lie there in another way costs as little.
    fs::write(room.home.join("forms/acceptance.typ"), HUNGRY).unwrap();
    let refused = room.fails("form_show", json!({ "case": case, "form": "acceptance" }));
    assert!(is(&refused, "form", "exhausted"), "{refused:?}");
    room.does("form_restore", json!({ "form": "acceptance" }));
    room.does("form_show", json!({ "case": case, "form": "acceptance" }));
}

#[test]
fn a_long_document_is_stopped_while_it_is_set() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let room = township.joined(QIAOTOU, &folder.path().join("village"));
    let case = settled(&room);
    let room = room.with_worker(program());
    fs::create_dir_all(room.home.join("forms")).unwrap();
    fs::write(room.home.join("forms/cover.typ"), ENDLESS).unwrap();
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    let desk = room.desk.clone();
    let asked = json!({ "case": case, "to": { "path": out } });
    let begun = std::time::Instant::now();
    let running = std::thread::spawn(move || desk.call("dossier_save", asked, Some("bind")));
    std::thread::sleep(std::time::Duration::from_secs(4));
    assert!(!running.is_finished(), "it would go on for a long time");
    room.does("call_cancel", json!({ "call": "bind" }));
    let stopped = running.join().unwrap().unwrap_err();
    assert!(matches!(stopped, app::Fault::Cancelled), "{stopped:?}");
    assert!(begun.elapsed().as_secs() < 10, "at once");
    assert_eq!(fs::read_dir(&out).unwrap().count(), 0, "nothing is left");
}
