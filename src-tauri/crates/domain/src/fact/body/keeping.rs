//! The bodies of facts about keeping an agreement: urging, and a court's confirmation.

use serde::{Deserialize, Serialize};

use crate::id::FactId;

words! {
    /// What a clause may touch that a court does not confirm (司法确认负面清单).
    ///
    /// Source: 民诉法解释 (2022) art. 355.
    Touched {
        /// 确认物权归属（宅基地、房屋、土地权属等）
        RealRight,
        /// 确认知识产权归属
        IntellectualProperty,
        /// 婚姻关系的成立、无效、解除
        Marriage,
        /// 亲子关系
        Parentage,
        /// 收养关系
        Adoption,
        /// 适用其他特别程序、公示催告程序、破产程序
        OtherProcedure,
    }
    /// Which court is asked to confirm.
    ///
    /// Source: 民事诉讼法 (2023) art. 205.
    CourtChoice {
        /// 邀请调解的人民法院
        Inviting,
        /// 当事人住所地基层人民法院
        Domicile,
        /// 标的物所在地基层人民法院
        Subject,
        /// 调解组织所在地基层人民法院
        Committee,
    }
    /// A paper that goes with the application.
    ///
    /// Source: 民诉法解释 (2022) art. 354.
    Material {
        /// 调解协议
        Agreement,
        /// 调解组织主持调解的证明
        PresidingProof,
        /// 与调解协议相关的财产权利证明
        PropertyPapers,
        /// 双方身份、住所、联系方式等基本信息
        Identity,
    }
    /// What became of the application.
    ///
    /// Source: 民事诉讼法 (2023) art. 206.
    Ruling {
        /// 裁定有效
        Valid,
        /// 裁定驳回
        Rejected,
        /// 撤回申请
        Withdrawn,
    }
}

bodies! {
    /// 督促履行.
    ///
    /// Source: 人民调解法 (2010) art. 31.
    Urged {
        /// Which agreement.
        agreement: FactId,
        /// Which line of its plan, from 0; the whole agreement if absent.
        #[serde(default)]
        line: Option<u16>,
        /// Which party was urged.
        #[serde(default)]
        party: Option<FactId>,
        /// What was said, and what was answered.
        note: String,
    }
    /// 准备司法确认: the papers are gathered.
    ConfirmationPrepared {
        /// Which agreement.
        agreement: FactId,
        /// Which papers are there.
        #[serde(default)]
        materials: Vec<Material>,
        /// In words.
        #[serde(default)]
        note: String,
    }
    /// 申请司法确认. `at` is the day it was handed in.
    ///
    /// Source: 人民调解法 (2010) art. 33; 民事诉讼法 (2023) art. 205: both sides together.
    ConfirmationFiled {
        /// Which agreement.
        agreement: FactId,
        /// Who applies: both sides.
        applicants: Vec<FactId>,
        /// By which of the four rules the court was chosen.
        choice: CourtChoice,
        /// The court.
        court: String,
    }
    /// 法院受理. `at` is the day the court registered it.
    ConfirmationAccepted {
        /// Which filing.
        filing: FactId,
        /// The number of the court's file.
        #[serde(default)]
        number: String,
    }
    /// 确认结果. `at` is the day of the ruling or of the withdrawal.
    ConfirmationRuled {
        /// Which filing.
        filing: FactId,
        /// What became of it.
        result: Ruling,
        /// The number of the ruling.
        #[serde(default)]
        number: String,
        /// Why, as the court says.
        #[serde(default)]
        reason: String,
    }
}
