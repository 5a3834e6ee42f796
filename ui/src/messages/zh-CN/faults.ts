// What went wrong and what to do next. Nothing was changed in any of these cases.

import type { Failure } from "@/host";
import type {
  AttachmentTrouble,
  BackupTrouble,
  FileTrouble,
  FormTrouble,
  InvitationTrouble,
  KeyringTrouble,
  LanTrouble,
  PacketTrouble,
  RefusalReason,
  TableTrouble,
  Weakness,
} from "@/host/types";

import { words } from "./words";

export interface FaultWords {
  what: string;
  next: string;
}

export type FaultTable = {
  [C in Failure["code"]]: (failure: Extract<Failure, { code: C }>) => FaultWords;
};

const refusals = {
  empty: "这里要填。",
  too_short: "写得太短了，请写清楚。",
  too_long: "写得太长了，请缩短一些。",
  too_many: "太多了，请减少几个。",
  in_future: "日期在今天之后。还没发生的事先不记。",
  before_registration: "日期早于登记那天，请核对。",
  too_early: "日期早于它所依据的事，请核对。",
  out_of_range: "这个数不对，请核对。",
  unknown: "案卷里没有这一项，请重新选。",
  role: "您的岗位不能记这一条，请交给有权限的人。",
  not_owner: "案子现在不由本单位承办，请承办单位来记。",
  closed: "已经结案，不能再记这一条。",
  party_refused: "当事人已经说了不调解。要再开会，先记下他重新同意。",
  must_be_written: "这一件要写成书面协议：法律要求书面，或者不是当场办完，或者有人不同意口头。",
  sum_differs: "各期金额加起来和总金额不一样，请核对。",
  already_done: "这一条已经记过了。",
  awaits_confirmation: "要等镇里确认化解，才能结案。",
  nothing_to_accept: "没有等着接收的提级，可能已经失效。",
  not_written_by_hand: "这一条由程序自动记，不用手写。",
  against_law: "法律定了期限，不能这样改。",
  not_over: "这一期还没过完，过完再冻结。",
  has_cases: "这一期有案件，不能零上报。",
  not_addressee: "这张单不是派给本单位的。",
  not_signed_in: "请先签收，再提异议。",
  not_adoptable: "这一条不能采信，只能记下。",
  awaits_review: "要等村调委会主任审核通过。",
  too_few_sessions: "没谈成的次数还没到规则说的数；有别的理由的，请选别的理由。",
  guardian_missing: "孩子的个人信息要监护人同意，请写上监护人。",
  no_number_here: "本机没有号段。请到管登记册的那台机上取号，或者请镇里给本机留号段。",
  number_taken: "这些号已经用了，或者已经留给别的机器，请换一段。",
  asks_judicial_office: "两边的裁定相反，请司法所来定。",
  after_seal: "签名的日子在盖章以后。先签名后盖章，请核对日子，或者重新盖章。",
  one_sided: "要双方一起申请，请把两边的当事人都选上。",
  not_confirmable: "这份协议现在不能申请司法确认：还没生效、有争议，或者已经被替代。",
  has_left: "我们单位已经退出这件案子，不能再记。确实要记的，请镇里重新开共办。",
  stays_responsible: "镇里和承办单位不能退出。要换承办单位，先提级或者移交。",
  unit_ended: "这个单位已经并入别的单位，或者撤销了登记，请选现在的单位。",
  in_use: "这个单位已经有电脑、邀请或者案件，不能撤销登记。确实不用了的，请办并入。",
  not_archived: "案子还没归档，这样还做不到。先归档；删除个人信息的，也可以选别的法定情形。",
  kept_for_ever: "这份案卷永久保管，不能因为期满删除。请封存，或者选别的法定情形。",
  restricted: "案卷封存了，只保管，不办别的。要办，先由主任解除封存。",
  names_somebody: "这里写了当事人的姓名、电话或者住址，或者要去掉的词，请改写。",
  undecided: "还有没裁定的冲突，或者待查的内容。先处理完，再来删除。",
  bound_by_agreement:
    "他是生效协议的当事人，名字不能从协议里拿掉。请归档封存，或者依法删除整个案件。",
  signed_paper: "签名盖章的文书里写着这些词，一个字也不能改。请归档封存，或者依法删除整个案件。",
} satisfies Record<RefusalReason, string>;

