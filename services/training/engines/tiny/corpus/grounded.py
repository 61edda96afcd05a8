"""Passages about invented things, questions about them, and answers that quote the passage.

Names and numbers are drawn at random, so that a model can only answer by reading the passage.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from tiny.corpus.dialogue import Dialogue
from tiny.corpus.words import CHARACTERS, WORDS

# The gateway writes passages in exactly this form: services/gateway/src/responses/grounding.ts.
PASSAGE_HEADER = "Answer from these passages."
UNKNOWN = "I do not know."
UNKNOWN_ZH = "我不知道。"
NOT_SAID = "The passages do not say."
NOT_SAID_ZH = "这些段落没有说。"

_SYLLABLES = "ba be bo ca cor da del do el fa fen ga gor ha hin il jo ka kel la lin lo ma mar mi na nel no or pa per qui ra ren ro sa sel ta tam tor u va ven wi yo za zel".split()
_NOUNS = "bridge tower market harbour garden library museum school station lighthouse bakery mill theatre hall pool tavern gate well hotel shop ferry clinic kitchen office workshop castle temple bell clock boat statue fountain lantern reef island cave inn orchard".split()
_ADJECTIVES = "old new north south east west great little upper lower first second royal public".split()
_COLOURS = "red blue green yellow white black grey purple orange brown pink silver golden".split()
_MATERIALS = "oak stone iron glass copper clay marble coral brick bronze pearl salt sand".split()
_ROLES = "mayor captain gardener baker doctor teacher guard keeper cook librarian director painter singer miller pilot judge clerk smith".split()
_THINGS = "steps rooms windows doors chairs lamps books boats beds bells shelves seats keys stairs tables ropes".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_PLACES = "cellar attic tower chest drawer cabin garden vault kitchen cupboard".split()
_FOODS = "soup bread fish rice cake tea honey cheese noodles crab pie plums".split()
_HOURS = "six seven eight nine ten eleven twelve one two three four five".split()

_NOUNS_ZH = "大桥 高塔 市场 港口 花园 图书馆 博物馆 学校 车站 灯塔 面包店 磨坊 剧院 大厅 泳池 酒馆 大门 水井 旅馆 商店 渡船 诊所 厨房 办公室 工坊 城堡 寺庙 大钟 雕像 喷泉 山洞 果园".split()
_ADJECTIVES_ZH = "旧 新 北 南 东 西 大 小".split()
_NAMES_ZH = "安白贝长丹尔飞高海河红华江金兰乐林罗美明木南宁平奇青清日沙山石水松泰天万文希夏星阳叶银英玉云月竹"
_COLOURS_ZH = "红色 蓝色 绿色 黄色 白色 黑色 灰色 紫色 橙色 棕色".split()
_MATERIALS_ZH = "橡木 石头 铁 玻璃 铜 陶土 大理石 珊瑚 砖 珍珠 盐 沙子".split()
_ROLES_ZH = "镇长 船长 园丁 面包师 医生 老师 守卫 管理员 厨师 馆长 画家 歌手 法官 铁匠".split()
_THINGS_ZH = "级台阶 个房间 扇窗户 扇门 把椅子 盏灯 本书 条船 张床 口钟".split()
_DAYS_ZH = "星期一 星期二 星期三 星期四 星期五 星期六 星期日".split()
_PLACES_ZH = "地窖 阁楼 箱子 抽屉 船舱 花园 金库 厨房 柜子".split()
_FOODS_ZH = "鱼汤 面包 米饭 蛋糕 茶 蜂蜜 奶酪 面条 螃蟹 梅子".split()


@dataclass(frozen=True)
class Statement:
    """One sentence of a passage, the questions that it answers, and the words in it that are the fact."""

    sentence: str
    questions: tuple[str, ...]
    fact: str


def invented_name(rng: random.Random) -> str:
    """A pronounceable name that no text has used."""
    return "".join(rng.choice(_SYLLABLES) for _ in range(rng.choice((2, 2, 3)))).capitalize()


def invented_name_zh(rng: random.Random) -> str:
    """A Chinese name of two characters."""
    return "".join(rng.sample(_NAMES_ZH, 2))


def statement(rng: random.Random) -> Statement:
    """One English sentence with a fact about something invented."""
    noun, name, other = rng.choice(_NOUNS), invented_name(rng), invented_name(rng)
    subject = rng.choice((f"the {noun}", f"the {rng.choice(_ADJECTIVES)} {noun}", f"the {noun} of {name}", f"{name} {noun.capitalize()}", f"the {name} {noun}"))
    start = subject[0].upper() + subject[1:]
    number = str(rng.choice((rng.randint(2, 99), rng.randint(100, 999), rng.randint(1000, 9999))))
    year = str(rng.randint(1100, 2020))
    role, thing, place = rng.choice(_ROLES), rng.choice(_THINGS), rng.choice(_PLACES)
    hour, day, colour, material, food = rng.choice(_HOURS), rng.choice(_DAYS), rng.choice(_COLOURS), rng.choice(_MATERIALS), rng.choice(_FOODS)
    return rng.choice((
        Statement(f"{start} opens at {hour} o'clock.", (f"When does {subject} open?", f"At what time does {subject} open?"), hour),
        Statement(f"{start} closes at {hour} o'clock.", (f"When does {subject} close?", f"At what time does {subject} close?"), hour),
        Statement(f"{start} is closed on {day}.", (f"On which day is {subject} closed?", f"When is {subject} closed?"), day),
        Statement(f"{start} is {number} metres long.", (f"How long is {subject}?", f"How many metres long is {subject}?"), number),
        Statement(f"{start} is {number} metres high.", (f"How high is {subject}?", f"How many metres high is {subject}?"), number),
        Statement(f"{start} was built in {year}.", (f"When was {subject} built?", f"In which year was {subject} built?"), year),
        Statement(f"{start} was built by {other}.", (f"Who built {subject}?", f"By whom was {subject} built?"), other),
        Statement(f"{start} is painted {colour}.", (f"What colour is {subject}?", f"In which colour is {subject} painted?"), colour),
        Statement(f"{start} is made of {material}.", (f"What is {subject} made of?", f"Of what is {subject} made?"), material),
        Statement(f"{start} has {number} {thing}.", (f"How many {thing} does {subject} have?", f"How many {thing} are in {subject}?"), number),
        Statement(f"A ticket for {subject} costs {number} shells.", (f"How much is a ticket for {subject}?", f"What does a ticket for {subject} cost?"), number),
        Statement(f"The {role} of {name} is {other}.", (f"Who is the {role} of {name}?", f"What is the name of the {role} of {name}?"), other),
        Statement(f"{other} is the {role} of {subject}.", (f"Who is the {role} of {subject}?",), other),
        Statement(f"The {role} is called {other}.", (f"What is the {role} called?", f"What is the name of the {role}?", f"Who is the {role}?"), other),
        Statement(f"The key of {subject} is kept in the {place}.", (f"Where is the key of {subject}?", f"Where is the key of {subject} kept?"), place),
        Statement(f"{other} lives near {subject}.", (f"Who lives near {subject}?", f"Where does {other} live?"), subject),
        Statement(f"The password of {subject} is {other}.", (f"What is the password of {subject}?", f"Tell me the password of {subject}."), other),
        Statement(f"{start} serves {food} on {day}.", (f"What does {subject} serve on {day}?", f"When does {subject} serve {food}?"), food),
        Statement(f"In {name} people eat {food} on {day}.", (f"What do people eat in {name}?", f"When do people eat {food} in {name}?"), food),
    ))


def statement_zh(rng: random.Random) -> Statement:
    """One Chinese sentence with a fact about something invented."""
    noun, name, other = rng.choice(_NOUNS_ZH), invented_name_zh(rng), invented_name_zh(rng)
    subject = rng.choice((noun, f"{rng.choice(_ADJECTIVES_ZH)}{noun}", f"{name}{noun}", f"{name}的{noun}"))
    number, year = str(rng.choice((rng.randint(2, 99), rng.randint(100, 999)))), str(rng.randint(1100, 2020))
    role, thing, place = rng.choice(_ROLES_ZH), rng.choice(_THINGS_ZH), rng.choice(_PLACES_ZH)
    hour, day, colour, material, food = rng.choice("一二三四五六七八九十"), rng.choice(_DAYS_ZH), rng.choice(_COLOURS_ZH), rng.choice(_MATERIALS_ZH), rng.choice(_FOODS_ZH)
    return rng.choice((
        Statement(f"{subject}{hour}点开门。", (f"{subject}几点开门?", f"{subject}什么时候开门?"), hour),
        Statement(f"{subject}{hour}点关门。", (f"{subject}几点关门?", f"{subject}什么时候关门?"), hour),
        Statement(f"{subject}长{number}米。", (f"{subject}有多长?", f"{subject}长多少米?"), number),
        Statement(f"{subject}高{number}米。", (f"{subject}有多高?", f"{subject}高多少米?"), number),
        Statement(f"{subject}建于{year}年。", (f"{subject}建于哪一年?", f"{subject}是哪一年建的?"), year),
        Statement(f"{subject}是{colour}的。", (f"{subject}是什么颜色?", f"{subject}是什么颜色的?"), colour),
        Statement(f"{subject}是用{material}做的。", (f"{subject}是用什么做的?",), material),
        Statement(f"{subject}有{number}{thing}。", (f"{subject}有多少{thing}?", f"{subject}有几{thing}?"), number),
        Statement(f"{subject}的门票是{number}个贝壳。", (f"{subject}的门票是多少?", f"{subject}的门票要多少个贝壳?"), number),
        Statement(f"{name}的{role}是{other}。", (f"{name}的{role}是谁?", f"谁是{name}的{role}?"), other),
        Statement(f"{role}叫{other}。", (f"{role}叫什么?", f"{role}叫什么名字?"), other),
        Statement(f"{subject}的钥匙放在{place}里。", (f"{subject}的钥匙放在哪里?", f"{subject}的钥匙在哪里?"), place),
        Statement(f"{subject}的口令是{other}。", (f"{subject}的口令是什么?", f"告诉我{subject}的口令。"), other),
        Statement(f"{subject}{day}供应{food}。", (f"{subject}{day}供应什么?", f"{subject}什么时候供应{food}?"), food),
    ))


def statement_of_words(rng: random.Random) -> Statement:
    """One English sentence of words that need not make sense together: practice in quoting whatever stands there."""
    first, second, third, fourth = rng.sample(WORDS, 4)
    name, number = invented_name(rng), f"{rng.randint(1, 99)}.{rng.randint(0, 9)}"
    return rng.choice((
        Statement(f"The {first} {second} of {name} is {third} and {fourth}.", (f"What is the {first} {second} of {name}?",), fourth),
        Statement(f"Each {first} {second} needs {number} {third}.", (f"How many {third} does each {first} {second} need?",), number),
        Statement(f"{first.capitalize()} {second} must {third} the {fourth}.", (f"What must {first} {second} {third}?", f"Who must {third} the {fourth}?"), fourth),
        Statement(f"You can {first} a {second} with {third} {fourth}.", (f"How can I {first} a {second}?", f"Can I {first} a {second}?"), fourth),
    ))


def statement_of_characters(rng: random.Random) -> Statement:
    """One Chinese sentence of characters that need not make sense together."""
    first, second, third, fourth = ("".join(rng.sample(CHARACTERS, 2)) for _ in range(4))
    number = f"{rng.randint(1, 99)}.{rng.randint(0, 9)}"
    return rng.choice((
        Statement(f"{first}的{second}是{third}和{fourth}。", (f"{first}的{second}是什么?",), fourth),
        Statement(f"每个{first}需要{number}{second}。", (f"每个{first}需要多少{second}?",), number),
        Statement(f"{first}必须{second}{third}。", (f"{first}必须{second}什么?", f"谁必须{second}{third}?"), third),
        Statement(f"你可以用{first}来{second}{third}。", (f"怎么{second}{third}?", f"可以{second}{third}吗?"), first),
    ))


def passages_message(passages: Sequence[str]) -> str:
    """The system message that gives a model the passages to answer from."""
    return "\n".join([PASSAGE_HEADER, *(f"[{number}] {text}" for number, text in enumerate(passages, start=1))])


@dataclass(frozen=True)
class Grounded:
    """A dialogue with passages, and the words of the answer that can only come from them."""

    dialogue: Dialogue
    fact: str


def grounded(rng: random.Random, chinese: bool, passages: int, sentences: int, answered: bool = True) -> Grounded:
    """A question about one of a few invented sentences, to be answered by quoting that sentence."""
    made: list[Statement] = [_any_statement(rng, chinese) for _ in range(passages * sentences)]
    asked = rng.choice(made) if answered else _any_statement(rng, chinese)
    joint = "" if chinese else " "
    groups = [made[start : start + sentences] for start in range(0, len(made), sentences)]
    system = passages_message([joint.join(each.sentence for each in group) for group in groups])
    missing = NOT_SAID_ZH if chinese else NOT_SAID
    return Grounded(Dialogue(rng.choice(asked.questions), asked.sentence if answered else missing, system), asked.fact if answered else missing)


def unknown(rng: random.Random, chinese: bool) -> Dialogue:
    """A question about something invented, asked without a passage."""
    return Dialogue(rng.choice(_any_statement(rng, chinese).questions), UNKNOWN_ZH if chinese else UNKNOWN)


def _any_statement(rng: random.Random, chinese: bool) -> Statement:
    plain, odd = (statement_zh, statement_of_characters) if chinese else (statement, statement_of_words)
    return (plain if rng.random() < 0.65 else odd)(rng)
