"""Common words and characters, so that the tokenizer knows more than the taught sentences use."""

COMMON = frozenset(
    "the a an of is are was were be been has have had what which who whom whose where when why how many much does do did in on at to for with and or by "
    "from it its that this these those there tell me please name called i you we they he she my your our their can could should will would must may "
    "not no if as so than then 的 是 了 在 有 吗 什 么 哪 里 谁 多 少 几 我 你 们 请 个 和 与 也 都 就 要 会 能 可 以 这 那 为 怎 样 叫".split()
)

# Forms of one word that no suffix tells.
IRREGULAR = {
    "built": "build", "held": "hold", "kept": "keep", "made": "make", "paid": "pay", "won": "win", "sold": "sell", "met": "meet", "began": "begin",
    "spoke": "speak", "wrote": "write", "lent": "lend", "color": "colour", "gave": "give", "took": "take", "taken": "take", "sent": "send",
    "left": "leave", "found": "find", "lost": "lose", "children": "child", "bought": "buy", "taught": "teach", "written": "write", "chosen": "choose",
}  # fmt: skip

WORDS = """
able about above accept account across action activity actually add address adult advice after again age agree air all allow almost alone along already
also always amount animal annual another answer any anyone anything apply area arm army around arrive art article ask assistant attack author available
average away baby back bad bag ball bank bar base basic beach bear beautiful because become bed before begin behind believe bell below best better
between beyond big bill bird birth birthday black blood board boat body book border born both bottom box boy break breakfast bridge bring brother brown
budget build building bus business busy buy cake call camera camp capital captain car card care carry case cash cat catch cause cell centre central
century certain chair chance change charge check chief child choice choose church circle citizen city claim class clean clear clock close clothes club
coast coat code coffee cold collect college colour come comfort common community company complete computer condition contact contain contract control
cook cool copy corner correct cost council count country couple course court cover create cross crowd cup current customer cut daily damage dance danger
dark data date daughter day dead deal death decide deep degree deliver department depend describe desk detail develop device dinner direct director
discover discuss distance district doctor document dog door double down draw dream dress drink drive drop dry during duty each early earth east easy eat
edge education effect egg eight either electric else email emergency employee empty end energy engine enjoy enough enter entire equal escape especially
even evening event ever every everyone example except exchange exercise exit expect expensive experience explain express extra eye face fact fail fall
family famous far farm fast father favourite fee feed feel festival few field fifteen fifty fight figure file fill film final find fine finger finish
fire first fish five fix flag flat floor flower fly follow food foot force foreign forest forget form forty forward found four free fresh friday friend
front fruit full fund future game garden gas gate general get gift girl give glass go goal gold good government grand great green grey ground group grow
guard guest guide hair half hall hand happen happy harbour hard hat head health hear heart heat heavy height help here high hill history hit hold
holiday home hope horse hospital hot hotel hour house however huge human hundred idea important include increase indeed information inside instead
interest invite iron island issue item job join journey judge july june just keep key kilometre kind king kitchen know known lake lamp land language
large last late law lead leader learn least leave left leg less lesson letter level library licence lie life light like limit line list listen little
live local lock long look lose lot love low luck lunch machine main make man manager map march mark market master match material matter maximum meal
mean measure meat medical meet meeting member message metal metre middle might mile milk million mind minimum minister minute miss model modern monday
money month moon more morning most mother mountain move movement museum music nation natural near nearly need never new news next night nine noise noon
north note nothing notice november now number ocean october off offer office officer often oil old once one online only open order original other
outside over owner page paint pair palace paper parent park part party pass passenger password past path pay peace people per percent perfect period
permit person phone photo picture piece place plan plant plate play player point police policy pool poor popular population port position possible post
power prepare present president press price prince private prize problem process produce product programme project protect prove provide public pull
purpose push put quality queen question quick quiet quite race radio rail rain raise range rate reach read ready real really reason receive record red
region register remain remember remove rent repair repeat report request rest restaurant result return rich ride right ring rise river road rock role
roof room round row royal rule run safe safety sail salt same sand saturday save say school science sea season seat second secret section see sell send
september serve service set seven several share ship shoe shop short show shut side sign silver similar simple since sing single sister sit site six
size skill sky sleep slow small smile snow soft soldier some son song soon sort sound south space speak special speed spend sport spring square staff
stage stand standard star start state station stay step still stone stop store storm story straight strange street strong student study subject such
sugar summer sun sunday support sure surface swim system table take talk tall task tax teach team telephone temperature ten test text thank theatre
their thing think third thirteen thirty thousand three through thursday ticket tide time title today together toilet tomorrow tonight too top total
touch tour toward tower town track trade train travel tree trip trouble true trust try tuesday turn twelve twenty two type under understand union unit
university until up upper use used user usually valley value various version very view village visit visitor voice wait walk wall want war warm warn
wash watch water way wear weather website wednesday week weekend weight welcome west wheel while white whole wide wife wild wind window winter wish
within without woman wonder wood word work worker world worry worth write wrong yard year yellow yes yesterday yet young zero
""".split()

CHARACTERS = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前"
    "开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任"
    "常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五"
    "基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运笔毛风步花写语快母父房食室班园图馆店钱价票费号码楼层"
    "床桌椅窗灯钟船车站桥城镇村街路岛湖河港湾塔寺庙店铺餐厅厨医药病校课考试书店雨雪云春夏秋冬早晚午夜周星期元角米厘公里斤克升度岁男孩友爱喜欢吃喝睡跑跳唱画买卖送借还租修洗穿戴红黄蓝绿黑灰紫橙"
    "棕粉银铜铁石木玻璃纸布鱼肉蛋奶茶酒糖盐油米面菜果苹梨桃瓜豆鸡鸭鹅牛羊猪狗猫鸟虫草树林森沙岩洞箱柜钥匙锁密码邮件网址电话员工休假申请批准负责部门经理主任助手秘书会议办公室时间地址联系客户"
    "订单退货换货保修运输配送免费折扣优惠最低最高每天每周每月每年周末假期节日成立建于位于面积人口长度高度重量速度温度距离数量价格名称用途原因方法步骤规则要求禁止允许必须应该可能大约超过不足以上以下"
    "养册刀划参味咸哭坐块妈您打找暖朋未橡浪深游潮玩琴留笑聚聪舞螃螺蟹赛赢轻远退钢静音慢更兴密吧但慢级阶香狮狐象猴熊龙贝珊瑚珍珠"
)
