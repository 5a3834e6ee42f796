//! What the rows of somebody else's table mean: which column says what, and what of a row can become
//! a case. Pure: the same table gives the same answer.

use domain::catalogue::{Category, Source};
use domain::money::Fen;
use domain::rights::Right;
use domain::time::Day;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::grid::Grid;

/// How many rows are looked at for the one that heads the table.
const HEADINGS_MAX: usize = 10;

/// What the rows of a table become.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum TableSort {
    /// 一张表: cases of an older table.
    #[default]
    Cases,
    /// 12345 工单: cases that another department handed over, on the hotline's track too, under the
    /// number of their order.
    Hotline,
    /// 110 转来的警情: cases that the police handed over, under the number of their call.
    Police,
    /// 放假表: days of rest and made-up working days.
    Holidays,
    /// 人员名册: mediators and others, as records of persons.
    Persons,
    /// 村（社区）名单: units, with their spaces.
    Units,
    /// 地方矛盾纠纷清单: items of the township's own catalogue.
    LocalItems,
}

impl TableSort {
    /// Every sort.
    pub const ALL: [Self; 7] = [
        Self::Cases,
        Self::Hotline,
        Self::Police,
        Self::Holidays,
        Self::Persons,
        Self::Units,
        Self::LocalItems,
    ];

    /// The right that whoever typed the rows one by one would need.
    #[must_use]
    pub const fn right(self) -> Right {
        match self {
            Self::Cases | Self::Police => Right::CaseRegister,
            // It says on which track they run besides.
            Self::Hotline => Right::CaseWrite,
            Self::Holidays | Self::LocalItems => Right::SettingsSet,
            Self::Persons => Right::PersonWrite,
            Self::Units => Right::RosterRegister,
        }
    }
}

/// What a column of a table says.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum TableField {
    /// Nothing that is taken over.
    Skip,
    /// 原编号, of an order its own: kept in the summary.
    Number,
    /// The day of the application.
    Applied,
    /// How it came.
    Source,
    /// Its type.
    Category,
    /// What it is about.
    Title,
    /// Who asks.
    Applicant,
    /// The other side.
    Respondent,
    /// Both sides in one cell.
    Parties,
    /// The telephone of who asks.
    Phone,
    /// Where.
    Place,
    /// What happened.
    Summary,
    /// What it is about, in money.
    Amount,
    /// When or how it ended: an open case has nothing here.
    Ended,
    /// A day of rest or a made-up working day.
    Day,
    /// The last of several such days.
    Until,
    /// Whether they are days of rest.
    Rest,
    /// What is celebrated.
    Feast,
    /// What somebody is called.
    Name,
    /// Their sex.
    Sex,
    /// When they were born.
    Birth,
    /// Their identity number.
    IdNumber,
    /// What they do: mediator, grid worker.
    Post,
    /// Anything else about them.
    Note,
    /// Of which level a unit is.
    Level,
    /// What a unit is.
    Kind,
    /// The group of an item of the township's own catalogue.
    Group,
    /// An item of it.
    Item,
    /// The unit that answers for an item.
    Duty,
    /// How often it is looked for.
    Frequency,
}