const weaknesses = {
  short: "密码太短了，最少 8 位。",
  repeated: "密码翻来覆去就是那几个字，太容易猜到。",
  sequence: "密码是顺着数的数字或字母，太容易猜到。",
  keyboard: "密码是键盘上挨着的键，太容易猜到。",
  digits: "密码只有几位数字，太容易猜到。",
  birthday: "密码里是生日或身份证号，熟人猜得到。",
  telephone: "密码里是电话号码，熟人猜得到。",
  name: "密码里是您的名字（或拼音），熟人猜得到。",
  place: "密码里是村镇或单位的名字（或拼音），人人猜得到。",
  product: "密码里是这个程序的名字，人人猜得到。",
  common: "这是人人先试的密码。",
} satisfies Record<Weakness, string>;

const files = {
  missing: { what: "找不到这个文件。", next: "看看 U 盘是不是插好了，文件名对不对。" },
  denied: {
    what: "没有权限读写这个地方。",
    next: "换一个文件夹，或者换一个 U 盘。一直这样，多半是杀毒软件拦住了：请在杀毒软件里信任这个文件夹。",
  },
  held: {
    what: "这个文件正被别的程序占着，多半是杀毒软件在查。",
    next: "等一会儿再做一次。总是这样，请在杀毒软件里信任这个文件夹。",
  },
  not_a_file: { what: "这不是一个普通文件。", next: "请重新选一个文件。" },
  full: { what: "放不下了，空间不够。", next: "删掉些不用的文件，或者换一个 U 盘。" },
  gone: { what: "U 盘拔掉了，或者没有反应。", next: "重新插好，再做一次。已经收下的不会丢。" },
  unreliable: {
    what: "写进去的和读出来的不一样，这个 U 盘不可靠。",
    next: "换一个 U 盘再写一次。",
  },
  exists: { what: "那里已经有同名的文件。", next: "换一个名字，或者换一个文件夹。" },
} satisfies Record<FileTrouble, FaultWords>;

const invitations = {
  not_an_invitation: { what: "这个文件不是邀请文件。", next: "请选镇里给的邀请文件。" },
  newer: { what: "邀请文件是更新版本的程序做的。", next: "先把这台电脑上的程序更新，再来加入。" },
  code_length: { what: "口令的位数不对。", next: "请和镇里电话核对，一位一位地念。" },
  code_check: { what: "口令里有一位听错了或打错了。", next: "请再核对一遍，一位一位地念。" },
  wrong_code: { what: "这个口令打不开这份邀请。", next: "看看是不是拿错了邀请文件，再核对口令。" },
  expired: { what: "邀请过期了。", next: "请镇里重新做一份邀请。" },
  used: { what: "这份邀请已经用过了。", next: "一份邀请只能用一次，请镇里再做一份。" },
  not_certified: {
    what: "邀请文件证明不了它是镇里做的。",
    next: "不要用它，请镇里当面重新做一份。",
  },
  elsewhere: {
    what: "这份邀请不是给这台电脑用的。",
    next: "请镇里给本单位做一份邀请，不选“代替旧电脑”，再试一次。",
  },
} satisfies Record<InvitationTrouble, FaultWords>;

const packets = {
  not_a_packet: { what: "这个文件不是交换包。", next: "请选评理程序写到 U 盘上的包。" },
  for_another: {
    what: "这不是给本单位的包，打不开。",
    next: "请把它带到它该去的单位；本单位的包请对方另做一个。",
  },
  damaged: { what: "包坏了，或者没有拷全。", next: "请对方重新写一个包；也可以先收完好的部分。" },
  newer: { what: "包是更新版本的程序做的。", next: "先把这台电脑上的程序更新，再来收。" },
  other_organisation: { what: "这个包是别的镇的。", next: "请核对 U 盘是谁的。" },
  unknown_sender: {
    what: "做这个包的电脑，本机还不认识。",
    next: "先和镇里交换一次，再来收这个包。",
  },
  forged: { what: "包上的签名不对，不能收。", next: "不要用这个包，请告诉镇里。" },
  too_many_computers: {
    what: "那个单位登记的电脑太多，一个包锁不了这么多把锁，没有写。",
    next: "请镇里把不再用的电脑停用，再写一次。",
  },
} satisfies Record<PacketTrouble, FaultWords>;

