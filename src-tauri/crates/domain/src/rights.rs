//! Who may do what: one table of rights, and whoever is not named in a row may not.
//!
//! A right is an action upon an object. Each row gives every role a [`Scope`], and names where in
//! the practice or the law it comes from. Every kind of fact ([`crate::fact::KINDS`]) and every
//! command names the right it needs; both therefore follow from this table, on the computer where
//! something is done and again on every computer where it arrives.

use serde::{Deserialize, Serialize};

use crate::role::Role;

/// What a right is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Object {
    /// 案件: a case, with what was said and written in it.
    Case,
    /// 未成年人: what makes a minor known: name, home, school, numbers, guardian.
    Minor,
    /// 受保护案件: a case of violence at home or harm to a minor.
    ProtectedCase,
    /// 险情: risk, warning flags, reports to the police.
    Danger,
    /// 调解: appointments, sessions, agreements.
    Mediation,
    /// 提级.
    Escalation,
    /// 报请转办: what a village asks of a department.
    Referral,
    /// 分流派单、会商.
    Dispatch,
    /// 三单.
    Sheet,
    /// 督办牌.
    Card,
    /// 期限.
    Deadline,
    /// 归档、重新办理、编号作废.
    Archive,
    /// 个人信息删除.
    Erasure,
    /// 备注.
    Note,
    /// 冲突: what contradicts and waits for a person.
    Conflict,
    /// 疑似重复.
    Duplicate,
    /// 编号.
    Number,
    /// 人员: the records of persons.
    Person,
    /// 统计.
    Statistics,
    /// 报表期: freezing and reporting a period.
    Period,
    /// 设置.
    Settings,
    /// 单位、设备和人员名册.
    Roster,
    /// 与其他电脑交换数据: sealed packets and meetings, which show nobody anything.
    Exchange,
    /// 权限表: this table.
    Rights,
    /// 审计: who did what.
    Audit,
    /// 待查: what was kept without effect, and what was turned away.
    Quarantine,
    /// 打印: what leaves on paper, which is noted.
    Print,
    /// 本机账号: who opens this computer, and with what.
    Account,
}

/// What is done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Action {
    /// 查看.
    Read,
    /// 按文字查找.
    Search,
    /// 登记.
    Register,
    /// 办理、填写.
    Write,
    /// 受理.
    Accept,
    /// 结案.
    Close,
    /// 共办: lets further units hold it.
    Share,
    /// 报告.
    Report,
    /// 申请.
    Request,
    /// 撤回.
    Withdraw,
    /// 审核.
    Review,
    /// 裁定.
    Decide,
    /// 审批.
    Approve,
    /// 发出.
    Issue,
    /// 交办.
    Order,
    /// 提醒.
    Remind,
    /// 答复.
    Answer,
    /// 合并或者分开.
    Link,
    /// 冻结.
    Freeze,
    /// 设定.
    Set,
    /// 邀请.
    Invite,
    /// 撤权.
    Remove,
    /// 导出.
    Export,
    /// 紧急查看: for a while, with a reason, on record.
    BreakGlass,
    /// 进行.
    Run,
}

/// How far a right reaches, from nothing upward.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Scope {
    /// Nowhere.
    #[default]
    Nothing,
    /// Sheets that went to the own unit, and their cases.
    Addressed,
    /// What the own unit registered or has in hand.
    OwnUnit,
    /// Cases in which the own unit takes part: registered by it, in its hands now or before, of
    /// which it was sent a sheet, or which it shares.
    TakesPart,
    /// Everything of the township.
    Township,
}

use Scope::{Addressed as A, Nothing as N, OwnUnit as U, TakesPart as P, Township as T};

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RightRow {
    /// The right.
    pub right: Right,
    /// About what.
    pub object: Object,
    /// What is done.
    pub action: Action,
    /// How far each role has it, R1 first.
    pub scopes: [Scope; Role::ALL.len()],
    /// Where that comes from.
    pub source: &'static str,
}