/// The words by which a column is known; of several that fit the longest counts.
const KNOWN: [(TableField, &[&str]); 14] = [
    (
        TableField::Number,
        &[
            "编号",
            "案号",
            "案件编号",
            "工单编号",
            "工单号",
            "卷号",
            "流水号",
            "受理编号",
            "警情编号",
            "接警编号",
            "接警单号",
        ],
    ),
    (
        TableField::Applied,
        &[
            "登记日期",
            "登记时间",
            "受理日期",
            "受理时间",
            "申请日期",
            "来访时间",
            "来电时间",
            "报警时间",
            "接警时间",
            "日期",
            "时间",
        ],
    ),
    (TableField::Source, &["来源", "案件来源", "纠纷来源", "渠道"]),
    (TableField::Category, &["类型", "类别", "纠纷类型", "案件类型", "纠纷类别", "矛盾类型"]),
    (TableField::Item, &["地方事项", "本地事项", "清单事项"]),
    (TableField::Title, &["事由", "案由", "标题", "名称", "纠纷名称", "案件名称", "事项", "主题"]),
    (
        TableField::Applicant,
        &["申请人", "反映人", "来访人", "诉求人", "来电人", "报警人", "甲方", "当事人甲", "姓名"],
    ),
    (TableField::Respondent, &["被申请人", "被反映人", "对方", "对方当事人", "乙方", "当事人乙"]),
    (TableField::Parties, &["当事人", "双方当事人", "当事人姓名"]),
    (TableField::Phone, &["电话", "联系电话", "联系方式", "手机", "手机号", "来电号码"]),
    (
        TableField::Place,
        &["地点", "地址", "住址", "发生地", "发生地点", "案发地点", "所属村", "村组"],
    ),
    (
        TableField::Summary,
        &[
            "简要情况",
            "纠纷简要情况",
            "主要内容",
            "内容",
            "诉求",
            "诉求内容",
            "工单内容",
            "警情内容",
            "报警内容",
            "基本情况",
            "情况",
            "摘要",
        ],
    ),
    (TableField::Amount, &["金额", "涉及金额", "涉案金额", "标的"]),
    (
        TableField::Ended,
        &[
            "结案日期",
            "结案时间",
            "办结时间",
            "办结日期",
            "调解结果",
            "办理结果",
            "处理结果",
            "工单状态",
            "办理状态",
            "结果",
        ],
    ),
];

/// The same of a table of rest days.
const KNOWN_DAYS: [(TableField, &[&str]); 4] = [
    (TableField::Day, &["日期", "开始日期", "起始日期", "起", "时间"]),
    (TableField::Until, &["结束日期", "截止日期", "止"]),
    (TableField::Rest, &["类型", "性质", "安排", "休假或上班", "是否放假", "是否上班", "状态"]),
    (TableField::Feast, &["节日", "节日名称", "名称", "假期", "说明", "备注"]),
];

/// The same of a roster.
const KNOWN_PERSONS: [(TableField, &[&str]); 8] = [
    (TableField::Name, &["姓名", "名字", "调解员姓名"]),
    (TableField::Sex, &["性别"]),
    (TableField::Birth, &["出生日期", "出生年月日", "生日"]),
    (TableField::IdNumber, &["身份证", "身份证号", "身份证号码", "证件号码"]),
    (TableField::Phone, &["电话", "联系电话", "联系方式", "手机", "手机号"]),
    (TableField::Place, &["住址", "地址", "家庭住址", "所属村", "单位", "所在单位"]),
    (TableField::Post, &["职务", "职业", "身份", "人员类别", "类别", "岗位"]),
    (TableField::Note, &["备注", "说明", "特长"]),
];

/// The same of a list of units.
const KNOWN_UNITS: [(TableField, &[&str]); 5] = [
    (
        TableField::Name,
        &["名称", "单位", "单位名称", "村名", "村社区", "村社区名称", "行政村", "社区名称", "全称"],
    ),
    (TableField::Level, &["级别", "层级"]),
    (TableField::Kind, &["类型", "类别", "性质", "单位类型", "单位性质"]),
    (TableField::Place, &["地址", "住址", "办公地址", "所在地"]),
    (TableField::Phone, &["电话", "联系电话", "联系方式", "值班电话", "手机"]),
];

/// The same of a township's own catalogue.
const KNOWN_ITEMS: [(TableField, &[&str]); 6] = [
    (TableField::Number, &["编号", "编码", "代码", "事项编号", "事项编码"]),
    (TableField::Group, &["大类", "类别", "一级分类", "纠纷大类", "事项大类"]),
    (TableField::Item, &["事项", "事项名称", "二级分类", "小类", "具体事项", "纠纷事项"]),
    (TableField::Category, &["对应类型", "类型", "官方类型", "纠纷类型", "统计类型"]),
    (TableField::Duty, &["责任单位", "责任部门", "牵头单位", "主管部门"]),
    (TableField::Frequency, &["排查频次", "频次", "排查周期", "频率"]),
];