const forms = {
  too_long: { what: "内容太多，一份文书装不下。", next: "请分成几份打印。" },
  template: { what: "文书的格式文件有错，排不出来。", next: "请把下面的字告诉维护的人。" },
  changed: {
    what: "案卷刚才有了新内容，和您看到的那一份不一样了。",
    next: "请重新看一遍，再打印。",
  },
  no_archive: {
    what: "这个文件夹不是评理的归档，或者校验清单读不出来。",
    next: "请选“归档文件夹”那一种成卷存出来的文件夹。",
  },
  no_word: {
    what: "这不是 Word 文件（.docx），或者文件坏了、加了密码。",
    next: "请用 Word 或 WPS 打开，另存为 .docx，不加密码，再换上。",
  },
  too_large: {
    what: "这个 Word 文件太大，打开要占的地方超过限度。",
    next: "请去掉里面的大图片，存小一点再换上。",
  },
  macros: {
    what: "这个 Word 文件里带有宏，程序不用带宏的文件。",
    next: "请另存为不带宏的 .docx，再换上。",
  },
  outside: {
    what: "这个 Word 文件里有指向外面的东西：超链接、链接的图片，或者别的程序的内容。",
    next: "请把超链接和链接的图片去掉，图片改成直接插入，再换上。",
  },
  exhausted: {
    what: "这份文书排了太久，或者占的内存太多，没有排完，已经停下，别的没有受影响。",
    next: "换过格式的，请到“文书格式”换回程序自带的；附件很多的，请去掉一些再成卷。",
  },
  picture: {
    what: "有一份 PDF 打不开，或者加了密码。",
    next: "请在别的电脑上打开它，另存一份不加密码的，再添加到案件里。",
  },
  no_names: {
    what: "这个 Word 文件里没有一处认得的空，换上也填不进东西。",
    next: "请照页面上列出的名称，写在大括号里，比如 {案号}，再换上。",
  },
} satisfies Record<FormTrouble, FaultWords>;

const backups = {
  not_a_backup: { what: "这不是评理的备份。", next: "请选备份用的盘，或者上面的备份文件夹。" },
  damaged: { what: "这份备份不完整，没有用它。", next: "请换另一天的备份，或者第二个地方的备份。" },
  newer: { what: "这份备份是新版本的评理做的。", next: "请先把评理换成新版本，再来恢复。" },
  busy: { what: "正在删除个人信息，备份先让一让。", next: "请过几分钟再备份。" },
} satisfies Record<BackupTrouble, FaultWords>;

const keyrings = {
  unavailable: {
    what: "打不开系统钥匙串：这台电脑没有，或者它出了错。",
    next: "请用密码打开，什么都没有丢。",
  },
  refused: {
    what: "打不开系统钥匙串：系统没有同意。",
    next: "请输入密码；要再试，系统问的时候请点同意。",
  },
  no_answer: { what: "打不开系统钥匙串：它一直没有回答。", next: "请输入密码。" },
  gone: {
    what: "打不开系统钥匙串：里面没有这台电脑的钥匙了。",
    next: "请输入密码。还想用的，到“设置”→“密码和账号”里重新启用。",
  },
  several: {
    what: "这台电脑有几个人用，不能用系统钥匙串打开。",
    next: "请每个人用自己的密码打开。",
  },
  not_now: { what: "锁上以后，系统钥匙串打不开。", next: "请输入密码。" },
} satisfies Record<KeyringTrouble, FaultWords>;

const lans = {
  bad_address: { what: "地址写得不对。", next: "照着对方屏幕上显示的地址再打一遍。" },
  no_answer: {
    what: "那台电脑没有回应，可能没开，或者程序还没打开。",
    next: "看看它是不是开着、程序打开了没有、输过密码没有、两台是不是在同一个网络。",
  },
  locked: {
    what: "那台电脑锁着，没有人打开。",
    next: "打个电话，请那边的人输入密码打开，再来交换；急的用 U 盘。",
  },
  not_pingli: { what: "那个地址上不是评理程序。", next: "照着对方屏幕上显示的地址再打一遍。" },
  stranger: { what: "那台电脑证明不了它是谁。", next: "先不要交换，请镇里核对。" },
  not_known_there: {
    what: "那边还不认识这台电脑。",
    next: "先用 U 盘和镇里交换一次，再用局域网。",
  },
  other_organisation: { what: "那是别的镇的电脑。", next: "请核对地址。" },
  version: { what: "两边的程序版本不合。", next: "把旧的那台更新到新版本，再来交换。" },
  cut: { what: "交换到一半断了。", next: "已经收下的都在，再交换一次就会接着来。" },
  nonsense: { what: "对方说的话看不懂，已经停下。", next: "再试一次；还不行就用 U 盘。" },
  port_taken: { what: "这个端口被别的程序占着。", next: "关掉别的程序，或者让程序自己选端口。" },
} satisfies Record<LanTrouble, FaultWords>;