macro_rules! rights {
    ($($right:ident = $object:ident $action:ident
        [$r1:ident $r2:ident $r3:ident $r4:ident $r5:ident $r6:ident $r7:ident $r8:ident $r9:ident
         $r10:ident $r11:ident] $source:literal;)*) => {
        /// A right: an action upon an object, by the name of its row.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
        #[allow(missing_docs, reason = "each is the row of the table that bears its name")]
        pub enum Right { $($right,)* }

        /// The table of rights.
        pub const RIGHTS: &[RightRow] = &[$(RightRow {
            right: Right::$right,
            object: Object::$object,
            action: Action::$action,
            scopes: [$r1, $r2, $r3, $r4, $r5, $r6, $r7, $r8, $r9, $r10, $r11],
            source: $source,
        },)*];

        impl Right {
            /// Its row.
            #[must_use]
            pub const fn row(self) -> RightRow {
                match self {
                    $(Self::$right => RightRow {
                        right: Self::$right,
                        object: Object::$object,
                        action: Action::$action,
                        scopes: [$r1, $r2, $r3, $r4, $r5, $r6, $r7, $r8, $r9, $r10, $r11],
                        source: $source,
                    },)*
                }
            }
        }
    };
}

rights! {
    // what it is                                  R1 R2 R3 R4 R5 R6 R7 R8 R9 R10 R11
    CaseRead = Case Read                          [P P P T T T T P T N T]
        "5.0 角色；5.19 权限：本点、本镇、只读；R10 不看案件内容";
    CaseSearch = Case Search                      [P P P T T T T P T N T]
        "5.19 检索：按权限遮蔽";
    CaseRegister = Case Register                  [U U U T T T T N N N N]
        "5.1 登记：R1 线索，R2—R5 登记";
    CaseWrite = Case Write                        [N P P T T T T N N N N]
        "5.1；人民调解法（2010）第二十一条";
    CaseAccept = Case Accept                      [N N P T N N T N N N N]
        "5.1 受理：R4、R3，R7 可改";
    CaseClose = Case Close                        [N P P T T N T N N N N]
        "5.1 结案";
    CaseShare = Case Share                        [N N N T N N T N N N N]
        "5.2 分流派单：R7 审批，R4 办理";
    CaseExport = Case Export                      [N P P T T T T N N N N]
        "5.19 导出；个人信息保护法第五十一条";
    CaseBreakGlass = Case BreakGlass              [N T T N N T T T T N T]
        "5.19 审计：紧急查看须写明理由；R6、R7 查看封存的案卷";
    MinorRead = Minor Read                        [N P P T T T T N N N N]
        "未成年人保护法第一百零三条；个人信息保护法第二十八条、第三十一条";
    ProtectedRead = ProtectedCase Read            [P P P T T T T P N N N]
        "反家庭暴力法第五条；未成年人保护法第十一条、第一百零三条";
    DangerReport = Danger Report                  [P P P T T T T N N N N]
        "人民调解法（2010）第二十五条；未成年人保护法第十一条";
    DangerDecide = Danger Decide                  [N N P T T T T N N N N]
        "5.1 风险色 MAX：下调由负责人以上并写明理由";
    MediationWrite = Mediation Write              [N P P N T T T N N N N]
        "人民调解法（2010）第十九条、第二十二条；5.7、5.8";
    EscalationRequest = Escalation Request        [N N P T T N T N N N N]
        "5.4 提级：R3 申请，镇级向上";
    EscalationOrder = Escalation Order            [N N N N N N T N N N N]
        "5.4 领导批示提级：R7";
    EscalationWithdraw = Escalation Withdraw      [N N P N T N T N N N N]
        "5.4；C10 撤回提级";
    EscalationDecide = Escalation Decide          [N N N T N N T N N N N]
        "5.4 镇级接收、退回、确认化解";
    ReferralRequest = Referral Request            [P P P N N N N N N N N]
        "5.2 村级报请转办";
    ReferralReview = Referral Review              [N N P N N N N N N N N]
        "5.2 R3 审核";
    DispatchDecide = Dispatch Decide              [N N N T N N T N N N N]
        "5.2 会商、异议决定";
    DispatchApprove = Dispatch Approve            [N N N N N N T N N N N]
        "5.2 R7 审批";
    SheetIssue = Sheet Issue                      [N N P T N T T N N N N]
        "5.3 R7 交办，R4、R6 提醒和联系，村级可向上联系";
    SheetRemind = Sheet Remind                    [N N N T N T T N N N N]
        "5.3 R4、R6 提醒";
    SheetOrder = Sheet Order                      [N N N T N N T N N N N]
        "5.2 R7 审批，R4 办理";
    SheetApprove = Sheet Approve                  [N N N N N N T N N N N]
        "5.3 R7 交办";
    SheetAnswer = Sheet Answer                    [N P P T T T T A N N N]
        "5.2 R8、R3 答复；5.3 签收、异议、答复";
    CardIssue = Card Issue                        [N N N T T N T N T N N]
        "5.5；5.18 督办：R9";
    CardDecide = Card Decide                      [N N N T N N T N T N N]
        "5.5 红牌不由调解员发";
    DeadlineApprove = Deadline Approve            [N N N N N N T N N N N]
        "2.3；5.0 R7 延期";
    ArchiveWrite = Archive Write                  [N N P T N T T N N N N]
        "5.18 归档；C12；5.6 跳号说明";
    ArchiveReview = Archive Review                [N N N N N T N N N N N]
        "C12 启封经 R6";
    ErasureRead = Erasure Read                    [N N U T N T T N N N T]
        "个人信息保护法第四十七条、第五十条；2.5 删除义务";
    ErasureDecide = Erasure Decide                [N N N N N N T N N N N]
        "个人信息保护法第四十七条；2.5 归档期满后删除，R7";
    ErasureReview = Erasure Review                [N N N N N T T N N N N]
        "个人信息保护法第五十一条；第二人同意：R6、R7";
    NoteWrite = Note Write                        [P P P T T T T P N N N]
        "5.1 备注";
    ConflictRead = Conflict Read                  [N P P T T T T P N N T]
        "5.20 冲突待办";
    ConflictDecide = Conflict Decide              [N P P T T T T P N N N]
        "5.0 ASK：由指定角色裁定；5.2 单位负责人";
    DuplicateRead = Duplicate Read                [N P P T T T T N N N T]
        "5.17";
    DuplicateDecide = Duplicate Decide            [N P P T N T T N N N N]
        "5.17 R4、R6；村级可标本村的重复";
    NumberRead = Number Read                      [N U U T T T T N N N T]
        "5.6";
    NumberAssign = Number Write                   [N P P T T T T N N N N]
        "5.6 编号登记";
    NumberSet = Number Set                        [N N U N N T T N N N N]
        "5.6 登记机、号段";
    PersonRead = Person Read                      [N U U T T T T N N N T]
        "5.16；个人信息保护法第五十一条";
    PersonWrite = Person Write                    [N U U T T T T N N N N]
        "5.16";
    PersonLink = Person Link                      [N U U T N T T N N N N]
        "5.16 人员合并可撤销";
    StatisticsRead = Statistics Read              [P P P T T T T P T N T]
        "5.14；5.0 R9 统计";
    PeriodFreeze = Period Freeze                  [N N N T N T T N T N N]
        "5.14 统计冻结";
    PeriodReport = Period Report                  [U U U N N N N N N N N]
        "5.11b 零上报";
    SettingsRead = Settings Read                  [T T T T T T T T T T T]
        "5.19 设置";
    SettingsSet = Settings Set                    [N N N N N N T N N T N]
        "C22 设置归镇级；5.0 R10";
    RosterRead = Roster Read                      [T T T T T T T T T T T]
        "5.0 单位和人员";
    RosterRegister = Roster Register              [N N N N N N T N N T N]
        "5.0 R10 系统管理员";
    RosterInvite = Roster Invite                  [N N N N N N T N N T N]
        "5.0 R10 系统管理员";
    RosterRemove = Roster Remove                  [N N N N N N T N N T N]
        "5.19 撤权；C15";
    ExchangeRun = Exchange Run                    [U U U U U U U U U U U]
        "5.19 同步：加密传送，不显示内容";
    AuditRead = Audit Read                        [N N N N N N T N N T T]
        "5.19 审计；5.0 R11 审计";
    AuditExport = Audit Export                    [N N N N N N T N N T T]
        "5.19 审计；5.0 R11 审计";
    QuarantineRead = Quarantine Read              [N P P T T T T N N T T]
        "5.19 同步、审计：收下不作数的要看得见";
    QuarantineDecide = Quarantine Decide          [N N U N N N T N N N N]
        "5.19 撤权；C15 其余的等 R7；本机挡下的由 R3 记下";
    RightsRead = Rights Read                      [T T T T T T T T T T T]
        "5.19 权限";
    PrintRun = Print Run                          [U U U U U U U U U U U]
        "5.19 审计：打印留痕";
    AccountRun = Account Run                      [U U U U U U U U U U U]
        "5.19 自己的密码和没写完的";
    AccountSet = Account Set                      [N N U N N N U N N U N]
        "5.19 替本机别人设新密码、重打恢复卡";
}