/// What a heading most likely says.
#[must_use]
pub(crate) fn guess(head: &str, sort: TableSort) -> TableField {
    let known: &[(TableField, &[&str])] = match sort {
        TableSort::Holidays => &KNOWN_DAYS,
        TableSort::Persons => &KNOWN_PERSONS,
        TableSort::Units => &KNOWN_UNITS,
        TableSort::LocalItems => &KNOWN_ITEMS,
        _ => &KNOWN,
    };
    let bare: String = head.chars().filter(|c| c.is_alphanumeric()).collect();
    let fits = |word: &&str| bare.contains(*word);
    let all = known.iter().flat_map(|(field, words)| words.iter().map(move |word| (*field, word)));
    let longest = all.filter(|(_, word)| fits(word)).max_by_key(|(_, word)| word.chars().count());
    longest.map_or(TableField::Skip, |(field, _)| field)
}

/// The place of the row that heads a table: the one of the first in which most is known.
#[must_use]
pub(crate) fn heading(grid: &Grid, sort: TableSort) -> usize {
    let known = |cells: &[String]| {
        let mut fields: Vec<TableField> = cells.iter().map(|cell| guess(cell, sort)).collect();
        fields.retain(|field| *field != TableField::Skip);
        fields.sort_unstable();
        fields.dedup();
        fields.len()
    };
    let first = grid.rows.iter().take(HEADINGS_MAX).enumerate();
    // Of equals the first.
    let best = first.map(|(at, (_, cells))| (known(cells), std::cmp::Reverse(at))).max();
    best.map_or(0, |(_, std::cmp::Reverse(at))| at)
}

/// Why a row cannot become a case, or should be looked at first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum RowTrouble {
    /// Nobody is named, or the unit has no name.
    NoParty,
    /// An order or an item without a number, which cannot be known again.
    NoNumber,
    /// It names no group or no item.
    NoItem,
    /// It names none of the official types.
    Category,
    /// No day, or none that can be read.
    Day,
    /// The day has not come yet.
    Future,
    /// The amount cannot be read.
    Amount,
    /// It does not say whether the day is one of rest.
    Rest,
    /// It cannot be read of which level the unit is, or what it is is of another.
    Level,
    /// It cannot be read what the unit is.
    Kind,
    /// Something in it is longer than it may be.
    TooLong,
    /// More people than a case may have, or more items than a catalogue.
    TooMany,
    /// The program refused it.
    Refused,
    /// A case of the same people, about that time, is here already.
    Alike,
    /// What bears its number is here already, and is worded otherwise.
    Changed,
    /// The same row stands above in this table.
    Twice,
}

/// A row as a case.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) applied: Day,
    pub(crate) source: Source,
    pub(crate) category: Option<Category>,
    pub(crate) title: String,
    pub(crate) applicants: Vec<String>,
    pub(crate) respondents: Vec<String>,
    pub(crate) phone: String,
    pub(crate) place: String,
    pub(crate) summary: String,
    pub(crate) amount: Option<Fen>,
    /// The number of its order, and whose orders these are.
    pub(crate) order: Option<(TableSort, String)>,
    /// Whether the table says that it ended.
    pub(crate) is_ended: bool,
    /// What the table says of its item in the township's own catalogue.
    pub(crate) local: String,
    /// The code of that item, where the catalogue has it.
    pub(crate) item: Option<String>,
}

impl Entry {
    /// What makes the row the same row when it comes again: of an order its number alone.
    pub(crate) fn key(&self) -> String {
        if let Some((sort, number)) = &self.order {
            let bare: String = number.chars().filter(|c| c.is_alphanumeric()).collect();
            return format!("{}|{}", crate::projector::word(sort), bare.to_uppercase());
        }
        let names = [self.applicants.join("、"), self.respondents.join("、")].join("|");
        format!("{}|{names}|{}|{}", self.applied, self.title, self.summary)
    }

    /// Its people, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            self.applicants.iter().chain(&self.respondents).cloned().collect();
        names.sort_unstable();
        names
    }
}

