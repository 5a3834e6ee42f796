// Words for keeping an agreement: urging, what stays open, and a court's confirmation.

import type {
  CardGround,
  ConfirmationStage,
  CourtChoice,
  Material,
  Remedy,
  Ruling,
  Touched,
} from "@/host/types";

export const keeping = {
  remedy: {
    urge: "督促履行",
    sue: "就协议去法院起诉",
    enforce: "向法院申请强制执行",
    payment_order: "向法院申请支付令",
    arbitration: "申请仲裁",
  } satisfies Record<Remedy, string>,
  confirmationStage: {
    open: "还没有申请",
    prepared: "正在备材料",
    filed: "已经申请",
    accepted: "法院已受理",
    valid: "裁定有效",
    rejected: "裁定驳回",
    withdrawn: "已撤回申请",
  } satisfies Record<ConfirmationStage, string>,
  courtChoice: {
    inviting: "邀请调解的法院",
    domicile: "当事人住所地的法院",
    subject: "标的物所在地的法院",
    committee: "调委会所在地的法院",
  } satisfies Record<CourtChoice, string>,
  material: {
    agreement: "调解协议",
    presiding_proof: "调委会主持调解的证明",
    property_papers: "有关的财产权利证明",
    identity: "双方身份、住址、电话",
  } satisfies Record<Material, string>,
  ruling: {
    valid: "裁定有效",
    rejected: "裁定驳回",
    withdrawn: "撤回申请",
  } satisfies Record<Ruling, string>,
  touched: {
    real_right: "确认房屋、宅基地、土地归谁",
    intellectual_property: "确认专利、商标、著作权归谁",
    marriage: "婚姻有没有效、解除婚姻",
    parentage: "亲子关系",
    adoption: "收养关系",
    other_procedure: "要走别的特别程序",
  } satisfies Record<Touched, string>,
  cardGround: {
    overdue: "已经超期",
    second_overdue: "三十天内又超期",
    unanswered: "蓝牌到期没有答复",
    two_yellow: "一个季度两张黄牌",
  } satisfies Record<CardGround, string>,
};
