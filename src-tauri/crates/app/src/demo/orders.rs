//! A table of work orders, as a township has one of 12345.

use domain::time::Day;
use fastrand::Rng;

use crate::fault::Fault;
use crate::ledgers::sheet::{self, Cell, Column, Sheet};

/// What people call about.
const MATTERS: [&str; 6] = [
    "楼上漏水，物业说不归他们管",
    "邻居的雨棚滴水到院里，说了几次没有用",
    "工地夜里两点还在浇水泥，老人睡不着",
    "门口的路被货车压坏了，没人来修",
    "包工头欠了三个月工钱，电话不接",
    "隔壁把垃圾堆在楼道里，味道很大",
];

/// Writes a spreadsheet of so many orders: number, day, who called, telephone, matter.
///
/// # Errors
/// Our own mistake: what is written is bounded.
pub fn table(rows: u32, seed: u64) -> Result<Vec<u8>, Fault> {
    let mut rng = Rng::with_seed(seed);
    let heads = ["工单编号", "来电时间", "来电人", "来电号码", "诉求内容"];
    let row = |number: u32| -> Vec<Cell> {
        let day = format!("2025-{:02}-{:02}", rng.u8(1..=12), rng.u8(1..=28));
        let phone = format!("138{:08}", rng.u32(0..100_000_000));
        let matter = rng.choice(MATTERS).unwrap_or_default().to_owned();
        let cells = [format!("QL{number:06}"), day, format!("张{number}"), phone, matter];
        cells.map(Cell::Text).into()
    };
    let sheet = Sheet {
        name: "工单".into(),
        title: "12345 工单".into(),
        beside: String::new(),
        columns: heads.map(|head| Column { head: head.into(), width: 16 }).into(),
        rows: (0..rows).map(row).collect(),
        below: Vec::new(),
        is_wide: true,
    };
    sheet::write(&[sheet], Day::default())
}