const tables = {
  too_large: {
    what: "这个表格太大了，放不下。",
    next: "最大 20 兆。请把里面的图片删掉，或者分成几个文件。",
  },
  no_table: {
    what: "这个文件不是 xlsx 表格，或者坏了、加了密码。",
    next: "用 WPS 或者 Excel 打开它，取消密码，“另存为”xlsx，再选一次。",
  },
  bomb: {
    what: "这个文件展开以后大得不正常，没有打开它。",
    next: "请问清楚文件从哪里来。是自己的表，就新建一个空表，把内容复制过去再存。",
  },
  empty: { what: "这一页里什么都没有。", next: "换一页，或者换一个文件。" },
} satisfies Record<TableTrouble, FaultWords>;

const attachments = {
  empty: { what: "这个文件是空的。", next: "看看是不是还没拷完，再选一次。" },
  too_large: {
    what: "这个文件太大了，放不下。",
    next: "录音请分成几段，扫描件请分成几份；照片请在手机上选“小一些”再传来。",
  },
  cut: { what: "文件没有传完。", next: "再选一次。U 盘、手机先不要拔。" },
  unknown_form: {
    what: "这种文件放不进案卷。",
    next: "能放的是照片（JPG、PNG、WebP、BMP）、PDF 扫描件、录音（MP3、M4A、WAV、AMR、OGG）。别的请先打印成 PDF。",
  },
  apple_picture: {
    what: "这是苹果手机的照片格式（HEIC），打不开。",
    next: "在手机的“设置 → 相机 → 格式”里改成“兼容性最佳”再拍；已经拍好的，截一张图再选。",
  },
  too_many_pixels: {
    what: "这张照片的尺寸太大了。",
    next: "请在手机或者电脑上改小一些，或者截一张图再选。",
  },
  damaged: { what: "这张照片坏了，打不开。", next: "请从手机里重新传一次，或者截一张图再选。" },
  not_here: {
    what: "它还在别的电脑上，没有到这里。",
    next: "点“先要这一张”，下次交换就先带过来。",
  },
} satisfies Record<AttachmentTrouble, FaultWords>;

