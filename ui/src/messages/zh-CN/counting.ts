// What the rules of counting mean, in plain words.

export const counting = {
  C13: {
    title: "报上去的数不改",
    says: "一期冻结以后数字不再变；后来才到的，列进下一期“补报”；同一件纠纷已经报过的，不再报。",
  },
  freeze_once: {
    title: "一期只算一次冻结",
    says: "两处都冻结了同一期，按件数少的那次；多出来的算补报。",
  },
  zero_report: {
    title: "未报不等于零报",
    says: "没有案件要说“零上报”才算；有了案件，零上报作废。",
  },
  statistics_dates: {
    title: "按哪天统计",
    says: "案件按受理那天算，协议按生效那天算；协议有冲突的，金额只算后一份。",
  },
  official_types: {
    title: "官方类型和版本",
    says: "类型用官方的十八类；选的时候用哪一版的表，一直记着，报表以后还能照样出。",
  },
};
