//! Every rule the fold applies, by name: what it says, where it comes from, how it merges, and
//! the test that holds it. Whatever the fold derives carries the name of its rule, so that the
//! window can answer 为什么？ with the source and the facts used.

use serde::{Deserialize, Serialize};

use crate::id::FactId;
use crate::merge::MergeClass;

macro_rules! rules {
    ($($name:ident $code:literal $class:ident $section:literal $source:literal $says:literal $test:literal;)*) => {
        /// The name of a rule.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
        pub enum RuleId {
            $(#[doc = $says] #[serde(rename = $code)] $name,)*
        }

        /// The table of rules.
        pub const RULES: &[Rule] = &[$(Rule {
            id: RuleId::$name,
            code: $code,
            class: MergeClass::$class,
            section: $section,
            source: $source,
            says: $says,
            test: $test,
        },)*];

        impl RuleId {
            /// The word that stands for it in views and messages.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

/// One row of the table of rules.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Rule {
    /// Its name.
    pub id: RuleId,
    /// The word that stands for it.
    pub code: &'static str,
    /// How it merges.
    pub class: MergeClass,
    /// The section of the domain rules it belongs to.
    pub section: &'static str,
    /// The law and article, or the practice it comes from.
    pub source: &'static str,
    /// What it says.
    pub says: &'static str,
    /// The test that would fail without it.
    pub test: &'static str,
}

rules! {
    FirstResponsible "first_responsible" Idem "5.1" "首办责任制"
        "who registers a case first answers for it, for ever"
        "case::tests::the_registrar_stays_responsible";
    OwnerByAcceptance "owner_by_acceptance" Early "5.4" "3321 提级，接收即承办"
        "a case has one owner: the unit that registered it, until another accepts it"
        "case::tests::acceptance_moves_the_case";
    EffectiveDate "effective_date" Late "5.8" "人民调解法（2010）第二十九条、第三十条"
        "a written agreement takes effect on the day of the last signature or seal it needs; an oral one on the day it is reached"
        "case::agreement::tests::the_effective_day_is_that_of_the_last_act";
    EscalationVoidByAgreement "C1a" Early "5.20" "人民调解法（2010）第二十九条；先生效者优先"
        "an agreement in effect before an escalation that did not know of it makes the escalation void"
        "case::tests::an_agreement_before_a_blind_escalation_voids_it";
    EscalationVoidByRefusal "C1c" Early "5.20" "人民调解法（2010）第三条、第十七条"
        "a refusal or withdrawal, a party's or one that ended the case, before an escalation that did not know of it makes the escalation void unless the case was taken up again"
        "case::tests::a_refusal_before_a_blind_escalation_voids_it";
    AgreementAfterAcceptance "C1d" Set "5.20" "人民调解法（2010）第三十一条"
        "an agreement made after the township accepted stands, and the case stays open until the township confirms"
        "case::tests::an_agreement_after_acceptance_waits_for_the_township";
    Backdated "backdated" Ask "5.0" "有知情者补录在先日期，不得单方推翻"
        "what was written in knowledge of another fact but dated before it never overturns it alone"
        "case::tests::backdating_asks";
    AgreementConflict "C4" Ask "5.8" "人民调解法（2010）第三十一条、第三十二条"
        "two signed agreements about the same demands both stand until the judicial office confirms which holds"
        "case::agreement::tests::two_signed_agreements_ask_the_judicial_office";
    AgreementReplaced "C4_replaced" Ask "5.8" "当事人另行约定替代原协议"
        "an agreement that says it replaces an earlier one prevails once the judicial office confirms"
        "case::agreement::tests::a_replacing_agreement_waits_for_confirmation";
    AgreementCopy "C4_copy" Idem "5.8" "同一文本的复本"
        "two agreements with the same text are copies of one, and what was put down in writing stands for what was said"
        "case::agreement::tests::the_same_text_twice_is_one_agreement";
    WrittenOnly "written_only" Max "2.1" "劳动争议调解仲裁法（2007）第十四条；农村土地承包经营纠纷调解仲裁法（2009）第十条"
        "disputes about labour and contracted land are settled in writing only; an oral agreement has no effect"
        "case::agreement::tests::labour_is_settled_in_writing_only";
    PartialAgreement "partial_agreement" Set "5.8" "深圳经济特区矛盾纠纷多元化解条例（2022）第二十六条；人民调解法（2010）第二十九条"
        "an agreement may settle some demands; the rest stays open, bars no climb, and agreements about different demands do not contradict"
        "case::coverage::tests::a_part_leaves_the_rest_open";
    OralOnTheSpot "oral_on_the_spot" Max "2.1" "人民调解工作若干规定（2002）第三十四条；宁波市人民调解条例第二十四条（可设置）"
        "an oral agreement is performed on the spot and nobody objects to it; anything else is written down"
        "case::procedure::tests::what_is_promised_for_later_is_written_down";
    SealLast "seal_last" Set "5.8" "人民调解法（2010）第二十九条；先签名后盖章"
        "whoever signs does so before the seal; a signature after every seal is refused, and kept and marked if a peer wrote it"
        "case::procedure::tests::a_signature_after_the_seal_is_refused_and_from_a_peer_marked";
    Instalments "instalments" Set "5.8" "人民调解法（2010）第二十九条（履行方式、期限）"
        "the lines of a plan add up to the amount; where they do not the agreement is marked to be checked"
        "case::procedure::tests::lines_that_do_not_add_up_are_refused_and_from_a_peer_marked";
    Reminders "reminders" Set "5.8" "人民调解法（2010）第三十一条；提醒日为本地设置"
        "a promise is reminded of seven days and one day before it is due, and one day and seven days after"
        "case::performance::tests::a_promise_is_reminded_of_before_and_after";
    PaymentOnce "C17_payment" Idem "5.8" "人民调解法（2010）第三十一条；同期、同日、同额疑似同一笔"
        "two notes of one line, day and amount look like one payment: it counts once until a person says that there were two"
        "case::payment::tests::the_same_payment_noted_twice_counts_once_until_somebody_says_otherwise";
    Overpaid "overpaid" Set "5.8" "人民调解法（2010）第三十一条；履行数额与约定核对"
        "more paid than was due is marked"
        "case::payment::tests::more_than_was_due_is_marked";
    PaidBesideChange "paid_beside_change" Set "5.8" "人民调解法（2010）第三十一条；变更协议与履行同时发生"
        "what was performed under an agreement while another replaced it stays noted, and the owner checks it against the change"
        "case::performance::tests::what_was_paid_beside_a_change_is_kept_and_checked";
    Remedies "remedies" Set "5.8" "人民调解法（2010）第三十一条至第三十三条；劳动争议调解仲裁法（2007）第十五条、第十六条；农村土地承包经营纠纷调解仲裁法（2009）第四条"
        "a promise that is not kept is urged; the court, enforcement once confirmed, the payment order and arbitration stay open by what the dispute is about"
        "case::remedy::tests::what_is_not_kept_is_urged_and_opens_ways_by_track";
    ConfirmationClock "confirmation_clock" Early "5.9" "人民调解法（2010）第三十三条；民事诉讼法（2023）第二百零五条"
        "the thirty days run from the earlier of effective days that contradict, and stop with the joint application"
        "case::confirmation::tests::the_thirty_days_run_from_the_earlier_of_days_that_contradict";
    JointApplication "joint_application" Max "2.2" "人民调解法（2010）第三十三条；民事诉讼法（2023）第二百零五条（双方共同申请）"
        "both sides apply together; an application of one side is kept, marked, and stops nothing"
        "case::confirmation::tests::the_joint_filing_stops_the_thirty_days";
    TwoCourts "two_courts" Ask "5.9" "民诉法解释（2022）第三百五十二条"
        "of two courts the one that first registers the application has it; until one did so alone the judicial office is asked"
        "case::confirmation::tests::the_court_that_first_registers_has_it";
    NotConfirmable "not_confirmable" Max "2.2" "民诉法解释（2022）第三百五十五条"
        "courts do not confirm who owns what, marriage, parentage, adoption and what has another procedure; type, words and clauses warn of it"
        "case::confirmation::tests::what_no_court_confirms_is_warned_of";
    CourtRuling "court_ruling" Set "2.2" "民事诉讼法（2023）第一百八十七条、第二百零六条"
        "a valid ruling opens enforcement; a rejection leaves mediation and suit open; an application that is taken back stops nothing"
        "case::remedy::tests::a_confirmed_agreement_is_enforced";
    JudicialConfirmation "judicial_confirmation" Max "5.9" "人民调解法（2010）第三十三条；民事诉讼法（2023）第二百零五条"
        "only an agreement that is in effect, uncontested and not replaced may be taken to the court for confirmation"
        "case::agreement::tests::a_contested_agreement_is_not_taken_to_court";
    SessionWithoutConsent "C5" Early "5.7" "人民调解法（2010）第三条、第十七条、第二十三条"
        "a session after a party refused is kept, marked, and does not count"
        "case::tests::a_session_after_a_refusal_does_not_count";
    RightsFirst "rights_first" Set "5.7" "人民调解法（2010）第二十一条至第二十四条"
        "the parties are told of their rights and duties before the first session; one held before is kept, counts, and is marked as flawed"
        "case::procedure::tests::a_session_before_the_parties_knew_their_rights_is_flawed_and_counts";
    ChildApart "child_apart" Max "5.7" "未成年人保护法（2024）第四条（最有利于未成年人）"
        "a child does not sit face to face with the other side; a session where one did is kept and marked as flawed"
        "case::procedure::tests::a_child_does_not_sit_face_to_face";
    EarlyGround "early_ground" Set "5.4" "3321 工作方法（内部工作规则）；人民调解法（2010）第三条、第二十六条"
        "the ground of an early climb is looked for in the facts; where none shows it the climb stands and whoever accepts it is warned"
        "case::grounds::tests::a_ground_that_no_fact_shows_is_warned_of_and_stands";
    SessionCounts "session_counts" Set "5.4" "3321 工作方法（内部工作规则）"
        "a session counts when it failed with a place, a mediator and both sides heard"
        "case::session::tests::what_counts";
    MeetingOnce "C3" Idem "5.4" "3321 工作方法（内部工作规则）"
        "two records of one meeting are both kept and count once, before anyone confirms it; a record that looks like two meetings which cannot be one goes to the first"
        "case::meeting::tests::two_records_of_one_meeting_count_once";
    MeetingApart "C3_apart" Ask "5.4" "3321 工作方法（内部工作规则）"
        "a person may say that two records are two meetings; then both count"
        "case::meeting::tests::a_person_may_split_a_meeting";
    MeetingResult "C3_result" Ask "5.4" "3321 工作方法（内部工作规则）"
        "records of one meeting that tell its result differently do not count until the head decides"
        "case::meeting::tests::records_that_differ_do_not_count_until_the_head_decides";
    SuggestClimb "suggest_climb" Set "5.4" "3321 工作方法（内部工作规则）；人民调解法（2010）第三条、第二十六条"
        "as many failed sessions as the setting says suggest a climb, which a person confirms; the parties may refuse, stop or sue at any time"
        "case::suggestion::tests::the_limit_suggests_and_the_suggestion_is_withdrawn_with_its_trace";
    EscalationOnce "C3_escalation" Idem "5.4" "3321 工作方法（内部工作规则）"
        "all confirmations of one level and round are one escalation, dated by the earliest, with every confirmer's name"
        "case::suggestion::tests::two_confirmations_are_one_escalation_with_both_names";
    EscalationBasis "C3_basis" Ask "5.4" "3321 工作方法（内部工作规则）"
        "a climb whose failed sessions fell away is taken back; once accepted the township decides whether to give it back"
        "case::suggestion::tests::a_climb_whose_ground_fell_away_is_taken_back_or_asks_the_township";
    EscalationTakenBack "escalation_taken_back" Set "5.4" "3321 工作方法（内部工作规则）"
        "a request that nobody accepted yet may be taken back"
        "case::giving_back::tests::a_request_taken_back_in_time_is_withdrawn";
    EscalationWithdrawn "C10" Ask "5.4" "接收优先，撤回转为退回请求"
        "an acceptance prevails over a withdrawal that did not know of it; the withdrawal becomes a request to return, unless the village asked anew"
        "case::giving_back::tests::acceptance_prevails_over_a_withdrawal_and_asks_the_township";
    EscalationReturned "C11" Early "5.4" "3321 工作方法（内部工作规则）"
        "a return is a new round: the lower level counts anew, and the days it missed are shown"
        "case::giving_back::tests::a_return_is_a_new_round_and_shows_the_missed_days";
    HostAsk "C7" Ask "5.7" "人民调解法（2010）第十九条"
        "of two who were to preside the one appointed earlier does until somebody decides; mediators are the union"
        "case::hosting::tests::two_hosts_ask_and_the_earlier_presides_meanwhile";
    RecusedSession "C7_recused" Set "5.7" "特邀调解规定（2016）第十五条；信访工作条例（2022）第二十八条"
        "a recused mediator presides no more, and a session such a one held later is kept and marked as flawed, unless both sides then agreed to keep the mediator"
        "case::hosting::tests::a_recused_mediators_later_session_is_flawed";
    Clocks "clocks" Set "2.6" "民法典（2020）第二百条至第二百零四条；民事诉讼法（2023）第八十五条"
        "day 0 is not counted; the last day of a statutory or a party's period shifts to the next working day; stagnation and cards do not shift"
        "case::running::tests::statutory_periods_shift_and_working_limits_do_not";
    UnknownYear "unknown_year" Set "2.6" "国务院办公厅关于部分节假日安排的通知（逐年）"
        "a year whose holiday notice is not in the table is said to be unknown, never guessed"
        "case::running::tests::an_unknown_year_is_said";
    ExtensionInTime "C8" Early "5.5" "信访工作条例（2022）第三十四条"
        "an extension approved up to the shifted end is in time, adds to the end before the shift, and withdraws the card; a later one has no effect"
        "case::running::tests::an_extension_in_time_adds_before_the_shift_and_a_late_one_has_no_effect";
    ExtensionOnce "extension_once" Set "2.3" "信访工作条例（2022）第三十四条"
        "a petition is extended once, by the head of the centre, by no more than thirty days"
        "case::running::tests::a_petition_is_extended_once_by_the_director_and_no_longer_than_thirty_days";
    ExtensionConsent "extension_consent" Set "2.1" "人民调解工作若干规定（2002）第三十三条；宁波市人民调解条例第二十七条"
        "people's mediation is extended with both sides' recorded consent only, which may be written down in two places; what two agreed to in ignorance of each other extends once"
        "case::running::tests::mediation_is_extended_by_both_sides_only";
    PauseUnion "pause_union" Set "5.5" "人民法院在线调解规则（2021）第二十六条（鉴定期间不计入）"
        "a clock that may rest does so in the union of all intervals anybody wrote"
        "case::running::tests::pauses_are_the_union_of_what_everybody_wrote";
    CardWithdrawn "C8_card" Set "5.5" "撤牌——依合并后事实"
        "a card whose clock, by all that is known after a merge, was not over when it was issued is withdrawn; both stay readable, and one that was handed over is corrected"
        "case::running::tests::a_card_is_withdrawn_by_what_was_known_elsewhere_and_stays_readable";
    CardStands "C8_late" Set "5.5" "届满后批准的延期不影响已发的牌"
        "a card stands when the extension was approved after the end"
        "case::running::tests::an_overdue_card_falls_with_an_extension_in_time_and_stands_after_a_late_one";
    CardOnce "card_once" Idem "5.5" "一案一钟一日一单位一牌"
        "two cards for one clock, anchor day and unit are one"
        "case::running::tests::two_cards_for_one_passing_are_one";
    CardDue "card_due" Set "5.5" "本地工作规则（可设置）"
        "a clock that is over makes its card due; a person issues it"
        "case::card::tests::a_clock_that_is_over_makes_its_card_due";
    YellowCard "yellow_card" Set "5.5" "本地工作规则（可设置）：蓝牌三个工作日未答复，或三十日内再次逾期"
        "a blue card nobody answered in three working days, or a second passing within thirty days, makes a yellow card due"
        "case::card::tests::a_blue_card_nobody_answers_or_a_second_passing_makes_a_yellow_one_due";
    RedCard "red_card" Set "5.5" "本地工作规则（可设置）：一个季度两张黄牌"
        "two yellow cards of one quarter make a red card due"
        "case::card::tests::two_yellow_cards_of_a_quarter_make_a_red_one_due";
    DangerReported "danger_reported" Max "5.5" "人民调解法（2010）第二十五条；反家庭暴力法第十四条；未成年人保护法（2024）第十一条；次日发牌为本地设置"
        "danger at home or to a minor that was noted and not reported that day makes a red card due"
        "case::card::tests::danger_that_nobody_reported_makes_a_red_card_due";
    CardFollows "card_follows" Set "5.5" "撤牌——依合并后事实"
        "a card that follows another falls with it, and a yellow one with an answer that was in time"
        "case::card::tests::a_yellow_card_falls_with_an_answer_in_time_and_with_the_blue_one";
    FinalRevisit "final_revisit" Set "5.8" "人民调解法（2010）第三十一条；时间为本地设置"
        "an agreement is revisited within seven days of its effect, and once more within thirty days of its last due day"
        "case::running::tests::an_agreement_is_revisited_again_once_everything_is_due";
    Lights "lights" Set "5.5" "本地工作规则（可设置）"
        "a clock is green while more than the set part of its period is left, yellow up to and on the last day, red past it; never the risk colour, never a card"
        "case::running::tests::a_light_is_yellow_for_the_last_third_and_red_once_it_is_past";
    Minutes "minutes" Set "2.6" "民法典（2020）第二百零一条"
        "hours and minutes count from the moment"
        "case::running::tests::minutes_count_from_the_moment";
    Limits "limits" Owner "5.5" "镇设置；法定期限注明出处"
        "every limit is a setting shown with its legal or local source"
        "case::running::tests::a_setting_changes_a_limit_and_every_kind_names_its_source";
    ClosedFollowUp "C6" Ask "3.5" "已结案有后续，有权人决定；统计在决定前不变"
        "what happened beside or after a closing that did not know of it is kept; somebody decides whether to reopen"
        "case::ending::tests::news_beside_a_closing_asks_and_changes_no_statistics_until_decided";
    ArchiveSupplement "C12" Set "3.5" "档案法（2020）第十三条、第三十七条；归档后只能补充"
        "an archive seals what its author had; what comes later goes to a supplement with a statement, and nobody unseals it but the judicial office"
        "case::ending::tests::an_archive_is_sealed_and_late_material_goes_to_a_supplement";
    ArchivedFollowUp "C12_follow_up" Ask "3.5" "归档后来件：重新受理为新案并关联，或不需处理"
        "news on an archived case makes somebody choose a new case or nothing; two who choose differently leave it to the judicial office"
        "case::ending::tests::two_who_choose_differently_about_an_archive_leave_it_to_the_judicial_office";
    Restriction "restriction" Max "2.5" "个人信息保护法（2021）第四十七条第二款：保存期限未届满的，停止除存储和采取必要的安全保护措施之外的处理"
        "a restricted file is kept and nothing else is done with it; of several restrictions each holds until somebody who knew of it lifts it"
        "case::ending::tests::a_restriction_holds_until_somebody_who_knew_of_it_lifts_it";
    Attachments "attachments" Set "5.19" "人民调解工作若干规定（2002）第三十七条：调解登记和卷宗"
        "every attachment anybody puts to a case belongs to it until somebody withdraws it with a reason; its bytes are kept"
        "case::attachment::tests::what_two_put_there_is_all_there_and_what_one_withdraws_stays_in_the_history";
    TwoStatements "C25" Set "5.20" "卷宗情况说明都保留，后一份作补充"
        "two locked statements are both kept, the second as a supplement"
        "case::ending::tests::two_statements_are_both_kept";
    VoidOrWork "C21" Ask "3.5" "工作优先，作废转为作废请求"
        "work that did not know of a void wins; the void becomes a request"
        "case::ending::tests::work_wins_over_a_void";
    PoliceReport "C20" Max "2.4" "人民调解法（2010）第二十五条；反家庭暴力法第十四条；未成年人保护法第十一条"
        "a report to the police is never corrected or taken back; while it is open the risk is red whatever anybody judges"
        "case::red::tests::an_open_report_keeps_the_risk_red_and_is_never_taken_back";
    RedBranch "red_branch" Max "2.4" "反家庭暴力法第十条、第十四条；未成年人保护法第十一条"
        "violence at home and harm to a minor put a case on the red branch: nobody is asked to sit face to face"
        "case::red::tests::the_red_branch_reports_first_and_suggests_no_meeting";
    ReportFirst "report_first" Max "2.4" "反家庭暴力法第十四条、第三十五条；未成年人保护法第十一条"
        "on the red branch the report to the police comes first"
        "case::red::tests::the_red_branch_reports_first_and_suggests_no_meeting";
    MinorMasked "minor_masked" Max "5.16" "未成年人保护法（2024）第一百零三条；个人信息保护法第二十八条"
        "a minor's name is masked in lists, statistics and exports"
        "case::red::tests::a_minor_is_masked";
    TellOfRoutes "tell_of_routes" Max "2.1" "人民调解法（2010）第二十六条"
        "when mediation ends without agreement the parties are told in writing of the other ways"
        "case::tests::a_refusal_asks_for_the_notice_of_other_ways";
    Transferred "transferred" Set "3.5" "移送、转化：治安、刑事、诉讼、仲裁、信访"
        "a dispute that goes on elsewhere says where"
        "case::tests::a_transfer_says_where_it_goes_on";
    SatisfactionLast "C18" Late "5.1" "满意度按每人每轮最后一次统计"
        "satisfaction asked twice is kept twice and counted once, by the last word"
        "case::tests::satisfaction_counts_the_last_word";
    PerformanceAsk "C17" Ask "5.8" "人民调解法（2010）第三十一条；履行记录矛盾时提醒照常"
        "paid here and not paid there: the later date is shown, reminders go on, somebody decides"
        "case::agreement::tests::paid_here_and_not_paid_there_asks_and_reminds_on";
    NumberKeeper "C2" Early "5.6" "编号规则：先盖章打印者保留，其次先录入者"
        "of two formal numbers the one sealed or printed first holds, else the one typed first; the other is kept as a former number"
        "case::number::tests::the_printed_number_holds_else_the_one_typed_first";
    NumberMap "C9" Set "3.6" "临时编号与正式编号对照，旧件有效"
        "a paper with the provisional or a former number stays valid"
        "case::number::tests::a_provisional_number_stays_beside_the_formal_one";
    NumberSequence "number_sequence" Owner "3.6" "编号规则：一会一册，登记员一台机，其余用号段（内部工作规则）"
        "one computer of a committee keeps the register and its sequence, the others use what was set aside for them; nobody else gives a number"
        "numbering::tests::the_holder_goes_on_after_the_paper_and_passes_over_blocks";
    NumberBlock "number_block" Early "3.6" "编号规则：号段先占先用（内部工作规则）"
        "of two blocks that overlap the one set aside earlier keeps what both name"
        "numbering::tests::others_use_what_was_set_aside_for_them_and_nothing_else";
    NumberVoided "number_voided" Set "5.6" "编号规则：跳号说明，作废号不再使用（内部工作规则）"
        "a number that was set aside is listed with its reason, found as ever, and never given again; who did not know of what was sealed under it only asks for that"
        "case::number::tests::a_voided_number_is_kept_with_its_reason_and_not_borne";
    NumberClash "C2_cases" Early "5.6" "编号规则：先盖章打印者保留，其次先录入者"
        "of two cases with one formal number the one sealed or printed first keeps it, else the one typed first; the other asks for a new one and both are found by it"
        "case::number::tests::what_was_sealed_first_has_the_stronger_claim";
    AgreementNumber "agreement_number" Early "3.6" "编号规则：案号加“-村n”“-镇n”（内部工作规则）"
        "an agreement bears the number of the case, the level of the committee and its place there; what was sealed keeps its number, and of two sealed with one number the one sealed first keeps it while the judicial office has the other printed anew"
        "case::number::tests::a_sealed_agreement_keeps_its_number_beside_an_earlier_one";
    Likeness "duplicate_candidate" Set "5.17" "重复登记排查：同一对当事人且同类型或者日期相近，或者同一令牌，或者文字相似（内部工作规则）"
        "cases of one pair of parties with one type or near dates, of one token, or of one text are shown together; nothing is done to them"
        "likeness::tests::the_same_pair_near_in_time_or_of_one_type_is_a_candidate";
    DuplicateDecided "duplicate_decided" Idem "5.17" "重复登记：合并不删除，编号不变，可以撤销（内部工作规则）"
        "what was merged counts once, by its main case; nothing is deleted, no number changes, and it can be taken back"
        "case::duplicate::tests::a_merger_keeps_everything_and_can_be_taken_back";
    DuplicateAsk "duplicate_ask" Ask "5.17" "对同两件案作出相反裁定的，由司法所核定，其间按关联处理"
        "opposite decisions about two cases leave them related until the judicial office decides"
        "case::duplicate::tests::opposite_decisions_ask_the_judicial_office_and_relate_meanwhile";
    DuplicateTangle "duplicate_tangle" Ask "5.17" "几件案的两两裁定不能同时成立的，由司法所统一核定"
        "decisions about pairs of cases that cannot all hold, or cases that go into each other in a circle, are put before the judicial office; meanwhile each pair stands as decided, and of a circle the first registered counts"
        "tangle::tests::decisions_about_pairs_that_cannot_all_hold_are_found";
    DuplicateCategory "duplicate_category" Owner "5.17" "现承办单位的类型为准，差异留痕"
        "of the types of merged cases the owning unit's holds, and the difference stays readable"
        "case::duplicate::tests::the_main_case_shows_its_sources_types_and_applications";
    ApplicationDay "application_day" Early "2.4" "诉讼时效规定（2020）第十二条"
        "the earliest application of each party interrupts limitation for that party, on whichever of the merged cases it stands"
        "case::duplicate::tests::the_main_case_shows_its_sources_types_and_applications";
    IntakeToken "intake_token" Idem "5.15" "扫码登记：同一令牌只收一次（内部工作规则）"
        "one token is one submission: the second time nothing is added, and two rooms that took it see one dispute"
        "likeness::tests::one_token_or_one_text_is_a_candidate";
    Limitation "limitation" Early "2.4" "民法典（2020）第一百八十八条、第一百九十五条、第一百九十六条；劳动争议调解仲裁法（2007）第二十七条；农村土地承包经营纠纷调解仲裁法（2009）第十八条"
        "the end of limitation is an estimate, called one, from the earliest day known; some claims know none"
        "case::limitation::tests::the_application_interrupts_limitation_and_what_is_said_is_an_estimate";
    PersonsLinked "C16" Ask "5.16" "人员合并以链接为之，可以分开；一处合并一处分开的，由人核定，其间分列"
        "two records of one person are linked, and can be separated; who links here and separates there leaves both apart until somebody decides"
        "person::tests::linked_here_and_separated_there_asks_and_both_stay";
    IdWarning "id_number_warning" Set "5.16" "GB 11643—1999 公民身份号码；十五位旧号有效"
        "an identity number that does not fit is pointed out and never in the way"
        "person::tests::identity_numbers_are_doubted_and_never_refused";
    PrivacyGround "privacy_ground" Late "2.5" "个人信息保护法（2021）第十三条、第二十九条、第三十一条"
        "a party's data is kept by consent, a child's by its guardian's, or by legal duty; which is written down"
        "case::privacy::tests::a_childs_consent_is_its_guardians";
    MaskByRole "mask_by_role" Max "5.16" "未成年人保护法（2024）第一百零三条；个人信息保护法（2021）第五十一条"
        "the name, home and school of a minor are read by whoever works on the case, by nobody else and in no list"
        "case::red::tests::what_makes_a_minor_known_is_hidden";
    TakenUp "taken_up" Set "3.5" "归档后重新受理为新案并相互关联"
        "an archived case names the new case that takes it up, and the new one names it"
        "case::duplicate::tests::a_case_names_the_one_that_takes_it_up";
    RiskMax "C14_risk" Max "5.20" "从高从严"
        "of two risks judged in ignorance of each other the higher holds; lowering needs a director or above with a reason"
        "case::tests::the_higher_risk_holds";
    SharedCase "shared_case" Set "5.20" "人民调解委员会组织条例（1989）第七条；跨村纠纷共同调解"
        "a case of several units lives in a space of its own, which the township opens; what anybody wrote before or beside the move comes along word for word"
        "case::sharing::tests::a_shared_case_lives_in_its_own_space";
    SharedTwice "shared_twice" Ask "5.20" "跨村纠纷共同调解；同时两处移入，由镇综治中心主任核定"
        "of two moves that did not know of each other the one whose entry has the smaller hash is home until the head of the centre decides; nothing is lost either way"
        "case::sharing::tests::two_moves_ask_the_head_and_the_smaller_hash_is_home_meanwhile";
    CategoryOwner "C14_category" Owner "5.20" "现承办单位的类型为准，差异留痕"
        "of two types the owning unit's holds; without it a person decides"
        "case::tests::the_owner_names_the_type";
    FieldAsk "C14_field" Ask "5.20" "同一项两处不同，由承办单位核定"
        "two values of one register stand side by side until a person decides"
        "case::tests::two_titles_ask";
    CorrectionAsk "correction" Ask "5.0" "对同一记录的两种更正，由承办单位核定"
        "two different corrections of one fact leave it as it was until a person decides"
        "case::tests::two_corrections_ask";
    ImpossibleDate "impossible_date" Set "5.0" "业务日期与所依据的事实核对"
        "a fact dated before the case or before what it builds on keeps its meaning and is marked to be checked"
        "case::procedure::tests::a_day_that_cannot_be_is_refused_and_from_a_peer_marked";
    LateEntry "late_entry" Set "5.0" "补录"
        "a fact typed more than three days after it happened is marked"
        "case::tests::late_entries_are_marked";
    ConfirmBeforeClosing "confirm_before_closing" Owner "5.20" "镇确认化解后结案"
        "a case the township owns is closed by the township"
        "case::tests::only_the_owner_closes";
    TwoSteps "two_steps" Set "5.2" "村级报请部门，先村后镇两步审核派单"
        "a village's request to a department goes to the head of its committee, then to the township, which sends the sheet"
        "case::sheet::tests::a_request_of_the_village_goes_two_steps";
    Consultation "consultation" Owner "5.2" "信访工作条例（2022）第二十四条；会商定主办、协办，主任审批"
        "several demands have one lead and its co-operators, fixed by a consultation that the head of the centre approved"
        "case::sheet::tests::an_approved_consultation_names_the_lead_until_a_sheet_does";
    SheetSignIn "sheet_sign_in" Idem "5.2" "一单一单位一签收"
        "two sign-ins of one unit are one, dated by the earlier"
        "case::sheet::tests::two_sign_ins_of_one_unit_are_one";
    SheetAnswer "sheet_answer" Ask "5.2" "同一单位接办与异议不一，由该单位负责人定；时限照走"
        "a unit that takes a sheet on and objects to it in ignorance leaves it to its head; the clocks run on"
        "case::sheet::tests::a_unit_that_says_both_is_asked_and_the_clock_runs_on";
    Objection "objection" Early "5.2" "信访工作条例（2022）第二十三条（五个工作日）；派单单位决定"
        "a unit may object with reasons within five working days of signing in; whoever dispatched decides"
        "case::sheet::tests::an_objection_is_in_time_by_working_days_and_the_dispatcher_decides";
    Sheets "sheets" Set "5.3" "三单并存；答复与关闭交叉时都保留"
        "sheets stand side by side; a reply that crossed the closing is kept beside it"
        "case::sheet::tests::a_reply_that_crosses_the_closing_is_kept_and_not_done_is_flagged";
    SheetNotDone "sheet_not_done" Set "5.3" "已关闭而答复未办，提示发单单位"
        "a reply that says it was not done, unknown to whoever closed the sheet, is put before the unit that sent it"
        "case::sheet::tests::a_reply_that_crosses_the_closing_is_kept_and_not_done_is_flagged";
    SheetLimits "sheet_limits" Set "5.3" "提醒单三日、联系单五日、交办单按写明日期（本地工作规则）"
        "a reminder unanswered for three days, a liaison sheet for five, an order by its own day: the clock is the addressee's"
        "case::sheet::tests::unanswered_sheets_have_clocks_of_the_addressee";
    SheetNumber "sheet_number" Early "5.3" "单号规则：先打印者保留，其次先录入者"
        "of two sheets with one number the one printed first keeps it, else the one typed first; the other is printed anew"
        "case::sheet::tests::two_sheets_with_one_number_ask_for_a_new_one";
    LeadAsk "C24" Ask "5.20" "主办不一致，由综治中心主任裁定；裁定前先派的为临时主办，已答复的不变"
        "two sheets that make different units lead are put before the head of the centre; the earlier acts meanwhile, and what was answered stays"
        "case::sheet::tests::two_leads_ask_the_head_and_the_earlier_acts_meanwhile";
    UserRemoved "C15" Ask "5.19" "撤权后到达：发生和录入都在撤权以前的算数，其余由综治中心主任逐条定"
        "what a removed user wrote beyond the cut-off counts if it happened and was typed before the removal; the rest waits for the head of the centre, a register meanwhile with the value it had, a new case with the unit that registered it"
        "case::removal::tests::what_a_removed_user_wrote_later_waits_unless_it_came_before_the_moment";
    TwoTracks "C19" Set "5.20" "一案两轨，各走各的时限；答复写明的才一并答复"
        "the same petition on two tracks runs on both; one answer ends both only where it says so"
        "case::running::tests::one_answer_ends_two_tracks_only_where_it_says_so";
    ClockDoubt "C23" Set "5.20" "时钟有误的电脑所记时间存疑，先后不以此定"
        "business times written by a computer whose clock was wrong are shown with a doubt; order never rests on a clock"
        "case::doubt::tests::times_of_a_wrong_clock_are_doubted_from_the_facts_alone";
    SettingsOwner "C22" Owner "5.20" "设置由镇制定并签发；案件沿用登记时的版本"
        "settings are the township's; of two versions set in ignorance of each other the one typed first holds until the head of the centre decides, and a case keeps the version it was registered under"
        "settings::tests::the_one_typed_first_holds_until_the_head_of_the_centre_decides";
    UnitMerged "unit_merged" Late "5.0" "村民委员会组织法（2018修正）第三条；撤并以批准文件所载日期为准"
        "a unit that became part of another is carried on by it from the day approved; of two mergers written in ignorance of each other the later day holds, of one day the head of the centre decides"
        "unit::tests::of_two_mergers_the_later_day_holds_and_of_one_day_somebody_is_asked";
    SettingsBounds "settings_bounds" Max "5.5" "法定期限不得以设置延长或者缩短"
        "a limit the law fixes moves only in the direction the law allows"
        "settings::tests::what_the_law_fixes_does_not_move";
    FreezeLate "C13" Set "5.14" "已上报数字不改；后到的列入下期补报"
        "the numbers of a frozen period never change; what is dated in it and came later is listed in the next one, unless a case of the same dispute was reported already"
        "period::tests::what_comes_after_a_freeze_is_late_in_the_next_period";
    FreezeOnce "freeze_once" Idem "5.14" "同一期两次冻结，以含件少者为准"
        "two freezes of one period are one: the one that knew less holds, and what only the other knew is late"
        "period::tests::of_two_freezes_the_one_that_knew_less_holds";
    ZeroReport "zero_report" Idem "5.14" "零上报；未报不等于零报；有件则零报作废"
        "a zero report is struck out by any case dated in its period; a unit that said nothing has not reported"
        "period::tests::a_zero_report_is_not_silence_and_cases_strike_it_out";
    StatisticsDates "statistics_dates" Late "3.5" "案件按受理日、协议按生效日统计"
        "a case counts on the day of its acceptance, an agreement on the day it takes effect, and of contested agreements the amount of the later one alone"
        "case::item::tests::a_case_counts_by_acceptance_and_an_agreement_by_its_effect";
    OfficialTypes "official_types" Set "3.4" "司法部人民调解案件统计口径（十八类）"
        "a type is one of the eighteen official ones, and each choice keeps the version of the list it was made from, so that a report can be made again"
        "catalogue::tests::a_choice_keeps_the_version_of_its_list";
}

/// Why something derived is as it is: the rule, and the facts it used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// The rule.
    pub rule: RuleId,
    /// The facts it used, sorted.
    pub facts: Vec<FactId>,
}

impl Why {
    /// A reason resting on some facts.
    #[must_use]
    pub fn new(rule: RuleId, facts: impl IntoIterator<Item = FactId>) -> Self {
        let mut facts: Vec<FactId> = facts.into_iter().collect();
        facts.sort_unstable();
        facts.dedup();
        Self { rule, facts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sections that no rule of this crate covers yet would be named here; none may be.
    #[test]
    fn every_section_has_a_rule() {
        let wanted = [
            "2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "3.4", "3.5", "3.6", "5.0", "5.1", "5.2",
            "5.3", "5.4", "5.5", "5.6", "5.7", "5.8", "5.9", "5.14", "5.15", "5.16", "5.17",
            "5.19", "5.20",
        ];
        for section in wanted {
            assert!(RULES.iter().any(|rule| rule.section == section), "no rule of {section}");
        }
    }

    /// The counts of the ladder are an internal working rule; nothing a person reads may say that
    /// so many sessions must come before anything the law leaves open.
    ///
    /// Source: 人民调解法 (2010) arts. 3, 17, 23 and 26.
    #[test]
    fn no_words_make_three_sessions_a_condition() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../ui/src/messages");
        let mut folders = vec![std::path::PathBuf::from(root)];
        let mut texts: Vec<String> = RULES.iter().map(|rule| rule.says.to_owned()).collect();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                if entry.path().is_dir() {
                    folders.push(entry.path());
                } else {
                    texts.extend(std::fs::read_to_string(entry.path()));
                }
            }
        }
        assert!(texts.len() > RULES.len(), "the messages were found");
        for text in texts {
            for line in text.lines() {
                let counts = ["三次", "3 次", "three sessions", "three mediations"];
                let demands = ["必须", "才能", "才可以", "先调解", "must first", "only after"];
                let is_condition = counts.iter().any(|word| line.contains(word))
                    && demands.iter().any(|word| line.contains(word));
                assert!(!is_condition, "{line}");
            }
        }
    }

    #[test]
    fn every_rule_names_a_source_and_an_existing_test() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/src/");
        for rule in RULES {
            assert!(!rule.source.is_empty() && !rule.says.is_empty(), "{}", rule.code);
            let (module, test) = rule.test.rsplit_once("::tests::").expect(rule.code);
            let module = module.replace("::", "/");
            let found = [format!("{root}{module}.rs"), format!("{root}{module}/tests.rs")]
                .iter()
                .filter_map(|path| std::fs::read_to_string(path).ok())
                .any(|text| text.contains(&format!("fn {test}()")));
            assert!(found, "{}: no test {}", rule.code, rule.test);
        }
    }
}