/// Reads a row by what its columns say.
///
/// # Errors
/// What is wrong with it, and in which column.
pub(crate) fn entry(
    cells: &[String],
    fields: &[TableField],
    sort: TableSort,
    today: Day,
) -> Result<Entry, (RowTrouble, Option<u32>)> {
    let column = |wanted: TableField| fields.iter().position(|field| *field == wanted);
    let cell = |wanted: TableField| -> &str {
        column(wanted).and_then(|at| cells.get(at)).map_or("", |text| text.trim())
    };
    let bad = |trouble, wanted| (trouble, column(wanted).and_then(|at| u32::try_from(at).ok()));
    let applied =
        day(cell(TableField::Applied)).ok_or_else(|| bad(RowTrouble::Day, TableField::Applied))?;
    if applied > today {
        return Err(bad(RowTrouble::Future, TableField::Applied));
    }
    let mut applicants = names(cell(TableField::Applicant));
    let mut respondents = names(cell(TableField::Respondent));
    for (at, name) in names(cell(TableField::Parties)).into_iter().enumerate() {
        let is_named = applicants.contains(&name) || respondents.contains(&name);
        match at {
            _ if is_named => {}
            0 if applicants.is_empty() => applicants.push(name),
            _ => respondents.push(name),
        }
    }
    let phone = cell(TableField::Phone);
    if applicants.is_empty() && sort != TableSort::Cases && !phone.is_empty() {
        // Whoever calls need not say who they are.
        applicants.push(CALLER.to_owned());
    }
    if applicants.is_empty() && respondents.is_empty() {
        return Err(bad(RowTrouble::NoParty, TableField::Applicant));
    }
    let said = cell(TableField::Amount);
    let amount = match said {
        "" | "/" | "无" | "-" | "—" => None,
        said => Some(money(said).ok_or_else(|| bad(RowTrouble::Amount, TableField::Amount))?),
    };
    let (number, ended) = (cell(TableField::Number), cell(TableField::Ended));
    let (called, handed) = match sort {
        TableSort::Cases
        | TableSort::Holidays
        | TableSort::Persons
        | TableSort::Units
        | TableSort::LocalItems => ("原编号", source(cell(TableField::Source))),
        TableSort::Hotline => ("12345 工单编号", Source::OtherDepartment),
        TableSort::Police => ("110 警情编号", Source::Police),
    };
    if sort != TableSort::Cases && !number.chars().any(char::is_alphanumeric) {
        return Err(bad(RowTrouble::NoNumber, TableField::Number));
    }
    let is_ended = !OPEN.contains(&ended);
    let lines = [
        cell(TableField::Summary).to_owned(),
        if number.is_empty() { String::new() } else { format!("{called}：{number}") },
        if is_ended { format!("原表办理结果：{ended}") } else { String::new() },
    ];
    let summary: Vec<String> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    Ok(Entry {
        applied,
        source: handed,
        category: category(cell(TableField::Category)),
        title: cell(TableField::Title).to_owned(),
        applicants,
        respondents,
        phone: phone.to_owned(),
        place: cell(TableField::Place).to_owned(),
        summary: summary.join("\n"),
        amount,
        order: (sort != TableSort::Cases).then(|| (sort, number.to_owned())),
        is_ended,
        local: cell(TableField::Item).to_owned(),
        item: None,
    })
}

/// What stands in the place of a caller who left no name.
const CALLER: &str = "来电人（未留姓名）";

/// What a column about the end of a case says while it is open.
const OPEN: [&str; 14] = [
    "",
    "/",
    "无",
    "-",
    "—",
    "未办结",
    "未结",
    "调解中",
    "办理中",
    "处理中",
    "待办理",
    "待处理",
    "待签收",
    "已派单",
];

