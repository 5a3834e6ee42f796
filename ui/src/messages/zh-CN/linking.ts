// Words of duplicates, numbers, persons and limitation.

import type {
  DuplicateVerdict,
  Ground,
  IdWarning,
  LimitationKind,
  NoLimitation,
  PrivacyGround,
} from "@/host/types";

export const linking = {
  duplicateVerdict: {
    merged: "合并",
    related: "关联",
    different: "不是一件",
    undone: "撤销裁定",
  } satisfies Record<DuplicateVerdict, string>,
  ground: {
    id_number: "身份证号一样",
    phone: "同名，电话后四位一样",
    village: "同名同村",
    token: "同一个扫码令牌",
    text: "文字差不多",
    same_type: "类型一样",
    near_dates: "日期相近",
  } satisfies Record<Ground, string>,
  limitationKind: {
    ordinary: "诉讼时效（三年）",
    labour_arbitration: "劳动仲裁时效（一年）",
    land_arbitration: "土地承包仲裁时效（二年）",
  } satisfies Record<LimitationKind, string>,
  noLimitation: {
    obstruction: "要求停止侵害、排除妨碍、消除危险的，不受时效限制",
    return_of_property: "要求返还房屋、土地的，不受时效限制",
    maintenance: "要求付抚养费、赡养费的，不受时效限制",
  } satisfies Record<NoLimitation, string>,
  privacyGround: {
    consent: "本人或监护人同意",
    statutory_duty: "法定职责",
  } satisfies Record<PrivacyGround, string>,
  idWarning: {
    length: "身份证号不是十八位，也不是旧的十五位，请核对。",
    check_digit: "身份证号最后一位对不上，可能有一位写错了。",
    date: "身份证号里的出生日期不对，请核对。",
    birth: "身份证号里的出生日期和写的生日不一样。",
    sex: "身份证号里的性别和写的不一样。",
  } satisfies Record<IdWarning, string>,
  estimate: "估算",
};
