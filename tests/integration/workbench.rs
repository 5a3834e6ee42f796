//! What needs somebody today stays in sight, however much else there is.

use serde_json::json;
use tests::{QIAOTOU, Room, folder};

/// More open clocks than the workbench lists under one heading.
const CASES: usize = 60;

#[test]
fn many_clocks_never_crowd_a_promise_out() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let room = township.joined(QIAOTOU, &folder.path().join("village"));
    for _ in 0..CASES {
        // Each has to be accepted or declined within days.
        let _ = room.register("滴水边界纠纷");
    }
    let case = room.register("借款纠纷");
    let ids: Vec<_> = case["parties"].as_array().unwrap().iter().map(|p| p["id"].clone()).collect();
    room.does(
        "fact_add",
        json!({ "case": case["id"], "facts": [
        { "kind": "accepted", "body": { "on": "application" } },
        { "kind": "agreement_reached", "body": {
            "form": "written", "text": "年底前还清。",
            "plan": [{ "due": "2026-12-31", "what": "还清" }],
        } },
        { "kind": "agreement_signed", "body": {
            "agreement": "@1", "parties": ids, "mediators": ["吴某"], "with": "signature",
        } },
        { "kind": "agreement_sealed", "body": { "agreement": "@1", "seal": "镇调委会" } },
    ] }),
    );
    let workbench = room.does("workbench_get", json!({}));
    let dues = workbench["dues"].as_array().unwrap();
    assert_eq!(dues.len(), 1, "{workbench}");
    assert_eq!(dues[0]["what"], "还清");
}