const fault: FaultTable = {
  unknown_command: () => ({ what: "程序不认识这个操作。", next: "请更新程序。" }),
  bad_request: () => ({ what: "填的内容程序看不懂。", next: "请核对各项再试一次。" }),
  no_profile: () => ({ what: "这台电脑还没有开始用。", next: "请先新建或加入。" }),
  profile_exists: () => ({ what: "这台电脑已经在用了。", next: "请直接输入密码打开。" }),
  profile_in_use: () => ({
    what: "另一个评理窗口正开着同一份资料。",
    next: "请用那一个窗口，或者先把它关掉。",
  }),
  locked: () => ({ what: "已经锁定。", next: "请输入密码再继续。" }),
  wrong_passphrase: () => ({ what: "密码不对。", next: "看看大小写和输入法，再试一次。" }),
  wrong_paper: () => ({
    what: "这组数字打不开这台电脑。",
    next: "请用这台电脑最新的恢复卡，或者镇里的钥匙卡；旧的恢复卡已经作废。",
  }),
  too_many_tries: ({ wait_s }) => ({
    what: "错的次数太多了。",
    next: `请等 ${wait_s} 秒再试。关掉再开也要等。`,
  }),
  account_closed: () => ({
    what: "这个人已经不在这里工作，他的密码不能再用。",
    next: "请用自己的名字打开。弄错了的，请找综治中心主任。",
  }),
  weak_passphrase: ({ reason }) => ({
    what: weaknesses[reason],
    next: "请换一个：四个不相干的词就很好，例如水牛、窗台、七点、铁锹。",
  }),
  misread: ({ reason }) => ({
    what: reason === "length" ? "数字的位数不对，应当是 40 位。" : "数字里有抄错的。",
    next: "请对着纸上一组一组核对，每组四位。",
  }),
  newer_profile: () => ({ what: "资料是更新版本的程序写的。", next: "请先更新程序。" }),
  profile_damaged: () => ({
    what: "本机资料有损坏，没有打开。",
    next: "先不要删任何文件，请联系镇里；可以从别的电脑恢复。",
  }),
  disk_full: () => ({ what: "电脑硬盘满了，没有存上。", next: "删掉些不用的文件，再做一次。" }),
  disk_failing: () => ({
    what: "电脑硬盘读写出错，没有存上。",
    next: "再做一次试试。还是不行，就先到“设置”里备份到 U 盘，再请人看看这块硬盘。",
  }),
  file: ({ reason, path }) => ({
    what: path ? `${files[reason].what}（${path}）` : files[reason].what,
    next: files[reason].next,
  }),
  not_found: () => ({ what: "找不到这一件。", next: "它可能还没交换到这台电脑。" }),
  arriving: () => ({
    what: "这件案子的目录先到了，内容正在传过来。",
    next: "请稍候，等交换做完再打开。",
  }),
  refused: ({ reason }) => ({ what: refusals[reason], next: "改好以后再保存一次。" }),
  not_allowed: ({ may }) => ({
    what: "您的岗位不能做这件事。",
    next:
      may.length > 0 ? `请找：${may.map((role) => words.role[role]).join("、")}。` : "请找镇里。",
  }),
  contested: () => ({ what: "这一项有两个不同的值。", next: "请先定下以哪个为准，再来改。" }),
  unknown_version: () => ({
    what: "这段话在您打字的时候已经变了。",
    next: "您打的字还在。请看一眼新内容，再保存一次。",
  }),
  newer_record: () => ({
    what: "这件案子里有新版本程序写的内容。",
    next: "请先更新程序，再来改。",
  }),
  invitation: ({ reason }) => invitations[reason],
  packet: ({ reason, whole_segments }) =>
    reason === "damaged" && whole_segments === 0
      ? { what: packets.damaged.what, next: "请对方重新写一个包。" }
      : packets[reason],
  attachment: ({ reason }) => attachments[reason],
  form: ({ reason, detail }) => ({
    ...forms[reason],
    next: detail ? `${forms[reason].next}${detail}` : forms[reason].next,
  }),
  table: ({ reason }) => tables[reason],
  backup: ({ reason }) => backups[reason],
  keyring: ({ reason }) => keyrings[reason],
  lan: ({ reason }) => lans[reason],
  cancelled: () => ({ what: "已经停下。", next: "什么都没有丢，随时可以再来一次。" }),
  not_here: () => ({ what: "在这里做不了这件事。", next: "请换到桌面窗口里做。" }),
  internal: ({ incident }) => ({
    what: "程序自己出了错，您的资料没有动。",
    next: incident ? `请再试一次；还不行，把编号 ${incident} 告诉维护的人。` : "请再试一次。",
  }),
  unreachable: () => ({
    what: "连不上后台程序。",
    next: "看看它是不是关掉了；重新打开评理，再来。",
  }),
};

export const faults = {
  fault,
  refusals,
  weaknesses,
  files,
  invitations,
  packets,
  attachments,
  forms,
  tables,
  backups,
  keyrings,
  lans,
};

export type Faults = {
  fault: FaultTable;
  refusals: Record<RefusalReason, string>;
  weaknesses: Record<Weakness, string>;
  files: Record<FileTrouble, FaultWords>;
  invitations: Record<InvitationTrouble, FaultWords>;
  packets: Record<PacketTrouble, FaultWords>;
  attachments: Record<AttachmentTrouble, FaultWords>;
  forms: Record<FormTrouble, FaultWords>;
  tables: Record<TableTrouble, FaultWords>;
  backups: Record<BackupTrouble, FaultWords>;
  keyrings: Record<KeyringTrouble, FaultWords>;
  lans: Record<LanTrouble, FaultWords>;
};
