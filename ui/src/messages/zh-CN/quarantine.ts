// 待查: what was kept without effect, and what was turned away.

import type { HeldAct, HeldReason, HeldState } from "@/host/types";

interface Why {
  what: string;
  next: string;
}

export const quarantine = {
  title: "待查",
  says: "这里的东西都没有算数，别的记录也没有受影响。能采信的，由镇里负责人采信；不能采信的，看过记下就行。",
  show: "看哪些",
  open: "等人看的",
  decided: "处理过的",
  none: "没有待查的",
  noneSays: "收到的都算数，也没有挡下过什么。",
  noneDecided: "还没有处理过",
  noneDecidedSays: "采信了的、记下了的，会列在这里。",
  who: "谁写的",
  unknown: "不知道是谁",
  came: "怎么来的",
  through: (device: string) => `经“${device}”带来`,
  times: (n: string) => `一共 ${n} 次`,
  about: "关于",
  content: "写了什么",
  judged: "怎么处理的",
  township: "镇里",
  waits: "等镇里负责人处理。",
  why: "理由",
  adopt: "采信，让它算数",
  dismiss: "记下，不采信",
  together: (act: string, n: string) => `这台电脑的 ${n} 条一起：${act}`,
  asks: {
    adopt: {
      title: (n: string) => `采信 ${n} 条`,
      says: "采信以后就算数，所有电脑都会跟着改，不能再收回。先向写的人问清楚。",
      hint: "例：和周某一条一条核对过，是他写的",
    },
    dismiss: {
      title: (n: string) => `记下 ${n} 条，不采信`,
      says: "记下以后移到“处理过的”，仍然不算数。",
      hint: "例：问过周某，不是他写的",
    },
  } satisfies Record<HeldAct, { title: (n: string) => string; says: string; hint: string }>,
  states: {
    open: "等人看",
    adopted: "已采信",
    dismissed: "记下了，不采信",
  } satisfies Record<HeldState, string>,
  counts: { what: "现在算数了", next: "采信以后，它和别的记录一样算数。" } satisfies Why,
  reasons: {
    broken: {
      what: "内容是坏的，读不出来",
      next: "不能采信。别的记录照常。那台电脑再有这样的，请镇里停用它，重新装。",
    },
    too_large: {
      what: "一次写得太多，超过限度",
      next: "不能采信。正常使用写不出这么多，请查看那台电脑。",
    },
    misplaced: {
      what: "接不上前面的记录，不像本程序写的",
      next: "不能采信。请查看那台电脑，必要时停用。",
    },
    past_missing: {
      what: "它接着写的那一条没有了",
      next: "不能采信。多半是一台电脑恢复过旧备份，那一条随之丢了。写的人没有错：请他照这里的内容重新录一次。",
    },
    forbidden: {
      what: "想改不许改的东西",
      next: "不能采信：别人写的记录谁也改不了。请查看那台电脑，必要时停用。",
    },
    silent_overwrite: {
      what: "没有说明理由就盖掉了有争议的内容",
      next: "不能采信。请写的人到“冲突待办”里重新定一次。",
    },
    on_held: {
      what: "接在一条不算数的记录后面",
      next: "它前面那条采信了，它自己就跟着算数；前面那条不采信，它也不算。",
    },
    after_revocation: {
      what: "电脑停用以后才写的",
      next: "向写的人问清楚。确实是他写的，可以采信。",
    },
    after_leaving: {
      what: "单位退出案子以后才写的",
      next: "向写的人问清楚。是还没听说退出时记下的，可以采信。",
    },
    unit_not_proven: {
      what: "写的单位和那台电脑对不上",
      next: "不能采信。新加入的电脑等镇里确认以后会自动算数；老电脑出现这种情况，请查看。",
    },
    author_unknown: {
      what: "用了别人的名义",
      next: "不能采信：那个人不在这台电脑上工作。新来的人等镇里确认以后会自动算数。",
    },
    role_may_not: {
      what: "写的人没有这个权限",
      next: "镇里负责人自己有权办的，可以采信；没有的，请有权的人自己办一次。",
    },
    unreadable: {
      what: "不是这类记录里该有的内容",
      next: "不能采信。请查看那台电脑。",
    },
    not_carried: {
      what: "说是从别处转来的，但没有凭据",
      next: "不能采信。共办的案件由镇里转，请镇里再交换一次。",
    },
    note_unreadable: {
      what: "一条审计记录读不出来",
      next: "留着不动。把两边的程序都换成新的，再看一次。",
    },
    needs_update: {
      what: "要更新软件才看得懂",
      next: "留着不动。这台电脑的程序换成新的以后，会自动认得。",
    },
    unknown_sender: {
      what: "不认识的电脑做的包",
      next: "没有收。要是新电脑，请镇里发邀请；要是名册旧了，先和镇里交换一次再收。",
    },
    forged: {
      what: "冒名做的包",
      next: "没有收。请问清这个 U 盘是从哪里来的，不要再用。",
    },
    other_organisation: {
      what: "别的镇的包",
      next: "没有收。拿错了，请还给来的人。",
    },
    stranger: {
      what: "网上有不认识的、或者停用了的电脑来敲门",
      next: "没有理它。不是自己人的电脑，请查看是谁接进了这个网络。",
    },
    not_certified: {
      what: "写它的电脑还没有经镇里确认",
      next: "这次没有收。等那台电脑和镇里交换过，会自动收进来。",
    },
    no_grant: {
      what: "写到了不归它写的地方",
      next: "没有收。请查看那台电脑，必要时停用。",
    },
    not_shared: {
      what: "不该给我们看的东西",
      next: "没有收。不用管；常有的话，请告诉镇里。",
    },
    bad_signature: {
      what: "签名对不上，内容被改过",
      next: "没有收，其余照收。送来的那台电脑里存的记录可能被人改过，请镇里去查看。",
    },
    missing_payload: {
      what: "内容缺了，又没有删除的决定",
      next: "没有收，其余照收。先和镇里碰一次面再收；还是这样，请镇里去查看送来的那台电脑。",
    },
    too_much_late: {
      what: "停用的电脑写得太多，没有全留",
      next: "前面留下的可以采信；其余的要那台电脑另想办法送来。",
    },
  } satisfies Record<HeldReason, Why>,
};

export type Quarantine = typeof quarantine;
