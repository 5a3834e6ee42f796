// What each rule means, in plain words.

import type { RuleId } from "@/host/types";

export interface RuleWords {
  title: string;
  says: string;
}

export const rules = {
  first_responsible: {
    title: "首办负责",
    says: "谁先登记，谁就是首办责任人。案子以后转到哪里，这一条都不变。",
  },
  owner_by_acceptance: {
    title: "谁接收，谁承办",
    says: "一件案子只有一个承办单位：先是登记的单位；别的单位点了接收，才归别的单位。",
  },
  effective_date: {
    title: "协议哪天生效",
    says: "书面协议从最后一个该签的名、该盖的章补齐那天生效；口头协议从谈成那天生效。",
  },
  C1a: {
    title: "协议在先，提级失效",
    says: "协议先生效，后来提级的人当时并不知道，这次提级就不算数，案子仍由原单位办。提级和接待的记录都留着。",
  },
  C1c: {
    title: "拒绝或撤回在先，提级失效",
    says: "当事人先说了不调解或撤回申请，后来提级的人当时并不知道，这次提级就不算数。",
  },
  C1d: {
    title: "镇里接收之后才谈成",
    says: "镇里接收以后村里又谈成了协议，协议照样有效，案子要等镇里确认化解才能结案。",
  },
  backdated: {
    title: "补写的日期要人来定",
    says: "写的人当时已经知道对方那一条，却把日期写在它前面。程序不自动推翻，请有权的人看过再定。",
  },
  C4: {
    title: "两份协议都签了字",
    says: "同一件事签了两份协议，两份都先留着，提醒都照常；请当事人签确认书，由司法所定以哪份为准。",
  },
  C4_replaced: {
    title: "后一份写明替代前一份",
    says: "后一份协议写了替代前一份，司法所确认之后按后一份办，前一份标“被替代”，仍然查得到。",
  },
  C4_copy: {
    title: "同一份协议记了两遍",
    says: "两份协议一字不差，算一份，另一份当复本留着。",
  },
  written_only: {
    title: "只能书面",
    says: "劳动争议、土地承包这两类，法律要求写成书面协议；口头谈成的先不算数，请补成书面。",
  },
  judicial_confirmation: {
    title: "能不能申请司法确认",
    says: "已经生效、没有争议、没有被替代的协议，双方才可以一起去法院申请司法确认。",
  },
  C5: {
    title: "当事人已经拒绝",
    says: "当事人说了不调解以后开的会，记录照样留着，标“未经同意”，不计次数。以后又同意了，从同意那天起再算。",
  },
  session_counts: {
    title: "哪一次算一次",
    says: "有地点、有调解员、两边都听了、结果是没谈成，才算一次。次数只是内部工作用，当事人随时可以不谈、可以去法院。",
  },
  C14_risk: {
    title: "风险从高",
    says: "两边互不知情、评的颜色不一样，先按高的算。要调低，得由主任以上的人写明理由。",
  },
  C14_category: {
    title: "类型听承办单位的",
    says: "两边定的类型不一样，以现在承办的单位为准，另一个留在案卷里。",
  },
  C14_field: {
    title: "同一项两处不同",
    says: "两台电脑各改了一次，两个都留着，等承办单位的人定一个。",
  },
  correction: {
    title: "两种更正",
    says: "同一条记录被更正成两种说法，先按原来的算，等承办单位的人定。",
  },
  late_entry: {
    title: "补录",
    says: "事情过了三天以上才录进来，标“补录”。日期还按实际发生的算。",
  },
  confirm_before_closing: {
    title: "镇里承办的，由镇里结案",
    says: "镇里接收以后，要镇里确认化解，由镇里结案。",
  },
} satisfies Record<RuleId, RuleWords>;

export type Rules = Record<RuleId, RuleWords>;