/// The names in a cell: separated by any mark people use, or by 与, 和 and 诉.
fn names(text: &str) -> Vec<String> {
    let marks = ['、', '，', ',', '；', ';', '/', '\n', '与', '诉'];
    let mut names: Vec<String> = Vec::new();
    for name in text.split(marks).map(str::trim) {
        if !name.is_empty() && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// A day as people write it: 2025-3-5, 2025/3/5, 2025.3.5, 2025年3月5日, 20250305; a time after it
/// is passed over.
pub(crate) fn day(text: &str) -> Option<Day> {
    let mut parts: Vec<u32> = Vec::new();
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    if digits.len() == 8 {
        let (year, rest) = digits.split_at_checked(4)?;
        let (month, day) = rest.split_at_checked(2)?;
        return Day::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    }
    for part in text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).take(3) {
        parts.push(part.parse().ok()?);
    }
    let [year, month, day] = parts.as_slice() else { return None };
    let year = i32::try_from(*year).ok().filter(|year| (1950..2200).contains(year))?;
    Day::from_ymd_opt(year, *month, *day)
}

/// An amount as people write it: 18000, 18,000.50, 1.8万, 18000元.
fn money(text: &str) -> Option<Fen> {
    let bare: String =
        text.chars().filter(|c| !matches!(c, ',' | '，' | '¥' | '￥' | '元' | ' ')).collect();
    let (number, shift) = match bare.strip_suffix('万') {
        Some(number) => (number, 6),
        None => (bare.as_str(), 2),
    };
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    let is_number = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 12 || decimals.len() > shift {
        return None;
    }
    let digits =
        (is_number(whole) && is_number(decimals)).then(|| format!("{whole}{decimals:0<shift$}"))?;
    digits.parse().ok().map(Fen).filter(|fen| fen.is_plausible())
}

/// The official type that words name; nothing if they name none.
fn category(text: &str) -> Option<Category> {
    let words: [(&str, Category); 22] = [
        ("婚姻", Category::MarriageFamily),
        ("家庭", Category::MarriageFamily),
        ("邻里", Category::Neighbours),
        ("宅基地", Category::Homestead),
        ("房屋", Category::Homestead),
        ("农民工", Category::UnpaidWages),
        ("欠薪", Category::UnpaidWages),
        ("劳动", Category::OtherLabour),
        ("合同", Category::Contract),
        ("生产经营", Category::Business),
        ("交通", Category::Traffic),
        ("医疗", Category::Medical),
        ("损害赔偿", Category::Damages),
        ("征地", Category::Expropriation),
        ("拆迁", Category::Expropriation),
        ("山林", Category::Land),
        ("土地", Category::Land),
        ("环境", Category::Pollution),
        ("旅游", Category::Tourism),
        ("电子商务", Category::Ecommerce),
        ("消费", Category::OtherConsumer),
        ("物业", Category::PropertyManagement),
    ];
    let found = words.iter().find(|(word, _)| text.contains(word)).map(|(_, found)| *found);
    found.or_else(|| text.contains("其他").then_some(Category::Other))
}

/// How a case came, by the words of a table; on application if they say nothing else.
fn source(text: &str) -> Source {
    let words: [(&str, Source); 9] = [
        ("主动", Source::Proactive),
        ("排查", Source::Proactive),
        ("法院", Source::Court),
        ("检察", Source::Procuratorate),
        ("公安", Source::Police),
        ("派出所", Source::Police),
        ("110", Source::Police),
        ("信访", Source::Petitions),
        ("12345", Source::OtherDepartment),
    ];
    words.iter().find(|(word, _)| text.contains(word)).map_or(Source::Application, |(_, s)| *s)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_column_is_known_by_its_heading() {
        let rows = [
            ("登记日期", TableField::Applied),
            ("受理 时间", TableField::Applied),
            ("被申请人姓名", TableField::Respondent),
            ("申请人", TableField::Applicant),
            ("当事人", TableField::Parties),
            ("联系电话", TableField::Phone),
            ("纠纷简要情况", TableField::Summary),
            ("涉及金额（元）", TableField::Amount),
            ("办结时间", TableField::Ended),
            ("序号", TableField::Skip),
            ("", TableField::Skip),
        ];
        for (head, want) in rows {
            assert_eq!(guess(head, TableSort::Cases), want, "{head}");
        }
    }

    #[test]
    fn days_and_amounts_are_read_as_people_write_them() {
        for text in ["2025-03-05", "2025/3/5", "2025.3.5 10:30", "2025年3月5日", "20250305"] {
            assert_eq!(day(text), Some(on("2025-03-05")), "{text}");
        }
        for text in ["", "3月5日", "2025-13-05", "45721", "昨天", "2025"] {
            assert_eq!(day(text), None, "{text}");
        }
        let amounts = [("18000", 1_800_000), ("18,000.5元", 1_800_050), ("1.8万", 1_800_000)];
        for (text, fen) in amounts {
            assert_eq!(money(text), Some(Fen(fen)), "{text}");
        }
        for text in ["一万", "1.234", "-5", "1e9", "99999999999999"] {
            assert_eq!(money(text), None, "{text}");
        }
    }

    #[test]
    fn a_row_is_a_case_or_says_what_is_wrong_with_it() {
        use TableField::{Amount, Applied, Category as Type, Ended, Number, Parties, Title};
        let fields = [Number, Applied, Type, Title, Parties, Amount, Ended];
        let read = |cells: [&str; 7]| {
            let cells: Vec<String> = cells.iter().map(|cell| (*cell).to_owned()).collect();
            entry(&cells, &fields, TableSort::Cases, on("2026-03-02"))
        };
        let good =
            read(["12", "2025.3.5", "邻里矛盾", "滴水", "张三与李四、王五", "1万", ""]).unwrap();
        assert_eq!((good.applicants, good.respondents.len()), (vec!["张三".to_owned()], 2));
        assert_eq!(good.category, Some(Category::Neighbours));
        assert_eq!((good.summary.as_str(), good.is_ended), ("原编号：12", false));
        let bad = [
            (["", "", "", "", "张三", "", ""], (RowTrouble::Day, Some(1))),
            (["", "2027-01-01", "", "", "张三", "", ""], (RowTrouble::Future, Some(1))),
            (["", "2025-01-01", "", "滴水", "", "", ""], (RowTrouble::NoParty, None)),
            (["", "2025-01-01", "", "", "张三", "很多", ""], (RowTrouble::Amount, Some(5))),
        ];
        for (cells, want) in bad {
            assert_eq!(read(cells).unwrap_err(), want, "{cells:?}");
        }
        assert!(read(["", "2025-01-01", "", "", "张三", "", "已调解成功"]).unwrap().is_ended);
    }

    #[test]
    fn an_order_is_known_by_its_number_and_its_caller_need_not_be() {
        use TableField::{Applicant, Applied, Ended, Number, Phone, Summary};
        let fields = [Number, Applied, Applicant, Phone, Summary, Ended];
        let read = |sort, cells: [&str; 6]| {
            let cells: Vec<String> = cells.iter().map(|cell| (*cell).to_owned()).collect();
            entry(&cells, &fields, sort, on("2026-03-02"))
        };
        let row = ["ql-2026 0088", "2026-03-01 09:30:00", "", "13800001234", "漏水", "办理中"];
        let order = read(TableSort::Hotline, row).unwrap();
        assert_eq!((order.source, order.is_ended), (Source::OtherDepartment, false));
        assert_eq!(order.applicants, [CALLER]);
        assert_eq!(order.summary, "漏水\n12345 工单编号：ql-2026 0088");
        // However it is spaced, and whatever else was changed: the same number is the same order.
        let again = ["QL20260088", "2026-03-02", "张三", "", "还在漏", "已办结"];
        let again = read(TableSort::Hotline, again).unwrap();
        assert_eq!((again.key(), again.is_ended), (order.key(), true));
        let call = read(TableSort::Police, row).unwrap();
        assert_ne!(call.key(), order.key(), "another office's number is another");
        assert_eq!(call.source, Source::Police);
        let bad = [
            (["", "2026-03-01", "张三", "", "", ""], RowTrouble::NoNumber),
            (["—", "2026-03-01", "张三", "", "", ""], RowTrouble::NoNumber),
            (["1", "2026-03-01", "", "", "", ""], RowTrouble::NoParty),
        ];
        for (cells, want) in bad {
            assert_eq!(read(TableSort::Hotline, cells).unwrap_err().0, want, "{cells:?}");
        }
    }

    #[test]
    fn the_row_that_heads_a_table_may_stand_below_a_title() {
        let row = |n, cells: &[&str]| (n, cells.iter().map(|c| (*c).to_owned()).collect());
        let rows = vec![
            row(1, &["青石镇矛盾纠纷一张表"]),
            row(2, &["填报时间：2025年"]),
            row(3, &["序号", "登记日期", "申请人", "被申请人", "事由"]),
            row(4, &["1", "2025-03-05", "张三", "李四", "日期"]),
        ];
        assert_eq!(heading(&Grid { rows, ..Grid::default() }, TableSort::Cases), 2);
    }
}