impl Right {
    /// How far a role has it.
    #[must_use]
    pub fn scope(self, role: Role) -> Scope {
        let at = usize::from(role.number()).saturating_sub(1);
        self.row().scopes.get(at).copied().unwrap_or_default()
    }

    /// Whether a role has it at all.
    #[must_use]
    pub fn admits(self, role: Role) -> bool {
        self.scope(role) != Scope::Nothing
    }

    /// The roles that have it, in order.
    #[must_use]
    pub fn roles(self) -> Vec<Role> {
        Role::ALL.into_iter().filter(|role| self.admits(*role)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_right_is_one_row_and_says_where_it_comes_from() {
        let pairs: BTreeSet<(Object, Action)> =
            RIGHTS.iter().map(|row| (row.object, row.action)).collect();
        assert_eq!(pairs.len(), RIGHTS.len(), "two rows say the same");
        for row in RIGHTS {
            assert_eq!(row.right.row(), *row);
            assert!(!row.source.trim().is_empty(), "{:?}", row.right);
            assert!(!row.right.roles().is_empty(), "a right that nobody has: {:?}", row.right);
        }
    }

    /// The rows in which some roles have any right.
    fn of(role: Role) -> BTreeSet<Right> {
        RIGHTS.iter().map(|row| row.right).filter(|right| right.admits(role)).collect()
    }

    #[test]
    fn the_administrator_has_no_case_content() {
        let want = [
            Right::SettingsRead,
            Right::SettingsSet,
            Right::RosterRead,
            Right::RosterRegister,
            Right::RosterInvite,
            Right::RosterRemove,
            Right::ExchangeRun,
            Right::RightsRead,
            Right::QuarantineRead,
            Right::AuditRead,
            Right::AuditExport,
            Right::PrintRun,
            Right::AccountRun,
            Right::AccountSet,
        ];
        assert_eq!(of(Role::R10), BTreeSet::from(want));
    }

    #[test]
    fn who_only_reads_writes_nothing() {
        for role in [Role::R9, Role::R11] {
            for right in of(role) {
                let action = right.row().action;
                let is_reading =
                    matches!(action, Action::Read | Action::Search | Action::BreakGlass);
                let is_supervising = role == Role::R9
                    && matches!(right, Right::CardIssue | Right::CardDecide | Right::PeriodFreeze);
                assert!(
                    is_reading
                        || is_supervising
                        || matches!(
                            right,
                            Right::ExchangeRun
                                | Right::AuditExport
                                | Right::PrintRun
                                | Right::AccountRun
                        ),
                    "{role:?} {right:?}"
                );
            }
        }
    }

    #[test]
    fn who_may_break_the_glass_could_not_read_it_all_otherwise() {
        for role in Right::CaseBreakGlass.roles() {
            let reads = [Right::CaseRead, Right::MinorRead, Right::ProtectedRead];
            let is_hidden = reads.iter().any(|right| right.scope(role) != Scope::Township);
            // A restricted file is shut to whoever answers for erasing, too.
            assert!(is_hidden || Right::ErasureReview.admits(role), "{role:?}");
        }
        for role in [Role::R4, Role::R5, Role::R6, Role::R7] {
            assert_eq!(Right::ProtectedRead.scope(role), Scope::Township);
        }
    }

    #[test]
    fn a_village_reaches_no_further_than_its_own() {
        for row in RIGHTS {
            for role in [Role::R1, Role::R2, Role::R3] {
                let is_everybodys =
                    matches!(row.object, Object::Settings | Object::Roster | Object::Rights)
                        && row.action == Action::Read;
                let is_known = is_everybodys || row.action == Action::BreakGlass;
                assert!(row.right.scope(role) < Scope::Township || is_known, "{:?}", row.right);
            }
        }
    }
}
